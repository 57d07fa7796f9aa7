"""`pricectl diff`: the command, its report for people, its exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import CATALOG, CHILD_PATH, ROOT, Run

pytestmark = pytest.mark.usefixtures("three_modes")

DEPLOYED = ROOT.parent / "shared" / "data" / "deployed-2025-10-23.json"
O3 = '"o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}'
AGENT = "cached agent, 20 calls (30,000 in of them 27,000 cached, 800 out)"
DEARER = O3.replace("2e-06", "3e-06")


@pytest.fixture
def base(home: Path) -> str:
    """The catalog as it was; the working file now has o3 at $3 and not at $2."""
    (home / "base.json").write_text(CATALOG, encoding="utf-8")
    edit(home, O3, DEARER)
    return "base.json"


def edit(home: Path, old: str, new: str) -> None:
    file = home / "llm_pricing_current.json"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_whole_report(run: Run, base: str) -> None:
    # chat turn: 1,000 x $2 + 500 x $8 = $0.006, then $0.007. long document: 100,000 x $2 +
    # 2,000 x $8 = $0.216, then $0.316. agent: 20 x (30,000 x $2 + 800 x $8) = $1.328, then
    # 20 x (30,000 x $3 + 800 x $8) = $1.928; cached tokens cost the input rate for want of theirs
    result = run("diff", "--base", base, "--at", "2026-11-23")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "1 repriced vs base.json",
        "  Change   prices rise",
        "  Money    sample jobs: openai/o3, cached agent, 20 calls: $1.328 → $1.928, +45.2% ▲",
        "  Credits  openai/o3, cached agent, 20 calls: 14 → 20 cr of consumption_usd, +42.9%",
        "",
        "Prices in force",
        "openai/o3",
        "  input  $2.00  →  $3.00  / 1M  +50% ▲",
        "  1M: 1 million tokens",
        "",
        "Sample jobs, credits (cr) of consumption_usd",
        "openai/o3",
        "  chat turn               $0.006  →  $0.007        1 cr  +16.7% ▲",
        "  long document           $0.216  →  $0.316    3 → 4 cr  +46.3% ▲",
        "  cached agent, 20 calls  $1.328  →  $1.928  14 → 20 cr  +45.2% ▲",
        "  chat turn (1,000 in, 500 out): job_based 1 cr, consumption_tokens 1 cr",
        "  long document (100,000 in, 2,000 out): job_based 1 cr, consumption_tokens 11 cr",
        f"  {AGENT}: job_based 1 cr, consumption_tokens 62 cr",
    ]


def test_no_changes(run: Run, home: Path) -> None:
    result = run("diff", "--base", "llm_pricing_current.json")
    assert (result.exit_code, result.stdout) == (0, "No changes vs llm_pricing_current.json\n")
    spaced = json.dumps(json.loads(CATALOG), indent=8)
    (home / "base.json").write_text(spaced.replace("128000", "1.28e5"))
    lines = run("diff", "--base", "base.json").stdout.splitlines()
    assert lines[0] == "No changes vs base.json"
    assert "1 number respelled" in lines[-1] or "numbers respelled" in lines[-1]


def test_quiet_says_the_summary_and_the_gates(run: Run, base: str) -> None:
    result = run("diff", "--base", base, "-q", "--max-increase", "20%")
    assert result.stdout.splitlines() == [
        "1 repriced vs base.json",
        "limit max-increase exceeded: 50%, limit 20%",
    ]


def test_a_gate_fails_after_the_report(run: Run, base: str) -> None:
    result = run("diff", "--base", base, "--max-increase", "20%", "--fail-on", "removed")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "1 repriced vs base.json"
    assert lines[-2:] == [
        "limit fail-on-removed kept: 0, limit 0",
        "limit max-increase exceeded: 50%, limit 20%",
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--fail-on", "increase"), 1),
        (("--fail-on", "decrease"), 0),
        (("--fail-on", "removed", "--fail-on", "any"), 1),
        (("--max-increase", "50%"), 0),
        (("--max-increase", "49.9%"), 1),
        (("--max-decrease", "0%"), 0),
        (("--exit-code",), 1),
        (("--max-increase", "much"), 2),
        (("--fail-on", "nothing"), 2),
        (("--profile", "none"), 2),
        (("--at", "someday"), 2),
        (("-o", "pdf"), 2),
        (("--head", "no-such-file.json"), 2),
    ],
)
def test_exit_codes(run: Run, base: str, words: tuple[str, ...], code: int) -> None:
    result = run("diff", "--base", base, *words)
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_standard_input_may_be_either_side(run: Run, base: str) -> None:
    del base
    assert run("diff", "--base", "-", stdin=CATALOG).stdout.startswith("1 repriced vs standard")
    result = run("diff", "--base", "llm_pricing_current.json", "--head", "-", stdin=CATALOG)
    assert "  input  $3.00  →  $2.00  / 1M  -33.3% ▼" in result.stdout.splitlines()
    assert run("diff", "--base", "-", "--file", "-", stdin=CATALOG).exit_code == 2


def test_a_broken_head_exits_2_and_points_to_validate(run: Run, home: Path, base: str) -> None:
    (home / "llm_pricing_current.json").write_text(
        '{"openai": {"o3": {"input_cost_per_token": -1}}}'
    )
    result = run("diff", "--base", base)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "price is negative" in result.stderr
    assert "run 'pricectl validate llm_pricing_current.json'" in result.stderr


def test_a_profile_charges_its_own_credits(run: Run, home: Path, base: str) -> None:
    (home / "pricectl.toml").write_text(
        "[profiles.gold]\nmarkup_percent = 50\ncredits_per_dollar = 1000\n"
        '[[workloads]]\nname = "w"\ninput_tokens = 1000\noutput_tokens = 500\n'
    )
    # $0.006 x 1.5 x 1000 = 9 credits, $0.007 gives 10.5, rounded up to 11
    text = run("diff", "--base", base, "--profile", "gold").stdout
    assert "  w  $0.006  →  $0.007  9 → 11 cr  +16.7% ▲" in text.splitlines()


def test_small_differences_are_not_rounded_away(run: Run, home: Path, base: str) -> None:
    edit(home, DEARER, O3.replace("2e-06", "2.000001e-06"))
    lines = run("diff", "--base", base).stdout.splitlines()
    assert "  input  $2.00  →  $2.000001  / 1M  +<0.1% ▲" in lines
    # 1,000 tokens x $0.000001 / 1M = $0.000000001 more
    (turn,) = (line.split() for line in lines if line.startswith("  chat turn  "))
    assert turn == ["chat", "turn", "$0.006", "→", "$0.006000001", "1", "cr", "+<0.1%", "▲"]


def test_names_in_the_settings_are_watched(run: Run, home: Path, base: str) -> None:
    (home / "pricectl.toml").write_text('names = ["o4-nano"]\n')
    edit(
        home,
        DEARER,
        DEARER + ', "o4-nano": {"input_cost_per_token": 1.5e-06, "output_cost_per_token": 2e-06}',
    )
    text = run("diff", "--base", base).stdout
    assert "  o4-nano  the default price  →  openai/o4-nano (exact)  +50% ▲" in text.splitlines()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_of_the_report_is_wider_than_the_terminal(
    run: Run, home: Path, base: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "accounts/fireworks/models/a-model-with-a-name-that-goes-on-and-on-and-on-instruct"
    edit(home, DEARER, f'"{name}": {{"input_cost_per_token": 1e-06, "notes": "{"long " * 40}"}}')
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("diff", "--base", base).stdout.splitlines()
    assert max(map(len, lines)) <= width
    assert "-instruct" in "".join(line.strip() for line in lines)


def test_a_change_is_readable_without_colour(run: Run, base: str) -> None:
    plain = run("diff", "--base", base).stdout
    coloured = run("diff", "--base", base, "--color", "always").stdout
    assert "\x1b[31m+50% ▲" in coloured
    assert "\x1b" not in plain


def test_wide_characters_take_two_columns(
    run: Run, home: Path, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(
        home, DEARER, O3 + ', "模型": {"input_cost_per_token": 1e-06, "notes": "' + "模" * 60 + '"}'
    )
    lines = run("diff", "--base", base, "-v").stdout.splitlines()
    assert "  + added  openai/模型  input $1.00 / 1M" in lines
    (home / base).write_text((home / "llm_pricing_current.json").read_text("utf-8"), "utf-8")
    edit(home, "模模模", "模")
    monkeypatch.setenv("COLUMNS", "60")
    narrow = run("diff", "--base", base).stdout.splitlines()
    assert max(len(line) + line.count("模") + line.count("型") for line in narrow) <= 60


def test_keys_that_decide_how_prices_apply_are_listed_with_the_prices(
    run: Run, home: Path, base: str
) -> None:
    edit(home, DEARER, O3)
    edit(home, '"max_input_tokens": 128000', '"context_tier": {"scope": "marginal"}')
    lines = run("diff", "--base", base).stdout.splitlines()
    words = [" ".join(line.split()) for line in lines]
    assert 'context_tier none → {"scope": "marginal"} how the prices apply' in words
    assert "  max_input_tokens  128000  →  none" in lines


HOSTILE = [
    "\x1b[31mred",
    "[/x]",
    "[bold]b",
    ":free:",
    "a|b",
    "@user",
    "<img src=x>",
    "`code`",
    "\u202eevil",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("output", ["text", "json", "markdown", "github"])
def test_hostile_names_are_escaped_in_every_format(
    run: Run, home: Path, base: str, name: str, output: str
) -> None:
    row = json.dumps({name: {"input_cost_per_token": 1e-06, "aliases": [f"{name}2"], "x": name}})
    edit(home, DEARER, row[1:-1])
    result = run(
        "diff", "--base", base, "-o", output, "--color", "always" if output == "json" else "never"
    )
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    if output == "text":
        assert name.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e") in result.stdout
    if output == "markdown":
        assert not [
            line for line in result.stdout.splitlines() if "@user" in line or "<img" in line
        ]
        tables = [line for line in result.stdout.splitlines() if line.startswith("| ")]
        # the summary has 2 columns, rows 3, names and other changes 4, jobs 8
        assert {line.count("|") for line in tables} <= {3, 4, 5, 9}


def test_long_reports_say_what_they_leave_out(run: Run, home: Path, base: str) -> None:
    def rows(factor: int) -> str:
        # prices of their own, so that no line of two rows is alike
        entries = (
            f'"m{n}": {{"input_cost_per_token": {n + 1}{"0" * factor}e-08, "n": "{n} {factor}"}}'
            for n in range(250)
        )
        return f'{{"p": {{{", ".join(entries)}}}}}'

    (home / base).write_text(rows(1))
    (home / "llm_pricing_current.json").write_text(rows(2))
    text = run("diff", "--base", base).stdout
    assert "  and 50 more; -v shows all" in text
    assert "  and 230 more; -v shows all" in text
    assert "more; -v" not in run("diff", "--base", base, "-v").stdout


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([*range(8), "new"], "8 items  →  9 items: + new"),
        ([0, 1, 2, 4, 5, 6, 7], "8 items  →  7 items: - name-of-the-model-3"),
        ([*range(7), "x"], "8 items  →  8 items: - name-of-the-model-7, + x"),
        (range(7, -1, -1), "8 items  →  8 items: in another order"),
    ],
)
def test_of_a_long_list_what_it_lost_and_got_is_shown(
    run: Run, home: Path, base: str, names: list[int | str], shown: str
) -> None:
    def catalog(names: Iterable[int | str]) -> str:
        listed = [name if isinstance(name, str) else f"name-of-the-model-{name}" for name in names]
        return json.dumps({"p": {"m": {"input_cost_per_token": 1e-06, "aliases": listed}}})

    (home / base).write_text(catalog(range(8)))
    (home / "llm_pricing_current.json").write_text(catalog(names))
    assert f"p/m\n  aliases  {shown}\n" in run("diff", "--base", base).stdout


def test_the_same_change_of_more_than_four_rows_is_said_once(
    run: Run, home: Path, base: str
) -> None:
    def rows(mode: str) -> str:
        members = [f'"m{n}": {{"input_cost_per_token": 1e-06, "mode": "{mode}"}}' for n in range(5)]
        return f'{{"p": {{{", ".join(members)}}}}}'

    (home / base).write_text(rows("chat"))
    (home / "llm_pricing_current.json").write_text(rows("completion"))
    text = run("diff", "--base", base).stdout
    assert text.endswith("Other changes\n5 rows\n  mode  chat  →  completion\n")
    assert "p/m4\n  mode  chat  →  completion\n" in run("diff", "--base", base, "-v").stdout


def test_the_known_wrong_prices_of_2025_are_found(run: Run) -> None:
    if not DEPLOYED.exists():
        pytest.skip("the deployed catalog of 2025 is not on this machine")
    current = ROOT / "llm_pricing_current.json"
    result = run("diff", "--base", str(DEPLOYED), "--head", str(current), "-o", "json")
    changes = json.loads(result.stdout)["changes"]
    o3 = {
        change["field"]: (change["old"], change["new"], change["percent"])
        for change in changes
        if (change["kind"], change["provider"], change["model"]) == ("repriced", "openai", "o3")
    }
    assert o3["input_cost_per_token"] == ("1.00", "2.00", "100")
    assert o3["output_cost_per_token"] == ("4.00", "8.00", "100")


def test_a_real_process_in_a_real_repository(home: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "PYTHONPATH": CHILD_PATH,
        "PYTHONIOENCODING": "utf-8",
    }

    def git(*words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *words], cwd=home, env=environment, check=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    edit(home, O3, DEARER)
    done = subprocess.run(
        [sys.executable, "-m", "pricectl", "diff", "--fail-on", "increase"],
        cwd=home,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.decode().startswith("1 repriced vs main (")
