"""What a check found: a report for each file, and whether the whole run fails."""

from typing import NamedTuple

from pricectl.check.evidence import Evidence
from pricectl.check.findings import ERRORS, Finding, Severity, Threshold
from pricectl.check.fixed import FixedFile
from pricectl.check.positions import Positions
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.exit_codes import CLEAN, FINDINGS


class ValidationReport(NamedTuple):
    """What was found in one file: findings in the order of the text, and those that are waived.

    `positions` is the text with its lines; findings without a span are about the settings in
    `settings`. `catalog` and `values` are what was built and parsed; None if it cannot be loaded.
    `evidence` is what the file was compared with; None if it was looked at alone. `left_out` is how
    many known findings are not in `findings`.
    """

    file: str
    findings: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    models: int
    positions: Positions
    settings: str = ""
    catalog: Catalog | None = None
    values: Json = None
    evidence: Evidence | None = None
    left_out: int = 0

    def file_of(self, finding: Finding) -> str:
        """The file a finding is about: the catalog, or the settings."""
        return self.file if finding.span else self.settings or self.file

    def count(self, severity: Severity) -> int:
        """How many findings have a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def due(self) -> int:
        """How many findings a date made due."""
        return sum(finding.due for finding in self.findings)

    @property
    def compared_with_base(self) -> bool:
        """Whether new findings can be told from known ones."""
        return self.evidence is not None and self.evidence.base is not None

    @property
    def known(self) -> tuple[Finding, ...]:
        """The findings that the base has, too."""
        return tuple(finding for finding in self.findings if finding.known)

    @property
    def new(self) -> tuple[Finding, ...]:
        """The findings that the base does not have; without a base all."""
        return tuple(finding for finding in self.findings if not finding.known)

    def only_new(self) -> "ValidationReport":
        """The report without the findings that the base has; it still counts them."""
        return self._replace(findings=self.new, left_out=len(self.known))

    def fails(self, threshold: Threshold = ERRORS) -> bool:
        """Whether a finding trips a threshold; without one, whether there is an error."""
        return any(map(threshold.trips, self.findings))


class Validation(NamedTuple):
    """What a run over some files found: a report for each, and which findings fail the run.

    `fixed` are the files that were to be fixed before they were checked.
    """

    reports: tuple[ValidationReport, ...]
    threshold: Threshold = ERRORS
    fixed: tuple[FixedFile, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a finding of any file trips the threshold."""
        return any(report.fails(self.threshold) for report in self.reports)

    @property
    def exit_code(self) -> int:
        """How `validate` ends."""
        return FINDINGS if self.failed else CLEAN
