"""An edit cannot loosen its own gate: every way that a pull request could try."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture

CACHE = '"cache_read_input_token_cost": 1.25e-06'
# A cache price x10,000.
SLIPPED = CATALOG.replace(CACHE, '"cache_read_input_token_cost": 1.25e-02')
INPUT = '"input_cost_per_token": 2.5e-06,\n      "output'
# An input price x10.
MOVED = CATALOG.replace(INPUT, INPUT.replace("2.5e-06", "25e-06"))
assert CATALOG not in (SLIPPED, MOVED)
Edit = Callable[..., None]


@pytest.fixture
def edit(home: Path) -> Edit:
    """Commits files on main and then others on a branch: edit(before, after), each by name."""

    def apply(before: dict[str, str], after: dict[str, str | None]) -> None:
        git(home, "init", "-q", "-b", "main")
        for step, files in (("before", before), ("after", after)):
            for name, text in files.items():
                (home / name).parent.mkdir(exist_ok=True)
                if text is None:
                    (home / name).unlink()
                else:
                    (home / name).write_text(text, encoding="utf-8")
            git(home, "add", "-A")
            git(home, "commit", "-q", "--allow-empty", "-m", step)
            if step == "before":
                git(home, "switch", "-q", "-c", "edit")

    return apply


def waiver(rule: str, *more: str) -> str:
    return "\n".join(("[[waivers]]", f'rule = "{rule}"', 'reason = "so it is"', *more, ""))


def lines(run: Run, *words: str) -> list[str]:
    result = run("validate", "-o", "concise", *words)
    assert result.exit_code in {0, 1}, result.output
    return result.stdout.splitlines()


def first_of(run: Run) -> str:
    """The first finding; `diff` lists the same sentence first."""
    first = lines(run)[0]
    assert "[gate-loosened]" in first, first
    sentence = first.partition("[gate-loosened] ")[2]
    assert run("diff", "--base", "main").stdout.startswith(f"! {sentence}\n")
    assert run("diff", "--base", "main", "-o", "json").stdout.count(json.dumps(sentence)) == 1
    return sentence


def test_a_price_x10000_with_three_blanket_waivers_of_its_own_fails(run: Run, edit: Edit) -> None:
    rules = ("cache-read-above-input", "price-out-of-bounds", "cache-price-off")
    edit({NAME: CATALOG}, {NAME: SLIPPED, "pricectl.toml": "".join(map(waiver, rules))})
    found = lines(run)
    assert [("gate-loosened" in line) for line in found[:4]] == [True, True, True, False]
    assert "error[cache-read-above-input]" in found[3]
    assert run("validate").exit_code == 1
    assert run("validate", "--new").exit_code == 1
    assert run("deploy-check", "--base", "main").exit_code == 1


def test_the_waivers_count_once_they_are_merged(run: Run, edit: Edit, home: Path) -> None:
    text = waiver("source-missing")
    edit({NAME: CATALOG}, {"pricectl.toml": text})
    assert "source-missing" in "".join(lines(run))
    git(home, "switch", "-q", "main")
    git(home, "merge", "-q", "edit")
    git(home, "switch", "-q", "-c", "next")
    git(home, "commit", "-q", "--allow-empty", "-m", "next")
    assert not any("source-missing" in line or "gate-" in line for line in lines(run))


def test_a_settings_file_that_hides_the_one_of_the_base_does_not_count(
    run: Run, edit: Edit
) -> None:
    pyproject = '[tool.pricectl]\ncritical = ["o3"]\n'
    hidden = "critical = []\n" + waiver("cache-read-above-input") + waiver("price-out-of-bounds")
    edit({NAME: CATALOG, "pyproject.toml": pyproject}, {NAME: SLIPPED, "pricectl.toml": hidden})
    found = lines(run)
    assert "no longer names o3" in "".join(found)
    assert any("error[price-out-of-bounds]" in line for line in found)


def test_settings_that_are_deleted_still_count(run: Run, edit: Edit) -> None:
    gone = CATALOG.replace(
        '"o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},\n', ""
    )
    assert gone != CATALOG
    edit(
        {NAME: CATALOG, "pricectl.toml": 'critical = ["o3"]\n'},
        {NAME: gone, "pricectl.toml": None},
    )
    assert "`critical` no longer names o3" in lines(run)[0]
    assert any("error[critical-model-missing]" in line for line in lines(run))


# The settings before and after, a file, and what must be found.
SETTINGS: dict[str, tuple[str, str, str, str, str]] = {
    "waivers everywhere": (
        "",
        waiver("price-moved") + waiver("price-off-market"),
        MOVED,
        "the waiver of price-moved at every place is new",
        "error[price-moved]",
    ),
    "a waiver of the row": (
        "",
        waiver("price-moved", 'pointer = "/openai/gpt-4o"'),
        MOVED,
        "the waiver of price-moved at /openai/gpt-4o is new",
        "error[price-moved]",
    ),
    "a waiver of another value": (
        "",
        waiver(
            "cache-read-above-input",
            'pointer = "/openai/gpt-4o/cache_read_input_token_cost"',
            "value = 1.25e-03",
        ),
        SLIPPED,
        "",
        "error[cache-read-above-input]",
    ),
    "a wider waiver": (
        waiver("cache-read-above-input", 'pointer = "/google"'),
        waiver("cache-read-above-input"),
        SLIPPED,
        "the waiver of cache-read-above-input at every place is new",
        "error[cache-read-above-input]",
    ),
    "critical models fewer": (
        'critical = ["gpt-4o", "o3"]\n',
        'critical = ["gpt-4o"]\n',
        CATALOG.replace('"o3": {"input_cost_per_token": 2e-06, "output', '"o4": {"output'),
        "`critical` no longer names o3",
        "error[critical-model-missing]",
    ),
    "another critical model instead of the seed models": (
        "",
        'critical = ["o3"]\n',
        CATALOG.replace('"gpt-4o": {', '"gpt-4p": {').replace("gpt-4o-2024", "gpt-4p-2024"),
        "`critical` no longer names gpt-4o",
        "error[critical-model-missing]",
    ),
    "limits": (
        "",
        "[limits]\nmax_input_usd_per_mtok = 100000\nhighest = {cache_read = 100000}\n",
        SLIPPED,
        "`limits.max_input_usd_per_mtok` is 100000 instead of 200",
        "error[price-out-of-bounds]",
    ),
    "limits of days": (
        "[limits]\nstale_days = 20\ndeprecation_days = 40\n",
        "[limits]\nstale_days = 30000\ndeprecation_days = 0\n",
        CATALOG,
        "`limits.stale_days` is 30000 instead of 20",
        "",
    ),
    "severities": (
        "",
        '[[severities]]\nrule = "cache-read-above-input"\nseverity = "note"\n',
        SLIPPED,
        "cache-read-above-input at every place is set to the severity note",
        "error[cache-read-above-input]",
    ),
    "a stricter severity deleted": (
        '[[severities]]\nrule = "source-missing"\nseverity = "error"\n',
        "",
        CATALOG,
        "the severity of source-missing at every place is no longer error",
        "error[source-missing]",
    ),
    "gates of findings": (
        '[gates]\nfail_on = ["warning"]\n',
        "[gates]\nfail_on = []\n",
        CATALOG,
        "`gates.fail_on` no longer names warning",
        "",
    ),
    "workloads": (
        '[[workloads]]\nname = "chat"\ninput_tokens = 1000\n',
        '[[workloads]]\nname = "none"\ninput_tokens = 0\n',
        CATALOG,
        "the workload 'chat' is changed or gone",
        "",
    ),
    "names": (
        'names = ["gpt-4o-2024-11-20"]\n',
        "names = []\n",
        CATALOG,
        "`names` no longer names gpt-4o-2024-11-20",
        "",
    ),
    "the reference": (
        "",
        'reference = "none"\n',
        MOVED,
        "`reference` is none instead of not set",
        "packaged $2.50",
    ),
}


@pytest.mark.parametrize("way", SETTINGS)
def test_settings_that_the_edit_loosens_are_listed_first_and_do_not_count(
    run: Run, edit: Edit, way: str
) -> None:
    before, after, catalog, listed, found = SETTINGS[way]
    edit({NAME: CATALOG, "pricectl.toml": before}, {NAME: catalog, "pricectl.toml": after})
    if listed:
        assert listed in first_of(run)
    assert found in "\n".join(lines(run))
    fails = "error[" in found or way in {"gates of findings", "the reference"}
    assert run("validate").exit_code == fails


def test_a_percentage_gate_of_the_base_holds_for_diff_and_deploy_check(
    run: Run, edit: Edit
) -> None:
    edit(
        {NAME: CATALOG, "pricectl.toml": "[gates]\nmax_increase_percent = 20\n"},
        {NAME: MOVED, "pricectl.toml": "[gates]\nmax_increase_percent = 5000\n"},
    )
    assert "`gates.max_increase_percent` is 5000 instead of 20" in first_of(run)
    result = run("diff", "--base", "main")
    assert result.exit_code == 1
    assert "limit max-increase exceeded: 900%, limit 20%" in result.stdout
    assert "limit max-increase exceeded" in run("deploy-check", "--base", "main").stdout
    # An option is not in the edit.
    assert run("diff", "--base", "main", "--max-increase", "1000%").exit_code == 0


def test_a_decoy_that_the_edit_names_as_deployed_is_not_the_base(run: Run, edit: Edit) -> None:
    edit(
        {NAME: CATALOG},
        {NAME: MOVED, "decoy.json": MOVED, "pricectl.toml": 'deployed = "decoy.json"\n'},
    )
    result = run("validate", "-o", "concise")
    assert "error[price-moved]" in result.stdout
    assert "base: main (" in result.stderr
    assert "1 repriced" in run("diff").stdout


def test_a_reference_that_the_edit_changes_is_read_as_the_base_has_it(
    run: Run, edit: Edit, home: Path
) -> None:
    settings = 'reference = "list.json"\n'
    edit(
        {NAME: CATALOG, "list.json": CATALOG, "pricectl.toml": settings},
        {NAME: MOVED, "list.json": MOVED},
    )
    found = "\n".join(lines(run))
    assert "error[price-moved]" in found
    assert "list.json (" in run("validate").stdout
    assert home.exists()


def test_another_catalog_that_the_settings_name_is_listed(run: Run, edit: Edit) -> None:
    edit(
        {NAME: CATALOG, "pricectl.toml": f'file = "{NAME}"\n'},
        {NAME: MOVED, "other.json": CATALOG, "pricectl.toml": 'file = "other.json"\n'},
    )
    assert "`file` names" in "\n".join(lines(run))


# What the catalog itself can say.
def _row(more: str) -> str:
    return CATALOG.replace('"mode": "chat",', f'"mode": "chat", {more},', 1)


MARKS = {
    "free": (
        CATALOG.replace(
            '2e-06, "output_cost_per_token": 8e-06', '0, "output_cost_per_token": 0, "free": true'
        ),
        "'openai/o3' is marked free by this edit",
    ),
    "retired": (_row('"retired": true'), "'openai/gpt-4o' is marked retired by this edit"),
    "negotiated in the row": (
        _row('"negotiated": {"factor": 0.2, "reason": "ours"}'),
        "are negotiated by this edit: ours",
    ),
    "negotiated in the metadata": (
        CATALOG.replace(
            '"schema_version": "1.0"',
            '"schema_version": "1.0", "negotiated": [{"provider": "openai", "factor": 0.2, '
            '"reason": "ours"}]',
        ),
        "prices of 'openai' are negotiated by this edit: ours",
    ),
}


@pytest.mark.parametrize("mark", MARKS)
def test_what_the_edit_marks_in_the_catalog_is_listed_first(
    run: Run, edit: Edit, mark: str
) -> None:
    catalog, listed = MARKS[mark]
    assert catalog != CATALOG
    edit({NAME: CATALOG}, {NAME: catalog})
    assert listed in first_of(run)


def _acknowledged(value: str, rule: str = "price-moved") -> str:
    entry = (
        f'{{"rule": "{rule}", "pointer": "/openai/gpt-4o/input_cost_per_token", '
        f'"value": {value}, "reason": "so it is", "date": "2026-11-20"}}'
    )
    return MOVED.replace(
        '"schema_version": "1.0"', f'"schema_version": "1.0", "acknowledged": [{entry}]'
    )


def test_an_acknowledgement_of_another_value_does_not_count(run: Run, edit: Edit) -> None:
    edit({NAME: CATALOG}, {NAME: _acknowledged("2.4e-05")})
    found = lines(run)
    assert "info[gate-acknowledged]" in found[0]
    assert any("error[price-moved]" in line for line in found)
    assert run("validate").exit_code == 1


def test_an_acknowledgement_of_this_value_counts_at_once_and_is_listed_first(
    run: Run, edit: Edit
) -> None:
    edit({NAME: CATALOG}, {NAME: _acknowledged("0.000025")})
    found = lines(run)
    assert "info[gate-acknowledged] price-moved at /openai/gpt-4o/input" in found[0]
    assert not any("[price-moved]" in line for line in found)
    # The text shows it without being asked for notes.
    assert run("validate").stdout.startswith("info[gate-acknowledged]")


def test_what_the_edit_makes_stricter_counts_at_once(run: Run, edit: Edit) -> None:
    edit(
        {NAME: CATALOG, "pricectl.toml": waiver("source-missing")},
        {
            "pricectl.toml": 'critical = ["gpt-4o", "o9"]\n[[severities]]\n'
            'rule = "dated-prices-incomplete"\nseverity = "error"\n'
        },
    )
    found = "\n".join(lines(run))
    for text in (
        "error[critical-model-missing]",
        "error[dated-prices-incomplete]",
        "warning[source-missing]",
    ):
        assert text in found


def test_a_waiver_that_was_renewed_holds_as_before(run: Run, edit: Edit) -> None:
    until = "expires = 2027-01-31"
    edit(
        {NAME: CATALOG, "pricectl.toml": waiver("source-missing", until)},
        {"pricectl.toml": waiver("source-missing", "expires = 2028-01-31")},
    )
    found = lines(run, "--at", "2026-12-01")
    assert "gate-loosened" in found[0]
    assert not any("source-missing]" in line for line in found)
    later = "\n".join(lines(run, "--at", "2027-03-01"))
    assert re.search(r"source-missing\].*its waiver expired on 2027-01-31", later)


def test_settings_of_the_base_that_cannot_be_read_are_those_before(
    run: Run, edit: Edit, home: Path
) -> None:
    edit({NAME: CATALOG, "pricectl.toml": waiver("source-missing")}, {})
    git(home, "switch", "-q", "main")
    (home / "pricectl.toml").write_text("[[waivers\n", encoding="utf-8")
    git(home, "commit", "-q", "-a", "-m", "broken")
    git(home, "switch", "-q", "-c", "repair")
    (home / "pricectl.toml").write_text(waiver("source-missing"), encoding="utf-8")
    git(home, "commit", "-q", "-a", "-m", "repaired")
    assert not any("source-missing" in line for line in lines(run))


def _expired(*rules: str) -> str:
    return "".join(waiver(rule, "expires = 2025-01-01") for rule in rules)


BEYOND = ("cache-read-above-input", "price-out-of-bounds")


def test_an_expired_waiver_of_the_base_does_not_lower_what_the_edit_brings(
    run: Run, edit: Edit
) -> None:
    edit({NAME: CATALOG, "pricectl.toml": _expired(*BEYOND)}, {NAME: SLIPPED})
    found = "\n".join(lines(run))
    for rule in BEYOND:
        assert f"error[{rule}]" in found
    assert run("validate", "--new").exit_code == 1


def test_an_expired_waiver_lowers_what_the_base_has_at_this_value_only(
    run: Run, edit: Edit
) -> None:
    dearer = SLIPPED.replace("1.25e-02", "1.25e-01")
    edit({NAME: SLIPPED, "pricectl.toml": _expired(*BEYOND)}, {NAME: SLIPPED + "\n"})
    assert run("validate").exit_code == 0
    Path(NAME).write_text(dearer, encoding="utf-8")
    assert run("validate", "--new").exit_code == 1
    assert f"error[{BEYOND[0]}]" in "\n".join(lines(run, "--new"))


def test_an_expired_waiver_does_not_lower_what_a_new_file_brings(run: Run, edit: Edit) -> None:
    edit(
        {"other.json": "{}", "pricectl.toml": _expired(*BEYOND)},
        {NAME: SLIPPED},
    )
    assert run("validate").exit_code == 1


PROFILE = "[profiles.default]\nmarkup_percent = 20\n"
# The settings before and after, and what is found: all of it multiplies what customers pay.
CHARGES: dict[str, tuple[str, str, str]] = {
    "a first markup": ("names = []\n", "[profiles.default]\nmarkup_percent = 999900\n", "markup"),
    "first settings": ("", "[profiles.default]\nmarkup_percent = 999900\n", "markup"),
    "another profile": (
        PROFILE,
        f'profile = "x"\n{PROFILE}[profiles.x]\nmarkup_percent = 999900\n',
        "markup_percent of the chosen profile",
    ),
    "credits for a job": (
        PROFILE,
        f"{PROFILE}credits_per_job = 10000\n",
        "credits_per_job of the profile 'default' is 10000",
    ),
    "the least credits": (
        PROFILE,
        f"{PROFILE}minimum_credits = 10000\n",
        "minimum_credits of the profile 'default' is 10000",
    ),
    "a local price": (
        "local_price = {input = 0.1, output = 0.2}\n",
        "local_price = {input = 1000, output = 0.2}\n",
        "local_price.input is 1000",
    ),
}


@pytest.mark.parametrize("way", CHARGES)
def test_what_multiplies_every_charge_is_an_error_and_listed_first(
    run: Run, edit: Edit, way: str
) -> None:
    before, after, found = CHARGES[way]
    files = {NAME: CATALOG} | ({"pricectl.toml": before} if before else {})
    edit(files, {"pricectl.toml": after})
    listed = lines(run)
    assert "info[gate-acknowledged] in the settings" in listed[0]
    errors = [line for line in listed if "error[setting-moved]" in line]
    assert len(errors) == 1
    assert found in errors[0]
    assert run("validate", "--new").exit_code == 1
    assert run("deploy-check", "--base", "main").exit_code == 1
    # No row changed, but this did.
    assert run("diff", "--base", "main").stdout.startswith("! in the settings `")


def test_first_settings_that_name_another_catalog_are_listed(run: Run, edit: Edit) -> None:
    edit({NAME: CATALOG}, {"other.json": MOVED, "pricectl.toml": 'file = "other.json"\n'})
    assert re.search(r"gate-acknowledged\].*`file` names .*other.json instead", lines(run)[0])
    assert run("diff", "--base", "main").stdout.startswith("! in the settings `file` names ")


def test_a_link_that_the_edit_leads_elsewhere_is_compared_with_where_it_led(
    run: Run, edit: Edit, home: Path
) -> None:
    edit({"good.json": CATALOG, "other.json": MOVED, NAME: CATALOG}, {})
    git(home, "switch", "-q", "main")
    for target, message in (("good.json", "before"), ("other.json", "after")):
        (home / NAME).unlink()
        (home / NAME).symlink_to(target)
        git(home, "add", "-A")
        if message == "before":
            git(home, "commit", "-q", "-m", message)
            git(home, "switch", "-q", "-c", "link")
    hook = run("validate", "--base", "HEAD", "--new", "--staged", "-o", "concise")
    git(home, "commit", "-q", "-m", "after")
    for result in (hook, run("validate", "-o", "concise")):
        assert result.exit_code == 1
        assert "error[price-moved]" in result.stdout
    assert "1 repriced" in run("diff", "--base", "main").stdout
    assert run("deploy-check", "--base", "main").exit_code == 1


def test_a_file_that_becomes_a_link_is_compared_with_the_file(
    run: Run, edit: Edit, home: Path
) -> None:
    edit({NAME: CATALOG, "other.json": MOVED}, {})
    (home / NAME).unlink()
    (home / NAME).symlink_to("other.json")
    assert "error[price-moved]" in "\n".join(lines(run))
    git(home, "commit", "-q", "-a", "-m", "link")
    assert "error[price-moved]" in "\n".join(lines(run))


def test_settings_whose_link_leads_elsewhere_are_those_where_it_led(
    run: Run, edit: Edit, home: Path
) -> None:
    loose = waiver("price-moved") + waiver("price-off-market")
    edit({NAME: CATALOG, "strict.toml": "names = []\n", "loose.toml": loose}, {NAME: MOVED})
    git(home, "switch", "-q", "main")
    (home / "pricectl.toml").symlink_to("strict.toml")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "link")
    git(home, "switch", "-q", "-c", "link")
    (home / "pricectl.toml").unlink()
    (home / "pricectl.toml").symlink_to("loose.toml")
    (home / NAME).write_text(MOVED, encoding="utf-8")
    assert "the waiver of price-moved at every place is new" in first_of(run)
    assert "error[price-moved]" in "\n".join(lines(run))


def test_a_change_without_a_reason_is_not_compared_with_one(run: Run, edit: Edit) -> None:
    edit({NAME: CATALOG}, {"pricectl.toml": "[profiles.default]\nmarkup_percent = 30\n"})
    said = run("validate").stdout
    assert "`profiles.default.markup_percent` is 30 instead of 0" in said
    assert "compare the value with the reason" not in said
    assert "hint: it counts at once, so confirm that it is meant" in said


def test_a_finding_about_the_settings_names_them_as_the_repository_does(
    run: Run, edit: Edit
) -> None:
    """GitLab shows nothing for an absolute path."""
    edit({NAME: CATALOG}, {"pricectl.toml": "[profiles.default]\nmarkup_percent = 30\n"})
    issues = json.loads(run("validate", "-o", "gitlab").stdout)
    assert {issue["location"]["path"] for issue in issues} == {NAME, "pricectl.toml"}


def test_validate_says_that_the_settings_of_the_base_cannot_be_read(run: Run, edit: Edit) -> None:
    broken = {NAME: CATALOG, "pricectl.toml": "x = [\n"}
    edit(broken, {"pricectl.toml": "[profiles.default]\nmarkup_percent = 30\n"})
    text = run("validate", "--base", "main").stdout
    assert "settings of the base: the settings pricectl.toml in " in text
    assert "cannot be read: is not TOML: " in text
    assert "the defaults are used" in text
