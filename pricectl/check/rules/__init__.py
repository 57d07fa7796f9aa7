"""What can be wrong with a catalog by itself, one file a family of rules."""
