"""Edits of a catalog's text that keep every byte they do not change."""
