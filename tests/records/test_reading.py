"""Damaged and altered records are refused; records of other releases are read."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pricectl.core import Catalog, Job, Profile, Usage, quote
from pricectl.core.estimate import Estimate
from pricectl.records import BadRecord, explain_record, read_record, record_of
from pricectl.records.values import with_checksum

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
ROW = {
    "input_cost_per_token": 2.5e-06,
    "output_cost_per_token": 1e-05,
    "cache_read_input_token_cost": 1.25e-06,
    "cost_per_second": 0.0002,
}
RULES = [{"factor": "0.8"}, {"markup_percent": "50", "account": "acme"}, {"fee_usd": "0.001"}]


def recorded() -> dict[str, Any]:
    """1,000 in (200 cached), 500 out and 2 seconds, charged to acme by all three rules."""
    catalog = Catalog.load(json.dumps({"openai": {"gpt-4o": ROW}}))
    usage = Usage(1000, 500, cache_read_tokens=200, second=2)
    priced = quote(catalog, "gpt-4o", usage)
    profile = Profile.read({"markup_percent": "30", "rules": RULES}, "resale")
    before = Job(10**12, 9000, used=True)
    charge = Estimate(priced, 1, profile, None, "acme", None, before)
    return record_of(priced, written_at=NOW, calculator="1.0", charge=charge)


def resealed(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the checksum of what it says now, as somebody could write it who alters it."""
    return with_checksum({name: value for name, value in record.items() if name != "checksum"})


def members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every text, number and truth value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from members(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from members(inner, (*path, index))
    else:
        yield path


def changed(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    found = copy.deepcopy(record)
    inner = found
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return found


def at(record: dict[str, Any], path: tuple[Any, ...]) -> Any:
    for step in path:
        record = record[step]
    return record


def test_the_three_prices_are_those_of_the_charge() -> None:
    """800 x $2.50 + 200 x $1.25 + 500 x $10 per 1M + 2 x $0.0002 = $0.00765.

    Contract: x 0.8 = $0.00612. Customer: + 50% = $0.00918, + $0.001 = $0.01018.
    """
    price = recorded()["charge"]["price"]
    prices = [price[name] for name in ("list_usd", "contract_usd", "customer_usd")]
    assert prices == ["0.00765", "0.00612", "0.01018"]
    assert [rule["effect"] for rule in price["rules"]] == ["fee", "cost", "markup"]


def test_a_change_of_any_member_is_noticed() -> None:
    record = recorded()
    for path in members(record):
        for value in ("changed", 7, None):
            if at(record, path) != value:
                with pytest.raises(BadRecord):
                    read_record(changed(record, path, value))


def test_sums_are_checked_even_if_somebody_writes_a_new_checksum() -> None:
    """Every amount, count, price, percentage and number of credits."""
    record = recorded()
    amounts = [
        path
        for path in members(record)
        if path[0] in {"requests", "usd", "charge"}
        and isinstance(at(record, path), (int, str))
        and not isinstance(at(record, path), bool)
        and str(at(record, path)).replace(".", "").isdigit()
    ]
    assert len(amounts) > 40
    # What only says where a rule stands, and a minimum that does not decide.
    free = {"position", "rules"}
    unnoticed = []
    for path in amounts:
        value = at(record, path)
        other = value * 10 + 7 if isinstance(value, int) else f"7{value}"
        try:
            read_record(resealed(changed(record, path, other)))
        except BadRecord:
            continue
        unnoticed.append(path)
    assert [path for path in unnoticed if path[-1] not in free] == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("schema",), "pricectl.record/2", "is not pricectl.record/1; update pricectl"),
        (("schema",), "pricectl.quote/1", "is not pricectl.record/1"),
        (("requests",), [], "requests: is empty"),
        (("requests",), {}, "requests: is not a list"),
        (("requests", 0), 5, "requests[0]: is not an object"),
        (("requests", 0, "usage", "counts", "moons"), 5, "is a unit that this release does not"),
        (("requests", 0, "match"), "guess", "is not a way to find a row"),
        (("requests", 0, "lines", 0, "buys"), 0, "buys: is zero"),
        (("requests", 0, "lines", 0, "usd"), "1e9", "is not an exact number"),
        *(
            (("usd",), number, "is not an exact number")
            for number in ("/3", "-/3", "1/0", "1/", "-", ".5", "1.", "--1", "1/-3", "\u0661")
        ),
        (("requests", 0, "lines", 0, "usd"), "0.0000000000001", "finer than a picodollar"),
        (("requests", 0, "lines", 0, "assumed"), "yes", "is not true or false"),
        (("requests", 0, "row", "provider"), None, "is not a text"),
        (("written_at",), "yesterday", "is not an instant"),
        (("charge", "profile", "rounding"), "sideways", "is not a rounding"),
        (("charge", "profile", "tokens_per_credit"), "0", "is not above 0"),
        (("charge", "profile", "minimum_credits"), "1.5", "is not a whole number"),
        (("charge", "profile", "rules"), 10**9, "are too many"),
        (("charge", "profile", "rules"), 1, "is not one of 1"),
        (("charge", "price", "rules", 0, "effect"), "magic", "is not what a rule decides"),
        (("charge", "credits"), 5, "is not an object"),
        (("charge", "job", "after", "tokens"), -1, "is not a count"),
        (("charge", "credits", "job_based", "deducted"), False, "is not the difference"),
    ],
)
def test_the_message_says_where_a_record_is_wrong(
    path: tuple[Any, ...], value: Any, said: str
) -> None:
    with pytest.raises(BadRecord) as caught:
        read_record(resealed(changed(recorded(), path, value)))
    assert said in str(caught.value)


@pytest.mark.parametrize("value", [None, 5, "text", [], {}, {"schema": 5}])
def test_other_values_are_not_records(value: Any) -> None:
    with pytest.raises(BadRecord):
        read_record(value)


def test_a_record_without_a_checksum_or_a_member_of_it_is_refused() -> None:
    record = recorded()
    for name in record:
        with pytest.raises(BadRecord):
            read_record({key: value for key, value in record.items() if key != name})


def test_members_of_a_later_release_are_ignored() -> None:
    """At the top also those that a store adds, which the checksum does not cover."""
    record = recorded()
    expected = explain_record(read_record(record)).steps
    later = copy.deepcopy(record)
    for inner in (
        *(later, later["requests"][0], later["requests"][0]["lines"][0], later["charge"]),
        *(later["charge"]["profile"], later["charge"]["price"], later["catalog"]),
    ):
        inner["a_later_member"] = {"of": ["any", 1, None]}
    later["charge"]["credits"]["a_later_mode"] = {"before": 1, "after": 2, "deducted": 1}
    assert explain_record(read_record(resealed(later))).steps == expected
    assert explain_record(read_record({**record, "call_id": 17})).steps == expected


def test_a_record_of_an_older_release_is_read() -> None:
    """One without the settings and facts that were added since."""
    record = recorded()
    del record["charge"]["account"], record["charge"]["profile"]["rules"]
    record["charge"]["price"] = {
        **record["charge"]["price"],
        "contract_usd": "0.00765",
        "markup_percent": "30",
        "fee_usd": "0",
        "customer_usd": "0.009945",
        "rules": [],
    }
    del record["charge"]["job"]["after"]["rules_usd"]
    record["charge"]["credits"] = {}
    del record["catalog"]["last_updated"]
    read = read_record(resealed(record))
    assert read.charge is not None
    assert (read.charge.account, read.charge.modes, read.charge.profile.rules) == ("", (), ())
