"""Production's log to the names that fell back, and what to do about them.

Only `source`, which opens files and standard input, is on floor 2.
"""
