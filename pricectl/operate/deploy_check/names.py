"""How each name of the last days would be answered by a catalog that is to be deployed."""

from collections.abc import Iterator
from typing import NamedTuple

from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.entries import MAX_NAME
from pricectl.core.fallback import Fallback
from pricectl.core.labels import plural
from pricectl.core.lookup import find
from pricectl.core.usage import Usage
from pricectl.files.reference import load_fallback
from pricectl.flags import ANSWER_KINDS, MISSING_REGION
from pricectl.operate.deploy_check.checklist import Candidate, DeployCheckItem, ItemState
from pricectl.operate.logs.reading import LogReader, blocks

_ONE_TOKEN = Usage(1)


class NameAnswer(NamedTuple):
    """One name, the row that answers for it, and the kinds of that answer; none is a row's own.

    `row` is empty for the default price.
    """

    name: str
    row: str
    kinds: tuple[str, ...]

    @property
    def line(self) -> str:
        """The answer in one line."""
        return f"{self.name}: {', '.join(self.kinds)}" + (f" ({self.row})" if self.row else "")


def names_item(candidate: Candidate, catalog: Catalog) -> Iterator[DeployCheckItem]:
    """The item of the checklist, where names were given. Raises Unavailable or PricingError."""
    if candidate.names is None:
        return
    names = read_names(candidate.names)
    if not names:
        # A gate that has nothing to judge is not passed.
        state: ItemState = "unknown" if candidate.fail_on_answers else "note"
        yield DeployCheckItem("names", state, f"not checked: no name in {candidate.names}")
        return
    fallback = load_fallback(candidate.policy)
    answers = [name_answer(catalog, fallback, name) for name in names]
    failing = [it for it in answers if not set(it.kinds).isdisjoint(candidate.fail_on_answers)]
    noted = [it for it in answers if it.kinds]
    counts = {kind: sum(kind in it.kinds for it in answers) for kind in ANSWER_KINDS}
    said = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    sentence = f"{plural(len(answers), 'name')}: {said or 'each has a row of its own'}"
    lines = tuple(it.line for it in failing or noted)
    state = "failed" if failing else "note" if noted else "ok"
    yield DeployCheckItem("names", state, sentence, lines)


def read_names(source: str) -> tuple[str, ...]:
    """The names of a file ("-" is standard input), each once and sorted.

    One a line, or the lines of a log that `pricectl logs` reads. Raises Unavailable.
    """
    data = b"".join(blocks(source))
    logged = {sighting.model for sighting in LogReader().sightings([data]) if sighting.model}
    lines = (line.strip() for line in data.decode("utf-8", "replace").splitlines())
    # A line of a log has several words.
    written = {line for line in lines if line and len(line) <= MAX_NAME and len(line.split()) == 1}
    return tuple(sorted(logged | {line for line in written if not line.startswith(("#", "{"))}))


def name_answer(catalog: Catalog, fallback: Fallback, name: str) -> NameAnswer:
    """How one name would be answered."""
    match = find(catalog, name, fallback)
    found = quote(catalog, match, _ONE_TOKEN)
    kinds: list[str] = [] if match.is_own_row else [match.how]
    kinds += match.flags
    kinds += [MISSING_REGION] if found.missing_region else []
    kinds += ["missing-service"] if found.missing_service else []
    known = tuple(kind for kind in ANSWER_KINDS if kind in kinds)
    row = "" if match.model is catalog.default else match.model.full_name
    return NameAnswer(match.asked or name, row, known)
