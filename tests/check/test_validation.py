"""What a check says as a whole: all findings at once, sorted, waived, and never an exception."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.check.findings import by_position
from pricectl.check.positions import Span
from pricectl.check.validation import validate
from pricectl.check.validation_report import ValidationReport
from pricectl.core import document
from pricectl.core.catalog import SCHEMA_MAJOR, Catalog, readable_schemas
from pricectl.core.errors import PricingError
from pricectl.policy import Policy, RuleLimits, Waiver

pytestmark = pytest.mark.long

TODAY = date(2026, 12, 1)
TEXT = """{
  "x": {
    "m": {"input_cost_per_token": 2e-06, "output_cost_per_token": 1e-06},
    "m-2": {"input_cost_per_token": 2e-06, "output_cost_per_token": 1e-06}
  }
}
"""


def checked(text: str | bytes, **settings: object) -> ValidationReport:
    return validate(text, "f", Policy(critical=())._replace(**settings), TODAY)  # type: ignore[arg-type]


def rules(report: ValidationReport) -> list[str]:
    return [finding.rule for finding in report.findings]


def waiver(pointer: str, expires: date | None = None, rule: str = "output-below-input") -> Waiver:
    return Waiver(rule, "the provider says so", pointer, expires)


def test_a_waiver_does_not_cover_a_row_whose_name_starts_the_same() -> None:
    report = checked(TEXT, waivers=(waiver("/x/m"),))
    assert rules(report).count("output-below-input") == 1
    assert [finding.pointer for finding in report.waived] == ["/x/m/output_cost_per_token"]
    assert "waiver-unused" not in rules(report)


def test_a_waiver_without_a_pointer_covers_every_place() -> None:
    assert len(checked(TEXT, waivers=(waiver(""),)).waived) == 2


def test_an_unused_waiver_is_found() -> None:
    assert "waiver-unused" in rules(checked(TEXT, waivers=(waiver("/x/gone"),)))


def test_an_expired_waiver_is_found_and_hides_nothing() -> None:
    report = checked(TEXT, waivers=(waiver("/x/m", date(2026, 11, 30)),))
    assert rules(report).count("output-below-input") == 2
    assert "waiver-expired" in rules(report)
    assert report.waived == ()


def test_a_waiver_holds_on_its_last_day() -> None:
    assert len(checked(TEXT, waivers=(waiver("/x/m", TODAY),)).waived) == 1


def test_a_misspelt_rule_in_a_waiver_gets_a_suggestion() -> None:
    report = checked(TEXT, waivers=(waiver("/x/m", rule="output-bellow-input"),))
    hints = [finding.hint for finding in report.findings if finding.rule == "waiver-unused"]
    assert hints == ["did you mean output-below-input?"]
    (message,) = [one.message for one in report.findings if one.rule == "waiver-unused"]
    assert message.endswith("matches no finding: no rule is called 'output-bellow-input'")
    report = checked(TEXT, waivers=(waiver("/x/m", rule="zzz"),))
    hints = [finding.hint for finding in report.findings if finding.rule == "waiver-unused"]
    assert hints == ["'pricectl rule' lists the rules"]


def test_a_finding_about_a_waiver_names_the_settings() -> None:
    report = checked(TEXT, waivers=(waiver("/x/gone"),), source="pricectl.toml")
    places = {report.file_of(finding) for finding in report.findings if finding.span is None}
    assert places == {"pricectl.toml"}


def test_limits_of_the_settings_are_applied() -> None:
    text = '{"x": {"m": {"input_cost_per_token": 250e-06, "output_cost_per_token": 250e-06}}}'
    assert "price-out-of-bounds" in rules(checked(text))
    limits = RuleLimits()._replace(max_input_usd_per_mtok=RuleLimits().max_output_usd_per_mtok)
    assert "price-out-of-bounds" not in rules(checked(text, limits=limits))


def test_limits_by_unit_of_the_settings_are_applied() -> None:
    text = '{"x": {"m": {"input_cost_per_token": 1e-10, "ocr_cost_per_page": 200}}}'
    assert rules(checked(text)).count("price-out-of-bounds") == 2
    limits = RuleLimits(highest={"page": Decimal(300)}, lowest={"input": Decimal("0.0001")})
    assert "price-out-of-bounds" not in rules(checked(text, limits=limits))


def test_findings_are_sorted_by_position_and_each_has_one() -> None:
    report = checked(TEXT)
    assert list(report.findings) == sorted(report.findings, key=by_position)
    assert all(finding.span for finding in report.findings)


def test_a_duplicate_key_names_both_lines() -> None:
    (finding,) = (
        finding
        for finding in checked('{"x": {},\n "x": {}}').findings
        if finding.rule == "duplicate-key"
    )
    assert finding.also
    assert finding.span
    assert (finding.also.line, finding.also.column) == (1, 2)
    assert (finding.span.line, finding.span.column) == (2, 2)


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("duplicate-model", ("x", "m", "1e-06"), ("y", "m", "2e-06")),
        ("case-collision", ("x", "m", "1e-06"), ("y", "M", "2e-06")),
        ("repeated-model", ("x", "m", "1e-06"), ("y", "M", "1e-06")),
    ],
)
def test_two_rows_of_one_name_are_both_shown(
    rule: str, first: tuple[str, str, str], second: tuple[str, str, str]
) -> None:
    rows = (
        f'"{section}": {{"{name}": {{"input_cost_per_token": {price}}}}}'
        for section, name, price in (first, second)
    )
    found = checked("{" + ", \n".join(rows) + "}").findings
    (finding,) = (one for one in found if one.rule == rule)
    assert finding.pointer == f"/{second[0]}/{second[1]}"
    # {"x": {"m" begins its name in column 8, and "y": {"m" in column 7
    assert (finding.also, finding.span) == (Span(1, 8, 3), Span(2, 7, 3))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 33 + "]" * 33, (1, 33)),
        ("[\n" * 32 + '{"a": "]}"}' + "]" * 32, (33, 1)),
        ("[" * 100_000, (1, 33)),
        # brackets in strings are none: 8 + 40 + 3 + 7 characters, then 31 brackets from level 3 on
        ('{"x": ["' + "[" * 40 + '", "\\"[", ' + "[" * 31 + "]" * 32 + "}", (1, 89)),
        ('{"x":\n "a\\ud800"}', (2, 4)),
        ('{"x": "\\\\ud800 \\ud83d\\ude00",\n "y\\udc00": 1}', (2, 4)),
        ('{"x": "\\ud83d\\ud83d\\ude00"}', (1, 8)),
        ("\ufeff{}", (1, 1)),
    ],
)
def test_a_syntax_error_has_a_position(text: str, place: tuple[int, int]) -> None:
    (finding,) = checked(text).findings
    assert finding.rule in ("document-depth", "encoding")
    assert finding.span
    assert finding.span[:2] == place


def test_a_price_per_1m_tokens_gets_a_hint_with_the_right_number() -> None:
    text = '{"x": {"m": {"input_cost_per_token": 2.5, "output_cost_per_token": 1e-05}}}'
    (finding,) = (f for f in checked(text).findings if f.rule == "price-out-of-bounds")
    assert finding.message == "input price $2,500,000.00 / 1M is above $200.00 / 1M"
    assert finding.hint == "written per 1M tokens? $2.50 / 1M is 2.5e-06 per token"


def test_suggestions_for_many_unknown_keys_stay_fast() -> None:
    keys = ", ".join(f'"input_cost_per_tokenx{number}": 1' for number in range(20_000))
    report = checked(f'{{"x": {{"m": {{{keys}}}}}}}')
    assert rules(report).count("unknown-price-key") == 20_000


KEYS = """
    metadata pricing_notes x m aliases previous upcoming until from range tiered_pricing windows
    off_peak_pricing hours_utc mode free input_cost_per_token output_cost_per_token verified_on
    context_tier search_context_cost_per_query deprecation_date max_input_tokens last_updated
    supports_prompt_caching default_pricing currency note cache_read_input_token_cost
""".split()  # noqa: SIM905 - a list of words reads better so
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=40,
)


@given(JSON)
def test_validate_and_the_loader_agree_on_any_json(value: object) -> None:
    """A file without errors loads; a file that does not load has an error."""
    text = json.dumps(value)
    errors = [finding for finding in checked(text).findings if finding.severity == "error"]
    try:
        Catalog.load(text)
    except PricingError:
        assert errors


@pytest.mark.parametrize("data", [b"", b"\xff\xfe{\x00}\x00", b"\x00" * 40, b"[" * 100_000])
def test_a_file_that_is_not_json_is_one_finding(data: bytes) -> None:
    assert len(checked(data).findings) == 1


def test_too_many_models_is_one_finding() -> None:
    rows = ", ".join(f'"m{number}": {{}}' for number in range(20_001))
    found = [finding.message for finding in checked(f'{{"x": {{{rows}}}}}').findings]
    assert found == ["more than 20,000 models"]


@pytest.mark.parametrize(
    ("version", "is_known"),
    [
        (f'"{SCHEMA_MAJOR}.0"', True),
        (f'"{SCHEMA_MAJOR}.7"', True),
        (f'"{SCHEMA_MAJOR}"', True),
        ('"99.0"', False),
        ('"0.9"', False),
        (f'"{SCHEMA_MAJOR}0.0"', False),
        ('""', False),
        ("1", False),
        ("null", False),
    ],
)
def test_validate_and_the_calculator_refuse_the_same_schema_versions(
    version: str, *, is_known: bool
) -> None:
    text = f'{{"metadata": {{"schema_version": {version}}}, "x": {{"m": {{}}}}}}'
    assert ("schema-version" not in rules(checked(text))) == is_known
    if is_known:
        assert Catalog.load(text).models
    else:
        with pytest.raises(
            PricingError, match=f"/metadata/schema_version: .* not {re.escape(readable_schemas())}"
        ):
            Catalog.load(text)


@pytest.mark.parametrize("text", [TEXT, '{"x": {"m": {}, "m": {}}}'])
def test_the_bytes_are_decoded_once(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[bytes | str] = []
    decode = document.decode

    def counted(data: bytes | str) -> str:
        decoded.append(data)
        return decode(data)

    monkeypatch.setattr(document, "decode", counted)
    assert checked(text.encode()).findings
    assert decoded == [text.encode()]


def test_a_misspelt_critical_name_has_the_near_one_in_its_hint() -> None:
    text = (
        '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}}}'
    )
    report = validate(text, "prices.json", Policy(critical=("gpt4o",)), date(2026, 12, 1))
    (hint,) = [one.hint for one in report.findings if one.rule == "critical-model-missing"]
    assert hint == (
        "did you mean gpt-4o? If not, add the row, "
        "or take the name out of `critical` in the settings"
    )
