"""Production's log to the names that fell back, and what to do about them."""
