"""How a command ends: the four exit codes that scripts may rely on."""

CLEAN = 0
FINDINGS = 1  # findings, a limit exceeded, an unknown model asked for strictly
FAILED = 2  # could not run: bad usage, an unreadable file, an internal error
INTERRUPTED = 130
