# ruff: noqa: F811 - fixtures of other tests are imported by name
"""`diff` of the rules of a profile: the sample jobs of the calls that a changed rule is about.

The costs at list prices are worked out in `test_diff_settings`.
"""

from typing import Any

import pytest

from tests.commands.test_diff_settings import (
    AGENT,
    AT,
    CRITICAL,
    DOCUMENT,
    changes,
    document,
    gates,
    settings_edit,
)
from tests.commands.test_own_gate import Edit, edit  # noqa: F401 - a fixture
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("three_modes")


def rules(*tables: str) -> str:
    """The built-in profile with rules, each as the lines of its table."""
    return (
        CRITICAL
        + "[profiles.default]\n"
        + "".join(f"[[profiles.default.rules]]\n{table}\n" for table in tables)
    )


def prices(found: dict[str, Any], workload: str) -> dict[tuple[str, str], tuple[str, str]]:
    """By model and period: the customer's price of a job before and now."""
    return {
        (job["model"], job["period"]): (
            job["old"]["client_cost_usd"],
            job["new"]["client_cost_usd"],
        )
        for job in found["charges"]
        if job["workload"] == workload
    }


def test_a_rule_of_one_model_shows_the_jobs_of_that_model(run: Run, edit: Edit) -> None:
    settings_edit(
        edit,
        rules('model = "o3"\nmarkup_percent = 30'),
        rules('model = "o3"\nmarkup_percent = 3'),
    )
    found = document(run)
    assert changes(found) == {"profiles.default.rules: model o3": ("30% markup", "3% markup")}
    # $0.216 x 1.3 and x 1.03; gpt-4o is critical, so its job is shown although nothing changes.
    assert prices(found, DOCUMENT) == {
        ("gpt-4o", ""): ("0.27",) * 2,
        ("o3", ""): ("0.2808", "0.22248"),
    }
    assert gates(run, "--max-decrease", "20%") == {"max-decrease": ("20.7692%", True)}


def test_what_the_team_pays_and_a_fee_are_in_the_customers_price(run: Run, edit: Edit) -> None:
    settings_edit(
        edit,
        rules('model = "gpt-4o"\nfactor = 0.8'),
        rules('model = "gpt-4o"\nfactor = 0.4', 'fee_usd = "0.001"'),
    )
    found = document(run)
    # $0.27 x 0.8 = $0.216; $0.108 and a fee. The agent's 20 calls have 20 fees: $0.985 x 0.8 =
    # $0.788 and $0.394 + $0.02.
    assert prices(found, DOCUMENT)["gpt-4o", ""] == ("0.216", "0.109")
    assert prices(found, AGENT)["gpt-4o", ""] == ("0.788", "0.414")


@pytest.mark.parametrize(
    ("condition", "workload"),
    [
        ('account = "acme"', f"{DOCUMENT}, account acme"),
        ('service = "batch"', f"{DOCUMENT}, batches"),
        ('account = ["ac*", "x"]\nservice = "flex"', f"{DOCUMENT}, flex, account ac"),
    ],
)
def test_a_rule_of_an_account_or_a_service_has_jobs_of_its_own(
    run: Run, edit: Edit, condition: str, workload: str
) -> None:
    settings_edit(
        edit,
        rules(f'model = "o3"\nmarkup_percent = 30\n{condition}'),
        rules(f'model = "o3"\nmarkup_percent = 3\n{condition}'),
    )
    # o3 sells neither service, so its plain prices are charged, with the rule of the service.
    assert prices(document(run), workload)["o3", ""] == ("0.2808", "0.22248")
    assert gates(run, "--max-decrease", "20%") == {"max-decrease": ("20.7692%", True)}


def test_a_rule_that_begins_or_ends_on_another_day_is_shown_from_then_on(
    run: Run, edit: Edit
) -> None:
    line = 'model = "o3"\nmarkup_percent = 30\nfrom = 2026-12-01\nuntil = {}'
    settings_edit(edit, rules(line.format("2027-06-01")), rules(line.format("2027-01-01")))
    found = document(run)
    assert prices(found, DOCUMENT)["o3", "from 2027-01-01"] == ("0.2808", "0.216")
    assert gates(run, "--max-decrease", "20%") == {"max-decrease": ("23.0769%", True)}


def test_rules_in_another_order_decide_something_else(run: Run, edit: Edit) -> None:
    one, other = 'model = "o*"\nmarkup_percent = 30', 'provider = "openai"\nmarkup_percent = 3'
    settings_edit(edit, rules(one, other), rules(other, one))
    assert prices(document(run), DOCUMENT)["o3", ""] == ("0.2808", "0.22248")


ACME_BEFORE_O3 = 'account = "acme"\nmarkup_percent = 30', 'model = "o3"\nmarkup_percent = 3'
FIRST_UNTIL_2027 = 'model = "o3"\nmarkup_percent = 30\nuntil = 2027-01-01'
STANDARD = 'service = "standard"\nmarkup_percent = 30'
OTHER = 'model = "gpt-4o"\nfee_usd = 0'


@pytest.mark.parametrize(
    ("before", "after", "workload", "period"),
    [
        # Another rule is new, so the order is not all that changed.
        (
            rules(*ACME_BEFORE_O3),
            rules(*ACME_BEFORE_O3[::-1], OTHER),
            f"{DOCUMENT}, account acme",
            "",
        ),
        # The first account of the list is decided by a rule before it, the second is not.
        (
            rules('account = "x"\nmarkup_percent = 3', 'account = ["x", "y"]\nmarkup_percent = 30'),
            rules('account = "x"\nmarkup_percent = 3', 'account = ["x", "y"]\nmarkup_percent = 3'),
            f"{DOCUMENT}, account y",
            "",
        ),
        # So is the shortest name that a pattern fits.
        (
            rules('account = "x"\nmarkup_percent = 3', 'account = "x*"\nmarkup_percent = 30'),
            rules('account = "x"\nmarkup_percent = 3', 'account = "x*"\nmarkup_percent = 3'),
            f"{DOCUMENT}, account x-other",
            "",
        ),
        # A rule that stays as it is hides the changed one, until it ends.
        (
            rules(FIRST_UNTIL_2027, 'model = "o3"\nmarkup_percent = 30'),
            rules(FIRST_UNTIL_2027, 'model = "o3"\nmarkup_percent = 3'),
            DOCUMENT,
            "from 2027-01-01",
        ),
        # Rules hide the profile's own markup, but not for each day and service.
        (
            rules(FIRST_UNTIL_2027).replace(
                "[profiles.default]", "[profiles.default]\nmarkup_percent = 30"
            ),
            rules(FIRST_UNTIL_2027).replace(
                "[profiles.default]", "[profiles.default]\nmarkup_percent = 3"
            ),
            DOCUMENT,
            "from 2027-01-01",
        ),
        (
            rules(STANDARD).replace(
                "[profiles.default]", "[profiles.default]\nmarkup_percent = 30"
            ),
            rules(STANDARD).replace("[profiles.default]", "[profiles.default]\nmarkup_percent = 3"),
            f"{DOCUMENT}, batches",
            "",
        ),
    ],
    ids=["order", "list", "pattern", "later", "profile later", "service"],
)
def test_a_rule_that_decides_for_others_hides_no_change(  # noqa: PLR0913, PLR0917
    run: Run, edit: Edit, before: str, after: str, workload: str, period: str
) -> None:
    settings_edit(edit, before, after)
    assert prices(document(run), workload)["o3", period] == ("0.2808", "0.22248")
    assert gates(run, "--max-decrease", "20%") == {"max-decrease": ("20.7692%", True)}


def test_jobs_of_accounts_have_short_names_and_stand_under_one_title(run: Run, edit: Edit) -> None:
    settings_edit(
        edit,
        CRITICAL,
        rules('account = "acme"\nmarkup_percent = 20\nuntil = 2026-12-01'),
    )
    lines = run("diff", "--base", "main", *AT).stdout.splitlines()
    assert lines[0] == (
        "! in the settings `profiles.default.rules: account acme, until 2026-12-01` is new: "
        "20% markup"
    )
    text = "\n".join(lines)
    assert "\n  long document, account acme  " in text
    titles = [line for line in lines if line.startswith("openai/gpt-4o")]
    assert len(titles) == len(set(titles))
    # Critical: its own charge stays, and is said once, not again for the days after the rule.
    assert "openai/gpt-4o, from 2026-12-01" not in titles
    # The modes without a cost are said once for all accounts.
    assert text.count(f"{DOCUMENT}: job_based") == 1
    assert f"{DOCUMENT}, account acme: job_based" not in text


def test_a_rule_that_is_gone_says_so(run: Run, edit: Edit) -> None:
    settings_edit(edit, rules('account = "acme"\nmarkup_percent = 20'), CRITICAL)
    assert run("diff", "--base", "main", *AT).stdout.splitlines()[0] == (
        "! in the settings `profiles.default.rules: account acme` is removed; it was 20% markup"
    )
