"""Asks one question of a database that is only read: SQLite files and PostgreSQL servers."""
