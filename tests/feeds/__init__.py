"""Cases of price lists: each format, and where they and the catalog differ."""
