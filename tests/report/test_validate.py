"""Every format of `validate` says the same findings, each in its reader's terms."""

import json
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from pricectl.check.families import RULES
from pricectl.check.findings import ERRORS, Threshold
from pricectl.check.positions import Span
from pricectl.check.validation import validate
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.policy import Policy, Waiver
from pricectl.report import validate as formats
from pricectl.report.canvas import Canvas
from pricectl.report.excerpts import window
from pricectl.report.formats import concise, github, junit, sarif
from tests.conftest import ROOT

# One error (line 5, column 46), one info (verified-missing), nothing else.
TEXT = """{
  "metadata": {"last_updated": "2026-11-25", "sources": ["https://example.com"],
    "default_pricing": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}},
  "x": {
    "m": {"source": "https://example.com",
      "input_cost_per_token": 2e-06,
      "output_cost_per_token": 1e-06}
  }
}
"""


def checked(data: str = TEXT, **settings: Any) -> ValidationReport:
    policy = Policy(critical=())._replace(**settings)
    return validate(data, "a,b: prices.json", policy, date(2026, 12, 1))


def found(*reports: ValidationReport, threshold: Threshold = ERRORS) -> Validation:
    return Validation(reports, threshold)


def drawn(
    report: ValidationReport, *, width: int = 80, color: bool = False, verbose: bool = False
) -> str:
    return formats.text(found(report), Canvas(color, width, verbose))


def shut_down_tomorrow(number: int) -> str:
    row = '"source": "s", "input_cost_per_token": 1e-06, "deprecation_date": "2026-12-02"'
    rows = ",".join(f'"m-{n}": {{{row}}}' for n in range(number))
    return f'{{"x": {{{rows}}}}}'


def test_what_a_date_has_made_due_is_a_line_each_and_many_of_a_rule_one() -> None:
    few = drawn(checked(shut_down_tomorrow(2)), width=160)
    lines = [line for line in few.splitlines() if "warning[deprecation-near]" in line]
    assert len(lines) == 2
    assert lines[0].endswith(": 'm-0' shuts down tomorrow, on 2026-12-02 (due)")
    report = checked(shut_down_tomorrow(7))
    (line,) = [it for it in drawn(report, width=160).splitlines() if "deprecation-near" in it]
    first = ": 'm-0' shuts down tomorrow, on 2026-12-02 (due); 6 more, such as m-1, m-2, m-3"
    assert line.endswith(first)
    assert drawn(report, verbose=True).count("warning[deprecation-near]") == 7
    due = Threshold(due=True)
    assert "hint: move its callers" in formats.text(found(report, threshold=due), Canvas(width=80))


def test_warnings_that_fill_more_than_a_screen_are_a_line_a_rule() -> None:
    """Six warnings of two rules and an error; the error keeps its excerpt and its hint."""
    rows = ",\n".join(
        f'"far-{n}": {{"source": "s", "verified_on": "2026-12-01",\n'
        f'"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-05}}'
        for n in range(5)
    )
    swapped = '"m": {"input_cost_per_token": 2e-06,\n"output_cost_per_token": 1e-06}'
    report = checked(f'{{"x": {{{rows},\n{swapped}}}}}')
    said = drawn(report, width=200)
    assert "= hint: are the two swapped?" in said
    far = [line for line in said.splitlines() if "output-far-above-input" in line]
    assert [line.partition("; ")[2] for line in far] == ["4 more, such as far-1, far-2, far-3"]
    (alone,) = [line for line in said.splitlines() if "[source-missing]" in line]
    assert alone.endswith(": 'm' has no source")
    assert "-v shows each with its lines, -o concise one a line" in said
    assert drawn(report, verbose=True).count("output-far-above-input") == 5
    failing = found(report, threshold=Threshold("warning"))
    assert formats.text(failing, Canvas(width=200)).count("output-far-above-input") == 5


def test_few_warnings_keep_their_excerpts() -> None:
    row = '"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-05'
    said = drawn(checked(f'{{"x": {{"m": {{{row}, "source": "s"}}}}}}'))
    assert "^^^^^" in said
    assert "more" not in said


def test_text_shows_the_place_in_its_row_with_carets() -> None:
    assert drawn(checked()) == (
        "error[output-below-input] output at $1.00 / 1M is below input at $2.00 / 1M\n"
        " --> a,b: prices.json:7:32\n"
        "  |\n"
        '5 |     "m": {"source": "https://example.com",\n'
        "...\n"
        '7 |       "output_cost_per_token": 1e-06}\n'
        "  |                                ^^^^^\n"
        "  |\n"
        "  = hint: are the two swapped?\n"
        "\n"
        "1 error, 1 note in 1 model\n"
    )


def test_text_shows_both_places_of_a_duplicate() -> None:
    report = checked('{"x": {"m": {\n  "free": true,\n  "free": false}}}')
    assert (
        '2 |   "free": true,\n  |   ------ first here\n3 |   "free": false}}}\n'
        "  |   ^^^^^^ again here\n"
    ) in drawn(report)


TWICE = """{"x": {"m": {"input_cost_per_token": 1e-06}},
 "y": {"m": {"input_cost_per_token": 2e-06}}}"""


def test_text_shows_both_rows_of_one_name() -> None:
    assert (
        "error[duplicate-model] 'm' is also 'x/m', at another price\n"
        " --> a,b: prices.json:2:8\n"
        "  |\n"
        '1 | {"x": {"m": {"input_cost_per_token": 1e-06}},\n'
        "  |        --- first here\n"
        '2 |  "y": {"m": {"input_cost_per_token": 2e-06}}}\n'
        "  |        ^^^ again here\n"
    ) in drawn(checked(TWICE))


def test_json_names_both_rows_of_one_name() -> None:
    document = formats.document(found(checked(TWICE)))
    (finding,) = (one for one in document["findings"] if one["rule"] == "duplicate-model")
    assert (finding["line"], finding["also"]) == (2, {"line": 1, "column": 8})
    results = json.loads(sarif.findings(found(checked(TWICE))))["runs"][0]["results"]
    (result,) = (one for one in results if one["ruleId"] == "duplicate-model")
    (first,) = result["relatedLocations"]
    assert first["logicalLocations"][0]["fullyQualifiedName"] == "/x/m"
    region = {"startLine": 1, "startColumn": 8, "endColumn": 11}
    assert first["physicalLocation"]["region"] == region
    assert first["message"] == {"text": "first here"}
    (line,) = (
        line
        for line in github.findings(found(checked(TWICE))).splitlines()
        if "title=duplicate-model" in line
    )
    assert "line=2" in line
    assert "%0Afirst at line 1, column 8%0A" in line


def test_text_shows_notes_only_when_asked() -> None:
    assert "verified-missing" not in drawn(checked())
    assert "info[verified-missing]" in drawn(checked(), verbose=True)


def test_a_clean_catalog_says_so_in_one_line() -> None:
    good = TEXT.replace("1e-06}\n", '4e-06, "verified_on": "2026-11-25"}\n')
    assert drawn(checked(good)) == "ok: 1 model, no findings\n"


def test_waived_findings_are_counted() -> None:
    waivers = (Waiver("output-below-input", "so it is", "/x/m"),)
    assert drawn(checked(waivers=waivers)).endswith("1 note in 1 model, 1 finding waived\n")


def test_many_findings_of_a_rule_are_counted_and_shown_with_v() -> None:
    rows = ",\n".join(f'"m{number}": {{"max_tokens": -1}}' for number in range(25))
    report = checked(f'{{"x": {{{rows}}}}}')
    assert drawn(report).count("error[wrong-shape]") == 10 + 1
    assert "... 15 more error[wrong-shape]; -v shows all, -o concise one a line" in drawn(report)
    assert drawn(report, verbose=True).count("error[wrong-shape]") == 25


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = TEXT.replace('"m"', '"' + "m" * 250 + '"').replace("\n", " ")
    report = checked(long + "\n")
    source = [line for line in drawn(report, width=width).splitlines() if "|" in line]
    assert source
    assert max(map(len, source)) <= width


@pytest.mark.parametrize(
    ("line", "span", "text_shown", "start", "length"),
    [
        ('  "a": 1,', Span(1, 8, 1), '  "a": 1,', 7, 1),
        ('\t"a": 1', Span(1, 7, 1), '    "a": 1', 9, 1),
        ('"日本": 1', Span(1, 7, 1), '"日本": 1', 8, 1),
        ('"a\x1b[31m": 1', Span(1, 1, 8), '"a\\x1b[31m": 1', 0, 11),
        ("x" * 30 + "12345" + "y" * 30, Span(1, 31, 5), "...xxxxx12345yyyyyyyy...", 8, 5),
    ],
)
def test_the_caret_points_to_the_value_in_a_shortened_line(
    line: str, span: Span, text_shown: str, start: int, length: int
) -> None:
    shown = window(line, span, 24)
    assert (shown.text, shown.start, shown.length) == (text_shown, start, length)


def test_the_report_is_readable_without_colour() -> None:
    coloured = drawn(checked(), color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == drawn(checked())


def test_markup_escapes_and_emoji_codes_of_a_name_are_literal() -> None:
    report = checked('{"x": {"a[/x]:free:\\u001b[31m\\u202e": {"mode": "[bold]"}}}')
    shown = drawn(report)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]" in shown
    assert "a[/x]:free:" in shown


def test_concise_is_one_line_a_finding() -> None:
    assert concise.findings(found(checked())).splitlines() == [
        "a,b: prices.json:5:5: info[verified-missing] 'm' has neither verified_on nor evidence",
        (
            "a,b: prices.json:7:32: error[output-below-input] "
            "output at $1.00 / 1M is below input at $2.00 / 1M"
        ),
    ]


def test_json_fits_its_schema() -> None:
    schema = json.loads((ROOT / "schemas/validate.schema.json").read_text(encoding="utf-8"))
    duplicate = checked('{"x": {"m": 1, "m": 1}}')
    waived = checked(waivers=(Waiver("output-below-input", "so it is"), Waiver("x", "y")))
    for report in (checked(), duplicate, waived, checked("{")):
        jsonschema.validate(formats.document(found(report)), schema)
    body = formats.document(found(checked(), waived))
    assert (body["schema"], body["outcome"], body["models"]) == ("pricectl.validate/1", "fail", 2)
    assert body["findings"][1] == {
        "rule": "output-below-input",
        "severity": "error",
        "due": False,
        "new": None,
        "pointer": "/x/m/output_cost_per_token",
        "file": "a,b: prices.json",
        "line": 7,
        "column": 32,
        "end_column": 37,
        "also": None,
        "message": "output at $1.00 / 1M is below input at $2.00 / 1M",
        "hint": "are the two swapped?",
    }
    assert [finding["rule"] for finding in body["waived"]] == ["output-below-input"]
    assert formats.document(found(waived))["outcome"] == "pass"


def test_github_puts_errors_first_and_escapes() -> None:
    lines = github.findings(found(checked())).splitlines()
    assert lines[0] == (
        "::error file=a%2Cb%3A prices.json,line=7,endLine=7,col=32,endColumn=37,"
        "title=output-below-input::"
        "output at $1.00 / 1M is below input at $2.00 / 1M%0Aare the two swapped?"
    )
    assert lines[1].startswith("::notice ")


def test_a_name_cannot_start_a_workflow_command() -> None:
    report = checked('{"x": {"a\\n::set-env name=A::b%": {"max_tokens": -1}}}')
    for line in github.findings(found(report)).splitlines():
        assert line.startswith(("::error file=", "::warning file=", "::notice file="))


def test_sarif_has_rules_levels_regions_and_stable_fingerprints() -> None:
    (run,) = json.loads(sarif.findings(found(checked())))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == list(RULES)
    info, error = run["results"]
    assert (info["level"], error["level"]) == ("note", "error")
    assert rules[error["ruleIndex"]] == error["ruleId"] == "output-below-input"
    place = error["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%2Cb%3A%20prices.json"
    assert place["region"] == {"startLine": 7, "startColumn": 32, "endColumn": 37}
    moved = json.loads(sarif.findings(found(checked("\n\n" + TEXT))))["runs"][0]["results"][1]
    assert moved["partialFingerprints"] == error["partialFingerprints"]
    assert moved["locations"] != error["locations"]


def test_sarif_shows_waived_findings_as_suppressed() -> None:
    report = checked(waivers=(Waiver("output-below-input", "so it is"),))
    results = json.loads(sarif.findings(found(report)))["runs"][0]["results"]
    assert [("suppressions" in result) for result in results] == [False, True]


def test_equal_findings_have_different_fingerprints() -> None:
    report = checked('{"x": {"m": 1, "m": 2, "m": 3}}')
    results = json.loads(sarif.findings(found(report)))["runs"][0]["results"]
    prints = [result["partialFingerprints"]["pricectl/v1"] for result in results]
    assert len(set(prints)) == len(prints)


def test_junit_has_a_case_a_rule_and_fails_by_level() -> None:
    root = ET.fromstring(junit.findings(found(checked())))  # noqa: S314 - our own output
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == (str(len(RULES)), "1")
    (failed,) = (case for case in suite if case.find("failure") is not None)
    assert failed.get("name") == "output-below-input"
    root = ET.fromstring(junit.findings(found(checked(), threshold=Threshold("info"))))  # noqa: S314 - our own output
    assert root[0].get("failures") == "2"


def test_junit_is_valid_xml_for_any_name() -> None:
    report = checked('{"x": {"a\\u0000<\\u001b>&\\"": {"max_tokens": -1}}}')
    assert ET.fromstring(junit.findings(found(report))) is not None  # noqa: S314
