"""Finds rows by what a name says: seller, model, region. Built once from a catalog's names."""

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from pricectl.core.model import Model
from pricectl.core.name_choice import UNKNOWN, FormMatch, NamedRow, NoRow, Rows, choose
from pricectl.core.naming.parts import FINE_TUNED, NameReading, ShorterName
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.sellers import (
    GATEWAY,
    LOCAL,
    PASSING_ON,
    is_reseller,
    makers_of,
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
                row = NamedRow(told, reading.maker, region, model)
                rows.setdefault(model_key(reading.base), []).append(row)
                is_tuned = reading.base.startswith(FINE_TUNED)
                short = (REVISION if is_tuned else TECHNICAL).sub("", reading.base)
                if short != reading.base:
                    rows.setdefault(model_key(short), []).append(row._replace(technical=True))
                if day := day_in(reading.base):
                    undated = told, model_key(REVISION.sub("", short))
                    first_days[undated] = min(day, first_days.get(undated, day))
        self._first_days = MappingProxyType(first_days)
        # A row has many aliases that read alike.
        self._rows = MappingProxyType(
            {key: _distinct(found) if len(found) > 1 else found for key, found in rows.items()}
        )
        self._sections = sections

    def read(self, name: str) -> NameReading:
        """What a name says, where this catalog's sections count as sellers."""
        return read_name(name, self._sections)

    def find(self, reading: NameReading) -> FormMatch | NoRow:
        """The row for a reading: the seller's own, else the maker's, else a reseller's."""
        keyed: list[tuple[ShorterName, str, Rows]] = []
        missed = UNKNOWN
        elsewhere: FormMatch | None = None
        seller = reading.seller
        for shorter in reading.shorter_names():
            key = shorter.key
            rows = self._rows.get(key, ())
            keyed.append((shorter, key, rows))
            # Looked for while the name gets shorter, since most names have a row of their seller.
            own = [row for row in rows if row.seller == seller and _is_of_maker(reading, row)]
            found = self._choose(reading, shorter, key, own) if own else UNKNOWN
            if not isinstance(found, FormMatch):
                missed = missed if missed.reason else found
                if found.reason:  # a name is never answered by a part of it
                    break
            elif elsewhere is None:
                if not found.region:
                    return found
                elsewhere = found
            # A region may have a row under the name without its day only.
            elif not (found.region or found.flags) and _has_model(own, elsewhere.model):
                return found
        if elsewhere:
            return elsewhere
        sized = self._by_size(reading, keyed[-1][0])
        # Where sellers of one kind disagree, the next kind is not asked.
        return sized or (missed if missed.reason else self._of_others(reading, keyed))

    def _choose(
        self, reading: NameReading, shorter: ShorterName, key: str, rows: Rows
    ) -> FormMatch | NoRow:
        first_day = self._first_days.get((rows[0].seller, key), "")
        return choose(reading, shorter, rows, first_day)

    def _of_others(
        self, reading: NameReading, keyed: Sequence[tuple[ShorterName, str, Rows]]
    ) -> FormMatch | NoRow:
        """The maker's row, else one that resellers agree on, else a fine-tuned model's base."""
        missed = UNKNOWN
        for of_kind in (_makers, _resellers):
            for shorter, key, rows in keyed:
                fitting = of_kind(reading, shorter.base, rows) if rows else ()
                found = self._choose(reading, shorter, key, fitting) if fitting else UNKNOWN
                if isinstance(found, FormMatch) or found.reason:
                    return found
                missed = missed if missed is not UNKNOWN else found
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


def _is_of_maker(reading: NameReading, row: NamedRow) -> bool:
    """Whether the row's name and the name do not say two makers."""
    return not (reading.maker and row.maker) or row.maker == reading.maker


def _has_model(rows: Rows, model: Model) -> bool:
    return any(row.model is model for row in rows)


def _distinct(rows: Iterable[NamedRow]) -> Rows:
    return tuple({(*row[:3], row.technical, id(row.model)): row for row in rows}.values())


def _makers(reading: NameReading, base: str, rows: Rows) -> Rows:
    """The rows of the maker that the name says, else of makers, else of sellers no form knows."""
    if reading.maker:
        return [row for row in rows if row.seller == reading.maker]
    makers = makers_of(base, rows, lambda row: row.seller)
    # Where nobody knows who makes it, all rows must agree.
    unknown = any(not is_reseller(row.seller) for row in rows)
    return makers or (rows if unknown else ())


def _resellers(reading: NameReading, _base: str, rows: Rows) -> Rows:
    """The rows of other hosts; a host's own price is too far from another's to stand for it."""
    if reading.seller not in PASSING_ON:
        return ()
    return [row for row in rows if is_reseller(row.seller)]
