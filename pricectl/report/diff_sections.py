"""The sections that a report of a comparison has, and what stands first in each.

Prices in force come before those of a later day; periods that are over are one sentence.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pricectl.changes import Change, ChangeKind, Comparison, Impact
from pricectl.changes.periods import is_over
from pricectl.core.labels import clean, plural
from pricectl.policy.comparison import SettingChange
from pricectl.report.diff_effects import NO_MONEY, MoneyRank, rows_by_money

# A row that is gone matters most.
ROW_ORDER: tuple[ChangeKind, ...] = ("removed", "renamed", "added")


class ChangeSection(NamedTuple):
    """Changes, sample jobs, or settings that are shown in one table.

    `is_known`: the jobs are of names that had a row of their own before.
    """

    kind: Literal["settings", "charges", "prices", "rows", "names", "jobs", "others"]
    title: str
    changes: Sequence[Change] = ()
    jobs: Sequence[Impact] = ()
    settings: Sequence[SettingChange] = ()
    is_known: bool = True

    @property
    def total(self) -> int:
        """How many changes, jobs or settings it has."""
        return len(self.changes) + len(self.jobs) + len(self.settings)

    def first(self, number: int | None) -> "ChangeSection":
        """The section with only its first rows; None keeps all."""
        return self._replace(
            changes=self.changes[:number],
            jobs=self.jobs[:number],
            settings=self.settings[:number],
        )


def sections(found: Comparison, *, everything: bool = False) -> list[ChangeSection]:
    """Sections with rows, most important first; the rows that move most money first in each.

    `everything`: also those of periods that are over, which `over_words` says otherwise.
    """
    prices, jobs = _by_money(found)
    in_force = [job for job in jobs if not job.period]
    known = [job for job in in_force if job.old.quote.match.is_own_row]
    rows = sorted(
        found.of(*ROW_ORDER), key=lambda change: (ROW_ORDER.index(change.kind), change.provider)
    )
    # A waiver that is gone, say, stands behind the prices.
    first_settings = [one for one in found.settings.changes if one.loosens or one.charges]
    other_settings = [one for one in found.settings.changes if not (one.loosens or one.charges)]
    every = (
        ChangeSection("settings", "Settings", settings=first_settings),
        *_charges(found),
        ChangeSection("prices", "Prices in force", [one for one in prices if not one.period]),
        ChangeSection("jobs", "Sample jobs", jobs=known),
        ChangeSection("prices", "Prices of a later day", [one for one in prices if _is_later(one)]),
        ChangeSection("jobs", "Sample jobs of a later day", jobs=list(filter(_is_later, jobs))),
        ChangeSection("rows", "Rows", rows),
        ChangeSection("names", "Names answered by another row", found.of("resolution")),
        ChangeSection(
            "jobs",
            "Sample jobs of new names, before as another row or the default price",
            jobs=[job for job in in_force if not job.old.quote.match.is_own_row],
            is_known=False,
        ),
        ChangeSection("settings", "Other settings", settings=other_settings),
        ChangeSection("others", "Other changes", found.of("metadata")),
    )
    over = (
        ChangeSection("prices", "Prices of periods that are over", list(filter(_is_over, prices))),
        ChangeSection(
            "jobs", "Sample jobs of periods that are over", jobs=list(filter(_is_over, jobs))
        ),
    )
    shown = (*every, *over) if everything else every
    return [section for section in shown if section.total]


def _by_money(found: Comparison) -> tuple[list[Change], list[Impact]]:
    """The price changes and the jobs whose cost changed, the rows that move most money first."""
    ranks = rows_by_money(found)

    def place(one: Change | Impact) -> MoneyRank:
        return ranks.get((one.provider, one.model), NO_MONEY)

    prices = sorted(found.of("repriced"), key=place, reverse=True)
    return prices, sorted(found.changed_jobs, key=place, reverse=True)


def _is_over(one: Change | Impact) -> bool:
    return is_over(one.period)


def _is_later(one: Change | Impact) -> bool:
    return bool(one.period) and not is_over(one.period)


def over_words(found: Comparison) -> str:
    """What changed in periods that are over, in one sentence; empty if nothing did."""
    changes = [change for change in found.of("repriced") if is_over(change.period)]
    if not changes:
        return ""
    rows = {change.full_name for change in changes}
    last = max(change.period for change in changes)
    prices, models = plural(len(changes), "price"), plural(len(rows), "model")
    return f"Periods that are over: {prices} of {models}, the last {last}"


def _charges(found: Comparison) -> Iterator[ChangeSection]:
    """The sample jobs of each profile whose charges changed."""
    profiles = dict.fromkeys((job.old.profile.name, job.new.profile.name) for job in found.charges)
    for old, new in profiles:
        jobs = [
            job
            for job in found.charges
            if (job.old.profile.name, job.new.profile.name) == (old, new)
        ]
        was = "" if old == new else f", {clean(old)} before"
        # The critical models, which stand first, are shown also where their charge stays.
        title = f"Sample jobs charged by the profile {clean(new)}{was}"
        yield ChangeSection("charges", title, jobs=jobs)
