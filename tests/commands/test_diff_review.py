"""`pricectl diff` for reviewers: CSV, a full comment, hostile names, two versions by place."""

import csv
import json
from pathlib import Path

import pytest

from tests.commands.test_diff import HOSTILE
from tests.conftest import CATALOG, Run

O3 = '"o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}'
EDITED = CATALOG.replace(O3, O3.replace("2e-06", "3e-06"))


@pytest.fixture
def base(home: Path) -> str:
    """The catalog before; in the working file o3 costs $3 and not $2."""
    (home / "base.json").write_text(CATALOG, encoding="utf-8")
    (home / "llm_pricing_current.json").write_text(EDITED, encoding="utf-8")
    return "base.json"


def csv_lines(run: Run, *words: str) -> list[dict[str, str]]:
    return list(csv.DictReader(run("diff", *words, "-o", "csv").stdout.splitlines()))


def test_csv_has_a_line_for_each_change_job_and_gate(run: Run, base: str) -> None:
    lines = csv_lines(run, "--base", base, "--max-increase", "12.5%")
    assert [one["kind"] for one in lines] == ["repriced", "job", "job", "job", "gate"]
    price, agent, gate = lines[0], lines[3], lines[-1]
    assert (price["model"], price["usd_per"], price["unit"]) == ("o3", "1M tokens", "input")
    assert (price["old"], price["new"], price["percent"]) == ("2.00", "3.00", "50")
    # 20 x (30,000 x $2 + 800 x $8) / 1M, then with $3; 10 credits a dollar, rounded up
    assert (agent["old"], agent["new"], agent["usd_per"]) == ("1.328", "1.928", "job")
    assert (agent["old_consumption_usd"], agent["new_consumption_usd"]) == ("14", "20")
    assert (gate["item"], gate["note"]) == ("max-increase", "exceeded")


@pytest.mark.parametrize(
    ("output", "title", "rows"),
    [
        ("text", "Prices in force", ("openai/o3\n", "openai/nano\n")),
        ("text", "Sample jobs", ("openai/o3\n", "openai/nano\n")),
        ("markdown", "Prices in force", ("`openai/o3`", "`openai/nano`")),
        ("markdown", "Sample jobs", ("`openai/o3`", "`openai/nano`")),
        ("github", "", ("openai/o3 input", "openai/nano input")),
        ("html", "Prices in force</h2>", ("<b>o3</b>", "<b>nano</b>")),
    ],
)
def test_the_row_that_moves_most_money_stands_before_that_of_most_percent(
    run: Run, home: Path, output: str, title: str, rows: tuple[str, str]
) -> None:
    """A cheap model that doubles, and a dear one that rises by a tenth."""
    nano = '"nano": {"input_cost_per_token": 1e-08, "output_cost_per_token": 1e-08},'
    (home / "base.json").write_text(CATALOG.replace(O3, nano + O3), encoding="utf-8")
    edited = nano.replace("1e-08", "2e-08") + O3.replace("2e-06", "2.2e-06")
    (home / "llm_pricing_current.json").write_text(CATALOG.replace(O3, edited), encoding="utf-8")
    shown = run("diff", "base.json", "-o", output).stdout
    section = shown[shown.index(title) :]
    dear, cheap = map(section.index, rows)
    assert dear < cheap


FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1+1", "\uff1d1+1", "\t=1", '=HYPERLINK("x")')


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_of_csv_is_a_formula(run: Run, home: Path, base: str, name: str) -> None:
    row = json.dumps({name: {"input_cost_per_token": 1e-06, "note": name}})[1:-1]
    edited = CATALOG.replace(O3, f"{row}, {O3}").replace('"chat"', json.dumps(name))
    (home / "llm_pricing_current.json").write_text(edited, encoding="utf-8")
    cells = [cell for one in csv_lines(run, "--base", base) for cell in one.values()]
    assert "'" + name.replace("\t", "\\x09") in cells or name.startswith("\t")
    running = [cell for cell in cells if cell.lstrip()[:1] in set("=+-@\uff1d")]
    assert [cell for cell in running if not cell.lstrip("-").replace(".", "", 1).isdigit()] == []


MARKUP = (
    *HOSTILE,
    "![x](http://e.example/p.png)",
    "x$`y`$z",
    "a\n\n# b",
    "</details>",
    "::error::",
)


@pytest.mark.parametrize("name", MARKUP)
def test_hostile_names_stay_text_in_a_comment_and_in_annotations(
    run: Run, home: Path, base: str, name: str
) -> None:
    """As a provider, a model, an alias, a member and a value."""
    quoted = json.dumps(name)
    row = f'{quoted}: {{"input_cost_per_token": 9e-06, {quoted}: {quoted}, "aliases": [{quoted}]}}'
    edited = CATALOG.replace(O3, f"{row}, {O3}").replace(
        '"google": {', f'{quoted}: {{{row}}}, "google": {{'
    )
    (home / "llm_pricing_current.json").write_text(edited, encoding="utf-8")
    comment = run("diff", "--base", base, "-o", "markdown").stdout
    unfenced = "".join(comment.split("`")[::2])  # what stands outside of code spans
    for mark in ("@user", "<img", "[x](", "![", "$`", "\x1b", "\u202e", "[bold]"):
        assert mark not in unfenced, mark
    assert comment.count("<details>") == comment.count("</details>")
    heads = [line for line in comment.splitlines() if line.startswith("#")]
    assert all(line.startswith("#### ") for line in heads)
    annotations = run("diff", "--base", base, "-o", "github").stdout.splitlines()
    assert all(line.startswith(("::notice ", "::warning ", "+")) for line in annotations)


def dearer(factor: int, more: int) -> str:
    """60 rows at prices of their own, 900 with a note, and others."""
    used = {
        f"used-{number:04}": {
            "input_cost_per_token": float(f"{(number + 1) * factor}e-06"),
            "output_cost_per_token": float(f"{number + 1}e-05"),
        }
        for number in range(60)
    }
    noted = {f"row-{n}": {"input_cost_per_token": 1e-06, "n": f"{n} {factor}"} for n in range(900)}
    others = {f"one-more-{number}": {"input_cost_per_token": 1e-06} for number in range(more)}
    return json.dumps({"p": used | noted | others})


def test_a_full_comment_keeps_the_sample_jobs_and_says_what_it_left_out(
    run: Run, home: Path
) -> None:
    (home / "base.json").write_text(dearer(1, 0), encoding="utf-8")
    (home / "llm_pricing_current.json").write_text(dearer(2, 2_000), encoding="utf-8")
    comment = run("diff", "--base", "base.json", "-o", "markdown").stdout
    assert len(comment) <= 65_536
    jobs = comment.partition("#### Sample jobs")[2].partition("<details>")[0]
    assert sum(line.startswith("| `p/used-") for line in jobs.splitlines()) == 3 * 60
    assert "of 2,000 rows of 'Rows' are omitted: the comment is full." in comment
    assert "of 900 rows of 'Other changes' are omitted: the comment is full." in comment


def test_in_a_full_comment_sample_jobs_go_on_before_prices(run: Run, home: Path) -> None:
    for name, factor in (("base.json", 1), ("llm_pricing_current.json", 2)):
        rows = {
            f"used-{number:04}": {
                "input_cost_per_token": float(f"{(number + 1) * factor}e-06"),
                "output_cost_per_token": float(f"{(number + 2) * factor}e-06"),
            }
            for number in range(300)
        }
        (home / name).write_text(json.dumps({"p": rows}), encoding="utf-8")
    comment = run("diff", "--base", "base.json", "-o", "markdown").stdout
    prices, _, jobs = comment.partition("#### Sample jobs")
    # Of each table ten rows, then the jobs until nothing more fits.
    assert 10 <= prices.count("\n| `p/used-") < 20
    assert "of 600 rows of 'Prices in force' are omitted: the comment is full." in prices
    assert jobs.count("\n| `p/used-") > 300


def test_a_single_new_price_has_a_line_of_its_own_and_two_are_folded(run: Run, base: str) -> None:
    batches, flex = ('"input_cost_per_token_batches": 1e-06', '"input_cost_per_token_flex": 1e-06')
    for new_prices, lines in (
        ((batches,), ["input, batches ($2.00) → $1.00 / 1M -50% ▼"]),
        ((batches, flex), ["2 new prices, before as input"]),
    ):
        row = O3.replace("{", f"{{{', '.join(new_prices)}, ")
        Path("llm_pricing_current.json").write_text(CATALOG.replace(O3, row), encoding="utf-8")
        text = " ".join(run("diff", base).stdout.split())
        assert [line for line in lines if line not in text] == [], text
        assert ("2 new prices" in text) == (len(new_prices) > 1)


def test_a_job_of_a_single_price_stands_behind_the_sample_jobs(run: Run, base: str) -> None:
    """The batch price is new; no sample job uses it, so that one was made for it."""
    dearer = EDITED.replace('3e-06, "out', '3e-06, "input_cost_per_token_batches": 1e-06, "out')
    Path("llm_pricing_current.json").write_text(dearer, encoding="utf-8")
    made = "10,000 in, 1,000 out, batches"
    text = run("diff", base).stdout
    assert made not in text
    assert "and 1 more; -v shows all" in text
    assert made in run("diff", base, "-v").stdout
    comment = run("diff", base, "-o", "markdown").stdout
    before, _, single_prices = comment.partition("#### Sample jobs&#58; single prices")
    assert made not in before
    assert made in single_prices


@pytest.mark.parametrize("words", [("base.json",), ("base.json", "llm_pricing_current.json")])
def test_two_versions_may_be_given_by_their_place(
    run: Run, base: str, words: tuple[str, ...]
) -> None:
    by_option = run("diff", "--base", base, "--head", "llm_pricing_current.json").stdout
    by_place = run("diff", *words).stdout
    assert by_place.splitlines()[:5] == by_option.splitlines()[:5]
    assert by_place.splitlines()[1] == "  Change   prices rise"


@pytest.mark.parametrize("option", ["--base", "--head"])
def test_a_version_that_is_given_twice_is_refused(run: Run, base: str, option: str) -> None:
    result = run("diff", base, base, option, base)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"is given besides {option}" in result.stderr


def test_an_empty_version_is_not_the_deployed_one(run: Run, base: str) -> None:
    assert base
    assert run("diff", "--base", "").exit_code == 2
    assert run("diff", "").exit_code == 2
