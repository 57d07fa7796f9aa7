"""What a check found: which rule, how bad, where, and what to do."""

from collections.abc import Collection
from typing import Literal, NamedTuple

from pricectl.check.positions import Span

# From the worst to the mildest; "info" is the JSON name of a note.
Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


# What an excerpt says at the first of two places that state the same.
REPEATED = "first here"


class Finding(NamedTuple):
    """One problem in a catalog. `pointer` is a JSON Pointer (RFC 6901).

    `on_key`: the key is wrong, not its value.
    `other`: the pointer of another row that the finding is also about.
    `span`: where it is in the text; set once the text was searched.
    `also`: a second span, such as that of the first of two equal keys or of the other row.
    `other_note` is what an excerpt says at `also`: by default that the same stands there, too.
    `due`: a date brought the finding, not an edit; never an error, fails only a check of `due`.
    `before_waiver`: its severity without the expired waiver that lowered it.
    `known`: the base has it, too, so no edit brought it.
    """

    rule: str
    severity: Severity
    pointer: str
    message: str
    hint: str = ""
    on_key: bool = False
    span: Span | None = None
    also: Span | None = None
    other: str = ""
    due: bool = False
    known: bool = False
    before_waiver: Severity | None = None
    other_note: str = REPEATED

    def beside(self, pointer: str, note: str) -> "Finding":
        """The finding with another row that belongs to it, and what an excerpt says there."""
        return self._replace(other=pointer, other_note=note)

    @property
    def due_mark(self) -> str:
        """The mark behind a finding that only a check of `due` fails for."""
        return " (due)" if self.due else ""


class Threshold(NamedTuple):
    """Which findings fail a check: those from a severity on, due ones only if `due` is named."""

    level: Severity = "error"
    due: bool = False

    @classmethod
    def of(cls, severities: Collection[Severity], *, due: bool = False) -> "Threshold":
        """From the mildest of the named severities on; from errors on if none is named.

        >>> Threshold.of(["error", "warning"]), Threshold.of([], due=True)
        (Threshold(level='warning', due=False), Threshold(level='error', due=True))
        """
        return cls(max(severities, key=SEVERITIES.index, default="error"), due)

    def stricter(self, other: "Threshold") -> "Threshold":
        """A threshold that fails for all that one of both fails for."""
        level = max(self.level, other.level, key=SEVERITIES.index)
        return Threshold(level, self.due or other.due)

    def trips(self, finding: Finding) -> bool:
        """Whether a finding fails the check."""
        if finding.due:
            return self.due
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.level)


ERRORS = Threshold()


def by_position(finding: Finding) -> tuple[int, int, int, str]:
    """Sort key: its position in the file, then its severity, then its rule."""
    span = finding.span or Span(1, 1, 1)
    return span.line, span.column, SEVERITIES.index(finding.severity), finding.rule
