"""Where a quote comes from: the response, the name, the row, the catalog."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.calculator import Quote
from pricectl.core.labels import dollar_text
from pricectl.core.lookup import near_names
from pricectl.core.model import How
from pricectl.core.money import usd
from pricectl.explain.steps import ExplanationStep
from pricectl.flags import FALLBACKS as FLAG_MEANINGS
from pricectl.flags import OTHER_SERVICE

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


class FoundBy(NamedTuple):
    """How a row was found: a label after its name ("" for the name itself), and a sentence."""

    label: str
    phrase: str


FOUND: Mapping[How, FoundBy] = {
    "exact": FoundBy("", "by its name"),
    "alias": FoundBy("by alias", "by an alias"),
    "case": FoundBy("by case", "by case"),
    "partial": FoundBy("partial match", "in part"),
    "reference": FoundBy("reference catalog", "in the reference catalog"),
    "default": FoundBy("a guess", "by no name"),
}


class CatalogSource(NamedTuple):
    """Where a catalog was read: its path, and its version and commit in git ("" for a file)."""

    path: str
    version: str = ""
    commit: str = ""

    @property
    def words(self) -> str:
        """The version with the path where it is not the version's own name."""
        if not self.version or self.path in self.version:
            return self.version or self.path
        return f"{self.version}, {self.path}"


RETIRED = "the provider has retired this model"
# What a row says about itself, and how that reads.
_ABOUT = {
    "verified_on": "verified on {}",
    "source": "source {}",
    "deprecation_date": "retirement on {}",
}


def response(reading: "Reading | None") -> Iterator[ExplanationStep]:
    """What the body states, if there is one."""
    if reading is None:
        return
    reported = reading.reported_pico_usd
    stated = {
        "model {}": reading.model,
        "provider {}": reading.provider,
        "service {}": reading.stated_service or reading.service,
        "region {}": reading.region,
        "asked for {}": reading.asked_service if OTHER_SERVICE in reading.flags else "",
        "a cost of {}": None if reported is None else dollar_text(usd(reported)),
    }
    summary = ", ".join(words.format(value) for words, value in stated.items() if value)
    facts = {
        "model": reading.model,
        "provider": reading.provider,
        "service": reading.service,
        "region": reading.region,
        "asked_service": reading.asked_service,
        "stated_service": reading.stated_service,
        "reported_usd": None if reported is None else usd(reported),
        "signals": list(reading.signals),
        "flags": list(reading.flags),
    }
    remarks = (
        *map(not_in_price, reading.signals),
        *(FLAG_MEANINGS[flag] for flag in reading.flags),
    )
    yield ExplanationStep(
        "response", f"states {summary}" if summary else "states only the usage", facts, "", remarks
    )


def not_in_price(signal: str) -> str:
    """The remark about something billable that the response states and no unit can express."""
    return f"not in the price: {signal}"


def name(quote: Quote, near: Sequence[str] | None) -> ExplanationStep:
    """Which row answers, found how; None searches for the near names of an unknown model."""
    match = quote.match
    if near is None:
        near = near_names(quote.catalog, match.asked) if quote.guessed else ()
    facts = {
        "asked": match.asked,
        "match": match.how,
        "name": match.name,
        "ignored": list(match.ignored),
        "near_names": list(near),
    }
    if quote.guessed:
        summary = (
            f"no row matches {match.asked or 'this'}, so the default price was charged (a guess)"
        )
        remarks = (f"similar names: {', '.join(near)}",) if near else ()
        return ExplanationStep("name", summary, facts, "", remarks)
    aside = f", ignoring {' and '.join(match.ignored)}" if match.ignored else ""
    found = f"{match.model.full_name}, {FOUND[match.how].phrase}{aside}"
    return ExplanationStep("name", f"{match.asked} is answered by {found}", facts)


def row(quote: Quote, reading: "Reading | None") -> ExplanationStep:
    """The row's pointer and its own statements: source, dates, retirement."""
    model = quote.match.model
    about = {key: model.entry.get(key) for key in _ABOUT}
    known = [words.format(about[key]) for key, words in _ABOUT.items() if about[key] is not None]
    pointer = model.pointer
    summary = ", ".join(known) or "has no source"
    if quote.guessed:
        summary = f"the {'catalog' if pointer else 'program'}'s default price"
    retired = model.is_retired
    facts = {
        "provider": model.provider,
        "model": model.name,
        "pointer": pointer,
        **{key: None if value is None else str(value) for key, value in about.items()},
        "retired": retired,
    }
    remarks = (RETIRED,) if retired else ()
    return ExplanationStep("row", summary, facts, "", (*remarks, *_seller(quote, reading)))


def _seller(quote: Quote, reading: "Reading | None") -> Iterator[str]:
    """A remark if the call's seller has no row of its own."""
    seller = reading.provider if reading else ""
    own = (quote.match.model.provider == seller) or quote.match.asked.startswith(f"{seller}/")
    if seller and not own and not quote.guessed:
        yield f"{seller}, who served the call, has no row of its own"


def catalog(quote: Quote, source: CatalogSource | None) -> ExplanationStep:
    """The hash of the catalog that priced the call, and where it was read, if that is known."""
    found = quote.catalog
    facts = {"sha256": found.sha256, "last_updated": found.last_updated}
    day = f"updated {found.last_updated}, " if found.last_updated else ""
    summary = f"{day}sha256 {found.sha256 or 'unknown'}"
    if source:
        facts |= source._asdict()
        summary += f", from {source.words}"
    return ExplanationStep("catalog", summary, facts)
