"""What an edit adds or loosens in its own gate: in the settings, and in the catalog's own marks.

A reviewer reads it first: a slip that comes with its own permission looks like this.
"""

from collections.abc import Iterable, Iterator

from pricectl.check.findings import Finding
from pricectl.check.loosening import catalog_marks, sentence
from pricectl.check.rules.base import Rule
from pricectl.core.catalog import Catalog
from pricectl.policy.review import Loosening

GATE_LOOSENED = Rule(
    "gate-loosened",
    "warning",
    "the edit adds or loosens something that its own prices are judged by",
    "A slip must not pass because the same edit permits it. In the settings it counts only once it "
    "is merged; what the catalog marks free, retired or negotiated is for the reviewer to confirm.",
    '[[waivers]]\nrule = "price-off-market"\nreason = "all prices are right"',
    '[[waivers]]\nrule = "output-far-above-input"\npointer = "/openai/gpt-4o-mini-tts"\n'
    'reason = "audio output costs more"',
    "Merge it on its own first, or accept one finding with 'pricectl waive'.",
    base='[[waivers]]\nrule = "output-far-above-input"\npointer = "/openai/gpt-4o-mini-tts"\n'
    'reason = "audio output costs more"',
)
GATE_ACKNOWLEDGED = Rule(
    "gate-acknowledged",
    "info",
    "the edit accepts a finding by rule, place and value",
    "It counts at once, so the reviewer confirms the value.",
    '[[waivers]]\nrule = "price-outlier"\npointer = "/x/m/output_cost_per_token"\n'
    'value = 2e-05\nreason = "so on the page of May"',
    "",
    "Compare the value with the reason.",
    base="# nothing is waived",
)
RULES = (GATE_LOOSENED, GATE_ACKNOWLEDGED)
IDS = frozenset(rule.id for rule in RULES)


def in_settings(loosened: Iterable[Loosening]) -> Iterator[Finding]:
    """What the edit changes in the settings; its findings are about the settings file."""
    for one in loosened:
        rule = GATE_ACKNOWLEDGED if one.counts else GATE_LOOSENED
        yield rule.finding("", sentence(one), one.hint or None)


def in_catalog(base: Catalog | None, edited: Catalog) -> Iterator[Finding]:
    """What the edit marks in the catalog."""
    for mark in catalog_marks(base, edited):
        if mark.counts:
            yield GATE_ACKNOWLEDGED.finding(mark.pointer, mark.message)
        else:
            hint = "confirm it with the seller or the contract"
            yield GATE_LOOSENED.finding(mark.pointer, mark.message, hint, on_key=True)
