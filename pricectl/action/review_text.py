"""The review as Markdown: its verdict, what is wrong, what changes, then the rest.

A comment holds 65,536 characters. What does not fit is left out at the end, and the comment says
so.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pricectl.action.checks import PriceCheck
from pricectl.core.labels import COMMIT_DIGITS, count, plural
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.report.formats.markdown_tables import code, long_code, table_line
from pricectl.report.validate import SEVERITY_WORDS

Verdict = Literal["pass", "fail", "error"]
# New errors stand above what changes, as far as a reviewer reads them one by one.
MAX_ERRORS_ON_TOP = 10
# Room for the lines that say what was left out, and for what closes a folded part.
RESERVED = 400
_HEAD = ("place", "finding", "what to do")
_TITLES: Mapping[Verdict, str] = {
    "pass": "✅ Price review passed",
    "fail": "❌ Price review failed",
    "error": "❌ Price review could not run",
}


class Review(NamedTuple):
    """What `validate` and `diff` said of one state of a branch.

    `run` is a link to what made the review, `whole` what has all of it.
    """

    validate: PriceCheck
    diff: PriceCheck
    commit: str
    run: str
    whole: str

    @property
    def verdict(self) -> Verdict:
        """Whether the change may be merged; "error" where that could not be found out."""
        codes = {self.validate.code, self.diff.code}
        if codes <= {CLEAN, FINDINGS}:
            return "fail" if FINDINGS in codes else "pass"
        return "error"

    @property
    def findings(self) -> Sequence[Mapping[str, Any]]:
        """The findings of `validate`, as its JSON has them."""
        return self.validate.document["findings"] if self.validate.document else ()

    @property
    def limits_exceeded(self) -> int:
        """How many limits of `diff` the change exceeds."""
        gates = self.diff.document["gates"] if self.diff.document else ()
        return sum(gate["tripped"] for gate in gates)

    @property
    def changes_something(self) -> bool:
        """Whether a reviewer has something to look at."""
        found = self.diff.document
        if self.verdict != "pass" or found is None:
            return True
        settings = found["settings"]
        changed = (found["changes"], found["loosened"], found["charges"], settings["changes"])
        return any((*changed, settings["problem"], *(is_new(one) for one in self.findings)))

    def counted(self, severity: str, *, only_new: bool = False) -> int:
        """How many findings there are of a severity."""
        found = [one for one in self.findings if one["severity"] == severity]
        return sum(is_new(one) for one in found) if only_new else len(found)


def is_new(finding: Mapping[str, Any]) -> bool:
    """Whether the change brought a finding; without a base every finding counts as new."""
    return finding["new"] is not False


def heading(review: Review) -> str:
    """The verdict and what it rests on."""
    counts = [
        plural(review.counted("error", only_new=True), "new error"),
        plural(review.counted("error") - review.counted("error", only_new=True), "known error"),
        f"{plural(review.limits_exceeded, 'limit')} exceeded",
    ]
    words = ", ".join(words for words in counts if not words.startswith("0 "))
    title = _TITLES[review.verdict]
    return f"### {title}: {words}" if review.verdict == "fail" and words else f"### {title}"


def summary(review: Review) -> str:
    """The whole review."""
    parts = [*_opening(review), "", _unmarked(review.diff.markdown)]
    return "\n".join([*parts, "", _unmarked(review.validate.markdown), ""])


def comment(review: Review, characters: int) -> str:
    """The review in at most so many characters, as UTF-16 counts them."""
    top = [one for one in review.findings if is_new(one) and _is_error(one)]
    rest = [one for one in review.findings if is_new(one) is not _is_error(one)]
    others = [*top[MAX_ERRORS_ON_TOP:], *rest]
    lines = [*_opening(review), ""]
    room = characters - RESERVED
    lines += _fitting(_table(top[:MAX_ERRORS_ON_TOP]), (room - size(lines)) // 2, review.whole)
    more = len(top) - MAX_ERRORS_ON_TOP
    lines += [f"And {plural(more, 'more error')}."] if more > 0 else []
    lines += [
        "",
        *_fitting(_unmarked(review.diff.markdown).splitlines(), room - size(lines), review.whole),
    ]
    if others:
        folded = ["", "<details>", f"<summary>{_other_words(others)}</summary>", ""]
        lines += _fitting(
            [*folded, *_table(others), "", "</details>"], room - size(lines), review.whole
        )
    return "\n".join(lines)


def size(lines: Iterable[str]) -> int:
    """The characters of lines with their ends, as UTF-16 counts them."""
    return sum(len(line.encode("utf-16-le")) // 2 + 1 for line in lines)


def _opening(review: Review) -> list[str]:
    lines = [heading(review), "", f"{code(review.commit[:COMMIT_DIGITS])} · {review.run}"]
    # Where there is no price file, both say the same.
    for problem in dict.fromkeys(check.problem for check in (review.validate, review.diff)):
        lines += ["", long_code(problem)] if problem else []
    # "Passed" would promise more than was checked.
    if review.diff.document and not review.diff.document["gates"]:
        lines += ["", "No limit is set: `[gates]` in the settings makes a large change fail."]
    return lines


def _unmarked(markdown: str) -> str:
    """A command's Markdown without the line by which others find its comment."""
    first, _, rest = markdown.partition("\n")
    return rest.rstrip() if first.startswith("<!--") else markdown.rstrip()


def _table(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    if not findings:
        return []
    return [table_line(_HEAD), "|" + " --- |" * len(_HEAD), *map(_row, findings)]


def _row(finding: Mapping[str, Any]) -> str:
    line, column = finding["line"], finding["column"]
    place = f"{finding['file']}:{line}:{column}" if line else finding["file"]
    severity = SEVERITY_WORDS[finding["severity"]]
    message = f"{severity} {finding['rule']}: {finding['message']}"
    return table_line((code(place), long_code(message), long_code(finding["hint"])))


def _is_error(finding: Mapping[str, Any]) -> bool:
    return bool(finding["severity"] == "error")


def _other_words(findings: Sequence[Mapping[str, Any]]) -> str:
    counts = {
        word: sum(one["severity"] == severity for one in findings)
        for severity, word in SEVERITY_WORDS.items()
    }
    words = ", ".join(plural(number, word) for word, number in counts.items() if number)
    return f"Other findings: {words}"


def _fitting(lines: Sequence[str], room: int, whole: str) -> list[str]:
    """The lines that fit, with what closes a folded part and a note of how many are missing.

    `whole` is what has them all.
    """
    shown: list[str] = []
    for line in lines:
        room -= size([line])
        if room < 0:
            break
        shown.append(line)
    missing = len(lines) - len(shown)
    if not missing:
        return shown
    opened = sum(line == "<details>" for line in shown)
    closed = sum(line == "</details>" for line in shown)
    note = f"{count(missing)} more lines are left out here; {whole} has them."
    return [*shown, *([""] + ["</details>"] * (opened - closed)), "", note]
