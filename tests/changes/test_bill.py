"""What customers pay before and after an edit: in words, and against limits. All worked by hand."""

from fractions import Fraction

from pricectl.changes.account_bill import AccountBill, RiseRange
from pricectl.changes.bill import BillAccuracy, BillChange
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


# Of 1,203 accounts three are known one by one; no other can rise by more than 8%.
SURE = BillAccuracy(Fraction(0), Fraction(0), Fraction(0), Fraction(8), Fraction(97), Fraction(90))
FOLDED = BILL._replace(is_summary=True, folded_accounts=1_200, accuracy=SURE)


def test_accounts_of_which_nothing_is_known_are_not_passed_over_in_silence() -> None:
    """A summary that keeps three of 1,203 accounts says that it speaks of three."""
    assert FOLDED.text.endswith("1 account over 5% (of 3 of 1,203)")
    assert "of 1,203 accounts" in FOLDED.basis
    assert FOLDED.basis.endswith("; 3 accounts with 97% of the tokens one by one")


def test_accounts_that_surely_rise_less_count_among_those_that_are_known() -> None:
    none_over = FOLDED._replace(accuracy=SURE._replace(folded_highest_percent=Fraction(5)))
    assert none_over.text.endswith("1 account over 5%")


def test_accounts_that_may_rise_more_are_counted_beside_those_that_do() -> None:
    """globex rises by 4 to 6%, initech by 0 to 5%: one account surely, one more perhaps."""
    acme, globex, initech = ACCOUNTS
    ranges = (Fraction(4), Fraction(6)), (Fraction(0), Fraction(5))
    accounts = (
        acme,
        globex._replace(rise_range=RiseRange(*ranges[0])),
        initech._replace(rise_range=RiseRange(*ranges[1])),
    )
    bill = FOLDED._replace(folded_accounts=0, accounts=accounts)
    assert bill.text.endswith("1 to 2 accounts over 5%")
    assert gates(bill, None, "5%") == ["limit max-account-increase exceeded: 10%, limit 5%"]
    others = bill._replace(accounts=accounts[1:])
    assert gates(others, None, "6%") == []
    [said] = gates(others, None, "5.5%")
    assert said.startswith("limit max-account-increase cannot be confirmed: ")
    assert "1 account can rise by up to 6%, since the" in said
    assert said.endswith("summary keeps a part of their models only as a sum; limit 5.5%")


def test_a_limit_on_accounts_trips_where_one_in_a_sum_can_rise_more() -> None:
    assert gates(FOLDED, None, "10%") == []
    bill = FOLDED._replace(accounts=ACCOUNTS[1:])
    assert gates(bill, None, "8%") == []
    [said] = gates(bill, None, "7%")
    assert said.startswith("limit max-account-increase cannot be confirmed: ")
    assert "1,200 of 1,202 accounts are only in a sum," in said
    assert said.endswith("and one can rise by up to 8%; limit 7%")
    unknown = bill._replace(accuracy=SURE._replace(folded_highest_percent=None), accounts=())
    [said] = gates(unknown, None, "700%")
    assert said.startswith("limit max-account-increase cannot be confirmed: ")
    assert "1,200 of 1,200 accounts are only in a sum," in said
    assert said.endswith("and one can rise by any amount; limit 700%")


def test_a_limit_trips_where_calls_are_left_out() -> None:
    for limits in (("90%", None), (None, "90%")):
        [said] = gates(BILL._replace(left_out_calls=4), *limits)
        assert "cannot be confirmed: the summary has no room for 4 calls of rare names" in said


def test_a_limit_on_the_bill_trips_where_the_summary_may_be_too_low() -> None:
    """$300 +- $100 on $40,000 - $0 can be 1%; without bounds nobody can say."""
    off = SURE._replace(difference_off_by_pico_usd=Fraction(100 * USD))
    bill = BILL._replace(is_summary=True, accuracy=off)
    assert bill.basis.endswith("; at most $200 a month off")
    assert gates(bill, "1%", None) == []
    [said] = gates(bill, "0.8%", None)
    assert said.startswith("limit max-bill-increase cannot be confirmed: ")
    assert "by the summary the rise can be up to 1%;" in said
    assert said.endswith("limit 0.8%")
    stated = SURE._replace(old_off_by_pico_usd=None, difference_off_by_pico_usd=None)
    bill = bill._replace(accuracy=stated)
    assert bill._replace(left_out_calls=4).basis.endswith(
        "; without 4 calls of rare names; without what responses state as their cost"
    )
    [said] = gates(bill, "90%", None)
    assert said.startswith("limit max-bill-increase cannot be confirmed: ")
    assert "by the summary the rise can be any amount;" in said
    assert said.endswith("limit 90%")


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
