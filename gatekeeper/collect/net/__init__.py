"""Sources on the network. What needs httpx is imported when a source is read."""
