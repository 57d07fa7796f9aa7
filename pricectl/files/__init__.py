"""Reads and writes what is outside the process: files, git, URLs, settings."""
