"""`drift --renew` refuses a list that takes back its word on too many rows: it must be broken."""

import json

import pytest

from pricectl.core.catalog import Catalog
from pricectl.edit.evidence import Withdrawn, mass_withdrawal
from pricectl.feeds.differences import Agreement

ASKED = frozenset({"litellm", "genai-prices"})


def agreements(rows: int, lost: int) -> list[Agreement]:
    """Rows whose evidence names litellm, of which it no longer agrees with some."""
    evidence = [{"list": "litellm", "date": "2026-11-01"}]
    row = {"input_cost_per_token": 1e-06, "evidence": evidence}
    catalog = Catalog.load(json.dumps({"openai": {f"m-{n}": row for n in range(rows)}}))
    kept = {"litellm": "2026-11-20"}
    return [
        Agreement(model, {} if number < lost else kept, ASKED)
        for number, model in enumerate(catalog.models)
    ]


@pytest.mark.parametrize(
    ("rows", "lost", "broken"),
    [
        (100, 25, False),
        (100, 26, True),
        (8, 2, False),
        (8, 3, True),
        # Fewer than eight: only if nothing is left of it.
        (7, 6, False),
        (7, 7, True),
        (3, 3, True),
        (2, 2, False),
        (1, 1, False),
    ],
)
def test_a_list_that_takes_back_too_much_is_broken(rows: int, lost: int, *, broken: bool) -> None:
    found = mass_withdrawal(agreements(rows, lost), {"litellm": "2026-11-20"})
    assert found == (Withdrawn("litellm", lost, rows) if broken else None)
