"""Finds rows by what a name says: seller, model, region. Built once from a catalog's names."""

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from pricectl.core.model import Model
from pricectl.core.name_choice import UNKNOWN, FormMatch, NamedRow, NoRow, Rows, choose
from pricectl.core.naming.reading import (
    FINE_TUNED,
    GATEWAY,
    LOCAL,
    PASSING_ON,
    NameReading,
    ShorterName,
    is_maker,
    is_reseller,
    read_name,
    seller_of,
)
from pricectl.core.naming.sizes import size_class
from pricectl.core.naming.words import REVISION, TECHNICAL, WORLDWIDE, day_in, model_key
from pricectl.flags import SIZE_CLASS, UNPRICED_VARIANT


class NameIndex:
    """Every row by the key of its model's name; immutable."""

    __slots__ = ("_first_days", "_rows", "_sections")

    def __init__(self, models: Iterable[Model], sections: frozenset[str]) -> None:
        rows: dict[str, list[NamedRow]] = {}
        first_days: dict[tuple[str, str], str] = {}
        for model in models:
            section = seller_of(model.provider)
            for name in (model.name, *model.aliases):
                reading = read_name(name, sections)
                told = reading.seller if reading.seller not in {"", GATEWAY, LOCAL} else section
                region = "" if told == "azure" and reading.region in WORLDWIDE else reading.region
                row = NamedRow(told, region, model)
                rows.setdefault(model_key(reading.base), []).append(row)
                short = TECHNICAL.sub("", reading.base)
                if short != reading.base:
                    rows.setdefault(model_key(short), []).append(row._replace(technical=True))
                if day := day_in(short):
                    undated = told, model_key(REVISION.sub("", short))
                    first_days[undated] = min(day, first_days.get(undated, day))
        self._first_days = MappingProxyType(first_days)
        # A row has many aliases that read alike.
        self._rows = MappingProxyType({key: _distinct(rows[key]) for key in rows})
        self._sections = sections

    def read(self, name: str) -> NameReading:
        """What a name says, where this catalog's sections count as sellers."""
        return read_name(name, self._sections)

    def find(self, reading: NameReading) -> FormMatch | NoRow:
        """The row for a reading: the seller's own, else the maker's, else a reseller's."""
        keyed: list[tuple[ShorterName, Rows]] = []
        missed = UNKNOWN
        for shorter in reading.shorter_names():
            rows = self._rows.get(shorter.key, ())
            keyed.append((shorter, rows))
            # Looked for while the name gets shorter, since most names have a row of their seller.
            own = [row for row in rows if row.seller == reading.seller]
            found = self._choose(reading, shorter, own) if own else UNKNOWN
            if isinstance(found, FormMatch):
                return found
            missed = missed if missed.reason else found
        sized = self._by_size(reading, keyed[-1][0])
        # Two prices at one kind of seller are no reason to ask the next.
        return sized or (missed if missed.reason else self._of_others(reading, keyed))

    def _choose(self, reading: NameReading, shorter: ShorterName, rows: Rows) -> FormMatch | NoRow:
        first_day = self._first_days.get((rows[0].seller, shorter.key), "")
        return choose(reading, shorter, rows, first_day)

    def _of_others(
        self, reading: NameReading, keyed: Sequence[tuple[ShorterName, Rows]]
    ) -> FormMatch | NoRow:
        """The maker's row, else one that resellers agree on, else a fine-tuned model's base."""
        missed = UNKNOWN
        for of_kind in (_makers, _resellers):
            for shorter, rows in keyed:
                fitting = of_kind(reading, rows)
                found = self._choose(reading, shorter, fitting) if fitting else UNKNOWN
                if isinstance(found, FormMatch):
                    return found
                missed = missed if missed is not UNKNOWN else found
            if missed.reason:
                return missed
        base = reading.base.removeprefix(FINE_TUNED)
        # Once: a name of ft: alone would be looked for again behind each of them.
        if base != reading.base and not base.startswith(FINE_TUNED):
            found = self.find(reading._replace(base=base))
            if isinstance(found, FormMatch):
                return found._replace(flags=(*found.flags, UNPRICED_VARIANT))
        return missed

    def _by_size(self, reading: NameReading, shorter: ShorterName) -> FormMatch | None:
        """The price class of a model that has no price of its own at Fireworks."""
        if reading.seller != "fireworks":
            return None
        rows = self._rows.get(model_key(size_class(shorter.base)), ())
        own = [row for row in rows if row.seller == reading.seller]
        found = choose(reading, shorter, own) if own else None
        if isinstance(found, FormMatch):
            return found._replace(flags=(*found.flags, SIZE_CLASS))
        return None


def _distinct(rows: Iterable[NamedRow]) -> Rows:
    return tuple(
        {(row.seller, row.region, row.technical, id(row.model)): row for row in rows}.values()
    )


def _makers(reading: NameReading, rows: Rows) -> Rows:
    """The rows of the maker that the name says, else of makers, else of sellers no form knows."""
    if reading.maker:
        return [row for row in rows if row.seller == reading.maker]
    makers = [row for row in rows if is_maker(row.seller)]
    # Where nobody knows who makes it, all rows must agree.
    unknown = any(not is_reseller(row.seller) for row in rows)
    return makers or (rows if unknown else ())


def _resellers(reading: NameReading, rows: Rows) -> Rows:
    """The rows of other hosts; a host's own price is too far from another's to stand for it."""
    if reading.seller not in PASSING_ON:
        return ()
    return [row for row in rows if is_reseller(row.seller)]
