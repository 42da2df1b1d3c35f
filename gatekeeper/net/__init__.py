"""How other machines are reached: no other room opens a connection. httpx is imported only where one is."""
