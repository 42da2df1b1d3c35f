"""The history of the schema. Alembic reads ``env`` and what lies in ``versions``."""
