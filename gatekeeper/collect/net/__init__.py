"""The network, which nothing else of gatekeeper reaches. What needs httpx is imported when a source is read."""
