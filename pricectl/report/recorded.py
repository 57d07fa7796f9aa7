"""What an explanation of a recorded charge says besides: who wrote it, and the price of today."""

from collections.abc import Iterator
from typing import Any

from pricectl.core.labels import dollar_text
from pricectl.core.money import usd
from pricectl.explain import ExplanationStep
from pricectl.explain.explanation import Explanation, PresentPrice
from pricectl.explain.prices import has_contract_line
from pricectl.flags import FALLBACKS
from pricectl.report.json_text import catalog_id


def document(result: Explanation) -> dict[str, Any]:
    """The facts of the record and of the price of today; nothing without a record."""
    record, present = result.record, result.present
    if record is None:
        return {}
    facts: dict[str, Any] = {
        "record": {
            "written_at": record.written_at and record.written_at.isoformat(),
            "calculator": record.calculator,
            "flags": list(record.flags),
            "prices": dict(record.prices),
        }
    }
    if present:
        facts["present"] = _present_facts(present, result)
    return facts


def _present_facts(present: PresentPrice, result: Explanation) -> dict[str, Any]:
    if present.catalog is None:
        return {"problem": present.problem}
    source = present.source._asdict() if present.source else {}
    return {
        "provider_cost_usd": usd(present.pico_usd),
        "difference_usd": usd(present.pico_usd - _recorded_pico_usd(result)),
        "row": present.row,
        "catalog": {**catalog_id(present.catalog), **source},
    }


def later_steps(result: Explanation) -> Iterator[ExplanationStep]:
    """The record, and what the same call costs today, as lines below the catalog."""
    record, present = result.record, result.present
    if record is None:
        return
    remarks = tuple(f"{flag}: {FALLBACKS.get(flag, 'see its release')}" for flag in record.flags)
    yield ExplanationStep("record", f"written by pricectl {record.calculator}", {}, "", remarks)
    if present:
        yield ExplanationStep("today", _today(present, result), {})


def _today(present: PresentPrice, result: Explanation) -> str:
    if present.catalog is None:
        return f"unknown: {present.problem}"
    where = f"by {present.row}"
    if present.catalog.sha256 == result.catalog.sha256:
        where += " in the same price file"
    elif present.source:
        where += f" in {present.source.words}"
    # The contract of today is not known from a record, so both are list prices.
    by_list = "list price " if result.estimate and has_contract_line(result.estimate) else ""
    more = present.pico_usd - _recorded_pico_usd(result)
    if not more:
        return f"the same {by_list or 'price'}".rstrip() + f", {where}"
    word = "more" if more > 0 else "less"
    amounts = f"{dollar_text(usd(present.pico_usd))}, {dollar_text(usd(abs(more)))} {word}"
    return f"{by_list}{amounts}, {where}"


def _recorded_pico_usd(result: Explanation) -> int:
    return result.estimate.quote.pico_usd if result.estimate else 0
