"""Sends the messages about changes: at least once, each time with the same id, until it is given up visibly.

httpx is imported when the first message is sent, and not before.
"""
