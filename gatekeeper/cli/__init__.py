"""The command line: thin. It reads options, calls the pipeline, writes what comes out; no rule of the domain is here."""
