"""The command line: thin. It reads options, calls the pipeline and writes what comes out; no rule is in here."""
