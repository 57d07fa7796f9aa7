"""Compares a new price file with the one in use: one pure comparison for review and process.

A review stops what a person must have seen, a process refuses what looks like a broken file. Both
read one list of findings, so everything a process refuses is an error of the review.
"""

from pricectl.core.model import SEED_MODELS
from pricectl.core.sanity.compare import check, own_row, priced_units

__all__ = ["SEED_MODELS", "check", "own_row", "priced_units"]
