"""Results to text, one file an output format. Floor 2."""
