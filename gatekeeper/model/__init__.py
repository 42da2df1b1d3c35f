"""The values that the stages hand each other: frozen and pure."""
