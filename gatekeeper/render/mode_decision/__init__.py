"""What is decided about a mode, in every format: JSON, text and Slack."""
