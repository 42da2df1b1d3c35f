"""Suites of policy tests, read from their files and checked against the policies that they ask."""
