"""Real servers on loopback that answer well, or badly in one certain way."""
