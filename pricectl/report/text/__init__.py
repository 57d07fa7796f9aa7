"""Text for people, one file a result."""
