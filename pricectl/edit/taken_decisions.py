"""What a catalog has decided about its rows, for a new file that takes some of them over.

Without them a price list that is known to be wrong would be news to the new file, and `pull` would
take over what the catalog has refused.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from glob import escape
from typing import NamedTuple

from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.sanity.acknowledgements import POINTER
from pricectl.core.windows import read_day
from pricectl.edit import splice
from pricectl.edit.splice import Replace
from pricectl.edit.starting import Decided, NewRow


class TakenRow(NamedTuple):
    """A row of the catalog, and what it becomes in the new file."""

    model: Model
    row: NewRow


def taken_decisions(
    text: str, positions: Positions, rows: Sequence[TakenRow], day: date
) -> Decided:
    """What the catalog of this text says of the rows, under their new names.

    A pattern stays as it is, also where it speaks of other rows, too. Acknowledgements that ended
    before the day are left out.
    """
    root = document.parse_text(text)
    values = root if isinstance(root, dict) else {}
    pointers = {model.pointer: pointer_to(row.section, row.name) for model, row in rows}
    return Decided(
        tuple(_acknowledged(text, positions, values.get("metadata"), pointers, day)),
        _decisions(values.get("pricing_notes"), rows),
    )


def _decisions(notes: Json, rows: Sequence[TakenRow]) -> dict[str, dict[str, str]]:
    """By new section, the sentences of `pricing_notes` that speak of the rows."""
    found: dict[str, dict[str, str]] = {}
    for model, row in rows:
        note = notes.get(model.provider) if isinstance(notes, dict) else None
        listed = note.get("decisions") if isinstance(note, dict) else None
        for key, sentence in listed.items() if isinstance(listed, dict) else ():
            member = _member(key, model.name)
            if not member or not isinstance(sentence, str):
                continue
            same = row.section == model.provider and _member(key, row.name)
            own = key if same else f"{escape(row.name)}.{member}"
            found.setdefault(row.section, {}).setdefault(own, sentence)
    return found


def _member(key: str, name: str) -> str:
    """The part of a decision's key that says what of a row it is about; "" for another row.

    >>> _member("gpt-5.6-*.max_input_tokens", "gpt-5.6-sol")
    'max_input_tokens'
    >>> _member("gpt-5.6-*.max_input_tokens", "gpt-5")
    ''
    >>> _member("gpt-5.6-*", "gpt-5.6-sol")
    '*'
    """
    for place, letter in enumerate(key):
        member = key[place + 1 :]
        if letter == "." and (member[:1].isalpha() or member[:1] == "*"):
            if fnmatchcase(name, key[:place]):
                return member
        elif letter == "*" and "." not in member and fnmatchcase(f"{name}.", key[: place + 1]):
            return f"*{member}"
    return ""


def _acknowledged(
    text: str, positions: Positions, metadata: Json, pointers: Mapping[str, str], day: date
) -> Iterator[str]:
    """The JSON text of each acknowledgement of the rows, as the catalog writes it."""
    listed = metadata.get("acknowledged") if isinstance(metadata, dict) else None
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        member = positions.member(f"{POINTER}/{index}")
        place = item.get("pointer") if isinstance(item, dict) else None
        if member is None or not isinstance(item, dict) or not isinstance(place, str):
            continue
        row = "/".join(place.split("/")[:3])
        ends = read_day(item.get("expires"))
        if row not in pointers or (ends and ends < day):
            continue
        own = f"{pointers[row]}{place[len(row) :]}"
        written = text[member.start : member.end]
        edits = [Replace("/pointer", json.dumps(own, ensure_ascii=False))] if own != place else []
        yield splice.apply(written, edits)
