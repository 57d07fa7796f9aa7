import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pricectl.core import Catalog, CatalogError, DocumentError, Usage, document, find, quote
from pricectl.core.catalog import MAX_MODELS, build, readable_schemas
from pricectl.core.document import Json, parse
from pricectl.core.pointers import escape
from pricectl.core.prices import Problem

PRICED = {"input_cost_per_token": 1e-06}
NO_OBJECTS: tuple[object, ...] = ([], "x", 5, None)
NO_LISTS: tuple[object, ...] = ({}, "x", 5, False)


def problems_of(values: object) -> list[Problem]:
    problems: list[Problem] = []
    build(parse(json.dumps(values)), problems)
    return problems


def with_entry(**entry: object) -> dict[str, object]:
    return {"openai": {"m": {**PRICED, **entry}}}


def test_a_catalog_knows_its_models_bytes_and_day() -> None:
    text = '{"metadata": {"last_updated": "2026-11-23"}, "b": {"m": {}}, "a": {"n": {}}}'
    catalog = Catalog.load(text)
    assert [model.full_name for model in catalog.models] == ["b/m", "a/n"]
    assert catalog.providers == {"a", "b"}
    assert catalog.last_updated == "2026-11-23"
    assert catalog.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert Catalog.load(text.encode()).sha256 == catalog.sha256


@pytest.mark.parametrize("name", ["rows", "sha", "shape", "version"])
def test_a_catalog_has_no_other_attributes(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(Catalog.load('{"o": {"m": {}}}'), name)


@pytest.mark.parametrize("metadata", [{}, {"last_updated": 20261123}])
def test_a_missing_date_is_empty(metadata: object) -> None:
    assert Catalog.load(json.dumps({"metadata": metadata, "o": {"m": {}}})).last_updated == ""


def test_notes_and_schema_are_not_read_as_providers() -> None:
    values = {"$schema": "x", "pricing_notes": ["y"], "metadata": {}, "openai": {"m": PRICED}}
    assert problems_of(values) == []
    assert Catalog.load(json.dumps(values)).providers == {"openai"}


@pytest.mark.parametrize(
    ("values", "pointer", "words"),
    [
        ({}, "", "no models"),
        ({"openai": {}}, "", "no models"),
        ({**with_entry(), "note": "x"}, "/note", "section is not an object"),
        ({**with_entry(), "a/b~": 1}, "/a~1b~0", "section is not an object"),
        ({"openai": {"x": {}, "m/n": 5}}, "/openai/m~1n", "entry is not an object"),
        ({"openai": {"x": {}, "": {}}}, "/openai/", "1 to 256 characters"),
        ({"openai": {"x": {}, "n" * 257: {}}}, "/openai/" + "n" * 257, "1 to 256 characters"),
        ({**with_entry(), "metadata": {"currency": "EUR"}}, "/metadata/currency", "USD"),
        ({**with_entry(), "metadata": {"currency": None}}, "/metadata/currency", "USD"),
        (
            {**with_entry(), "metadata": {"schema_version": "99.0"}},
            "/metadata/schema_version",
            "not",
        ),
        (
            {**with_entry(), "metadata": {"schema_version": "0.9"}},
            "/metadata/schema_version",
            readable_schemas(),
        ),
        ({**with_entry(), "metadata": {"schema_version": 1}}, "/metadata/schema_version", "not"),
        *(
            ({**with_entry(), "metadata": value}, "/metadata", "metadata is not an object")
            for value in NO_OBJECTS
        ),
        (
            {"a/b": {"c": {}}, "a": {"b/c": {}, "d": {}}},
            "/a/b~1c",
            "another row is called a/b/c too",
        ),
        (
            with_entry(guardrail_cost_per_unit={"topicPolicyUnits": -1}),
            "/openai/m/guardrail_cost_per_unit/topicPolicyUnits",
            "negative",
        ),
        (
            {**with_entry(), "metadata": {"default_pricing": 5}},
            "/metadata/default_pricing",
            "not an object",
        ),
        (
            {**with_entry(), "metadata": {"default_pricing": {"input_cost_per_token": -1}}},
            "/metadata/default_pricing/input_cost_per_token",
            "negative",
        ),
        (with_entry(aliases="x"), "/openai/m/aliases", "list of names"),
        (with_entry(aliases=["x", 5]), "/openai/m/aliases", "list of names"),
        (with_entry(aliases=[""]), "/openai/m/aliases", "list of names"),
        (with_entry(aliases=["x" * 257]), "/openai/m/aliases", "list of names"),
        (with_entry(previous={}), "/openai/m/previous/0", "'until'"),
        (with_entry(previous=[PRICED]), "/openai/m/previous/0", "'until'"),
        (
            with_entry(upcoming=[{"from": "2026-12-01"}, {"from": "soon"}]),
            "/openai/m/upcoming/1",
            "'from'",
        ),
        (
            with_entry(upcoming=[{"from": "2026-12-01", "output_cost_per_token": "1"}]),
            "/openai/m/upcoming/0/output_cost_per_token",
            "a string",
        ),
        (with_entry(input_cost_per_token=True), "/openai/m/input_cost_per_token", "a boolean"),
        ({"o": {"m": {"input_cost_per_token": "1"}}}, "/o/m/input_cost_per_token", "a string"),
        (with_entry(input_cost_per_token=[1]), "/openai/m/input_cost_per_token", "a list"),
        (with_entry(input_cost_per_token={}), "/openai/m/input_cost_per_token", "an object"),
        (with_entry(input_cost_per_token=-1e-06), "/openai/m/input_cost_per_token", "negative"),
        (
            with_entry(input_cost_per_token=float("nan")),
            "/openai/m/input_cost_per_token",
            "NaN, not a finite number",
        ),
        (
            with_entry(**{"output_cost_per_image_0.5K": -1}),
            "/openai/m/output_cost_per_image_0.5K",
            "negative",
        ),
        (
            with_entry(search_context_cost_per_query={"search_context_size_low": "1"}),
            "/openai/m/search_context_cost_per_query/search_context_size_low",
            "a string",
        ),
        (
            with_entry(tiered_pricing=[{"range": [0, 9], "input_cost_per_token": -1}]),
            "/openai/m/tiered_pricing/0/input_cost_per_token",
            "negative",
        ),
        (
            with_entry(off_peak_pricing={"hours_utc": "00:00-08:00", "input_cost_per_token": -1}),
            "/openai/m/off_peak_pricing/input_cost_per_token",
            "negative",
        ),
    ],
)
def test_an_unreadable_price_is_reported_with_its_pointer(
    values: object, pointer: str, words: str
) -> None:
    problems = problems_of(values)
    assert len(problems) == 1
    assert problems[0].pointer == pointer
    assert words in problems[0].message


def test_a_section_that_is_not_an_object_does_not_stop_the_reading() -> None:
    problems: list[Problem] = []
    catalog = build({"note": "x", "openai": {"m": {}}, "list": []}, problems)
    assert [problem.pointer for problem in problems] == ["/note", "/list"]
    assert [model.full_name for model in catalog.models] == ["openai/m"]


def test_aliases_are_many_and_as_long_as_names_may_be() -> None:
    aliases = ["x" * 256, *(f"alias-{number}" for number in range(299))]
    assert problems_of(with_entry(aliases=aliases)) == []
    catalog = Catalog.load(json.dumps(with_entry(aliases=aliases)))
    assert catalog.models[0].aliases == tuple(aliases)
    assert find(catalog, "x" * 256).how == "alias"


def test_an_unreadable_tier_rule_falls_back_to_the_default() -> None:
    values = parse(json.dumps(with_entry(context_tier={"scope": "marginal", "boundary": "lt"})))
    prices = build(values, []).models[0].prices
    assert (prices.marginal, prices.inclusive) == (False, False)


def test_a_loader_names_the_first_problem_and_how_many_follow() -> None:
    values: dict[str, Any] = {
        "o": {"m": {"input_cost_per_token": -1}, "n": {"input_cost_per_token": "x"}}
    }
    with pytest.raises(CatalogError) as caught:
        Catalog.load(json.dumps(values))
    assert str(caught.value) == (
        "/o/m/input_cost_per_token: price is negative (and 1 more); "
        "run 'pricectl validate' to see every finding"
    )
    values["o"]["third"] = {"input_cost_per_token": []}
    with pytest.raises(CatalogError, match=r"price is negative \(and 2 more\)"):
        Catalog.load(json.dumps(values))
    with pytest.raises(CatalogError, match="the catalog: no models"):
        Catalog.load("{}")
    with pytest.raises(CatalogError, match="the catalog: the catalog is not a JSON object"):
        Catalog.load("[]")


def test_floats_are_refused_with_a_clear_message() -> None:
    values: Any = {"o": {"m": {"input_cost_per_token": 2.5e-06}}}
    with pytest.raises(CatalogError, match="price is a float"):
        Catalog.from_values(values)


def test_there_are_bounds_on_the_number_of_models() -> None:
    many: dict[str, Json] = {f"m{number}": {} for number in range(MAX_MODELS)}
    problems: list[Problem] = []
    build({"o": many}, problems)
    assert problems == []
    build({"o": {**many, "one more": {}}}, problems)
    assert [problem.message for problem in problems] == ["more than 20,000 models"]


def test_a_section_given_twice_is_refused() -> None:
    with pytest.raises(DocumentError, match="'o' appears twice"):
        Catalog.load('{"o": {"m": {}}, "o": {"n": {}}}')


def test_a_null_price_counts_as_missing() -> None:
    catalog = Catalog.load('{"o": {"m": {"input_cost_per_token": null}}}')
    assert quote(catalog, "m", Usage(1)).unpriced


@pytest.mark.parametrize(
    ("metadata", "pico_usd"),
    [
        ({}, 1_000_000 + 2_000_000),  # $1 and $2 per 1M
        ({"default_pricing": {}}, 3_000_000),
        (
            {"default_pricing": {"input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05}},
            18_000_000,
        ),
    ],
)
def test_the_default_price(metadata: object, pico_usd: int) -> None:
    catalog = Catalog.load(json.dumps({"metadata": metadata, "o": {"m": {}}}))
    answer = quote(catalog, "who", Usage(1, 1))
    assert answer.guessed
    assert answer.pico_usd == pico_usd
    assert answer.match.model.full_name == "default/default"
    assert not answer.match.model.dated


def dated(**entry: object) -> Catalog:
    return Catalog.load(json.dumps(with_entry(**entry)))


def price_at(catalog: Catalog, at: date | None) -> tuple[int, str]:
    answer = quote(catalog, "m", Usage(1), at=at)
    return answer.pico_usd, answer.period


def last_second(year: int, month: int) -> datetime:
    return datetime(year, month, 31, 23, 59, 59, tzinfo=UTC)


def test_dated_prices_end_before_until_and_begin_at_from() -> None:
    catalog = dated(
        previous=[
            {"until": "2026-06-01", "input_cost_per_token": 3e-06},
            {"until": "2026-01-01", "input_cost_per_token": 4e-06},  # in any order
        ],
        upcoming=[
            {"from": "2027-02-01T12:00:00Z", "input_cost_per_token": 6e-06},
            {"from": "2027-01-01", "input_cost_per_token": 5e-06},
        ],
    )
    assert find(catalog, "m").model.dated
    for at, expected in [
        (date(2020, 1, 1), (4_000_000, "until 2026-01-01")),
        (last_second(2025, 12), (4_000_000, "until 2026-01-01")),
        (date(2026, 1, 1), (3_000_000, "until 2026-06-01")),
        (last_second(2026, 5), (3_000_000, "until 2026-06-01")),
        (date(2026, 6, 1), (1_000_000, "")),
        (last_second(2026, 12), (1_000_000, "")),
        (date(2027, 1, 1), (5_000_000, "from 2027-01-01")),
        (datetime(2027, 2, 1, 11, 59, tzinfo=UTC), (5_000_000, "from 2027-01-01")),
        (datetime(2027, 2, 1, 12, tzinfo=UTC), (6_000_000, "from 2027-02-01T12:00:00")),
        (date(2999, 1, 1), (6_000_000, "from 2027-02-01T12:00:00")),
        (None, (1_000_000, "")),  # the row as it stands
    ]:
        assert price_at(catalog, at) == expected, at


def test_a_price_list_knows_its_pointer_period_and_bounds() -> None:
    night = {"windows": [{"hours_utc": "16:30-00:30"}], "input_cost_per_token": 5e-07}
    day = {"input_cost_per_token": 2e-06, "off_peak_pricing": night}
    catalog = dated(
        off_peak_pricing=night,
        previous=[{"until": "2026-06-01", **day}, {"until": "2026-01-01", **day}],
        upcoming=[{"from": "2027-02-01T12:00:00Z", **day}],
    )
    model = find(catalog, "m").model
    january, june = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    noon = datetime(2027, 2, 1, 12, tzinfo=UTC)
    assert model.pointer == "/openai/m"
    assert [(own.pointer, own.period, own.start, own.end) for own in model.price_lists] == [
        ("/openai/m/previous/1", "until 2026-01-01", None, january),
        ("/openai/m/previous/0", "until 2026-06-01", january, june),
        ("/openai/m", "", june, noon),
        ("/openai/m/upcoming/0", "from 2027-02-01T12:00:00", noon, None),
    ]
    kinds = ["previous", "previous", "own", "upcoming"]
    assert [own.kind for own in model.price_lists] == kinds
    for own in model.price_lists:
        cheaper = own.off_peak
        assert cheaper
        assert (cheaper.kind, cheaper.is_off_peak, own.is_off_peak) == (own.kind, True, False)
        assert cheaper.period == f"{own.period} off-peak".strip()
        assert (cheaper.pointer, cheaper.start, cheaper.end) == (own.pointer, own.start, own.end)
        assert (len(cheaper.windows), own.windows) == (1, ())


def test_a_row_with_one_price_list_has_no_bounds() -> None:
    model = find(dated(), "m").model
    assert model.price_lists == (model.prices,)
    assert (model.prices.pointer, model.prices.period) == ("/openai/m", "")
    assert (model.prices.start, model.prices.end) == (None, None)


@pytest.mark.parametrize(
    ("metadata", "row", "prices"),
    [
        ({}, "", ""),
        ({"default_pricing": PRICED}, "/metadata/default_pricing", "/metadata/default_pricing"),
        ({"default_pricing": {}}, "/metadata/default_pricing", ""),  # the built-in price
    ],
)
def test_the_default_price_knows_its_pointer(
    metadata: dict[str, object], row: str, prices: str
) -> None:
    model = Catalog.load(json.dumps({"metadata": metadata, "o": {"m": {}}})).default
    assert (model.pointer, model.prices.pointer) == (row, prices)


def test_off_peak_hours_within_periods() -> None:
    night = {"windows": [{"hours_utc": "16:30-00:30"}], "input_cost_per_token": 5e-07}
    catalog = dated(
        off_peak_pricing=night,
        upcoming=[
            {
                "from": "2027-01-01",
                "input_cost_per_token": 5e-06,
                "off_peak_pricing": {**night, "input_cost_per_token": 2e-06},
            }
        ],
    )
    assert find(catalog, "m").model.dated
    assert price_at(catalog, datetime(2026, 11, 23, 16, 29, tzinfo=UTC)) == (1_000_000, "")
    assert price_at(catalog, datetime(2026, 11, 23, 16, 30, tzinfo=UTC)) == (500_000, "off-peak")
    assert price_at(catalog, datetime(2027, 1, 1, tzinfo=UTC)) == (
        2_000_000,
        "from 2027-01-01 off-peak",
    )
    assert price_at(catalog, None) == (1_000_000, "")


def test_off_peak_hours_keep_the_rule_of_the_tiers() -> None:
    catalog = dated(
        input_cost_per_token_above_1k_tokens=1e-05,
        context_tier={"scope": "marginal", "boundary": "gte"},
        off_peak_pricing={"windows": [{"hours_utc": "00:00-00:00"}], "input_cost_per_token": 5e-07},
    )
    # 999 tokens at 0.5, the thousandth and one more at 10: 499.5 + 20 = 519.5 pico per million
    assert quote(catalog, "m", Usage(1001), at=date(2026, 11, 23)).pico_usd == 519_500_000


def test_any_number_of_unknown_keys_is_read() -> None:
    unknown = {f"key{number}": 1 for number in range(10_000)}
    catalog = Catalog.load(json.dumps({"o": {"m": {**unknown, **PRICED}}}))
    assert quote(catalog, "m", Usage(1)).pico_usd == 1_000_000


def test_a_row_has_dates_if_any_date_key_is_present() -> None:
    assert not find(dated(), "m").model.dated
    assert find(dated(previous=[{"until": "2026-01-01"}]), "m").model.dated
    assert find(dated(upcoming=[{"from": "2026-01-01"}]), "m").model.dated
    night = {"windows": [{"hours_utc": "00:00-01:00"}], "input_cost_per_token": 0}
    assert find(dated(off_peak_pricing=night), "m").model.dated


def test_pointers_escape_slash_and_tilde() -> None:
    assert escape("plain") == "plain"
    assert escape("~1/") == "~01~1"


def test_entries_are_read_only() -> None:
    catalog = dated()
    entry: Any = find(catalog, "m").model.entry
    with pytest.raises(TypeError):
        entry["input_cost_per_token"] = 0


def test_an_older_schema_version_may_be_read_beside_the_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pricectl.core.catalog.READABLE_MAJORS", ("2", "1"))
    row = '"x": {"m": {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}}'
    for version in ("1.3", "2.0"):
        Catalog.load(f'{{"metadata": {{"schema_version": "{version}"}}, {row}}}')
    with pytest.raises(CatalogError, match=r"not 2\.x or 1\.x"):
        Catalog.load(f'{{"metadata": {{"schema_version": "3.0"}}, {row}}}')


def test_all_lists_puts_each_off_peak_list_after_its_base_list() -> None:
    hours = {"windows": [{"hours_utc": "00:00-08:00"}], "input_cost_per_token": 1}
    entry = {"input_cost_per_token": 2, "off_peak_pricing": hours}
    past = {"until": "2026-01-01", "input_cost_per_token": 3}
    text = json.dumps({"o": {"m": {**entry, "previous": [past]}}})
    model = Catalog.load(text).models[0]
    old, own = model.price_lists
    assert model.all_lists == (old, own, own.off_peak)


def test_the_old_name_of_the_source_warns() -> None:
    values = document.parse('{"o": {"m": {"input_cost_per_token": 1e-6}}}')
    with pytest.warns(DeprecationWarning, match="use source="):
        old = Catalog.from_values(values, sha256=b"x")
    assert old.sha256 == Catalog.from_values(values, source=b"x").sha256


def test_the_old_name_of_a_catalog_s_source_warns() -> None:
    known = Catalog.load('{"o": {"m": {"input_cost_per_token": 1e-06}}}')
    with pytest.warns(DeprecationWarning, match="use source="):
        old = Catalog(known.models, known.default, known.metadata, origin="abc")
    assert old.sha256 == "abc"
