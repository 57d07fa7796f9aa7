"""Money and rates have their thousands separated wherever people read them, and never in JSON."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Run

DEAR = {
    "x": {
        "dear": {
            "input_cost_per_token": 0.0025,
            "output_cost_per_token": 0.0100005,
            "ocr_cost_per_page": 1234.5,
            "source": "https://example.com",
        },
        "other": {"input_cost_per_token": 0.002, "output_cost_per_token": 0.004},
    }
}
CALL = ("1m", "1m", "--unit", "page=2", "--markup", "50")
# 1m x $2,500 + 1m x $10,000.50 per 1M + 2 x $1,234.50 = $14,969.50; half more is $22,454.25
SHOWN = {
    "a quote": (("quote", "dear", *CALL), ["$2,500.00 / 1M", "$10,000.50 / 1M", "$22,454.25 x 10"]),
    "every step of a quote": (("quote", "dear", *CALL, "-v"), ["$2,500.00 / 1M", "$14,969.50"]),
    "a comparison": (("quote", "dear", "other", *CALL), ["$14,969.50", "$22,454.25"]),
    "an explanation": (("explain", "dear", *CALL), ["$2,500.00 / 1M", "$22,454.25"]),
    "a model": (("show", "dear"), ["2,500.00", "10,000.50", "$1,234.50"]),
    "the models": (("models",), ["2,500.00", "10,000.50"]),
    "a change": (("diff", "--base", "old.json"), ["2,600.00", "2,500.00"]),
    "a change in Markdown": (("diff", "--base", "old.json", "-o", "markdown"), ["2,600.00"]),
    "a change on GitHub": (("diff", "--base", "old.json", "-o", "github"), ["2,600.00"]),
    "findings": (("validate", "-v", "--base", "old.json"), ["$2,500.00"]),
}


@pytest.mark.parametrize("case", SHOWN)
def test_thousands_are_separated(run: Run, home: Path, case: str) -> None:
    text = json.dumps(DEAR, indent=1)
    (home / "llm_pricing_current.json").write_text(text, encoding="utf-8")
    (home / "old.json").write_text(text.replace("0.0025", "0.0026"), encoding="utf-8")
    words, said = SHOWN[case]
    shown = run(*words).stdout
    assert [amount for amount in said if amount not in shown] == []
    # The lines of the file that an excerpt shows are as they stand there.
    own = [line for line in shown.splitlines() if "_cost_per_" not in line]
    assert not re.findall(r"[$][0-9]{4}|(?<![0-9.,])[0-9]{4,}[.][0-9]{2}", "\n".join(own))


def test_programs_read_bare_numbers(run: Run, home: Path) -> None:
    (home / "llm_pricing_current.json").write_text(json.dumps(DEAR), encoding="utf-8")
    found = json.loads(run("quote", "dear", *CALL, "-o", "json").stdout)
    assert (found["provider_cost_usd"], found["client_cost_usd"]) == ("14969.50", "22454.25")
    assert run("quote", "dear", *CALL, "-q").stdout == "14969.50\n"
