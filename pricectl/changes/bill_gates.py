"""Gates on real money: what customers pay for a team's usage, in all and each of them."""

from fractions import Fraction

from pricectl.changes.bill import BillChange
from pricectl.changes.gates import Gate, GateLimits
from pricectl.core.labels import count, plural, short_decimal


def check_bill(bill: BillChange | None, limits: GateLimits) -> tuple[Gate, ...]:
    """The gates on what customers pay; a limit trips that nobody can say holds."""
    gates = []
    if limits.max_bill_increase_percent is not None:
        limit = limits.max_bill_increase_percent
        rise = bill.rise_percent if bill else None
        gate = _bill_gate("max-bill-increase", limit, rise)
        gates.append(_missing(gate, _unsure_of_bill(bill, limit)))
    if limits.max_account_increase_percent is not None:
        limit = limits.max_account_increase_percent
        rise = bill.largest_account_rise_percent if bill else None
        gate = _bill_gate("max-account-increase", limit, rise)
        is_over = bill is not None and bool(bill.accounts_over(limit))
        gate = gate._replace(tripped=is_over)
        gates.append(gate if is_over else _missing(gate, _unsure_of_accounts(bill, limit)))
    return tuple(gates)


def _bill_gate(name: str, limit_percent: Fraction, rise: Fraction | None) -> Gate:
    return Gate(name, limit_percent, rise, rise is None or rise > limit_percent, percent=True)


def _missing(gate: Gate, missing: str) -> Gate:
    """The gate, which also trips if something is missing that it needs."""
    return gate._replace(tripped=True, missing=missing) if missing else gate


def _unsure_of_bill(bill: BillChange | None, limit_percent: Fraction) -> str:
    """Why nobody can say whether all customers together pay more; "" if somebody can."""
    if bill is None:
        return _NO_USAGE
    rise, highest = bill.rise_percent, bill.highest_rise_percent
    if rise is None or rise > limit_percent:
        return ""
    if bill.left_out_calls:
        return _left_out(bill)
    if highest is not None and highest <= limit_percent:
        return ""
    return f"by the summary the rise can be {_up_to(highest)}"


def _unsure_of_accounts(bill: BillChange | None, limit_percent: Fraction) -> str:
    """Why nobody can say whether an account pays more; "" if somebody can."""
    if bill is None:
        return _NO_USAGE
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


_NO_USAGE = "no usage was given, see --usage"
