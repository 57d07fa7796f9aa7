"""Made-up slips: how many of twelve kinds the gate stops, in four settings and two without help.

    python benchmarks/slips.py [--count 20] [--seed 12] [--show]

A slip is made in a random row that has what the kind needs. It is stopped if the row has an error,
of a cache price alone an error or a warning.
"""

import argparse
import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from gate import DATA, TEAM, Document, Row, judge, load, packaged, share, team_file

from pricectl.core.catalog import RESERVED, Catalog
from pricectl.core.model import Model
from pricectl.core.sanity.moves import is_cache
from pricectl.core.units import NESTED_KEYS, parse_key

INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
# Structures of a row whose members are prices of the same period.
PRICED = (*NESTED_KEYS, "tiered_pricing")
# Rows that are paid by other things than tokens, so that a team's file has some.
UNUSUAL = (("openai", "whisper-1"), ("mistral", "mistral-ocr-2512"))
Entry = dict[str, Any]
Slip = Callable[[Entry, random.Random], Entry | None]


def _times(value: Any, factor: Decimal) -> float:
    return float(Decimal(repr(value)) * factor)


def prices_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of a row's own prices above zero."""
    return tuple(key for key, value in entry.items() if parse_key(key) and value)


def one_price(entry: Entry, rng: random.Random, factor: Decimal) -> Entry | None:
    """One price of the row, whichever, in another unit."""
    keys = prices_of(entry)
    if not keys:
        return None
    key = rng.choice(keys)
    return {**entry, key: _times(entry[key], factor)}


def both_sides(entry: Entry, _: random.Random, factor: Decimal) -> Entry | None:
    """Input and output together, as a row is typed."""
    if not (entry.get(INPUT) and entry.get(OUTPUT)):
        return None
    return {**entry, **{key: _times(entry[key], factor) for key in (INPUT, OUTPUT)}}


def whole_row(entry: Entry, _: random.Random, factor: Decimal) -> Entry | None:
    """Every price of the row, its tiers and services included."""
    return _scaled(entry, factor) if prices_of(entry) else None


def _scaled(value: Any, factor: Decimal) -> Any:
    if isinstance(value, list):
        return [_scaled(item, factor) for item in value]
    scaled = {}
    for key, item in value.items():
        is_price = parse_key(key) or (key.startswith("search_context") and "size" in key)
        if is_price and isinstance(item, (int, float)):
            scaled[key] = _times(item, factor)
        else:
            scaled[key] = _scaled(item, factor) if key in PRICED else item
    return scaled


def swapped(entry: Entry, _: random.Random) -> Entry | None:
    """Input and output in each other's place."""
    if not entry.get(INPUT) or not entry.get(OUTPUT) or entry[INPUT] == entry[OUTPUT]:
        return None
    return {**entry, INPUT: entry[OUTPUT], OUTPUT: entry[INPUT]}


def per_minute(entry: Entry, rng: random.Random) -> Entry | None:
    """A price per minute in a field of prices per second."""
    keys = [key for key in prices_of(entry) if "per_second" in key]
    if not keys:
        return None
    key = rng.choice(keys)
    return {**entry, key: _times(entry[key], Decimal(60))}


def _by(slip: Callable[[Entry, random.Random, Decimal], Entry | None], factor: str) -> Slip:
    return lambda entry, rng: slip(entry, rng, Decimal(factor))


KINDS: Mapping[str, Slip] = {
    "one price x10": _by(one_price, "10"),
    "one price /10": _by(one_price, "0.1"),
    "one price x1000": _by(one_price, "1000"),
    "one price /1000": _by(one_price, "0.001"),
    "one price x1e6": _by(one_price, "1e6"),
    "input and output x10": _by(both_sides, "10"),
    "input and output /10": _by(both_sides, "0.1"),
    "whole row x10": _by(whole_row, "10"),
    "whole row /10": _by(whole_row, "0.1"),
    "whole row /1000": _by(whole_row, "0.001"),
    "input and output swapped": swapped,
    "per minute for per second": per_minute,
}


class Setting(NamedTuple):
    """A file with what it is compared with; `rows` are those that slips are made in.

    `base` and `reference` do not know the slip. `must` says that at least 99% must be stopped.
    """

    name: str
    document: Document
    base: Catalog | None
    reference: Catalog | None
    rows: tuple[Row, ...]
    must: bool = True


class Made(NamedTuple):
    """One slip and what became of it: stopped, seen (a warning) or silent."""

    kind: str
    row: Row
    changed: str
    outcome: str
    stopped: bool


def settings() -> Iterator[Setting]:
    """The four settings that must stop every slip, then two that are only printed."""
    shipped = packaged()
    reference = load(shipped)
    team = team_file((*TEAM, *UNUSUAL))
    yield Setting("team file, base", team, load(team), reference, rows_of(team))
    yield Setting("team file, reference only", team, None, reference, rows_of(team))
    if DATA.exists():
        october = json.loads((DATA / "deployed-2025-10-23.json").read_text(encoding="utf-8"))
        known = confirmed(october, reference)
        yield Setting("October file, confirmed rows", october, None, reference, known)
        rest = tuple(row for row in rows_of(october) if row not in known)
        yield Setting("October file, other rows", october, None, reference, rest, must=False)
    yield Setting("shipped catalog, base", shipped, reference, None, rows_of(shipped))
    yield Setting("shipped catalog alone", shipped, None, None, rows_of(shipped), must=False)
    unknown = renamed(team)
    yield Setting("rows nobody knows", unknown, None, reference, rows_of(unknown), must=False)


def rows_of(document: Document) -> tuple[Row, ...]:
    """Every row that has a price."""
    return tuple(
        Row(provider, model)
        for provider, rows in document.items()
        if provider not in RESERVED
        for model, entry in rows.items()
        if prices_of(entry)
    )


def confirmed(document: Document, reference: Catalog) -> tuple[Row, ...]:
    """The rows whose prices the reference has, all of them."""
    known = {model.full_name: model for model in load(document).models}

    def agrees(model: Model | None, other: Model | None) -> bool:
        if not model or not other:
            return False
        return all(
            other.prices.rates.get(key, (None,))[0] == own[0]
            for key, own in model.prices.rates.items()
        )

    return tuple(
        row
        for row in rows_of(document)
        if agrees(known.get("/".join(row)), reference.by_full_name.get("/".join(row)))
    )


def renamed(document: Document) -> Document:
    """The same rows under names that no list has."""
    return {
        provider: rows
        if provider in RESERVED
        else {f"{provider}s-own-{number}": entry for number, entry in enumerate(rows.values())}
        for provider, rows in document.items()
    }


def made(setting: Setting, count: int, seed: int) -> Iterator[Made]:
    """So many slips of each kind in random rows of a setting."""
    for kind, slip in KINDS.items():
        rng = random.Random(f"{seed} {setting.name} {kind}")  # noqa: S311 - not for secrets
        rows = list(setting.rows)
        rng.shuffle(rows)
        done = 0
        for row in rows * count:
            if done == count:
                break
            before = setting.document[row.provider][row.model]
            after = slip(copy.deepcopy(before), rng)
            if after is not None and after != before:
                done += 1
                yield _judged(setting, kind, row, after)


def _judged(setting: Setting, kind: str, row: Row, after: Entry) -> Made:
    before = setting.document[row.provider][row.model]
    section = {**setting.document[row.provider], row.model: after}
    document = {**setting.document, row.provider: section}
    changed = [key for key in after if after[key] != before.get(key)]
    units = [parsed.unit.name for key in changed if (parsed := parse_key(key))]
    outcome = judge(document, row, setting.base, setting.reference).outcome
    cache_alone = bool(units) and all(map(is_cache, units))
    stopped = outcome == "error" or (cache_alone and outcome == "warning")
    return Made(kind, row, ", ".join(changed), outcome, stopped)


def main() -> None:
    """Print the share stopped by kind and setting, and whatever passed in silence."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="slips of each kind")
    parser.add_argument("--seed", type=int, default=12, help="another seed, other rows")
    parser.add_argument("--show", action="store_true", help="list every slip that was not stopped")
    chosen = parser.parse_args()
    for setting in settings():
        slips = list(made(setting, chosen.count, chosen.seed))
        print(f"\n{setting.name}{'' if setting.must else ' (printed only)'}")
        for kind in (*KINDS, "all"):
            some = [one for one in slips if kind in {one.kind, "all"}]
            found = Counter(one.outcome for one in some)
            stopped = sum(one.stopped for one in some)
            print(
                f"  {kind:28}{len(some):5} stopped{share(stopped, len(some))}"
                f"  silent{share(found['nothing'], len(some))}"
            )
        if setting.must or chosen.show:
            for one in slips:
                if not one.stopped:
                    print(f"    {one.outcome}: {one.kind}: {'/'.join(one.row)} {one.changed}")


if __name__ == "__main__":
    main()
