# ruff: noqa: F811 - fixtures of other tests are imported by name
"""`diff` of the settings: what differs, what sample jobs are charged, which limits trip.

A chat turn (1,000 in, 500 out) of gpt-4o ($2.50 and $10 per 1M) costs $0.0025 + $0.005 = $0.0075, a
long document (100,000 in, 2,000 out) $0.25 + $0.02 = $0.27, and the agent's 20 calls (3,000 in and
27,000 cached at $1.25, 800 out) 20 x ($0.0075 + $0.03375 + $0.008) = $0.985.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_own_gate import Edit, edit, waiver  # noqa: F401 - a fixture
from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("three_modes")
TOML = "pricectl.toml"
AT = ("--at", "2026-11-23")
CRITICAL = 'critical = ["gpt-4o"]\n'
AGENT = "cached agent, 20 calls (30,000 in of them 27,000 cached, 800 out)"
DOCUMENT = "long document (100,000 in, 2,000 out)"
TURN = "chat turn (1,000 in, 500 out)"


def profile(name: str = "default", /, **values: object) -> str:
    lines = (f"{key} = {json.dumps(value)}" for key, value in values.items())
    return "\n".join((f"[profiles.{name}]", *lines, ""))


DEAR = CRITICAL + profile(markup_percent=30, credits_per_dollar=100)
CHEAP = CRITICAL + profile(markup_percent=3, credits_per_dollar=10)


def settings_edit(edit_files: Edit, before: str, after: str | None) -> None:
    edit_files({NAME: CATALOG, TOML: before}, {TOML: after})


def document(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    result = run("diff", "--base", "main", *AT, "-o", "json", *words)
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def gates(run: Run, *words: str, code: int = 1) -> dict[str, tuple[str | None, bool]]:
    found = document(run, *words, code=code)
    return {gate["id"]: (gate["actual"], gate["tripped"]) for gate in found["gates"]}


def charged(found: dict[str, Any], model: str = "gpt-4o") -> dict[str, tuple[Any, ...]]:
    """By workload: the customer's price before and now, then the credits of each mode."""
    return {
        job["workload"]: (
            job["old"]["client_cost_usd"],
            job["new"]["client_cost_usd"],
            *zip(job["old"]["credits"].values(), job["new"]["credits"].values(), strict=True),
        )
        for job in found["charges"]
        if job["model"] == model
    }


def changes(found: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    return {one["name"]: (one["old"], one["new"]) for one in found["settings"]["changes"]}


def test_a_markup_and_the_worth_of_a_credit_that_fall_are_shown_and_trip_the_limits(
    run: Run,
    edit: Edit,
) -> None:
    settings_edit(edit, DEAR, CHEAP)
    found = document(run)
    assert found["summary"].startswith("2 settings changed vs main")
    assert changes(found) == {
        "profiles.default.markup_percent": ("30", "3"),
        "profiles.default.credits_per_dollar": ("100", "10"),
    }
    # $0.0075 x 1.3 = $0.00975, x 100 = 0.975 credits; x 1.03 = $0.007725, x 10 = 0.07725 credits.
    # $0.27 x 1.3 = $0.351, 35.1 credits; $0.2781, 2.781 credits. $0.985 x 1.3 = $1.2805, 128.05
    # credits; $1.01455, 10.1455 credits. Jobs and tokens are charged as before.
    assert charged(found) == {
        DOCUMENT: ("0.351", "0.2781", (1, 1), (36, 3), (11, 11)),
        AGENT: ("1.2805", "1.01455", (1, 1), (129, 11), (62, 62)),
        TURN: ("0.00975", "0.007725", (1, 1), (1, 1), (1, 1)),
    }
    # 1.03 / 1.3 = 79.2308%. The agent of o1-retired ($15 and $60) costs 20 x ($0.45 + $0.048) =
    # $9.96: 1,294.8 credits before and 102.588 now; 103 of 1,295 are 7.9537%.
    limits = ("--max-increase", "0%", "--max-decrease", "20%", "--max-credit-change", "20%")
    assert gates(run, *limits) == {
        "max-increase": ("0%", False),
        "max-decrease": ("20.7692%", True),
        "max-credit-change": ("92.0463%", True),
    }
    assert gates(run, "--max-decrease", "20.8%", code=0) == {"max-decrease": ("20.7692%", False)}
    assert gates(run, "--fail-on", "any")["fail-on-any"] == ("2", True)
    assert gates(run, "--fail-on", "decrease")["fail-on-decrease"][1]
    assert gates(run, "--fail-on", "increase", code=0)["fail-on-increase"] == ("0", False)


@pytest.mark.parametrize("width", [80, 120])
def test_the_text_shows_what_is_loosened_first_and_fits(
    run: Run,
    edit: Edit,
    width: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings_edit(edit, DEAR, CHEAP)
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("diff", "--base", "main", *AT).stdout.splitlines()
    assert lines[:2] == [
        "! in the settings `profiles.default.markup_percent` is 3 instead of 30",
        "! in the settings `profiles.default.credits_per_dollar` is 10 instead of 100",
    ]
    start = lines.index("Settings")
    assert lines[2].startswith("2 settings changed vs main")
    assert start < 10
    assert lines[start : start + 3] == [
        "Settings",
        "  ! profiles.default.markup_percent      30   →  3",
        "  ! profiles.default.credits_per_dollar  100  →  10",
    ]
    assert lines[start + 4].startswith("Sample jobs charged by the profile default")
    (job,) = (line.split() for line in lines if "$0.351 " in line)
    assert job[:5] == ["long", "document", "$0.351", "→", "$0.2781"]
    assert job[5:10] == ["36", "→", "3", "cr", "-20.8%"]
    assert max(map(len, lines)) <= width


def test_every_format_shows_the_settings_and_the_charges(run: Run, edit: Edit) -> None:
    settings_edit(edit, DEAR, CHEAP)
    markdown = run("diff", "--base", "main", *AT, "-o", "markdown").stdout
    assert "| ⚠️ `profiles.default.markup_percent` | `30` | `3` |" in markdown
    assert "| `$0.351` | `$0.2781` | ▼ -20.8%, -91.7% cr | 1 | 36 → 3 | 11 |" in markdown
    github = run("diff", "--base", "main", *AT, "-o", "github").stdout.splitlines()
    assert github[0].startswith("::warning title=gate-loosened::in the settings")
    assert "::warning title=setting::profiles.default.markup_percent: 30 -> 3" in github
    assert any("$0.351 -> $0.2781" in line and "36 -> 3 cr" in line for line in github)


@pytest.mark.parametrize("output", ["text", "markdown", "github"])
def test_hostile_names_of_profiles_are_escaped(run: Run, edit: Edit, output: str) -> None:
    name = json.dumps("\x1b[31m<img>|@user`\u202e")
    settings_edit(edit, profile(name, markup_percent=30), profile(name, markup_percent=3))
    shown = run("diff", "--base", "main", *AT, "-o", output).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    if output == "markdown":
        assert "<img" not in shown
        assert "@user" not in shown


def test_an_edit_that_raises_its_own_limit_is_held_to_the_old_one(
    run: Run,
    edit: Edit,
) -> None:
    limit = "[gates]\nmax_credit_change = {}\nmax_decrease = {}\nfail_on = {}\n"
    settings_edit(
        edit,
        DEAR + limit.format("20", '"10%"', '["removed", "error"]'),
        CHEAP + limit.format('"10000%"', "99", "[]"),
    )
    found = document(run, code=1)
    loosened = "\n".join(found["loosened"])
    assert "`gates.max_credit_change_percent` is 10000 instead of 20" in loosened
    assert "`gates.max_decrease_percent` is 99 instead of 10" in loosened
    assert "`gates.fail_on_changes` no longer names removed" in loosened
    waiting = [one["name"] for one in found["settings"]["changes"] if not one["counts"]]
    assert "gates.max_credit_change_percent" in waiting
    assert all(one["loosens"] for one in found["settings"]["changes"])
    assert gates(run) == {
        "fail-on-removed": ("0", False),
        "max-decrease": ("20.7692%", True),
        "max-credit-change": ("92.0463%", True),
    }
    # An option replaces the setting: whoever runs the command has seen it.
    assert gates(run, "--max-credit-change", "95%", "--max-decrease", "21%", code=0)


def test_the_jobs_of_the_first_settings_do_not_replace_the_built_in_ones(
    run: Run, edit: Edit
) -> None:
    """A job of one token is one credit whatever a credit is worth, the agent's 10 become 1."""
    job = '[[workloads]]\nname = "tiny"\ninput_tokens = 1\n'
    edit({NAME: CATALOG}, {TOML: profile(credits_per_dollar=1) + job})
    assert gates(run, "--max-credit-change", "20%") == {"max-credit-change": ("90%", True)}


def test_limits_that_an_edit_deletes_with_the_settings_still_hold(
    run: Run,
    edit: Edit,
) -> None:
    settings_edit(edit, DEAR + "[gates]\nmax_credit_change = 20\n", None)
    found = document(run, code=1)
    # The built-in profile: no markup, 10 credits a dollar: $0.27, 2.7 credits.
    assert charged(found)[DOCUMENT] == ("0.351", "0.27", (1, 1), (36, 3), (11, 11))
    assert changes(found)["profiles.default.markup_percent"] == ("30", "0")


def test_the_chosen_profile_under_a_new_name_is_compared_with_the_old_one(
    run: Run,
    edit: Edit,
) -> None:
    settings_edit(
        edit,
        CRITICAL + 'profile = "gold"\n' + profile("gold", markup_percent=30),
        CRITICAL + 'profile = "vip"\n' + profile("vip", markup_percent=3),
    )
    found = document(run)
    assert changes(found) == {
        "profile": ("gold", "vip"),
        "profiles.vip": ("profile gold", "profile vip"),
        "profiles.vip.markup_percent": ("30", "3"),
    }
    # 10 credits a dollar: 3.51 and 2.781 credits.
    assert charged(found)[DOCUMENT] == ("0.351", "0.2781", (1, 1), (4, 3), (11, 11))
    assert {(job["old_profile"], job["new_profile"]) for job in found["charges"]} == {
        ("gold", "vip")
    }
    assert gates(run, "--fail-on", "removed", "--max-decrease", "20%") == {
        "fail-on-removed": ("1", True),
        "max-decrease": ("20.7692%", True),
    }


def test_another_profile_under_a_new_name_is_compared_with_the_one_that_is_gone(
    run: Run,
    edit: Edit,
) -> None:
    new = profile("new", credits_per_job=50)
    settings_edit(
        edit,
        CRITICAL + profile("gold", markup_percent=30, tokens_per_credit=500),
        CRITICAL + new + profile("vip", markup_percent=3, tokens_per_credit=500),
    )
    found = document(run)
    assert found["profile"] == "default"
    assert changes(found)["profiles.vip.markup_percent"] == ("30", "3")
    assert changes(found)["profiles.new"][0] is None
    assert changes(found)["profiles.vip"] == ("profile gold", "profile vip")
    # 102,000 tokens / 500 = 204 credits.
    assert charged(found)[DOCUMENT] == ("0.351", "0.2781", (1, 1), (4, 3), (204, 204))
    assert gates(run, "--max-decrease", "20%")["max-decrease"] == ("20.7692%", True)


def test_a_profile_that_only_has_another_name_charges_the_same(
    run: Run,
    edit: Edit,
) -> None:
    settings_edit(
        edit,
        'profile = "gold"\n' + profile("gold", markup_percent=30),
        'profile = "vip"\n' + profile("vip", markup_percent=30),
    )
    found = document(run, "--max-credit-change", "0%", "--max-decrease", "0%")
    assert found["charges"] == []
    assert changes(found)["profiles.vip"] == ("profile gold", "profile vip")


# The values before and now, what is charged for the long document, the turn, and the largest move.
VALUES: dict[str, tuple[dict[str, object], dict[str, object], dict[str, tuple[Any, ...]], str]] = {
    # The customer pays the same in dollars: nothing of the money moves.
    "job_based": (
        {},
        {"credits_per_job": 2},
        {DOCUMENT: ((1, 2), (3, 3), (11, 11)), TURN: ((1, 2), (1, 1), (1, 1))},
        "100%",
    ),
    # 102,000 / 5,000 = 20.4 tokens; the agent has 616,000: 61.6 and 123.2, so 62 and 124.
    "consumption_tokens": (
        {"tokens_per_credit": 10_000},
        {"tokens_per_credit": 5_000},
        {DOCUMENT: ((1, 1), (3, 3), (11, 21)), TURN: ((1, 1), (1, 1), (1, 1))},
        "100%",
    ),
    "minimum_credits": (
        {"minimum_credits": 1},
        {"minimum_credits": 5},
        {DOCUMENT: ((1, 5), (3, 5), (11, 11)), TURN: ((1, 5), (1, 5), (1, 5))},
        "400%",
    ),
    # 2.7 and 10.2 credits of the document, 0.075 and 0.15 of the turn.
    "rounding": (
        {"minimum_credits": 0},
        {"minimum_credits": 0, "rounding": "down"},
        {DOCUMENT: ((1, 1), (3, 2), (11, 10)), TURN: ((1, 1), (1, 0), (1, 0))},
        "100%",
    ),
    # 0.135 and 1.35 credits of the document.
    "half-even": (
        {"minimum_credits": 0, "credits_per_dollar": 5},
        {"minimum_credits": 0, "credits_per_dollar": 5, "rounding": "half-even"},
        {DOCUMENT: ((1, 1), (2, 1), (11, 10)), TURN: ((1, 1), (1, 0), (1, 0))},
        "100%",
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_the_credits_of_every_mode_follow_each_value(
    run: Run,
    edit: Edit,
    name: str,
) -> None:
    before, after, expected, largest = VALUES[name]
    settings_edit(edit, CRITICAL + profile(**before), CRITICAL + profile(**after))
    found = document(run)
    jobs = charged(found)
    assert {workload: jobs[workload][2:] for workload in expected} == expected
    assert {jobs[workload][:2] for workload in expected} == {("0.27",) * 2, ("0.0075",) * 2}
    limits = ("--max-increase", "0", "--max-decrease", "0", "--max-credit-change", "10%")
    assert gates(run, *limits) == {
        "max-increase": ("0%", False),
        "max-decrease": ("0%", False),
        "max-credit-change": (largest, True),
    }
    kinds = ("--fail-on", "increase", "--fail-on", "decrease")
    tripped = [one for one, (_, fails) in gates(run, *kinds).items() if fails]
    falls = name in {"rounding", "half-even"}
    assert tripped == [f"fail-on-{'decrease' if falls else 'increase'}"]


def test_credits_that_were_none_exceed_every_limit(run: Run, edit: Edit) -> None:
    free = profile(credits_per_job=0, minimum_credits=0)
    settings_edit(edit, CRITICAL + free, CRITICAL + profile(minimum_credits=0))
    assert gates(run, "--max-credit-change", "100000%") == {"max-credit-change": (None, True)}


def test_a_price_edit_counts_in_credits_too(run: Run, edit: Edit) -> None:
    dearer = CATALOG.replace(
        '"o3": {"input_cost_per_token": 2e-06', '"o3": {"input_cost_per_token": 3e-06'
    )
    edit({NAME: CATALOG, TOML: CRITICAL}, {NAME: dearer})
    # The document of o3 goes from $0.216 to $0.316, from 3 to 4 credits: a third more.
    assert gates(run, "--max-credit-change", "33%") == {"max-credit-change": ("42.8571%", True)}


def test_every_other_setting_that_differs_is_listed(run: Run, edit: Edit) -> None:
    after = """critical = ["o3"]
names = ["gpt-4o-2024-11-20"]
fallback = "reference"
local_price = {input = 0.10}
service = "api"
[limits]
stale_days = 90
[[workloads]]
name = "w"
input_tokens = 1000
[[severities]]
rule = "source-missing"
severity = "note"
"""
    settings_edit(edit, CRITICAL + waiver("price-jump"), after + waiver("source-missing"))
    found = document(run)
    assert changes(found) == {
        "critical": ("gpt-4o", "o3"),
        "names": (None, "gpt-4o-2024-11-20"),
        "fallback": ("default", "reference"),
        "local_price.input": (None, "0.1"),
        "service": (None, "api"),
        "limits.stale_days": ("30", "90"),
        "the workload 'w'": (None, "1 x (input 1000)"),
        "the severity of source-missing at every place": (None, "note"),
        "the waiver of price-jump at every place": ("so it is", None),
        "the waiver of source-missing at every place": (None, "so it is"),
    }
    loosens = [one["loosens"] for one in found["settings"]["changes"]]
    assert loosens == sorted(loosens, reverse=True)
    assert True in loosens
    assert False in loosens


def test_models_on_the_teams_own_servers_have_a_sample_job(run: Run, edit: Edit) -> None:
    price = "local_price = {{input = {}, output = 1}}\n"
    settings_edit(edit, price.format("0.10"), price.format("0.30"))
    # 100,000 x $0.10 / 1M + 2,000 x $1 / 1M = $0.012, then $0.032
    jobs = charged(document(run), "local_price")
    assert jobs[DOCUMENT][:2] == ("0.012", "0.032")
    # 30,000 in at the price of input: 20 x $0.0038 = $0.076, then 20 x $0.0098 = $0.196: +157.9%;
    # the document's rise is 166.7%
    assert gates(run, "--max-increase", "100%") == {"max-increase": ("166.6667%", True)}


def test_names_that_the_reference_answers_now_are_shown_with_their_jobs(
    run: Run, edit: Edit, home: Path
) -> None:
    reference = '{"x": {"other": {"input_cost_per_token": 5e-06, "output_cost_per_token": 1e-05}}}'
    (home / "list.json").write_text(reference)
    start = 'names = ["other", "nobody"]\nreference = "list.json"\n'
    edit(
        {NAME: CATALOG, TOML: start, "list.json": reference},
        {TOML: start + 'fallback = "reference"'},
    )
    found = document(run)
    (change,) = found["changes"]
    assert (change["kind"], change["model"]) == ("resolution", "other")
    assert (change["old"], change["new"]) == ("the default price", "x/other (reference)")
    # The default charges 100,000 x $1 + 2,000 x $2 = $0.104 per 1M, the reference $0.52.
    costs = {
        job["workload"]: (job["old"]["provider_cost_usd"], job["new"]["provider_cost_usd"])
        for job in found["impact"]
    }
    assert costs[DOCUMENT] == ("0.104", "0.52")
    assert gates(run, "--max-increase", "100%") == {"max-increase": ("400%", True)}


def test_the_default_price_of_the_catalog_is_compared(run: Run, edit: Edit) -> None:
    def catalog(price: float) -> str:
        values = json.loads(CATALOG)
        values["metadata"]["default_pricing"] = {
            "input_cost_per_token": price,
            "output_cost_per_token": 2e-06,
        }
        return json.dumps(values)

    edit({NAME: catalog(1e-06)}, {NAME: catalog(5e-06)})
    assert gates(run, "--max-increase", "300%") == {"max-increase": ("400%", True)}
    text = run("diff", "--base", "main", *AT).stdout
    # 100,000 x $1 + 2,000 x $2 = $0.104 per 1M, then $0.504
    assert "0.104" in text
    assert "0.504" in text
