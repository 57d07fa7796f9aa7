"""The head of the page: what kind of change it is, the verdict, the largest effects, the limits."""

from collections.abc import Iterator

from pricectl.core.labels import count, plural
from pricectl.report import changes as change_text
from pricectl.report.alike import first_names
from pricectl.report.change_kinds import KINDS
from pricectl.report.diff_effects import CreditEffect, MoneyEffect
from pricectl.report.diff_page.markup import NOTHING, Markup, element, joined
from pricectl.report.diff_page.page import DiffPage
from pricectl.report.diff_page.pieces import section
from pricectl.report.diff_summary import DiffSummary, loosened_words

# A reviewer reads so many; so many more are there for a click.
MAX_NOTICES, MAX_FOLDED = 5, 60


def head(page: DiffPage, summary: DiffSummary) -> Markup:
    """Everything above the tables."""
    compared = page.result.compared
    versions = joined(
        "Price review: ",
        element("code", compared.base),
        f" {change_text.ARROW} ",
        element("code", compared.head),
    )
    kinds = [kind for kind in KINDS if kind.id in summary.kinds]
    # What changes no charge would only hide the others.
    words = [kind.words for kind in kinds if kind.has_effect]
    title = ", ".join(words) or summary.kind_words or "no changes"
    facts = [*_effects(summary), *_errors(page), *_models(summary)]
    return element(
        "header",
        element("p", versions, class_="kicker"),
        element("h1", title[:1].upper() + title[1:]),
        element("p", _badge(page), element("span", compared.summary), class_="verdict"),
        element("dl", *facts, class_="facts") if facts else NOTHING,
    )


def _badge(page: DiffPage) -> Markup:
    gates = page.result.compared.gates
    tripped = sum(gate.tripped for gate in gates)
    if tripped:
        words, kind = f"✕ {plural(tripped, 'limit')} exceeded", "fail"
    elif gates:
        words, kind = f"✓ {plural(len(gates), 'limit')} kept", "pass"
    else:
        words, kind = "No limits are set", "none"
    return element("span", words, class_=f"badge {kind}")


def _fact(name: str, figure: str, *details: str, kind: str = "") -> Markup:
    shown = element("dd", figure, class_=f"figure {kind}".strip())
    return element("div", element("dt", name), shown, *(_detail(words) for words in details))


def _detail(words: str) -> Markup:
    return element("dd", words, class_="detail") if words else NOTHING


def _effects(summary: DiffSummary) -> Iterator[Markup]:
    basis = "" if summary.bill else ", sample jobs"
    if summary.bill:
        bill = summary.bill
        moved = bill.monthly_pico_usd
        kind = "up" if moved > 0 else "down" if moved < 0 else ""
        yield _fact("Customers' bills", bill.text, bill.accounts_text, bill.basis, kind=kind)
    for name, money in (
        (f"Largest effect in money{basis}", summary.money),
        ("Largest effect later", summary.later),
    ):
        if money:
            yield _money(name, money)
    if summary.credits:
        yield _credits(summary.credits)


def _money(name: str, effect: MoneyEffect) -> Markup:
    kind = {change_text.UP: "up", change_text.DOWN: "down"}.get(effect.sign, "")
    details = f"{effect.where}: {effect.payer}{effect.percent} {effect.sign}"
    return _fact(name, effect.dollars, details, kind=kind)


def _credits(effect: CreditEffect) -> Markup:
    kind = "up" if effect.new > effect.old else "down"
    figure = f"{count(effect.old)} {change_text.ARROW} {count(effect.new)} credits"
    details = f"{effect.where}, by {effect.mode}: {effect.percent}"
    return _fact("Largest effect in credits", figure, details, kind=kind)


def _errors(page: DiffPage) -> Iterator[Markup]:
    """How many limits fail; left out where none is set, since nothing was checked then."""
    gates = page.result.compared.gates
    tripped = [gate.text for gate in gates if gate.tripped]
    if gates:
        figure = f"{count(len(tripped))} of {count(len(gates))}" if tripped else "none"
        yield _fact("Limits exceeded", figure, *tripped[:1], kind="up" if tripped else "")


def _models(summary: DiffSummary) -> Iterator[Markup]:
    for name, models in (("New models", summary.new), ("Models gone", summary.gone)):
        if models:
            yield _fact(name, count(len(models)), first_names(models))


def limits(page: DiffPage, summary: DiffSummary) -> Markup:
    """What a reviewer must know first: what the edit loosens, what is unsure, each limit."""
    result, found = page.result, page.result.compared.comparison
    notices = [
        *(line.words for line in summary.lines if line.level == "warning"),
        change_text.left_out(found),
        *change_text.settings_remarks(found, has_settings=result.has_settings),
        *loosened_words(result, MAX_FOLDED),
    ]
    said = [element("li", words) for words in dict.fromkeys(notices) if words]
    shown = [*said[:MAX_NOTICES], *_folded(said[MAX_NOTICES:])]
    gates = [
        element("li", gate.text, class_="fail" if gate.tripped else "pass")
        for gate in result.compared.gates
    ]
    if not said and not gates:
        return NOTHING
    listed = element("ul", *shown, class_="notices") if said else NOTHING
    kept = element("ul", *gates, class_="limits") if gates else NOTHING
    return section("limits", "Check first" if said else "Limits", listed, kept)


def _folded(notices: list[Markup]) -> Iterator[Markup]:
    """Further notices, which are opened by a click."""
    more = len(notices) - MAX_FOLDED
    if more > 0:
        notices = [*notices[:MAX_FOLDED], element("li", f"and {count(more)} more")]
    if notices:
        summary = element("summary", f"{count(len(notices))} more")
        yield element("li", element("details", summary, element("ul", *notices)))
