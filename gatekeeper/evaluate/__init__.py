"""The rules of a policy over a snapshot, without I/O: what each rule came to, and why."""
