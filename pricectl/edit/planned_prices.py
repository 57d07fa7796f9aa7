"""The prices of one list as an edit changes them, before any text is written.

Amounts come first, then shares of them, then shares of a service, so that each share sees the
prices that the same edit sets. A price that is named is not changed with its service.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from pricectl.core.prices import PriceList
from pricectl.core.rates import RateKey
from pricectl.core.units import STANDARD, UNITS
from pricectl.edit.assignments import Assignment, BadEdit
from pricectl.edit.fields import PathField, PriceField, ServiceField
from pricectl.edit.price_words import PriceWord, read_price, rounded
from pricectl.edit.siblings import Dependent, PriceEdit, places

AnyPrice = PriceField | PathField | ServiceField


class NoPrice(BadEdit):
    """A share of a price, or the removal of one, that the list does not have."""


class PlannedPrices:
    """The prices of one list as an edit changes them; later shares see earlier changes."""

    def __init__(self, prices: PriceList, notes: list[str], *, lenient: bool = False) -> None:
        """`lenient`: a share of a price that the list does not have is left out, not refused."""
        self._prices = prices
        self._notes = notes
        self._lenient = lenient
        self.left_out: list[str] = []
        self._moves: dict[str, PriceEdit] = {}
        self._named = set[RateKey]()

    @property
    def moves(self) -> list[PriceEdit]:
        """What changes, without what was assigned the price it has."""
        return [one for one in self._moves.values() if one.old_pico_usd != one.new_pico_usd]

    @property
    def confirmed(self) -> list[str]:
        """The paths of the prices that were assigned what they are."""
        return [
            path
            for path, one in self._moves.items()
            if one.old_pico_usd == one.new_pico_usd and one.new_pico_usd is not None
        ]

    def assign(self, words: Sequence[tuple[AnyPrice, Assignment]]) -> None:
        """Plan every assignment: amounts first, then shares of them, then shares of a service."""
        read = []
        for field, one in words:
            if one.operator != "=":
                raise BadEdit("is a price and not a list", where=str(one))
            word = None if one.removes else self._read(field, one)
            read.append((field, one, word))
        self._named = {field.rate_key for field, _, _ in read if isinstance(field, PriceField)}
        for field, one, word in sorted(read, key=lambda each: _order(each[0], each[2])):
            try:
                if isinstance(field, ServiceField):
                    self._assign_service(field, one, word)
                elif isinstance(field, PathField):
                    self._assign_path(field, one, word)
                else:
                    self._assign(field, one, word)
            except NoPrice:
                if not self._lenient:
                    raise
                self.left_out.append(str(one))

    def keep_ratios(self, dependents: Iterable[Dependent]) -> None:
        """Plan that prices keep their ratio to what they depend on."""
        for one in dependents:
            self._moves[one.place.path] = one.move

    def _read(self, field: AnyPrice, assignment: Assignment) -> PriceWord:
        unit = UNITS["input"] if isinstance(field, ServiceField) else field.unit
        word = read_price(assignment.value, unit, assignment.field)
        if isinstance(field, ServiceField) and word.kind == "amount":
            step = (
                f"write {assignment.field}=50%, +10%, or a price such as input.{assignment.field}"
            )
            raise BadEdit("is a service, so a share", where=str(assignment), next_step=step)
        return word

    def _charged(self, key: RateKey) -> int | None:
        """What the list states for a price after the changes planned so far."""
        pico, path = self._prices.rates.get(key, (None, ""))
        planned = [one for one in self._moves.values() if one.key == key]
        if planned:
            return planned[-1].new_pico_usd
        return pico if path else None

    def _put(self, field: PriceField, pico: int | None) -> None:
        old, path = self._prices.rates.get(field.rate_key, (None, field.key))
        self._moves[path] = PriceEdit(field.rate_key, path, old, pico)

    def _assign(self, field: PriceField, assignment: Assignment, word: PriceWord | None) -> None:
        old = self._charged(field.rate_key)
        if word is None:
            if old is None:
                raise NoPrice("has no price to take out", where=str(assignment))
            self._put(field, None)
        elif word.kind == "amount":
            new = rounded(word.value)
            if new == old:
                self._notes.append(f"{assignment} is its price already")
            self._put(field, new)
        elif word.kind == "change":
            if old is None:
                raise NoPrice("has no price to change", where=str(assignment))
            self._put(field, self._times(old, word.value, assignment))
        else:
            of = _parent(field)
            base = self._charged(of) if of else None
            if base is None:
                step = "write +10% or -10% to change it by a share of itself"
                raise NoPrice(
                    "has no price that it is a share of", where=str(assignment), next_step=step
                )
            self._put(field, self._times(base, word.value, assignment))

    def _assign_path(
        self, field: PathField, assignment: Assignment, word: PriceWord | None
    ) -> None:
        place = next(one for one in places(self._prices) if one.path == field.path)
        if word is None or word.kind == "share":
            step = "write an amount, or +10% to change it"
            raise BadEdit("is inside a structure", where=str(assignment), next_step=step)
        new = place.pico_usd * word.value if word.kind == "change" else word.value
        self._moves[place.path] = PriceEdit(place.key, place.path, place.pico_usd, rounded(new))

    def _assign_service(
        self, field: ServiceField, assignment: Assignment, word: PriceWord | None
    ) -> None:
        """Every price that the service has; where it has none, those of input and output."""
        keys = [key for key in self._prices.rates if key[2] == field.service and _is_token(key)]
        if not keys and word and word.kind == "share":
            # A new row has only the prices that the same edit sets.
            planned = (one.key for one in self._moves.values())
            keys = [
                (unit, tier, field.service)
                for unit, tier, service in dict.fromkeys((*self._prices.rates, *planned))
                if service == STANDARD and unit in {"input", "output"}
            ]
        if not keys:
            raise NoPrice("has no price of this service", where=str(assignment))
        for unit, tier, service in keys:
            above = f"_above_{tier // 1000}k_tokens" if tier else ""
            key = f"{UNITS[unit].key}{above}_{service}"
            price = PriceField(UNITS[unit], tier, service, key)
            if price.rate_key in self._named:
                continue
            # A share needs the standard price; one without it keeps what it has.
            if word is None or word.kind == "change" or self._charged((unit, tier, STANDARD)):
                self._assign(price, assignment, word)

    def _times(self, pico: int, factor: Fraction, assignment: Assignment) -> int:
        exact = pico * factor
        if exact.denominator != 1:
            self._notes.append(f"{assignment} is rounded to a whole picodollar (1e-12 USD)")
        return rounded(exact)


def _order(field: AnyPrice, word: PriceWord | None) -> tuple[bool, bool, bool]:
    share = word is not None and word.kind == "share"
    return isinstance(field, ServiceField), share, share and bool(getattr(field, "service", ""))


def _is_token(key: RateKey) -> bool:
    return UNITS[key[0]].is_token


def _parent(field: PriceField) -> RateKey | None:
    """What a share is a share of: the standard price, the one without a tier, the plain unit."""
    unit, tier, service = field.rate_key
    if service:
        return unit, tier, STANDARD
    if tier:
        return unit, 0, STANDARD
    fallbacks = field.unit.fallbacks
    return (fallbacks[-1], 0, STANDARD) if fallbacks else None
