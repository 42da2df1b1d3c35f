"""``gatekeeper serve``: the same decisions over HTTP, and the ticker that looks at every mode. No rule is in here."""
