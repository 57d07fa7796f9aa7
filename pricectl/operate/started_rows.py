"""The rows of a new price file: those of the reference, under the names of an old list if any."""

from collections.abc import Sequence
from typing import NamedTuple

from pricectl.check.positions import Positions
from pricectl.core.catalog import Catalog
from pricectl.core.labels import label
from pricectl.core.lookup import find
from pricectl.core.model import Match, Model
from pricectl.core.naming.sellers import seller_of
from pricectl.edit.choosing import ChosenRow
from pricectl.edit.old_prices import OldDifference, OldPrices, OldRow, differences
from pricectl.edit.starting import NewRow, row_text


class StartedRow(NamedTuple):
    """A row of the new file: the row of the reference that it is, and the names that led to it.

    Without a `reference` row the old list's own row was kept. `differences` are the prices that the
    old list had otherwise, `flags` what lookup flagged. `dropped_aliases` are aliases of the old
    list that lead to another row of the new file, `dropped_prices` what only the old list prices.
    """

    row: NewRow
    reference: str = ""
    names: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    retired: bool = False
    differences: tuple[OldDifference, ...] = ()
    dropped_aliases: tuple[str, ...] = ()
    dropped_prices: tuple[str, ...] = ()


def from_reference(
    chosen: ChosenRow, text: str, positions: Positions, also: Sequence[str]
) -> StartedRow:
    """A row of the reference as it is there; `also` are further names that must lead to it."""
    model = chosen.model
    written = row_text(text, positions, model, also=also)
    row = NewRow(model.provider, model.name, written, _source(model))
    return StartedRow(row, model.full_name, chosen.names, chosen.flags, model.is_retired)


def _source(model: Model) -> str:
    """The page that a row names; empty if it names none."""
    source = model.entry.get("source")
    return source if isinstance(source, str) else ""


def old_rows(
    reference: Catalog, old: OldPrices, text: str, positions: Positions, also: Sequence[Model]
) -> tuple[list[StartedRow], tuple[str, ...]]:
    """The rows of the old list by the reference, under their old names, and those left out.

    `also` are rows of the reference that the new file has besides.
    """
    by_reference: dict[str, list[OldRow]] = {}
    order: list[tuple[OldRow, str]] = []
    left_out: list[str] = []
    for row in old.rows:
        match = _same_row(reference, row)
        full_name = match.model.full_name if match else ""
        if full_name:
            by_reference.setdefault(full_name, []).append(row)
        elif not row.readable:
            left_out.append(row.model.full_name)
            continue
        order.append((row, full_name))
    owners = _name_owners(reference, order, also)
    started = []
    for row, full_name in order:
        if not full_name:
            kept = NewRow(row.model.provider, row.model.name, row.text, _source(row.model))
            started.append(StartedRow(kept, names=(row.model.name,), retired=row.model.is_retired))
            continue
        model = reference.by_full_name[full_name]
        rows = by_reference[full_name]
        # Two rows that are one in the reference become one: that of the reference's name, if any.
        first = next((each for each in rows if each.model.name == model.name), rows[0])
        if row is not first:
            continue
        names = tuple(each.model.name for each in rows)
        aliases = [alias for each in rows for alias in each.model.aliases]
        dropped = tuple(alias for alias in aliases if owners[alias] != full_name)
        lead = [*names, *(alias for alias in aliases if alias not in dropped)]
        written = row_text(text, positions, model, name=row.model.name, also=lead)
        section = row.model.provider if row.seller_told else model.provider
        new = NewRow(section, row.model.name, written, _source(model))
        wrong = tuple(one for each in rows for one in differences(each.model, model))
        priced = {key for each in rows for key in each.model.prices.rates}
        only = tuple(label(*key) for key in sorted(priced - model.prices.rates.keys()))
        started.append(
            StartedRow(new, full_name, names, (), model.is_retired, wrong, dropped, only)
        )
    return started, tuple(left_out)


def _name_owners(
    reference: Catalog, order: Sequence[tuple[OldRow, str]], also: Sequence[Model]
) -> dict[str, str]:
    """The row of the new file that each name leads to: as the reference calls it, else the list.

    The name of an old row comes first, then the names of the reference's rows, then old aliases.
    """
    groups = [(row.model, full_name or row.model.full_name) for row, full_name in order]
    rows = [reference.by_full_name[name] for _, name in order if name]
    owners: dict[str, str] = {}
    for model, group in groups:
        owners.setdefault(model.name, group)
    for model in (*rows, *also):
        for name in (model.name, *model.aliases):
            owners.setdefault(name, model.full_name)
    for model, group in groups:
        for alias in model.aliases:
            owners.setdefault(alias, group)
    return owners


def _same_row(reference: Catalog, row: OldRow) -> Match | None:
    """The reference's row of the same model and seller; None if there is none for sure."""
    model = row.model
    for name in (model.full_name, model.name):
        match = find(reference, name)
        sold = seller_of(match.model.provider) == seller_of(model.provider)
        # A full name says the seller; a name alone may be another seller's model.
        trusted = name == model.full_name or sold or not row.seller_told
        sure = match.how == "exact" or not (match.is_guess or match.flags)
        if sure and trusted:
            return match
    return None
