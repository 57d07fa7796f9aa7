"""Moves the wall clock of a Python process ahead by PRICECTL_TEST_CLOCK days.

Tests need nothing for it: `make clock` puts this folder on PYTHONPATH, so that Python imports this
file as it starts. pytest itself, the Python processes that tests start and the workers of those all
have the same date.

Moved: `datetime.now`, `time.time` and everything else that reads the wall clock of Python.
Not moved: `time.monotonic` and `time.perf_counter`, the times of files, other programs such as git,
and Python processes that are started with another PYTHONPATH (tests pass `CHILD_PATH` of conftest).
"""

import os
import time

import time_machine

SECONDS_PER_DAY = 24 * 3600

if days := os.environ.get("PRICECTL_TEST_CLOCK"):
    time_machine.travel(time.time() + int(days) * SECONDS_PER_DAY).start()
