"""The published JSON Schemas: generated files, no code."""
