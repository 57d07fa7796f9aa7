"""Where price lists and the catalog differ: as a document, and as text."""

from typing import Any

from pricectl.core.document import Json
from pricectl.core.money import usd
from pricectl.core.prices import key_path
from pricectl.core.units import UNITS
from pricectl.edit.evidence import EvidenceChange
from pricectl.feeds.claims import Claim
from pricectl.feeds.differences import GoneModel, MemberDrift, NewModel, PriceDrift
from pricectl.feeds.effects import JobEffect, ModelDrift
from pricectl.feeds.feed import Feed
from pricectl.operate.drift import DriftReport, DriftResult, Renewal
from pricectl.report.drift_text import text
from pricectl.report.edits import edit_document
from pricectl.report.json_text import catalog_id


def document(result: DriftResult) -> dict[str, Any]:
    """Every difference, who says what, and the lists."""
    found = result.report
    rows = (*found.agreed, *found.alone)
    known = [one for one in found.drift.prices if one.known_because]
    return {
        "schema": "pricectl.drift/1",
        "outcome": "fail" if result.exit_code else "pass",
        "file": found.name,
        "date": f"{found.options.today}",
        "lists": [_list(feed) for feed in found.feeds],
        "counts": _counts(found),
        "prices": [
            *(_price(drift, "open") for row in rows for drift in row.prices),
            *(_price(drift, "open") for drift in found.aliases),
            *(_price(drift, "known") for drift in known),
        ],
        "jobs": [_job(row, row.effect) for row in rows if row.effect],
        "members": [_member(one) for one in found.drift.members],
        "new": [_new(one) for one in found.drift.new],
        "gone": [_gone(one) for one in found.drift.gone],
        "renewal": _renewal(result.renewal) if result.renewal else None,
        "catalog": catalog_id(found.version.catalog),
    }


def _counts(found: DriftReport) -> dict[str, int]:
    return {
        "compared": found.drift.compared,
        "agreed": sum(len(row.prices) for row in found.agreed),
        "alone": sum(len(row.prices) for row in found.alone),
        "aliases": len(found.aliases),
        "members": len(found.members),
        "new": len(found.new),
        "gone": len(found.gone),
        "known": len(found.known),
    }


def _list(feed: Feed) -> dict[str, Json]:
    return {
        "name": feed.name,
        "source": feed.origin.where,
        "date": feed.date or None,
        "version": feed.origin.version or None,
        "sha256": feed.sha256,
        "models": len(feed.catalog.models),
        "copies": list(feed.copied_lists),
        "left_out": dict(feed.skipped),
        "not_read": dict(feed.unread),
    }


def _price(drift: PriceDrift, state: str) -> dict[str, Json]:
    unit, above_tokens, service = drift.key
    return {
        "provider": drift.model.provider,
        "model": drift.model.name,
        "alias": drift.alias or None,
        "key": key_path(drift.member),
        "pointer": drift.pointer,
        "unit": unit,
        "per": UNITS[unit].counts,
        "above_tokens": above_tokens,
        "service": service or None,
        "period": drift.period or None,
        "ours_usd": None if drift.ours is None else usd(drift.ours),
        "theirs_usd": usd(drift.majority.value),
        "votes": list(drift.majority.votes),
        "agreed": drift.is_agreed,
        "mistake": drift.mistake or None,
        "claims": [
            *({**_claim(one), "usd": usd(one.value), "ours": False} for one in drift.differing),
            *({**_claim(one), "usd": usd(one.value), "ours": True} for one in drift.agreeing),
        ],
        "state": state,
        "known_because": drift.known_because or None,
    }


def _claim(claim: Claim[Any]) -> dict[str, Json]:
    return {"list": claim.feed, "vote": claim.vote, "date": claim.day or None, "name": claim.name}


def _job(row: ModelDrift, effect: JobEffect) -> dict[str, Json]:
    old, new = effect.move
    return {
        "provider": row.model.provider,
        "model": row.model.name,
        "job": effect.workload.name,
        "ours_usd": None if old is None else usd(old),
        "theirs_usd": None if new is None else usd(new),
    }


def _member(drift: MemberDrift) -> dict[str, Json]:
    return {
        "provider": drift.model.provider,
        "model": drift.model.name,
        "member": drift.member,
        "pointer": drift.pointer,
        "ours": drift.ours,
        "theirs": drift.majority.value,
        "votes": list(drift.majority.votes),
        "agreed": drift.is_agreed,
        "claims": [
            *({**_claim(one), "value": one.value, "ours": False} for one in drift.differing),
            *({**_claim(one), "value": one.value, "ours": True} for one in drift.agreeing),
        ],
        "known_because": drift.known_because or None,
    }


def _new(one: NewModel) -> dict[str, Json]:
    return {
        "provider": one.model.provider,
        "model": one.model.name,
        "lists": list(one.feeds),
        "votes": list(one.votes),
        "prices_usd": {member: usd(pico) for pico, member in one.model.prices.rates.values()},
        "known_because": one.known_because or None,
    }


def _gone(one: GoneModel) -> dict[str, Json]:
    return {
        "provider": one.model.provider,
        "model": one.model.name,
        "lists": list(one.feeds),
        "known_because": one.known_because or None,
    }


def _renewal(renewal: Renewal) -> dict[str, Any]:
    return {
        "rows": [_evidence(change) for change in renewal.changes],
        "without_a_date": list(renewal.undated),
        "edit": edit_document(renewal.edit),
    }


def _evidence(change: EvidenceChange) -> dict[str, Any]:
    old, new = (
        [{"list": one.name, "date": one.date} for one in part]
        for part in (change.before, change.after)
    )
    row = change.model
    return {"provider": row.provider, "model": row.name, "old": old, "new": new}


__all__ = ["document", "text"]
