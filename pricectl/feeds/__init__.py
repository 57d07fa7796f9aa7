"""One file an upstream price list: bytes to offers in the catalog's own keys."""
