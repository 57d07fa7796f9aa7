"""Readers of usage logs: one file a format, each to the table of `pricectl.replay.calls`."""
