"""Gates on real money: what customers pay for a team's usage, in all and each of them."""

from collections.abc import Callable
from fractions import Fraction

from pricectl.changes.bill import BillChange
from pricectl.changes.gates import Gate, GateLimits


def check_bill(bill: BillChange | None, limits: GateLimits) -> tuple[Gate, ...]:
    """The gates on what customers pay; without their usage nobody can say that they hold.

    What they pay from a later day on counts as well: an edit cannot raise prices a day later.
    """
    gates = []
    if limits.max_bill_increase_percent is not None:
        limit = limits.max_bill_increase_percent
        gates.append(_gate("max-bill-increase", limit, bill, lambda one: one.rise_percent))
    if limits.max_account_increase_percent is not None:
        limit = limits.max_account_increase_percent
        gate = _gate(
            "max-account-increase", limit, bill, lambda one: one.largest_account_rise_percent
        )
        if bill and not bill.accounts:
            gate = gate._replace(tripped=True, missing="the usage names no accounts")
        gates.append(gate)
    missing = bill.unknown and f"the bills are without {bill.unknown}" if bill else _NO_USAGE
    if missing:
        gates = [
            gate if bill and gate.tripped else gate._replace(tripped=True, missing=missing)
            for gate in gates
        ]
    return tuple(gates)


_NO_USAGE = "no usage was given, see --usage"


def _gate(
    name: str,
    limit_percent: Fraction,
    bill: BillChange | None,
    rise_of: Callable[[BillChange], Fraction | None],
) -> Gate:
    """The gate by the largest rise, now or from a later day on; a rise from nothing is larger."""
    bills: list[tuple[str, BillChange]] = [("", bill), *bill.later] if bill else []
    rises = [(rise_of(one), day) for day, one in bills]
    rise, day = max(rises, key=_by_rise, default=(None, ""))
    tripped = rise is None or rise > limit_percent
    return Gate(name, limit_percent, rise, tripped, percent=True, since=day)


def _by_rise(found: tuple[Fraction | None, str]) -> tuple[bool, Fraction]:
    rise, _ = found
    return rise is None, rise or Fraction(0)
