"""Documents that people write, Markdown or plain text, taken apart into what a rule can read."""
