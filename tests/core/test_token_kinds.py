"""The table of token kinds: names, sides and overlaps that everything else is built on."""

from typing import Any

import pytest

from pricectl.core import Usage
from pricectl.core.token_kinds import OVERLAPS, TOKEN_KINDS, TOTALS, USAGE_ARGUMENTS, TokenKind
from pricectl.core.units import UNITS


@pytest.mark.parametrize("kind", TOKEN_KINDS, ids=lambda kind: kind.unit)
def test_a_kind_of_token_is_an_argument_of_usage_and_a_priced_unit(kind: TokenKind) -> None:
    unit = UNITS[kind.unit]
    assert (unit.key, unit.side, unit.counts) == (kind.key, kind.side, kind.counts)
    outer = {f"{name}_tokens": 4 for name in kind.inside}
    given: dict[str, Any] = {f"{kind.side}_tokens": 4, **outer, kind.argument: 4}
    assert Usage(**given).counts == ((kind.unit, 4),)


def test_the_arguments_of_usage_are_the_totals_and_their_parts() -> None:
    arguments = [kind.argument for kind in TOKEN_KINDS]
    assert sorted((*TOTALS, *USAGE_ARGUMENTS)) == sorted(arguments)
    assert {unit for unit, row in UNITS.items() if row.side} == {kind.unit for kind in TOKEN_KINDS}


def test_tokens_in_two_counts_are_in_two_plain_ones_of_the_same_side() -> None:
    plain = {kind.unit: kind.side for kind in TOKEN_KINDS if not kind.inside}
    for kind in OVERLAPS:
        assert len(kind.inside) == 2
        assert [plain[name] for name in kind.inside] == [kind.side] * 2
        assert kind.fallbacks[:2] == kind.inside
