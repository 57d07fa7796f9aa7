"""Gates on real money: what customers pay for a team's usage, in all and each of them."""

from fractions import Fraction

from pricectl.changes.bill import BillChange
from pricectl.changes.gates import Gate, GateLimits


def check_bill(bill: BillChange | None, limits: GateLimits) -> tuple[Gate, ...]:
    """The gates on what customers pay; without their usage nobody can say that they hold."""
    gates = []
    if limits.max_bill_increase_percent is not None:
        rise = bill.rise_percent if bill else None
        gates.append(_bill_gate("max-bill-increase", limits.max_bill_increase_percent, rise))
    if limits.max_account_increase_percent is not None:
        rise = bill.largest_account_rise_percent if bill else None
        gate = _bill_gate("max-account-increase", limits.max_account_increase_percent, rise)
        if bill and not bill.accounts:
            gate = gate._replace(tripped=True, missing="the usage names no accounts")
        gates.append(gate)
    if bill is None:
        no_usage = "no usage was given, see --usage"
        gates = [gate._replace(tripped=True, missing=no_usage) for gate in gates]
    return tuple(gates)


def _bill_gate(name: str, limit_percent: Fraction, rise: Fraction | None) -> Gate:
    return Gate(name, limit_percent, rise, rise is None or rise > limit_percent, percent=True)
