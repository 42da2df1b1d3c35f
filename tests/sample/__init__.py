"""The sample system: how its recorded days are made, and what must be decided on them."""
