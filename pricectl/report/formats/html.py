"""A comparison as one page that needs nothing else: no server, no network, no script to be read.

What is in it comes from `pricectl.report.diff_page`. The policy in its head names the hash of the
one style sheet and of the one script, so that a browser runs and loads nothing besides.
"""

import hashlib
from base64 import b64encode
from importlib.resources import files

from pricectl.core.labels import shortened
from pricectl.report import changes as change_text
from pricectl.report.diff_page.charts import charts
from pricectl.report.diff_page.effects import effects
from pricectl.report.diff_page.head import head, limits
from pricectl.report.diff_page.markup import NOTHING, Markup, element, joined, own_text, size
from pricectl.report.diff_page.page import DiffPage
from pricectl.report.diff_page.tables import tables
from pricectl.report.diff_summary import summary_of

# So that it opens at once and fits into a mail; tables say what they leave out.
MAX_BYTES = 290_000
_MAX_TITLE = 120
_HASH_DIGITS = 12


def diff(page: DiffPage) -> str:
    """The whole page."""
    summary = summary_of(page.result)
    style, script = _part("page.css"), _part("sorting.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    title = shortened(
        f"{summary.kind_words or 'No changes'}: {page.result.compared.head}", _MAX_TITLE
    )
    top = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title[:1].upper() + title[1:]),
        # Without it, a browser asks the server of the page for one.
        element("link", rel="icon", href="data:,"),
        element("style", style),
    )
    found = page.result.compared.comparison
    before = joined(limits(page, summary), effects(found))
    after, opening, foot = charts(page.history), head(page, summary), _foot(page)
    room = MAX_BYTES - sum(map(size, (top, opening, before, after, foot, script)))
    body = element(
        "body",
        element("a", "Skip to the changes", href="#changes", class_="skip"),
        opening,
        element("main", before, tables(found, room), after, id="changes", tabindex="-1"),
        foot,
        element("div", "", id="said", role="status", class_="unseen"),
        element("script", script),
    )
    return f"<!doctype html>\n{element('html', top, body, lang='en').html}\n"


def _part(name: str) -> Markup:
    return own_text(files("pricectl.report.diff_page").joinpath(name).read_text(encoding="utf-8"))


def _hash(part: Markup) -> str:
    digest = hashlib.sha256(part.html.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"


def _foot(page: DiffPage) -> Markup:
    """Which versions these are, by whose profile credits are, and as of when."""
    result = page.result
    looks = change_text.only_looks(result.compared.comparison)
    facts = [
        ("Before", f"{result.base.name}, sha256 {_sha256(result.base.version.catalog.sha256)}"),
        ("Now", f"{result.head.name}, sha256 {_sha256(result.head.version.catalog.sha256)}"),
        ("Credits", f"by the profile {result.profile.name}"),
        ("In force", f"on {page.at.date().isoformat()}"),
        ("Notation", looks),
    ]
    pairs = [joined(element("dt", name), element("dd", words)) for name, words in facts if words]
    return element("footer", element("dl", *pairs) if pairs else NOTHING)


def _sha256(digest: str) -> str:
    return digest[:_HASH_DIGITS] or "none"
