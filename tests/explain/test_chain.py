"""The chain as a whole: its options, and what it takes to import it."""

import subprocess
import sys
from typing import Any

import pytest

from pricectl.core import Catalog, Profile, Usage, quote
from pricectl.explain import chain

QUOTE = quote(Catalog.load('{"acme": {"m": {}}}'), "m", Usage(1))


def test_options_are_given_by_name() -> None:
    explain: Any = chain
    with pytest.raises(TypeError, match="argument"):
        explain(QUOTE, None, Profile())


def test_an_explanation_loads_no_reader_of_responses() -> None:
    program = """
import sys, pricectl.explain
print([name for name in sys.modules if name.startswith("pricectl.core.responses")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
