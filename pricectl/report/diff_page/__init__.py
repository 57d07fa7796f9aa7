"""The page that `diff -o html` writes: its parts, its style sheet and its script."""
