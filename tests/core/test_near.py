"""Near names: typed slips with the suggestion that a person would make first."""

import random
import string
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import Catalog
from pricectl.core import near as near_module
from pricectl.core.lookup import near_names
from pricectl.core.near import MAX_COMPARED, meant, near
from pricectl.core.units import UNITS
from pricectl.packaged import CATALOG, packaged_bytes

# A slip and the name that was meant, by hand, among the names of the packaged catalog.
SLIPS = {
    # a word too many
    "gpt-4o-ultra": "gpt-4o",
    "gpt-4o-supercalifragilistic": "gpt-4o",
    "claude-opus-5-5-thinking-max": "claude-opus-5-5",
    "o3-mini-super": "o3-mini",
    "mistral-large-4-preview": "mistral-large-4",
    "glm-5.3-ultra": "glm-5.3",
    # a letter wrong, missing, twice or swapped
    "gtp-4o": "gpt-4o",
    "gpt-4o-mni": "gpt-4o-mini",
    "gpt-4o-miin": "gpt-4o-mini",
    "gpt-5-mni": "gpt-5-mini",
    "gpt-4.1-minni": "gpt-4.1-mini",
    "gpt-4-trubo": "gpt-4-turbo",
    "gpt-5.4-nanno": "gpt-5.4-nano",
    "claude-sonet-4-5": "claude-sonnet-4-5",
    "cluade-sonnet-4-5": "claude-sonnet-4-5",
    "claude-hiaku-4-5": "claude-haiku-4-5",
    "claud-opus-5": "claude-opus-5",
    "gemini-2.5-por": "gemini-2.5-pro",
    "gemni-2.5-pro": "gemini-2.5-pro",
    "gemini-2.5-flsh": "gemini-2.5-flash",
    "gemini-2.5-flash-lte": "gemini-2.5-flash-lite",
    "gemini-embeding-001": "gemini-embedding-001",
    "text-embedding-3-lrage": "text-embedding-3-large",
    "text-embeding-3-small": "text-embedding-3-small",
    "mistral-lrage-4": "mistral-large-4",
    "codestarl-2508": "codestral-2508",
    "deepseek-resoner": "deepseek-reasoner",
    "deepseek-caht": "deepseek-chat",
    "sonar-por": "sonar-pro",
    "sonar-resoning-pro": "sonar-reasoning-pro",
    "voyage-3-larg": "voyage-3-large",
    "qwen3-codr-plus": "qwen3-coder-plus",
    "kimi-k2.7-cdoe": "kimi-k2.7-code",
    "wisper-large-v3": "whisper-large-v3",
    "rerank-v4.0-por": "rerank-v4.0-pro",
    "grok-3-mnii": "grok-3-mini",
    "computr-use-preview": "computer-use-preview",
    # letters that look the same
    "gpt-40": "gpt-4o",
    "gpt-40-mini": "gpt-4o-mini",
    "gemini-2.5-f1ash": "gemini-2.5-flash",
    "03-mini": "o3-mini",
    # separators and case
    "gpt4o": "gpt-4o",
    "GPT 4o": "gpt-4o",
    "gpt_4o_mini": "gpt-4o-mini",
    "o3mini": "o3-mini",
    "o3 mini": "o3-mini",
    "gemini2.5pro": "gemini-2.5-pro",
    "Claude Opus 5.5": "claude-opus-5-5",
    "gpt\u20114o": "gpt-4o",  # a hyphen that does not break
    "\uff47\uff50\uff54-4o": "gpt-4o",  # full-width letters
    # words in another order, or not all of them
    "claude-4-5-sonnet": "claude-sonnet-4-5",
    "sonnet 4.5": "claude-sonnet-4-5",
    "opus 5": "claude-opus-5",
    "4o mini": "gpt-4o-mini",
    "haiku 4.5": "claude-haiku-4-5",
    "flash 2.5": "gemini-2.5-flash",
    "embedding 3 small": "text-embedding-3-small",
    # a family has its newest version
    "sonnet": "claude-sonnet-5-5",
    "haiku": "claude-haiku-5-5",
    "opus": "claude-opus-5-5",
    "claude-sonnet": "claude-sonnet-5-5",
    "claude opus": "claude-opus-5-5",
    "gemini flash": "gemini-3.8-flash",
    "gemini-flash": "gemini-3.8-flash",
    "gemini-pro": "gemini-2.5-pro",
    "gemini flsh": "gemini-3.8-flash",
    "hiaku": "claude-haiku-5-5",
    "sonet": "claude-sonnet-5-5",
    "mistral-large": "mistral-large-4",
    "deepseek v4 pro": "deepseek-v4-pro",
    "whisper": "whisper-1",
    # a version that there is not: the newest of those that differ as little
    "claude-sonnet-4-7": "claude-sonnet-4-6",
    "claude-opus-4.9": "claude-opus-4-8",
    "gpt-4.2": "gpt-4.1",
    "minimax-m2.8": "MiniMax-M2.7",
    # the beginning of a name
    "claude-son": "claude-sonnet-5-5",
    "gemini-3.8-fl": "gemini-3.8-flash",
    # a seller
    "anthropic/claude-sonet-4-5": "claude-sonnet-4-5",
    "openai/gpt-4o-ultra": "gpt-4o",
}
STRANGERS = ("foo", "zzzz", "1", "", " ", "-", "???", "\U0001f600", "\u0000", "\u4f60\u597d")


@pytest.fixture(scope="module")
def packaged() -> Catalog:
    return Catalog.load(packaged_bytes(CATALOG))


@pytest.mark.parametrize(("slip", "name"), SLIPS.items(), ids=list(SLIPS))
def test_the_first_suggestion_is_what_a_person_would_say(
    packaged: Catalog, slip: str, name: str
) -> None:
    assert near_names(packaged, slip)[:1] == (name,)


@pytest.mark.parametrize("name", STRANGERS)
def test_nothing_is_suggested_for_what_is_like_no_name(packaged: Catalog, name: str) -> None:
    assert near_names(packaged, name) == ()


def test_a_family_has_only_rows_that_are_sold(packaged: Catalog) -> None:
    for family in ("sonnet", "haiku", "opus"):
        names = near_names(packaged, family)
        assert len(names) == 3
        for name in names:
            assert family in name
            assert not packaged.folded[name.lower()][0].is_retired


def test_every_name_with_one_letter_missing_finds_itself_or_one_as_near(packaged: Catalog) -> None:
    """No slip of one letter in a name of ten letters or more is left without a suggestion."""
    dice = random.Random(3)  # noqa: S311 - a fixed sequence
    names = [name for name in packaged.folded if len(name) >= 10]
    for name in dice.sample(names, 60):
        place = dice.randrange(len(name))
        assert near(name[:place] + name[place + 1 :], packaged.folded), name


def test_a_demoted_name_comes_behind_one_that_differs_a_little_more() -> None:
    assert near("sonnet", ["sonnet-3", "claude-sonnet-5"]) == ("sonnet-3",)
    assert near("sonnet", ["sonnet-3", "claude-sonnet-5"], demoted={"sonnet-3"}) == (
        "claude-sonnet-5",
    )


def test_a_letter_that_was_swapped_counts_as_one_slip() -> None:
    assert near("pirority", ["priority", "property"]) == ("priority",)
    assert near("serach", ["search", "teach"]) == ("search",)


def test_where_a_suggestion_is_a_verdict_only_slips_count() -> None:
    assert near("flexx", ["flex"], slips_percent=25) == ("flex",)
    assert near("fast flex", ["flex"], slips_percent=25) == ()


def test_a_far_name_is_not_listed_beside_a_near_one() -> None:
    assert near("gpt-4o", ["gpt-4o", "gpt-4o-realtime-audio-preview"], 3) == ("gpt-4o",)


def test_a_message_names_the_near_word_else_the_known_ones() -> None:
    assert meant("pgae", ["page", "search"]) == "did you mean page?"
    assert meant("foo", ["page", "search"]) == "one of page, search"
    assert meant("foo", ["page"], "see the list") == "see the list"
    assert meant("foo", [f"unit{number}" for number in range(30)]).endswith("unit7 and 22 more")
    assert meant("input", UNITS) == "did you mean input?"


@pytest.mark.parametrize(
    "wanted",
    [
        "sonnet-" + "ab-" * 80,
        "x" * 256,
        "sonnet",
        "a-" * 500_000,
        "\ufdfa" * 256,  # one letter that is eighteen
        "".join(map(chr, range(0x4E00, 0x4F00))),
        "1" * 256,
        "a1" * 128,
    ],
    ids=["long", "one letter", "short", "a million", "eighteen", "Chinese", "digits", "words"],
)
def test_of_2_000_long_names_a_bounded_number_is_compared_exactly(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(1)  # noqa: S311 - a fixed sequence
    letters = "ab1-" + string.ascii_lowercase[:2]
    names = ["sonnet-" + "".join(dice.choices(letters, k=245)) for _ in range(1_998)]
    names += ["\u4e00" * 256, "a1-" * 85]
    compared = []

    def counted(*spellings: Any) -> int | None:
        compared.append(spellings)
        found: int | None = difference(*spellings)
        return found

    difference = vars(near_module)["_difference"]
    monkeypatch.setattr(near_module, "_difference", counted)
    assert len(near(wanted, names, 3)) <= 3
    assert len(compared) <= MAX_COMPARED


def test_among_many_names_the_nearest_is_compared() -> None:
    names = [f"model-{number}-chat-preview" for number in range(20_000)]
    assert near("cluade-sonet-4-5", [*names, "claude-sonnet-4-5"]) == ("claude-sonnet-4-5",)
    assert near("gpt-4o-ultra", [*names, "gpt-4o"]) == ("gpt-4o",)
    assert near("o9", [*names, "o3"]) == ("o3",)
    assert len(names) > MAX_COMPARED


def test_no_other_module_searches_near_names_by_itself() -> None:
    package = Path(__file__).parent.parent.parent / "pricectl"
    own = [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if "get_close_matches" in path.read_text(encoding="utf-8")
    ]
    assert own == []
