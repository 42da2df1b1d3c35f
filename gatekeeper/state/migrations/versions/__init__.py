"""One module for each revision of the schema, which is never changed again."""
