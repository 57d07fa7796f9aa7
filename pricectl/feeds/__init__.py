"""One file a published price list: bytes to rows in the catalog's own keys; where they differ."""
