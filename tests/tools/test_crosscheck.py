import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import crosscheck
import price_lists
import sellers

DAY = date(2026, 11, 23)
BOTH_INSTALLED = all(find_spec(name) for name in ("litellm", "genai_prices"))


class FakeList:
    """A price list with the figures a test gives it, under the name of a real one."""

    def __init__(self, name: str, prices: Mapping[str, Mapping[str, str]]) -> None:
        self.name = name
        self._prices = prices

    def figures(self, _section: str, model: str, _at: date, /) -> price_lists.Figures:
        return {field: Decimal(price) for field, price in self._prices.get(model, {}).items()}


def genai_model(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(**({"price_variants": None} | fields))


def catalog_of(model: Mapping[str, Any], decisions: Mapping[str, str]) -> dict[str, Any]:
    return {
        "metadata": {"last_updated": "2026-11-23"},
        "openai": {"gpt-x": dict(model)},
        "pricing_notes": {"openai": {"decisions": dict(decisions)}},
    }


def run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    catalog: Mapping[str, Any],
    litellm: Mapping[str, Mapping[str, str]],
    genai: Mapping[str, Mapping[str, str]],
    *options: str,
) -> int:
    monkeypatch.setattr(crosscheck, "Litellm", lambda: FakeList("litellm", litellm))
    monkeypatch.setattr(crosscheck, "GenaiPrices", lambda: FakeList("genai-prices", genai))
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog))
    return crosscheck.main([str(path), *options])


@pytest.mark.parametrize(
    "key",
    [
        "input_cost_per_token",
        "cache_creation_input_token_cost_above_1hr_above_100k_tokens_batches",
        "output_cost_per_token_above_272k_tokens_ultrafast",
        "input_cost_per_second",
        "output_cost_per_second_1080p",
        "output_cost_per_second_4k",
        "input_cost_per_request",
        "input_cost_per_text_message",
        "ocr_cost_per_page_batches",
        "input_cost_per_video_per_second",
        "explicit_cache_read_input_token_cost",
        "search_context_cost_per_query.search_context_size_low",
        "off_peak_pricing.input_cost_per_token",
        "provider_specific_entry.us",
    ],
)
def test_price_keys_are_recognised(key: str) -> None:
    assert price_lists.is_price_key(key)


@pytest.mark.parametrize("key", ["max_input_tokens", "supports_vision", "rpm", "aliases"])
def test_other_keys_are_not_prices(key: str) -> None:
    assert not price_lists.is_price_key(key)


def test_a_price_in_two_spellings_is_one_figure() -> None:
    entry = {
        "cache_read_input_token_cost": Decimal("5e-09"),
        "input_cost_per_token_cache_hit": Decimal("6e-09"),
    }
    assert price_lists.prices_of(entry) == {"cache_read_input_token_cost": Decimal("6e-09")}


def test_nested_prices_are_read_and_switches_skipped() -> None:
    entry = {
        "input_cost_per_token": Decimal("2e-6"),
        "supports_vision": True,
        "off_peak_pricing": {"input_cost_per_token": Decimal("1e-6"), "windows": []},
    }

    assert price_lists.prices_of(entry) == {
        "input_cost_per_token": Decimal("0.000002"),
        "off_peak_pricing.input_cost_per_token": Decimal("0.000001"),
    }


def test_the_fast_multiplier_becomes_prices() -> None:
    row = {"input_cost_per_token": Decimal("4e-6"), "provider_specific_entry": {"fast": 2}}

    assert dict(price_lists.fast_prices(row)) == {"input_cost_per_token_fast": Decimal("8e-6")}


def test_genai_tiers_become_keys_whatever_their_boundary() -> None:
    tiers = [SimpleNamespace(start=199999, price=Decimal(4))]
    price = SimpleNamespace(base=Decimal(2), tiers=tiers)
    model = genai_model(prices=SimpleNamespace(input_mtok=price))

    assert price_lists.model_figures(model, DAY) == {
        "input_cost_per_token": Decimal("0.000002"),
        "input_cost_per_token_above_200k_tokens": Decimal("0.000004"),
    }


def test_genai_dates_pick_the_last_begun_price() -> None:
    model = genai_model(
        prices=[
            SimpleNamespace(constraint=None, prices=SimpleNamespace(input_mtok=Decimal(1))),
            SimpleNamespace(
                constraint=SimpleNamespace(start_date=date(2026, 12, 1)),
                prices=SimpleNamespace(input_mtok=Decimal(2)),
            ),
        ]
    )

    before = price_lists.model_figures(model, date(2026, 11, 30))
    after = price_lists.model_figures(model, date(2026, 12, 1))

    assert before == {"input_cost_per_token": Decimal("0.000001")}
    assert after == {"input_cost_per_token": Decimal("0.000002")}


def test_genai_busy_hours_are_the_base_price() -> None:
    busy = SimpleNamespace(start_time=time(1, tzinfo=UTC), end_time=time(4, tzinfo=UTC))
    model = genai_model(
        prices=[
            SimpleNamespace(constraint=None, prices=SimpleNamespace(output_mtok=Decimal(3))),
            SimpleNamespace(constraint=busy, prices=SimpleNamespace(output_mtok=Decimal(6))),
        ]
    )

    assert price_lists.model_figures(model, DAY) == {
        "output_cost_per_token": Decimal("0.000006"),
        "off_peak_pricing.output_cost_per_token": Decimal("0.000003"),
    }


def test_the_first_active_genai_variant_of_a_service_wins() -> None:
    def batch(start: date, price: int) -> SimpleNamespace:
        return SimpleNamespace(
            when={"processing": "batch"},
            constraint=SimpleNamespace(start_date=start),
            prices=SimpleNamespace(input_mtok=Decimal(price)),
        )

    model = genai_model(
        prices=SimpleNamespace(input_mtok=Decimal(8)),
        price_variants=[
            batch(date(2027, 1, 1), 4),
            batch(date(2026, 10, 29), 3),
            batch(date(2026, 10, 14), 2),
        ],
    )

    figures = price_lists.model_figures(model, DAY)

    assert figures["input_cost_per_token_batches"] == Decimal("0.000003")


@pytest.mark.parametrize(
    ("litellm", "genai", "expected"),
    [
        (["2e-6"], ["2e-6"], "both agree"),
        (["2e-6"], ["3e-6"], "only litellm agrees"),
        (["3e-6"], ["2e-6"], "only genai-prices agrees"),
        (["3e-6"], ["4e-6"], "none agrees"),
        (["3e-6"], [], "none agrees"),
        (["2e-6"], [], "litellm alone, agrees"),
        ([], ["2e-6"], "genai-prices alone, agrees"),
        ([], [], "no source"),
        (["2e-6", "3e-6"], ["2e-6"], "only genai-prices agrees"),
    ],
)
def test_a_price_gets_a_verdict_from_its_sources(
    litellm: list[str], genai: list[str], expected: str
) -> None:
    claims = [price_lists.Claim("litellm", "gpt-x", Decimal(price)) for price in litellm]
    claims += [price_lists.Claim("genai-prices", "gpt-x", Decimal(price)) for price in genai]

    assert crosscheck.verdict(Decimal("0.000002"), claims) == expected


def test_float_noise_is_ignored_and_a_picodollar_is_not() -> None:
    assert price_lists.same(Decimal("0.0000029999999999999997"), Decimal("0.000003"))
    assert not price_lists.same(Decimal("0.000003000001"), Decimal("0.000003"))


def test_agreement_exits_0(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = {"gpt-x": {"input_cost_per_token": "0.000002"}}
    catalog = catalog_of({"input_cost_per_token": 2e-06}, {})

    assert run(monkeypatch, tmp_path, catalog, prices, prices) == 0
    assert "1 figures compared, 0 without source or decision" in capsys.readouterr().out


def test_a_difference_exits_1_and_shows_both_figures_per_1m(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = catalog_of({"input_cost_per_token": 1e-06}, {})
    theirs = {"gpt-x": {"input_cost_per_token": "0.0000025"}}

    assert run(monkeypatch, tmp_path, catalog, theirs, {}) == 1
    expected = "openai/gpt-x input_cost_per_token: 1; litellm 2.5; NO DECISION"
    assert expected in capsys.readouterr().out


@pytest.mark.parametrize("key", ["gpt-x.input_cost_per_token", "gpt-x.input_*"])
def test_a_written_decision_settles_a_difference(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    key: str,
) -> None:
    catalog = catalog_of({"input_cost_per_token": 1e-06}, {key: "the page says so"})
    theirs = {"gpt-x": {"input_cost_per_token": "0.000002"}}

    assert run(monkeypatch, tmp_path, catalog, theirs, {}) == 0
    assert "the page says so" in capsys.readouterr().out


def test_a_price_without_any_source_exits_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    catalog = catalog_of({"input_cost_per_token": 1e-06}, {})

    assert run(monkeypatch, tmp_path, catalog, {}, {}) == 1


def test_an_alias_at_another_price_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = catalog_of({"input_cost_per_token": 1e-06, "aliases": ["gpt-x-2026"]}, {})
    theirs = {
        "gpt-x": {"input_cost_per_token": "0.000001"},
        "gpt-x-2026": {"input_cost_per_token": "0.000003"},
    }

    assert run(monkeypatch, tmp_path, catalog, theirs, {}) == 1
    assert "litellm 3 (as gpt-x-2026)" in capsys.readouterr().out


def test_a_price_only_the_sources_have_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    catalog = catalog_of({"input_cost_per_token": 1e-06}, {})
    theirs = {
        "gpt-x": {"input_cost_per_token": "1e-6", "cache_read_input_token_cost": "1e-7"},
    }

    assert run(monkeypatch, tmp_path, catalog, theirs, {}) == 1


def test_a_special_kind_at_the_general_price_or_at_zero_is_not_missed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    catalog = catalog_of({"output_cost_per_token": 1e-06}, {})
    theirs = {
        "gpt-x": {
            "output_cost_per_token": "1e-6",
            "output_cost_per_reasoning_token": "1e-6",
            "cache_creation_input_token_cost": "0",
        },
    }

    assert run(monkeypatch, tmp_path, catalog, theirs, {}) == 0


def test_json_carries_prices_as_strings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = catalog_of({"input_cost_per_token": 1e-06}, {})
    theirs = {"gpt-x": {"input_cost_per_token": "0.000001"}}

    assert run(monkeypatch, tmp_path, catalog, theirs, {}, "--json") == 0
    (check,) = json.loads(capsys.readouterr().out)["checks"]
    assert Decimal(check["ours"]) == Decimal("0.000001")
    assert check["verdict"] == "litellm alone, agrees"
    assert check["settled"] is True


def test_without_the_lists_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(price_lists, "find_spec", lambda _name: None)

    assert crosscheck.main([]) == 2
    assert "pip install 'pricectl[crosscheck]'" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "[]", '{"metadata": {}}', '{"metadata": 1}'])
def test_an_unreadable_catalog_exits_2(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str,
) -> None:
    monkeypatch.setattr(crosscheck, "Litellm", lambda: FakeList("litellm", {}))
    monkeypatch.setattr(crosscheck, "GenaiPrices", lambda: FakeList("genai-prices", {}))
    path = tmp_path / "catalog.json"
    path.write_text(content)

    assert crosscheck.main([str(path)]) == 2
    assert "catalog.json" in capsys.readouterr().err


@pytest.mark.skipif(not BOTH_INSTALLED, reason="needs the crosscheck extra")
def test_every_figure_of_the_catalog_has_a_source_or_a_decision() -> None:
    today = datetime.now(tz=UTC).date()
    catalog = crosscheck.load(crosscheck.DEFAULT_FILE)

    assert date.fromisoformat(catalog["metadata"]["last_updated"]) <= today
    assert crosscheck.main([]) == 0


def test_ranges_become_tiers_by_their_lower_end() -> None:
    row = {
        "tiered_pricing": [
            {"input_cost_per_token": Decimal("1e-6"), "range": [0, Decimal("32000.0")]},
            {"input_cost_per_token": Decimal("2e-6"), "range": [Decimal("32000.0"), 128000]},
        ]
    }

    assert dict(price_lists.ranged_prices(row)) == {
        "input_cost_per_token": Decimal("0.000001"),
        "input_cost_per_token_above_32k_tokens": Decimal("0.000002"),
    }


@pytest.mark.parametrize(
    ("section", "name", "seller", "known_as"),
    [
        ("openai", "gpt-4o", sellers.SECTIONS["openai"], "gpt-4o"),
        ("openai", "azure/gpt-4o", sellers.AZURE, "gpt-4o"),
        ("azure", "azure_ai/Phi-4", sellers.AZURE_AI, "Phi-4"),
        ("anthropic", "claude-sonnet-4-5@20250929", sellers.VERTEX, "claude-sonnet-4-5@20250929"),
        ("google", "vertex_ai/gemini-2.5-pro", sellers.VERTEX, "gemini-2.5-pro"),
        ("anthropic", "us.anthropic.claude-opus-5", sellers.BEDROCK, "us.anthropic.claude-opus-5"),
        ("bedrock", "bedrock_mantle/openai.gpt-6-sol", sellers.MANTLE, "openai.gpt-6-sol"),
        ("groq", "groq/openai/gpt-oss-20b", sellers.SECTIONS["groq"], "openai/gpt-oss-20b"),
        ("together", "together/zai-org/GLM-5", sellers.SECTIONS["together"], "zai-org/GLM-5"),
        ("together", "together_ai/zai-org/GLM-5", sellers.SECTIONS["together"], "zai-org/GLM-5"),
        ("vertex", "vertex_ai/meta/llama-4-maas", sellers.VERTEX, "meta/llama-4-maas"),
    ],
)
def test_a_name_is_looked_up_at_its_seller(
    section: str, name: str, seller: sellers.Seller, known_as: str
) -> None:
    assert sellers.seller_of(section, name) == (seller, known_as)


def test_a_data_zone_of_azure_is_not_its_global_deployment() -> None:
    seller, name = sellers.seller_of("azure", "azure/eu/gpt-4o")

    assert seller.genai == ()
    assert seller.litellm[0].format(name) == "azure/eu/gpt-4o"
