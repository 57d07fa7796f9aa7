"""The price section of a release: `diff -o changelog`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

HOSTILE = "m`|<b>@team\x1b[1m\n## x"


def write(path: Path, **sections: dict[str, Any]) -> None:
    path.write_text(json.dumps(sections), encoding="utf-8")


def changelog(run: Run, home: Path, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    write(home / "old.json", **old)
    write(home / "new.json", **new)
    result = run("diff", "--base", "old.json", "--file", "new.json", "-o", "changelog")
    assert result.exit_code == 0, result.output
    return [line for line in result.stdout.splitlines() if line]


def price(usd_per_token: float, **more: Any) -> dict[str, Any]:
    return {"input_cost_per_token": usd_per_token, **more}


def test_every_kind_of_change_by_provider(run: Run, home: Path) -> None:
    old = {
        "openai": {
            "kept": price(1e-06),
            "moved": price(2.5e-06, output_cost_per_token=1e-05),
            "leaving": price(3e-06),
            "gone": price(7e-06),
        },
        "anthropic": {"claude-old": price(9e-06)},
    }
    new = {
        "openai": {
            "kept": price(1e-06),
            "moved": price(2e-06, output_cost_per_token=1e-05),
            "leaving": price(3e-06, retired=True, successor="kept"),
            "fresh": price(4e-06, output_cost_per_token=8e-06),
            "ocr": {"ocr_cost_per_page": 0.01},
        },
        "anthropic": {"claude-new": price(9e-06, aliases=["claude-old"])},
    }
    assert changelog(run, home, old, new) == [
        "### Prices",
        "#### `anthropic`",
        "- Renamed: `claude-old` is now `claude-new`",
        "#### `openai`",
        "- New: `fresh`: input $4.00, output $8.00 per 1M",
        "- New: `ocr`: $0.01 / page",
        "- Changed: `moved`: `input` $2.50 -> $2.00 per 1M (-20%)",
        "- Retired: `leaving`, use `kept`",
        "- Removed: `gone`",
    ]


def test_standard_prices_come_before_services_tiers_and_dates(run: Run, home: Path) -> None:
    before = price(
        1e-06, input_cost_per_token_batches=5e-07, input_cost_per_token_above_200k_tokens=2e-06
    )
    after = price(
        2e-06,
        input_cost_per_token_batches=1e-06,
        input_cost_per_token_above_200k_tokens=4e-06,
        ocr_cost_per_page=0.01,
    )
    (*_, line) = changelog(run, home, {"x": {"m": before}}, {"x": {"m": after}})
    assert line == (
        "- Changed: `m`: `input` $1.00 -> $2.00 per 1M (+100%), "
        "<code>page &#47; page</code> none -> $0.01 (new), "
        "`input above 200k` $2.00 -> $4.00 per 1M (+100%), "
        "`input, batches` $0.50 -> $1.00 per 1M (+100%)"
    ).replace("<code>page &#47; page</code>", "`page / page`")


def test_no_price_changes(run: Run, home: Path) -> None:
    rows = {"x": {"m": price(1e-06)}}
    noted = {"x": {"m": price(1e-06, mode="chat")}}
    assert changelog(run, home, rows, noted) == ["### Prices", "No price changes."]


@pytest.mark.parametrize("number", [200, 250])
def test_the_section_is_bounded(run: Run, home: Path, number: int) -> None:
    old = {"x": {f"m{n:03}": price(1e-06) for n in range(number)}}
    new = {"x": {f"m{n:03}": price(2e-06) for n in range(number)}}
    lines = changelog(run, home, old, new)
    assert sum(line.startswith("- ") for line in lines) == 200
    more = "And 50 more models; `pricectl diff -v` lists all."
    assert (lines[-1] == more) is (number == 250)


def test_a_row_with_many_prices_names_the_first_ones(run: Run, home: Path) -> None:
    services = ("", "_batches", "_flex", "_priority", "_above_200k_tokens", "_above_128k_tokens")
    kinds = ("input_cost_per_token", "output_cost_per_token")
    old, new = (
        {f"{kind}{end}": rate for kind in kinds for end in services} for rate in (1e-06, 2e-06)
    )
    (*_, line) = changelog(run, home, {"x": {"m": old}}, {"x": {"m": new}})
    assert line.count("->") == 6
    assert line.endswith(", 6 more prices")


def test_hostile_names_are_neither_markup_nor_a_mention(run: Run, home: Path) -> None:
    old = {"x": {"a": price(1e-06)}}
    new = {"x": {"a": price(1e-06), HOSTILE: price(3e-06, retired=True, successor=HOSTILE)}}
    (*_, line) = changelog(run, home, old, new)
    assert line.startswith("- New: <code>m&#96;&#124;&#60;b&#62;&#64;team")
    assert not {"`|", "<b>", "@team", "\x1b"} & {
        line[i : i + n] for i in range(len(line)) for n in (1, 2, 3, 5)
    }
