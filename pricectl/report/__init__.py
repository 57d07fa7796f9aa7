"""Results to text, one file an output format."""
