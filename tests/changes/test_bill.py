"""What customers pay before and after an edit: in words, and against limits. All worked by hand."""

from fractions import Fraction

from pricectl.changes.bill import AccountBill, BillChange
from pricectl.changes.bill_gates import check_bill
from pricectl.changes.gates import GateLimits

USD = 10**12


def account(name: str, old: int, new: int) -> AccountBill:
    return AccountBill(name, Fraction(old * USD), Fraction(new * USD))


# acme +10%, globex +5% exactly, initech cheaper: $300 more on $40,000.
ACCOUNTS = (
    account("acme", 4_000, 4_400),
    account("globex", 2_000, 2_100),
    account("initech", 34_000, 33_800),
)
BILL = BillChange(
    "usage.parquet",
    is_summary=False,
    days=15,
    calls=1_200,
    old_pico_usd=Fraction(40_000 * USD),
    new_pico_usd=Fraction(40_300 * USD),
    old_credits=Fraction(100_000),
    new_credits=Fraction(103_120),
    accounts=ACCOUNTS,
)


def test_the_first_line_is_a_month_of_dollars_credits_and_accounts() -> None:
    """15 days are half a month of 30: twice $300."""
    assert BILL.text == "+$600 a month, +3.1% credits, 1 account over 5%"
    assert BILL.basis == (
        "1,200 calls of 3 accounts in usage.parquet: 15 days, scaled by 2.00 to a month of 30 days"
    )


def test_a_month_is_not_scaled() -> None:
    assert BILL._replace(days=30).text.startswith("+$300 a month")
    assert BILL._replace(days=30).basis == "1,200 calls of 3 accounts in usage.parquet: 30 days"


def test_usage_without_times_counts_as_a_month_and_says_so() -> None:
    bill = BILL._replace(days=None)
    assert bill.text.startswith("+$300 a month")
    assert bill.basis.endswith("it has no times, so it counts as a month")


def test_small_and_negative_amounts() -> None:
    cheaper = BILL._replace(days=30, new_pico_usd=Fraction(40_000 * USD) - USD // 2)
    assert cheaper.text.startswith("-$0.50 a month")
    tiny = BILL._replace(days=30, new_pico_usd=BILL.old_pico_usd + 1)
    assert tiny.text.startswith("less than $0.01 a month")
    same = BILL._replace(new_pico_usd=BILL.old_pico_usd, new_credits=BILL.old_credits, accounts=())
    assert same.text == "$0 a month, 0% credits"


def test_accounts_of_which_nothing_is_known_are_not_passed_over_in_silence() -> None:
    """A summary that keeps three of 1,203 accounts says that it speaks of three."""
    folded = BILL._replace(folded_accounts=1_200)
    assert folded.text.endswith("1 account of the 3 largest over 5%")
    assert "of 1,203 accounts" in folded.basis


def gates(bill: BillChange | None, whole: str | None, one: str | None) -> list[str]:
    limits = GateLimits().with_bills(whole, one)
    return [gate.text for gate in check_bill(bill, limits) if gate.tripped]


def test_limits_hold_up_to_their_number() -> None:
    """$300 on $40,000 is 0.75%; the largest rise of an account is 10%."""
    assert gates(BILL, "0.75%", "10%") == []
    assert gates(BILL, "0.74%", None) == ["limit max-bill-increase exceeded: 0.75%, limit 0.74%"]
    assert gates(BILL, None, "9.9%") == ["limit max-account-increase exceeded: 10%, limit 9.9%"]


def test_an_account_that_paid_nothing_before_has_no_percentage_and_trips() -> None:
    bill = BILL._replace(accounts=(account("new", 0, 1),))
    assert gates(bill, None, "1000%") == [
        "limit max-account-increase exceeded: from nothing, limit 1000%"
    ]


def test_a_cheaper_bill_trips_nothing() -> None:
    assert gates(BILL._replace(new_pico_usd=Fraction(0)), "0%", None) == []


def test_a_limit_that_cannot_be_confirmed_trips() -> None:
    assert gates(None, "5%", "5%") == [
        f"limit {name} cannot be confirmed: no usage was given, see --usage; limit 5%"
        for name in ("max-bill-increase", "max-account-increase")
    ]
    assert gates(BILL._replace(accounts=()), None, "5%") == [
        "limit max-account-increase cannot be confirmed: the usage names no accounts; limit 5%"
    ]
