"""Views of a decision, for people and tools: one file a format, pure."""
