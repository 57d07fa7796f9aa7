"""One file a verb: read, call, report, exit."""
