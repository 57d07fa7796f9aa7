"""Any catalog and any two lists: only what both say is written, and a person's word stays."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricectl.feeds.proposal import Selection
from pricectl.operate.drift import DriftOptions, compare
from pricectl.operate.editing import EditableCatalog, EditOptions
from pricectl.operate.pull import PullOptions, PullResult, pull
from pricectl.policy import Policy

AT = datetime(2026, 11, 27, tzinfo=UTC)
LIST_DAY = "2026-11-20"
KEYS = {
    "input_cost_per_token": "input_mtok",
    "output_cost_per_token": "output_mtok",
    "cache_read_input_token_cost": "cache_read_mtok",
}
# Below 1.2 times apart, so that no gate stops them; output stays above input, and cache below.
PRICES = {
    "input_cost_per_token": (2.0, 2.2, 2.3),
    "output_cost_per_token": (8.0, 8.8, 9.0),
    "cache_read_input_token_cost": (0.5, 0.55, 0.58),
}
NAMES = ("gpt-4o", "o3", "gpt-5")
priced = st.fixed_dictionaries({key: st.sampled_from(PRICES[key]) for key in KEYS})
tables = st.dictionaries(st.sampled_from(NAMES), priced, min_size=1)
verified = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["2026-11-01", "2026-11-25"]))


def per_token(usd_per_mtok: float) -> float:
    return float(f"{usd_per_mtok}e-06")


def pulled(folder: Path, litellm: dict[str, Any], genai: dict[str, Any]) -> PullResult:
    """One pull of two lists into the file of the folder."""
    rows = {
        name: {"litellm_provider": "openai", **{key: per_token(usd) for key, usd in own.items()}}
        for name, own in litellm.items()
    }
    models = [
        {"id": name, "prices": {KEYS[key]: usd for key, usd in own.items()}}
        for name, own in genai.items()
    ]
    (folder / "litellm.json").write_text(json.dumps(rows), encoding="utf-8")
    document = json.dumps([{"id": "openai", "models": models}])
    (folder / "genai.json").write_text(document, encoding="utf-8")
    lists = tuple(
        f"{name}={folder / file}@{LIST_DAY}"
        for name, file in (("litellm", "litellm.json"), ("genai-prices", "genai.json"))
    )
    policy = Policy(reference="none")
    opened = EditableCatalog.read(str(folder / "prices.json"), policy)
    report = compare(opened.name, opened.version, policy, DriftOptions(AT, lists))
    return pull(opened, report, PullOptions(Selection(), EditOptions(AT)))


@given(tables, tables, tables, verified)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_only_what_both_lists_say_is_written(
    tmp_path: Path,
    ours: dict[str, Any],
    litellm: dict[str, Any],
    genai: dict[str, Any],
    verified: dict[str, str],
) -> None:
    section: dict[str, dict[str, Any]] = {
        name: {
            **{key: per_token(usd) for key, usd in own.items()},
            **({"verified_on": verified[name]} if name in verified else {}),
        }
        for name, own in ours.items()
    }
    metadata = {"last_updated": "2026-11-01", "currency": "USD", "schema_version": "1.0"}
    before = {"metadata": metadata, "openai": section}
    file = tmp_path / "prices.json"
    file.write_text(json.dumps(before, indent=2), encoding="utf-8")
    expected, moved = dict[str, Any](), set[str]()
    for name, row in section.items():
        new = dict(row)
        for key in KEYS:
            theirs = {table[name][key] for table in (litellm, genai) if name in table}
            both = name in litellm and name in genai and len(theirs) == 1
            # Somebody who verified the row later than the lists is right.
            is_later = row.get("verified_on", "") >= LIST_DAY
            if both and not is_later and per_token(*theirs) != row[key]:
                new[key] = per_token(*theirs)
                moved.add(name)
        if name in moved:
            new.pop("verified_on", None)
            if litellm[name] == genai[name]:
                new["evidence"] = [
                    {"list": one, "date": LIST_DAY} for one in ("genai-prices", "litellm")
                ]
        expected[name] = new
    shared = {(name, key) for name in ours for key in KEYS if name in litellm or name in genai}
    result = pulled(tmp_path, litellm, genai)
    after = json.loads(file.read_text(encoding="utf-8"))
    assert after["openai"] == expected
    assert result.edit.written is bool(moved)
    assert {one.model.name for one in result.values} == moved
    assert result.report.drift.compared == len(shared)
    again = pulled(tmp_path, litellm, genai)
    assert (again.values, again.edit.edited.changed) == ((), False)
