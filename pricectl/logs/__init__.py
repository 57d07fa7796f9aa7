"""Production's log to the names that fell back, and what to do about them. Floor 1.

Only `source`, which opens files and standard input, is on floor 2.
"""
