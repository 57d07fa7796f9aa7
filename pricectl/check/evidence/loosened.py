"""What an edit adds or loosens in its own gate: in the settings, and in the catalog's own marks.

A reviewer reads it first: a slip that comes with its own permission looks like this.
"""

from collections.abc import Iterable, Iterator

from pricectl.check.evidence import ACKNOWLEDGEABLE, Evidence
from pricectl.check.evidence.negotiated import KEY as NEGOTIATED
from pricectl.check.evidence.negotiated import POINTER as NEGOTIATED_POINTER
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Rule
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.model import SEED_MODELS
from pricectl.core.sanity import priced_units
from pricectl.core.sanity.acknowledgements import POINTER as ACKNOWLEDGED_POINTER
from pricectl.policy import Policy
from pricectl.policy.review import Loosening, ReviewedPolicy, review

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
# Marks of a row that take checks away from it.
MARKS = ("free", "retired")


def policy_in_force(policy: Policy, evidence: Evidence | None) -> ReviewedPolicy:
    """The settings that a file is judged by: those of the base where the edit loosened them."""
    if evidence is None or evidence.base_policy is None:
        return ReviewedPolicy(policy)
    base = evidence.base
    seeds = [name for name in SEED_MODELS if base and priced_units(base, name)]
    return review(
        policy, evidence.base_policy, seeds=seeds, acknowledged_in_catalog=ACKNOWLEDGEABLE
    )


def in_settings(loosened: Iterable[Loosening]) -> Iterator[Finding]:
    """What the edit changes in the settings; its findings are about the settings file."""
    for one in loosened:
        if one.counts:
            yield GATE_ACKNOWLEDGED.finding("", f"in the settings {one.message}")
        else:
            message = f"in the settings {one.message}; it counts once it is merged"
            yield GATE_LOOSENED.finding("", message)


def in_catalog(base: Catalog | None, edited: Catalog) -> Iterator[Finding]:
    """What the edit marks in the catalog: free and retired rows, negotiated and accepted prices."""
    if base is None:
        return
    for model in edited.models:
        old = base.by_full_name.get(model.full_name)
        was = old.entry if old else {}
        for mark in MARKS:
            # A new row that is free takes nothing away from a check that looked at it before.
            if old and model.entry.get(mark) is True and was.get(mark) is not True:
                message = f"{model.full_name!r:.200} is marked {mark} by this edit"
                yield GATE_LOOSENED.finding(
                    f"{model.pointer}/{mark}", message, "confirm it with the seller", on_key=True
                )
        if model.entry.get(NEGOTIATED) != was.get(NEGOTIATED) and NEGOTIATED in model.entry:
            yield _negotiated(f"{model.pointer}/{NEGOTIATED}", model.entry[NEGOTIATED])
    for index, item in _new_items(base, edited, NEGOTIATED):
        yield _negotiated(f"{NEGOTIATED_POINTER}/{index}", item)
    for index, item in _new_items(base, edited, "acknowledged"):
        if isinstance(item, dict):
            rule, pointer, reason = (
                str(item.get(key, ""))[:200] for key in ("rule", "pointer", "reason")
            )
            message = f"{rule} at {pointer} is acknowledged by this edit: {reason}"
            yield GATE_ACKNOWLEDGED.finding(f"{ACKNOWLEDGED_POINTER}/{index}", message)


def _new_items(base: Catalog, edited: Catalog, key: str) -> Iterator[tuple[int, Json]]:
    """The items of a list in the metadata that the base does not have, with their indexes."""
    was, now = (
        found if isinstance(found := each.metadata.get(key), list) else ()
        for each in (base, edited)
    )
    yield from ((index, item) for index, item in enumerate(now) if item not in was)


def _negotiated(pointer: str, item: Json) -> Finding:
    about = item if isinstance(item, dict) else {}
    row = "/".join(str(about[key]) for key in ("provider", "model") if key in about)
    whose = f"of {row!r:.200} " if row else ""
    message = (
        f"prices {whose}are negotiated by this edit: {about.get('reason', 'no reason')!s:.200}"
    )
    return GATE_LOOSENED.finding(pointer, message, "confirm it with the contract")
