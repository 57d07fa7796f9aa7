"""Compares two versions of a catalog: all changes, the largest effect first."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from pricectl.changes.catalog_version import CatalogVersion
from pricectl.changes.change import KINDS, Change, Comparison, Impact
from pricectl.changes.charges import by_importance, charges
from pricectl.changes.impact import JobSettings, impacts
from pricectl.changes.limits import Allowance
from pricectl.changes.metadata import metadata_changes
from pricectl.changes.names import NameLookups, resolution_changes
from pricectl.changes.periods import in_force
from pricectl.changes.rates import rate_text, repricings
from pricectl.changes.renames import find_renames
from pricectl.changes.rows import RowKey, differing_rows, member_differences
from pricectl.changes.settings import SAME_SETTINGS, ComparedSettings
from pricectl.changes.spelling import reordered, respelled
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.profile import Profile
from pricectl.core.windows import as_instant
from pricectl.policy import DEFAULT_WORKLOADS, Workload

NOTHING = Fraction(0)
BASE_KEYS = (("input", 0, ""), ("output", 0, ""))


def compare(  # noqa: PLR0913 - two versions, all else by keyword
    old: CatalogVersion,
    new: CatalogVersion,
    *,
    names: tuple[str, ...] = (),
    workloads: tuple[Workload, ...] = DEFAULT_WORKLOADS,
    profile: Profile | None = None,
    at: date | None = None,
    settings: ComparedSettings = SAME_SETTINGS,
    critical: tuple[str, ...] = (),
) -> Comparison:
    """Every change from one version to another, the largest relative cost change first.

    Args:
        old: the version to compare with.
        new: the version to look at.
        names: model names to look up in both, beside the catalogs' own.
        workloads: the sample jobs.
        profile: how jobs are charged in credits.
        at: the day or instant (UTC) whose prices are compared; those before and after it are
            compared by their own days. None compares the rows as they stand.
        settings: the settings of both versions, compared.
        critical: the names whose jobs stand first where a profile charges otherwise.
    """
    is_same = old.data == new.data
    if is_same and settings == SAME_SETTINGS:
        return Comparison(())
    instant = None if at is None else as_instant(at)
    allowance = Allowance()
    lookups = NameLookups(old.catalog, new.catalog, allowance, settings.fallbacks)
    # Of the same bytes only names that the settings answer otherwise can differ.
    watched = names if settings.fallbacks or not is_same else ()
    changes, instants = _changes(old, new, instant, watched, lookups)
    viewed = profile or Profile()
    before = settings.pair_of(viewed).old or viewed
    impact = tuple(impacts(lookups, changes, JobSettings(workloads, viewed, before, instants)))
    charged = tuple(charges(lookups, settings, viewed, workloads, instant))
    effects = _effects(changes, impact)
    return Comparison(
        tuple(sorted(changes, key=lambda change: _order(change, effects))),
        tuple(sorted(impact, key=lambda job: -effects[job.provider, job.model])),
        reordered(old.values, new.values),
        respelled(old.data, new.data),
        allowance.left_out,
        settings,
        by_importance(charged, settings.profiles, critical),
    )


def _changes(
    old: CatalogVersion,
    new: CatalogVersion,
    at: datetime | None,
    names: tuple[str, ...],
    lookups: NameLookups,
) -> tuple[tuple[Change, ...], Mapping[str, datetime | None]]:
    """Every change, and an instant of each period that they name."""
    old_values, new_values = old.rows_and_metadata(), new.rows_and_metadata()
    rows = differing_rows(old_values, new_values)
    removed, added = _models(old.catalog, rows.removed), _models(new.catalog, rows.added)
    before, after = _models(old.catalog, rows.edited), _models(new.catalog, rows.edited)
    renames = find_renames(removed, added, at, lookups.allowance)
    renamed = {_key(model) for pair in renames for model in pair}
    # A renamed row is compared with its former self, as an edited one is.
    pairs = {_key(pair[1]): pair for pair in (*zip(before, after, strict=True), *renames)}
    default = old.catalog.default, new.catalog.default
    defaults = [] if default[0].charges_like(default[1]) else [default]
    repriced = tuple(
        repricing
        for pair in (*defaults, *pairs.values())
        for repricing in repricings(*pair, at, lookups.allowance)
    )
    keys = tuple((_key(pair[0]), key) for key, pair in pairs.items())
    differences = member_differences(old_values, new_values, keys, lookups.allowance)
    changes = (
        *(_removed(row, at) for row in removed if _key(row) not in renamed),
        *(_added(row, at) for row in added if _key(row) not in renamed),
        *(
            Change("renamed", "info", *_key(now), "name", was.name, now.name, now.pointer)
            for was, now in renames
        ),
        *(repricing.change for repricing in repriced),
        *metadata_changes(differences, repriced, pairs, at),
        *resolution_changes(lookups, (*removed, *added, *before, *after), renames, names, at),
    )
    return changes, {"": at} | {each.change.period: each.at for each in repriced}


def _key(model: Model) -> RowKey:
    return model.provider, model.name


def _models(catalog: Catalog, rows: Sequence[RowKey]) -> tuple[Model, ...]:
    return tuple(catalog.by_full_name[f"{provider}/{name}"] for provider, name in rows)


def _removed(row: Model, at: datetime | None) -> Change:
    rates = _base_rates(row, at)
    text = _rates_text(rates)
    return Change("removed", "warning", *_key(row), "", text, None, row.pointer, rates=rates)


def _added(row: Model, at: datetime | None) -> Change:
    rates = _base_rates(row, at)
    text = _rates_text(rates)
    return Change("added", "info", *_key(row), "", None, text, row.pointer, rates=rates)


def _base_rates(model: Model, at: datetime | None) -> tuple[tuple[str, int], ...]:
    """What a row charges at its plainest: input and output, else its first price."""
    rates = in_force(model, at).rates
    keys = [key for key in rates if key in BASE_KEYS] or list(rates)[:1]
    return tuple((key[0], rates[key][0]) for key in keys)


def _rates_text(rates: Sequence[tuple[str, int]]) -> str:
    texts = (f"{unit} {rate_text(pico_usd, unit)}" for unit, pico_usd in rates)
    return ", ".join(texts) or "no price"


def _effects(changes: Sequence[Change], impact: Sequence[Impact]) -> Mapping[RowKey, float]:
    """The largest relative cost change of each row; of a row that no job uses, of its prices."""
    costs: dict[RowKey, Fraction] = {}
    for job in impact:
        if job.is_comparable:
            row = job.provider, job.model
            costs[row] = max(costs.get(row, NOTHING), job.move.weight)
    for change in changes:
        row = change.provider, change.model
        weights = [move.weight for move in change.moves] if not costs.get(row) else []
        costs[row] = max([costs.get(row, NOTHING), *weights])
    return {row: float(cost) for row, cost in costs.items()}


def _order(change: Change, effects: Mapping[RowKey, float]) -> tuple[object, ...]:
    row = change.provider, change.model
    largest = change.largest
    weight = -float(largest.weight) if largest else 0.0
    return -effects[row], *row, KINDS.index(change.kind), weight, change.field
