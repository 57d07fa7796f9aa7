"""Holds the catalog file against published price lists: what `drift` does."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pricectl.changes import CatalogVersion
from pricectl.core.catalog import Catalog
from pricectl.core.errors import CatalogError, DocumentError, PricingError
from pricectl.core.labels import clean, did_you_mean
from pricectl.core.lookup import near_names
from pricectl.core.windows import as_instant
from pricectl.edit.evidence import EvidenceChange, evidence_changes, mass_withdrawal
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.feeds.differences import Drift, GoneModel, MemberDrift, NewModel, PriceDrift
from pricectl.feeds.drift import find_drift
from pricectl.feeds.effects import ModelDrift, by_model
from pricectl.feeds.feed import Feed, FeedError
from pricectl.files import catalog_file, feed_source
from pricectl.models import Filter, PricedRow
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit
from pricectl.policy import Policy

Progress = Callable[[str], object]
KnownDifference: TypeAlias = PriceDrift | MemberDrift | NewModel | GoneModel


class UnknownRow(PricingError):
    """A name or pattern to compare that no row and no list has."""


class DriftOptions(NamedTuple):
    """What is compared: the lists, the models of a pattern, and whether new models count."""

    at: datetime
    lists: tuple[str, ...] = ()
    pattern: str | None = None
    new: bool = False

    @property
    def today(self) -> date:
        """The day of the comparison, in UTC."""
        return as_instant(self.at).date()


class DriftReport(NamedTuple):
    """What the lists say otherwise than the file, in the order in which a person should look.

    `agreed`: independent lists agree against us; `alone`: one list, or lists that do not agree.
    Both have the largest effect on a sample job first. Known differences are apart.
    """

    name: str
    version: CatalogVersion
    options: DriftOptions
    feeds: tuple[Feed, ...]
    drift: Drift
    agreed: tuple[ModelDrift, ...]
    alone: tuple[ModelDrift, ...]
    aliases: tuple[PriceDrift, ...]

    @property
    def members(self) -> tuple[MemberDrift, ...]:
        """Limits, dates, successors and factors; those on which lists agree first."""
        found = (one for one in self.drift.members if not one.known_because)
        return tuple(sorted(found, key=lambda one: not one.is_agreed))

    @property
    def new(self) -> tuple[NewModel, ...]:
        """Models that lists have and we do not; those of several lists first."""
        found = (one for one in self.drift.new if not one.known_because)
        return tuple(sorted(found, key=lambda one: -len(one.votes)))

    @property
    def gone(self) -> tuple[GoneModel, ...]:
        """Rows of ours that no list has."""
        return tuple(one for one in self.drift.gone if not one.known_because)

    @property
    def known(self) -> tuple[KnownDifference, ...]:
        """What somebody has accepted."""
        every: tuple[KnownDifference, ...] = (
            *self.drift.prices,
            *self.drift.members,
            *self.drift.new,
            *self.drift.gone,
        )
        return tuple(one for one in every if one.known_because)

    @property
    def exit_code(self) -> int:
        """1 where something differs that nobody has accepted; new models count where asked."""
        new = self.new if self.options.new else ()
        parts = (self.agreed, self.alone, self.aliases, self.members, self.gone, new)
        return FINDINGS if any(parts) else CLEAN


class Renewal(NamedTuple):
    """What `--renew` did with the evidence of the rows.

    `undated` are the lists that agree and cannot be evidence, because nobody knows their day.
    """

    changes: tuple[EvidenceChange, ...]
    undated: tuple[str, ...]
    edit: EditResult


class DriftResult(NamedTuple):
    """What the lists say otherwise, and what was done about the evidence; None: not asked."""

    report: DriftReport
    renewal: Renewal | None = None

    @property
    def exit_code(self) -> int:
        """How the verb ends."""
        return max(self.report.exit_code, self.renewal.edit.exit_code if self.renewal else CLEAN)


def read_version(name: str) -> tuple[str, CatalogVersion]:
    """The catalog to compare, and its name for people. Raises Unavailable."""
    source = catalog_file.read(name)
    try:
        return source.name, CatalogVersion.read(source.data)
    except (DocumentError, CatalogError) as error:
        raise catalog_file.no_catalog(error, source, name) from None


def read_lists(
    words: Sequence[str], folder: Path | None = None, progress: Progress = lambda _: None
) -> tuple[Feed, ...]:
    """The price lists that are named, else those of the installed packages.

    Paths are relative to the folder, else to the working folder.

    Raises FeedError, NotFetched or Unavailable.
    """
    named = tuple(feed_source.parse_source(word).below(folder) for word in words)
    sources = named or feed_source.installed_sources()
    if not sources:
        raise FeedError(
            "no price list is named, and no installed package has one",
            next_step="name one, such as --feed litellm=https, or 'pip install genai-prices'",
        )
    feeds = []
    for source in sources:
        progress(f"reading {source.format_name or source.place}")
        feeds.append(feed_source.load(source))
    return tuple(feeds)


def compare(
    name: str,
    version: CatalogVersion,
    policy: Policy,
    options: DriftOptions,
    progress: Progress = lambda _: None,
) -> DriftReport:
    """Hold a catalog against lists.

    Raises what reading a list raises, ListOffByFactor, and UnknownRow.
    """
    feeds = (
        read_lists(options.lists, None, progress)
        if options.lists
        else read_lists(policy.feeds, Path(policy.source).parent, progress)
    )
    progress("comparing")
    notes = version.values.get("pricing_notes")
    row_filter = Filter(pattern=options.pattern, retired=True)
    drift = find_drift(
        version.catalog,
        feeds,
        options.at,
        lambda model: row_filter.accepts(PricedRow.at(model, None)),
        notes if isinstance(notes, dict) else {},
    )
    _check_named(version.catalog, drift, row_filter)
    open_prices = [one for one in drift.prices if not one.known_because]
    own = [one for one in open_prices if not one.alias]

    def grouped(prices: Sequence[PriceDrift]) -> tuple[ModelDrift, ...]:
        return tuple(by_model(version.catalog, prices, policy.workloads, options.at))

    return DriftReport(
        name,
        version,
        options,
        feeds,
        drift,
        grouped([one for one in own if one.is_agreed]),
        grouped([one for one in own if not one.is_agreed]),
        tuple(one for one in open_prices if one.alias),
    )


def _check_named(catalog: Catalog, drift: Drift, row_filter: Filter) -> None:
    """Raise UnknownRow if a pattern names nothing: a slip of the keyboard agrees with no list."""
    models = (*catalog.models, *(one.model for one in drift.new))
    pattern = row_filter.pattern
    if pattern is None or any(row_filter.accepts(PricedRow.at(model, None)) for model in models):
        return
    names = near_names(catalog, pattern)
    raise UnknownRow(
        "neither a row nor a new model of the lists has this name",
        where=f"{clean(pattern):.80}",
        next_step=did_you_mean(*names) or "run 'pricectl models' to list all names",
    )


def days_read(feeds: Iterable[Feed], today: date) -> dict[str, str]:
    """The newest day of each list that was read, also of lists that another one copies.

    A day to come is as good as none.
    """
    days: dict[str, str] = {}
    for feed in feeds:
        for vote in (feed.name, *feed.copied_lists):
            days[vote] = max(days.get(vote, ""), feed.day_by(today))
    return days


def renew(opened: EditableCatalog, report: DriftReport, options: EditOptions) -> Renewal:
    """Write the evidence of the rows, or take it away.

    Raises FeedError where a list takes back so much that it must be broken, unless the rows were
    named; and what `make_edit` raises.
    """
    agreements = report.drift.agreements
    today = f"{report.options.today}"
    days = days_read(report.feeds, report.options.today)
    taken = mass_withdrawal(agreements, days, today)
    if taken and report.options.pattern is None:
        raise FeedError(
            f"has other or no prices for {taken.lost} of the {taken.rows} rows whose evidence "
            "names it: is it cut off, or in another unit or currency?",
            where=taken.name,
            next_step="nothing was written; with a model or pattern, such as '*', --renew goes on",
        )
    changes = tuple(evidence_changes(agreements, days, today))
    agreeing = {vote for one in agreements for vote, day in one.days.items() if not day}
    edits = [change.edit for change in changes]
    return Renewal(changes, tuple(sorted(agreeing)), make_edit(opened, edits, options))
