"""Mutation testing of policies: one change after the other, and whether any case notices it."""
