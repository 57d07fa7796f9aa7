"""What is outside the process: files, git, URLs, and the settings in them."""
