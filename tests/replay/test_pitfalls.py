"""What gives wrong money in silence in an engine, each seen once: here it is right or refused."""

import random
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import MODES, BadProfile, Catalog, Profile
from pricectl.core.credits import BUDGET_MODES, BudgetMode
from pricectl.core.money import ROUNDINGS, divide
from pricectl.replay.arithmetic import ROUNDING_SQL, CreditFormula, rounded
from pricectl.replay.check import check_calls, sampled_calls
from pricectl.replay.cost_sums import create_sums
from pricectl.replay.duckdb_engine import ENGINE, rows_of, session
from pricectl.replay.errors import RatingDiffers, ReplayRefused
from pricectl.replay.prepared_log import prepare
from pricectl.replay.ratebook import Side
from pricectl.replay.rated_rows import write_rows
from pricectl.replay.rating import rate
from pricectl.replay.rating_result import Rating
from tests.replay.random_logs import calls_table, credits_of_rows

duckdb = pytest.importorskip("duckdb", reason="needs the extra replay")

CATALOG = Catalog.load(
    """{"o": {
      "m": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05},
      "night": {"input_cost_per_token": 2e-06, "output_cost_per_token": 2e-06,
        "off_peak_pricing": {"input_cost_per_token": 1e-06, "hours_utc": "16:30-00:30"}},
      "dear": {"input_cost_per_token": 900000, "output_cost_per_token": 900000}
    }}"""
)
NEW = Side("new", CATALOG)
# The profile and the job of the known overflow: $69 x 133,333 x 1,000 leaves 64 bits.
AWKWARD = Profile.read({"markup_percent": "33.333", "credits_per_dollar": 1000})


def call(number: int, name: str = "m", **columns: Any) -> dict[str, Any]:
    return {"row": number, "name": name, "input": 1000, "output": 10, **columns}


def rated(rows: list[dict[str, Any]], profile: Profile = AWKWARD, **options: Any) -> Rating:
    with calls_table(rows) as connection:
        return rate(connection, "calls", [NEW], profile, **options)


def test_a_job_over_69_dollars_is_charged_exactly() -> None:
    # 30 calls of a job at $2.50 are $75; 33.333% more and 1,000 credits a dollar: 99,999.75
    rows = [call(number, job="j", input=1_000_000, output=0) for number in range(30)]
    [total] = rated(rows).groups[()]
    assert total.sides["new"].credits["consumption_usd"] == 100_000
    assert total.sides["new"].customer_pico_usd == 75 * 10**12 * Fraction(133_333, 100_000)


def test_jobs_on_both_sides_of_64_bits_are_charged_as_the_calculator_charges() -> None:
    rng = random.Random("wide jobs")  # noqa: S311 - test data
    rows = [
        call(number, job=f"j{rng.randint(0, 9)}", input=rng.choice((1, 7 * 10**6, 10**9)))
        for number in range(60)
    ]
    for rounding in ROUNDINGS:
        profile = AWKWARD._replace(rounding=rounding)
        [total] = rated(rows, profile).groups[()]
        for mode in MODES:
            expected = sum(credits_of_rows(NEW, rows, mode, profile).values())
            assert total.sides["new"].credits[mode] == expected


def test_jobs_of_two_accounts_are_two_jobs_under_one_name() -> None:
    """$0.0026 and 33.333% more are 3.47 credits, so 4 for each account, where both were 6.93: 7."""
    rows = [call(n, job="j", account=name) for n, name in enumerate(("acme", "globex"))]
    for grouping, jobs in (((), [2]), (("account",), [1, 1]), (("name",), [2]), (("job",), [2])):
        groups = rated(rows, groupings=[grouping]).groups[grouping]
        assert [group.jobs for group in groups] == jobs
        assert sum(group.sides["new"].credits["consumption_usd"] for group in groups) == 8


def test_jobs_with_several_models_stay_apart_by_account() -> None:
    """By model a job of one account is told call by call: 4 credits, then 7 in all."""
    rows = [
        call(n, ("m", "night")[n // 2], job="j", account=("acme", "globex")[n % 2])
        | ({} if n < 2 else {"input": 1295, "output": 5})
        for n in range(4)
    ]
    groups = rated(rows, groupings=[("name",)]).groups["name",]
    assert {
        group.values[0]: (group.jobs, group.sides["new"].credits["consumption_usd"])
        for group in groups
    } == {"m": (2, 8), "night": (2, 6)}


def test_a_large_count_of_a_cheap_model_does_not_widen_the_numbers_of_a_dear_one() -> None:
    """1e12 tokens at $900,000 leave 64 bits, and no call has both."""
    rows = [call(1, input=10**12, output=0), call(2, "dear", input=1, output=0)]
    with calls_table(rows) as connection:
        log = prepare(connection, "calls", [NEW], AWKWARD)
    assert [side.number for side in log.rated.sides] == [ENGINE.narrow]
    [total] = rated(rows).groups[()]
    assert total.sides["new"].pico_usd == 10**12 * 2_500_000 + 900_000 * 10**12


def test_a_large_count_of_a_cheap_model_does_not_refuse_the_credits_of_a_dear_one() -> None:
    """Costs fit 64 bits either way; with the largest count at every model credits leave 128."""
    profile = Profile.read(
        {
            "markup_percent": "33.33333333",
            "credits_per_dollar": "1234567.1234567",
            "rules": [{"model": "m", "markup_percent": "7.7777777"}],
        }
    )
    catalog = Catalog.load(
        """{"o": {"m": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05},
          "cheap": {"input_cost_per_token": 1e-12, "output_cost_per_token": 0}}}"""
    )
    rows = [call(1, "cheap", input=10**9, output=0), *(call(n, input=10) for n in range(2, 30))]
    with calls_table(rows) as connection:
        rating = rate(connection, "calls", [Side("new", catalog)], profile, sample=10**9)
    assert rating.checked_calls == len(rows)


def test_numbers_of_calls_up_to_the_last_one_can_be_sampled() -> None:
    rows = [call(2**63 - 1), call(-(2**63)), call(0)]
    for seed in (0, 1, -1, 2**62):
        assert rated(rows, seed=seed, sample=10).checked_calls == len(rows)


def test_a_sum_that_no_type_holds_is_refused_before_the_run() -> None:
    # 1e15 tokens at $900,000 are 9e32 picodollars a call; a hundred calls x 133,333 leave 38 digits
    rows = [call(number, "dear", input=10**15) for number in range(100)]
    with pytest.raises(ReplayRefused, match="adds up exactly"):
        rated(rows)


def test_a_sum_of_more_than_64_bits_is_exact() -> None:
    rows = [call(number, "dear", input=10**9 + 1, output=0) for number in range(3)]
    [total] = rated(rows).groups[()]
    assert total.sides["new"].pico_usd == 3 * (10**9 + 1) * 900_000 * 10**12


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"input": -1}, "negative count"),
        ({"input": 10**15 + 1}, "more than"),
        ({"requests": 0}, "less than one request"),
        ({"at": datetime(1969, 12, 31)}, "before 1970"),  # noqa: DTZ001
    ],
)
def test_a_log_with_numbers_that_cannot_be_right_is_refused(
    columns: dict[str, Any], message: str
) -> None:
    with pytest.raises(ReplayRefused, match=message):
        rated([call(1), call(2, **columns)])


def test_times_are_utc_whatever_the_machine_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """16:30 UTC is off-peak and 16:29 is not."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    rows = [
        call(n, "night", output=0, at=datetime(2026, 11, 27, 16, minute))  # noqa: DTZ001
        for n, minute in enumerate((29, 30))
    ]
    [total] = rated(rows).groups[()]
    assert total.sides["new"].pico_usd == 1000 * 2_000_000 + 1000 * 1_000_000
    with session() as connection:
        assert rows_of(connection, "SELECT hour(TIMESTAMPTZ '2026-11-27 16:30+00') AS h") == [
            {"h": 16}
        ]


def test_a_log_in_local_times_is_refused() -> None:
    rows = [call(1, at=datetime(2026, 11, 27))]  # noqa: DTZ001
    with (
        calls_table(rows, at="TIMESTAMPTZ") as connection,
        pytest.raises(ReplayRefused, match="TIMESTAMP WITH TIME ZONE"),
    ):
        rate(connection, "calls", [NEW], AWKWARD)


def test_an_overflow_is_an_error_and_never_wraps() -> None:
    with session() as connection, pytest.raises(duckdb.OutOfRangeException):
        connection.execute(f"SELECT CAST({2**62} AS BIGINT) * 4").fetchall()


def test_division_of_whole_numbers_is_exact_at_any_width() -> None:
    """A division that goes through a double loses the last digits of these."""
    with session() as connection:
        for numerator, denominator in ((10**36 + 1, 3), (2**63 - 1, 7), (10**37, 10**14 + 1)):
            quotient = ENGINE.divided(f"CAST('{numerator}' AS {ENGINE.wide})", str(denominator))
            [row] = rows_of(connection, f"SELECT {quotient} AS quotient")
            assert row["quotient"] == numerator // denominator


def test_every_rounding_is_that_of_the_calculator() -> None:
    assert ROUNDING_SQL.keys() == ROUNDINGS.keys()
    rng = random.Random("roundings")  # noqa: S311 - test data
    cases = [(rng.randint(0, 10**12), rng.choice((2, 3, 10, 1000, 10**9))) for _ in range(50)]
    cases += [(half * 500, 1000) for half in range(12)]
    with session() as connection:
        for rounding in ROUNDINGS:
            columns = ", ".join(
                f"{rounded(ENGINE, f'CAST({numerator} AS BIGINT)', denominator, rounding)} AS c{n}"
                for n, (numerator, denominator) in enumerate(cases)
            )
            [row] = rows_of(connection, f"SELECT {columns}")
            assert list(row.values()) == [
                divide(numerator, denominator, rounding) for numerator, denominator in cases
            ]


def test_a_mode_that_is_not_in_proportion_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    squared = BudgetMode(
        "squared", "Squared", "tokens", lambda job, _: Fraction(job.tokens**2), "{tokens} squared"
    )
    monkeypatch.setitem(BUDGET_MODES, "squared", squared)
    with pytest.raises(BadProfile, match="in proportion"):
        CreditFormula.of("squared", AWKWARD, Fraction(1))


def test_wide_numbers_are_stored_as_decimals_and_not_as_doubles(tmp_path: Path) -> None:
    rows = [call(1, "dear", input=10**9 + 1, output=0)]
    target = tmp_path / "it's rows.parquet"
    with calls_table(rows) as connection:
        log = prepare(connection, "calls", [NEW], AWKWARD)
        write_rows(log, target)
    stored = duckdb.read_parquet(str(target))
    kinds = dict(zip(stored.columns, map(str, stored.types), strict=True))
    assert {kinds["pico_usd_new"], kinds["customer_new"]} == {"DECIMAL(38,0)"}
    assert "DOUBLE" not in kinds.values()
    found = dict(zip(stored.columns, stored.fetchall()[0], strict=True))
    assert found["pico_usd_new"] == Decimal((10**9 + 1) * 900_000 * 10**12)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE book SET c0_r_0 = c0_r_0 + 1",
        "UPDATE book SET flag_bits = flag_bits + 1",
        "UPDATE terms_0 SET fee = fee + 1",
    ],
)
def test_a_run_fails_on_one_call_that_the_calculator_prices_otherwise(change: str) -> None:
    profile = Profile.read({"rules": [{"fee_usd": "0.001"}]})
    region = {"region": "moon"}  # so that there is a flag
    with calls_table([call(number, **region) for number in range(50)]) as connection:
        log = prepare(connection, "calls", [NEW], profile)
        create_sums(log, sample=10**6)
        assert check_calls(log, sampled_calls(log)) == 50
        connection.execute(change)
        create_sums(log, sample=10**6)
        with pytest.raises(RatingDiffers, match="by the calculator"):
            check_calls(log, sampled_calls(log))


def test_a_call_that_two_cells_price_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from pricectl.replay import rating

    def prepared_twice(*arguments: Any, **options: Any) -> Any:
        log = prepare(*arguments, **options)
        arguments[0].execute("INSERT INTO book SELECT * FROM book")
        return log

    monkeypatch.setattr(rating, "prepare", prepared_twice)
    with pytest.raises(ReplayRefused, match="have one price"):
        rated([call(1)], sample=0)


def test_names_and_accounts_are_never_read_as_sql() -> None:
    hostile = "x'; DROP TABLE calls; --"
    profile = Profile.read({"rules": [{"account": "acme", "markup_percent": 10}]})
    rows = [call(1, hostile, account=hostile, team='"'), call(2, "\x00\n,", account="acme")]
    found = rated(rows, profile, groupings=[("name",), ("account", "team")])
    assert {group.values for group in found.groups["name",]} == {(hostile,), ("\x00\n,",)}
    assert sum(group.calls for group in found.groups["account", "team"]) == 2


def test_a_log_without_calls_is_refused() -> None:
    with calls_table([call(1)]) as connection:
        connection.execute("DELETE FROM calls")
        with pytest.raises(ReplayRefused, match="no calls"):
            rate(connection, "calls", [NEW], AWKWARD)


def test_stated_costs_beyond_64_bits_are_charged_exactly() -> None:
    """A profile that prefers stated costs charges by them, however small the list price is."""
    profile = AWKWARD._replace(prefer_stated_cost=True)
    rows = [
        call(number, job="j", seller="openrouter", stated_pico=10**16 if number else None)
        for number in range(3)
    ]
    [total] = rated(rows, profile).groups[()]
    # Two calls at $10,000 and one at 1,000 x 2.5 + 10 x 10 = $0.0026, 33.333% more.
    exact = Fraction(2 * 10**16 + 2_600_000_000) * Fraction(133_333, 100_000)
    assert total.sides["new"].customer_pico_usd == exact
    # $26,666.60346... x 1,000 = 26,666,603.46..., up
    assert total.sides["new"].credits["consumption_usd"] == 26_666_604


def test_stated_costs_that_no_type_holds_are_refused_before_the_run() -> None:
    profile = AWKWARD._replace(prefer_stated_cost=True)
    rows = [call(number, seller="openrouter", stated_pico=10**33) for number in range(3)]
    with pytest.raises(ReplayRefused, match="more than duckdb adds up exactly"):
        rated(rows, profile)
