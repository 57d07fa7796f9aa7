"""What is refused before a row is edited: words that contradict, dates that do not fit."""

import re
from collections.abc import Sequence
from datetime import date

from pricectl.core.model import Model
from pricectl.core.prices import key_path
from pricectl.core.windows import as_instant
from pricectl.edit.assignments import Assignment, BadEdit, RowRequest
from pricectl.edit.fields import Field, MemberField, PathField, PriceField


def check_once(fields: Sequence[tuple[Field, Assignment]]) -> None:
    """Check that no two words change the same, also under different names. Raises BadEdit."""
    seen: list[tuple[Field, Assignment]] = []
    for field, one in fields:
        for other, before in seen:
            # A list of names takes several names more and less.
            apart = one.operator != "=" != before.operator and one.value != before.value
            if _place(field) == _place(other) and not apart:
                if one.field == before.field:
                    raise BadEdit("is edited twice", where=one.field)
                raise BadEdit(f"is the same price as {before.field}", where=one.field)
            for whole, part in ((field, other), (other, field)):
                path = _path(part)
                if isinstance(whole, MemberField) and re.split(r"[./]", path)[0] == whole.key:
                    raise BadEdit(
                        f"has the price {key_path(path)} in it, which is edited, too",
                        where=whole.key,
                        next_step="make one edit after the other",
                    )
        seen.append((field, one))


def _place(field: Field) -> object:
    """What a field stands for, whatever it is called."""
    return field.rate_key if isinstance(field, PriceField) else field


def _path(field: Field) -> str:
    """The path of a price in its list; empty for all else."""
    if isinstance(field, PriceField):
        return field.key
    return field.path if isinstance(field, PathField) else ""


def check_not_begun(model: Model, request: RowRequest, today: date) -> None:
    """Check that the row's own prices are those in force. Raises BadEdit.

    An edit of others would change what was charged until then, and not what is.
    """
    begun = [instant for instant, _ in model.upcoming if instant <= as_instant(today)]
    if begun and request.starts is None:
        raise BadEdit(
            f"its announced prices hold since {begun[-1].date()} and are not in the row yet",
            where=f"{model.full_name:.80}",
            next_step="run 'pricectl fmt' first",
        )


def check_dates(
    request: RowRequest,
    members: Sequence[tuple[MemberField, Assignment]],
    priced: bool,  # noqa: FBT001 - one of three facts
    today: date,
) -> None:
    """Check that the dates of a request fit each other, what it changes, and today."""
    if not (request.starts or request.ended):
        return
    if request.starts and request.ended:
        raise BadEdit("cannot be given together", where="--from and --was")
    option = f"--from {request.starts}" if request.starts else f"--was {request.ended}"
    if members and request.starts:
        step = "edit the other fields without it"
        raise BadEdit("dates prices only", where=f"{option} and {members[0][1]}", next_step=step)
    if not priced:
        raise BadEdit("dates no price", where=option, next_step="name a price, such as input=2/M")
    if request.starts and request.starts <= today:
        step = f"for prices that hold already write --was {request.starts}"
        raise BadEdit("is not in the future", where=option, next_step=step)
    if request.ended and request.ended > today:
        step = f"to announce prices write --from {request.ended}"
        raise BadEdit("is in the future", where=option, next_step=step)
