"""Gates on real money: what customers pay for a team's usage, in all and each of them."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from pricectl.changes.bill import BillChange
from pricectl.changes.gates import Gate, GateLimits
from pricectl.core.labels import count, plural, short_decimal


def check_bill(bill: BillChange | None, limits: GateLimits) -> tuple[Gate, ...]:
    """The gates on what customers pay; a limit trips that nobody can say holds.

    What they pay from a later day on counts as well: an edit cannot raise prices a day later.
    """
    gates = []
    if limits.max_bill_increase_percent is not None:
        gates.append(_gate("max-bill-increase", limits.max_bill_increase_percent, bill, _OF_ALL))
    if limits.max_account_increase_percent is not None:
        limit = limits.max_account_increase_percent
        gates.append(_gate("max-account-increase", limit, bill, _OF_ONE))
    return tuple(gates)


class _BillLimit(NamedTuple):
    """How a limit is held against a bill: its rise, whether it is over, and why nobody can say."""

    rise: Callable[[BillChange], Fraction | None]
    is_over: Callable[[BillChange, Fraction], bool]
    unsure: Callable[[BillChange, Fraction], str]


def _gate(name: str, limit_percent: Fraction, bill: BillChange | None, of: _BillLimit) -> Gate:
    """The gate by the largest rise, now or from a later day on; a rise from nothing is larger."""
    gate = Gate(name, limit_percent, None, tripped=True, percent=True)
    if bill is None:
        return gate._replace(missing="no usage was given, see --usage")
    bills: list[tuple[str, BillChange]] = [("", bill), *bill.later]
    rise, day = max(((of.rise(one), day) for day, one in bills), key=_by_rise)
    gate = gate._replace(actual=rise, since=day)
    if any(of.is_over(one, limit_percent) for _, one in bills):
        return gate
    reasons = [f"the bills are without {bill.unknown}"] if bill.unknown else []
    reasons += [of.unsure(one, limit_percent) for _, one in bills]
    missing = next(filter(None, reasons), "")
    return gate._replace(tripped=bool(missing), missing=missing)


def _by_rise(found: tuple[Fraction | None, str]) -> tuple[bool, Fraction]:
    rise, _ = found
    return rise is None, rise or Fraction(0)


def _is_over(bill: BillChange, limit_percent: Fraction) -> bool:
    rise = bill.rise_percent
    return rise is None or rise > limit_percent


def _unsure_of_bill(bill: BillChange, limit_percent: Fraction) -> str:
    """Why nobody can say whether all customers together pay more; "" if somebody can."""
    highest = bill.highest_rise_percent
    if bill.left_out_calls:
        return _left_out(bill)
    if highest is not None and highest <= limit_percent:
        return ""
    return f"by the summary the rise can be {_up_to(highest)}"


def _unsure_of_accounts(bill: BillChange, limit_percent: Fraction) -> str:
    """Why nobody can say whether an account pays more; "" if somebody can."""
    if not bill.all_accounts:
        return "the usage names no accounts"
    reasons = [_left_out(bill)] if bill.left_out_calls else []
    maybe = bill.accounts_maybe_over(limit_percent)
    if maybe:
        highest = [account.sure_rise.highest for account in bill.accounts]
        known = [rise for rise in highest if rise is not None]
        most = max(known) if len(known) == len(highest) else None
        kept = "the summary keeps a part of their models only as a sum"
        reasons.append(f"{plural(maybe, 'account')} can rise by {_up_to(most)}, since {kept}")
    if bill.folded_may_be_over(limit_percent):
        folded, accounts = count(bill.folded_accounts), plural(bill.all_accounts, "account")
        most = bill.accuracy.folded_highest_percent if bill.accuracy else None
        reasons.append(
            f"{folded} of {accounts} are only in a sum, and one can rise by {_up_to(most)}"
        )
    return "; ".join(reasons)


def _left_out(bill: BillChange) -> str:
    return f"the summary has no room for {plural(bill.left_out_calls, 'call')} of rare names"


def _up_to(percent: Fraction | None) -> str:
    return "any amount" if percent is None else f"up to {short_decimal(percent, 2)}%"


_OF_ALL = _BillLimit(lambda bill: bill.rise_percent, _is_over, _unsure_of_bill)
_OF_ONE = _BillLimit(
    lambda bill: bill.largest_account_rise_percent,
    lambda bill, limit_percent: bool(bill.accounts_over(limit_percent)),
    _unsure_of_accounts,
)
