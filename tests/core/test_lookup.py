import difflib
import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pricectl.core import Catalog, UnknownModel, find, require, trace
from pricectl.core.lookup import MEMO_SIZE, near_names
from pricectl.core.name_index import NameIndex
from pricectl.core.naming import reading
from pricectl.core.near import MAX_COMPARED


def entry(usd_per_mtok: float, *aliases: str) -> dict[str, object]:
    prices: dict[str, object] = {"input_cost_per_token": usd_per_mtok / 10**6}
    return {**prices, "aliases": list(aliases)} if aliases else prices


ROWS = {
    "openai": {
        "gpt-4o": entry(2.5, "chatgpt-4o-latest"),
        "gpt-4.1": entry(2),
        "gpt-4": entry(30),
        "gpt-4-turbo": entry(10),
        "o3": entry(2),
    },
    "anthropic": {
        "claude-sonnet-4-5": entry(3, "sonnet"),
        "Claude-Opus": entry(15),
        "claude-3-5-sonnet-20240620": entry(3),
        "claude-3-5-sonnet": entry(4),
    },
    "fireworks_ai": {
        "accounts/fireworks/models/deepseek-r1": entry(8),
        "Shared": entry(1),
        "tied": entry(1),
    },
    "my-Proxy": {"shared": entry(1), "tied": entry(2), "gpt-4.1": entry(2)},
    "azure": {"azure/gpt-4": entry(33)},
}
CATALOG = Catalog.load(json.dumps(ROWS))


@pytest.mark.parametrize(
    ("asked", "how", "resolved"),
    [
        ("gpt-4o", "exact", "openai/gpt-4o"),
        ("openai/gpt-4o", "exact", "openai/gpt-4o"),
        ("fireworks_ai/tied", "exact", "fireworks_ai/tied"),
        # A row of its own comes before its prefix may be set aside.
        ("azure/gpt-4", "exact", "azure/azure/gpt-4"),
        ("azure/azure/gpt-4", "exact", "azure/azure/gpt-4"),
        # Two rows of one name: the maker's own answers.
        ("gpt-4.1", "exact", "openai/gpt-4.1"),
        ("chatgpt-4o-latest", "alias", "openai/gpt-4o"),
        ("sonnet", "alias", "anthropic/claude-sonnet-4-5"),
        ("GPT-4O", "case", "openai/gpt-4o"),
        ("SONNET", "case", "anthropic/claude-sonnet-4-5"),
        ("claude-opus", "case", "anthropic/Claude-Opus"),
        ("SHARED", "case", "fireworks_ai/Shared"),
        ("azure/gpt-4o", "partial", "openai/gpt-4o"),
        ("AZURE/GPT-4O", "partial", "openai/gpt-4o"),
        ("openrouter/openai/gpt-4o", "partial", "openai/gpt-4o"),
        ("My-Proxy/gpt-4o", "partial", "openai/gpt-4o"),
        ("gpt-4o-2024-08-06", "partial", "openai/gpt-4o"),
        ("gpt-4o-20240806", "partial", "openai/gpt-4o"),
        ("gpt-4o@20240806", "partial", "openai/gpt-4o"),
        ("gpt-4o-10-2025", "partial", "openai/gpt-4o"),
        ("gpt-4o-latest", "partial", "openai/gpt-4o"),
        ("gpt-4o:latest", "partial", "openai/gpt-4o"),
        ("gpt-4o-preview-05-20", "partial", "openai/gpt-4o"),
        ("gpt-4o-001", "partial", "openai/gpt-4o"),
        ("o3-2025-04-16", "partial", "openai/o3"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "partial", "anthropic/claude-sonnet-4-5"),
        (
            "bedrock/us-east-1/anthropic.claude-3-5-sonnet-20240620-v1:0",
            "partial",
            "anthropic/claude-3-5-sonnet-20240620",
        ),
        (
            (
                "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/"
                "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
            ),
            "partial",
            "anthropic/claude-sonnet-4-5",
        ),
        ("openrouter/x-ai/gpt-4o", "default", "default/default"),  # xAI does not make it
        ("claude-sonnet-4-5@default", "partial", "anthropic/claude-sonnet-4-5"),
        ("vertex_ai/claude-sonnet-4-5@20250929", "partial", "anthropic/claude-sonnet-4-5"),
        # The longest name wins: neither claude-3-5-sonnet above nor gpt-4.
        ("gpt-4-turbo-2024-04-09", "partial", "openai/gpt-4-turbo"),
        (
            "fireworks_ai/accounts/fireworks/models/deepseek-r1-latest",
            "partial",
            "fireworks_ai/accounts/fireworks/models/deepseek-r1",
        ),
        ("/gpt-4o", "partial", "openai/gpt-4o"),
        # The two longest have different prices, so none of them answers.
        ("openai/tied", "default", "default/default"),
        ("tied", "default", "default/default"),
        ("TIED", "default", "default/default"),
        # What is left over says that it is another model.
        ("gpt-4o-mini", "default", "default/default"),
        ("gpt-4o-audio", "default", "default/default"),
        ("gpt-4o-mini-2024-07-18", "default", "default/default"),
        ("gpt-4o-audio-preview", "default", "default/default"),
        ("gpt-4-0613", "default", "default/default"),  # a bare number may be a version
        ("gpt-4.5", "default", "default/default"),
        ("gpt-4o-1", "default", "default/default"),
        ("gpt-4o-128", "default", "default/default"),
        ("gpt-4o-2025-99-99", "default", "default/default"),
        ("claude-sonnet-4-5-thinking", "partial", "anthropic/claude-sonnet-4-5"),
        ("ft:gpt-4o:acme", "partial", "openai/gpt-4o"),
        ("foo3", "default", "default/default"),
        ("o3x", "default", "default/default"),
        ("xgpt-4o", "default", "default/default"),
        ("foo/gpt-4o", "default", "default/default"),
        ("deepseek-r1", "partial", "fireworks_ai/accounts/fireworks/models/deepseek-r1"),
        ("", "default", "default/default"),
        ("-", "default", "default/default"),
    ],
)
def test_each_name_is_answered_by_the_expected_layer(asked: str, how: str, resolved: str) -> None:
    match = find(CATALOG, asked)
    assert (match.how, match.model.full_name) == (how, resolved)
    assert match.asked == asked
    assert find(CATALOG, asked) is match


@pytest.mark.parametrize("blanks", [" ", "\n", "\r\n", "\t", "  \n", "\u00a0", "\u3000"])
@pytest.mark.parametrize(
    "name", ["gpt-4o", "openai/gpt-4o", "GPT-4O", "gpt-4o-2024-08-06", "nobody"]
)
def test_blanks_around_a_name_are_stripped(name: str, blanks: str) -> None:
    plain = find(CATALOG, name)
    for asked in (blanks + name, name + blanks, blanks + name + blanks):
        assert find(CATALOG, asked) == plain
        assert find(CATALOG, asked) is find(CATALOG, asked)


def test_a_name_that_overrides_strip_is_looked_up_as_it_is_written() -> None:
    class Hostile(str):
        __slots__ = ()

        def strip(self, _: str | None = None) -> str:
            raise RuntimeError

        def __len__(self) -> int:
            raise RuntimeError

    assert find(CATALOG, Hostile("gpt-4o\n")).model.full_name == "openai/gpt-4o"


def test_a_match_lists_the_ignored_parts_of_the_name() -> None:
    match = find(CATALOG, "us.anthropic.Claude-Sonnet-4-5-20250929-v1:0")
    assert match.name == "Claude-Sonnet-4-5"
    # The region is not set aside: it is the quote's region.
    assert match.ignored == ("anthropic.", "-20250929-v1:0")
    assert (match.region, match.flags) == ("us", ("other-seller",))
    assert find(CATALOG, "gpt-4o").ignored == ()
    assert find(CATALOG, "GPT-4O").name == "gpt-4o"
    assert find(CATALOG, "sonnet").name == "sonnet"


class UnhashableName:
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError


@pytest.mark.parametrize(
    "name",
    [None, 5, b"gpt-4o", ["gpt-4o"], {}, object(), UnhashableName(), "x" * 257, "gpt-4o" * 10**6],
)
def test_any_value_as_a_name_gets_an_answer(name: object) -> None:
    match = find(CATALOG, name)
    assert (match.how, match.asked) == ("default", "")
    assert trace(CATALOG, name)[-1].layer == "default"
    with pytest.raises(UnknownModel):
        require(CATALOG, name)


def test_a_name_of_256_characters_is_found() -> None:
    name = "n" * 256
    assert find(Catalog.load(json.dumps({"o": {name: entry(1)}})), name).how == "exact"


def test_strict_suggests_similar_names() -> None:
    assert require(CATALOG, "azure/gpt-4o").model.name == "gpt-4o"
    with pytest.raises(UnknownModel) as caught:
        require(CATALOG, "gpt-4o-mini")
    assert str(caught.value).startswith("no model is called 'gpt-4o-mini'; did you mean gpt-4o")
    with pytest.raises(UnknownModel, match="see 'pricectl models'"):
        require(CATALOG, "zzzzzz")
    assert near_names(CATALOG, "SONET") == (
        "claude-sonnet-4-5",
        "claude-3-5-sonnet",
        "claude-3-5-sonnet-20240620",
    )
    assert near_names(CATALOG, "gpt-4", limit=1) == ("gpt-4",)


@pytest.mark.parametrize("name", ["gpt-4o", "sonnet", "SONNET", "azure/gpt-4o"])
def test_strict_accepts_every_layer_but_the_default(name: str) -> None:
    assert require(CATALOG, name) is find(CATALOG, name)


def test_each_layer_tried_says_why() -> None:
    layers = [(step.layer, step.matched) for step in trace(CATALOG, "AZURE/gpt-4o")]
    assert layers == [("exact", False), ("alias", False), ("case", False), ("partial", True)]
    reasons = [step.why for step in trace(CATALOG, "tied")]
    assert reasons == [
        "rows with different prices: fireworks_ai/tied, my-Proxy/tied",
        "no row lists it as an alias",
        "rows with different prices: fireworks_ai/tied, my-Proxy/tied",
        "'tied' fits rows with different prices",
        "nothing matched: the default price, which is a guess",
    ]
    assert trace(CATALOG, "gpt-4o")[0].why == "the row openai/gpt-4o"
    assert trace(CATALOG, "openai/gpt-4o")[0].why == "the row openai/gpt-4o"
    assert trace(CATALOG, "gpt-4o-latest")[3].why == "the row openai/gpt-4o, ignoring -latest"
    assert trace(CATALOG, "foo3")[3].why == "no row has the model that the name says"


def test_the_row_of_the_seller_that_the_name_says_answers_first() -> None:
    rows = {"a": {"xai/m": entry(1)}, "b": {"m-001": entry(2)}}
    for sections in (rows, dict(reversed(rows.items()))):
        match = find(Catalog.load(json.dumps(sections)), "xai/m-001-latest")
        assert (match.how, match.model.full_name) == ("partial", "a/xai/m")


def test_the_layers_are_tried_in_their_order() -> None:
    rows = {
        "a": {"x-1": entry(1)},
        "b": {"other": entry(2, "x-1", "x-2")},
        "c": {"X-2": entry(3), "third": entry(3)},
        "d": {"x": entry(4)},
    }
    catalog = Catalog.load(json.dumps(rows))
    assert [find(catalog, name).how for name in ("x-1", "x-2", "X-2", "x-latest", "y")] == [
        "exact",
        "alias",
        "exact",
        "partial",
        "default",
    ]
    assert find(catalog, "THIRD").how == "case"


def dated_twins(change: Callable[[dict[str, Any]], None]) -> str:
    """How a name is answered that two rows share, when one of them was changed."""
    plain: dict[str, Any] = {
        **entry(1),
        "previous": [{"until": "2026-01-01", **entry(2)}],
        "upcoming": [{"from": "2027-01-01", **entry(3)}],
        "off_peak_pricing": {"windows": [{"hours_utc": "10:00-12:00"}], **entry(0.5)},
    }
    other = json.loads(json.dumps(plain))
    change(other)
    return find(Catalog.load(json.dumps({"a": {"m": plain}, "b": {"m": other}})), "m").how


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda _: None, "exact"),
        (lambda row: row.update(mode="chat"), "exact"),
        (lambda row: row.update(output_cost_per_token=1), "default"),
        (lambda row: row.update(context_tier={"scope": "marginal"}), "default"),
        (lambda row: row.update(context_tier={"boundary": "gte"}), "default"),
        (lambda row: row["previous"][0].update(until="2026-01-02"), "default"),
        (lambda row: row["previous"][0].update(until="2025-12-31"), "default"),
        (lambda row: row["previous"][0].update(entry(9)), "default"),
        (lambda row: row["upcoming"].append({"from": "2028-01-01"}), "default"),
        (lambda row: row["upcoming"].clear(), "default"),
        (lambda row: row["upcoming"][0].update(entry(9)), "default"),
        (lambda row: row.pop("off_peak_pricing"), "default"),
        (lambda row: row["off_peak_pricing"].update(entry(9)), "default"),
        (lambda row: row["off_peak_pricing"]["windows"].pop(), "default"),
    ],
)
def test_rows_of_one_name_answer_only_if_they_always_charge_alike(
    change: Callable[[dict[str, Any]], None], how: str
) -> None:
    assert dated_twins(change) == how


def test_rows_with_very_many_dates_are_compared_as_any_others() -> None:
    day = date(2027, 1, 1)
    later = [
        {"from": (day + timedelta(number)).isoformat(), **entry(number)} for number in range(300)
    ]
    rows = {"a": {"m": {"upcoming": later}}, "b": {"m": {"upcoming": later}}}
    assert find(Catalog.load(json.dumps(rows)), "m").how == "exact"


def test_the_order_of_rows_does_not_change_answers() -> None:
    asked = ["gpt-4.1", "shared", "SHARED", "tied", "openai/tied", "gpt-4-turbo-latest", "us.o3"]
    before = [find(CATALOG, name)[1:] for name in asked]
    rows = [find(CATALOG, name).model.full_name for name in asked]
    rng = random.Random(7)  # noqa: S311 - test data
    for _ in range(20):
        sections = list(ROWS.items())
        rng.shuffle(sections)
        shuffled = {
            provider: dict(rng.sample(list(models.items()), len(models)))
            for provider, models in sections
        }
        catalog = Catalog.load(json.dumps(shuffled))
        assert [find(catalog, name)[1:] for name in asked] == before
        assert [find(catalog, name).model.full_name for name in asked] == rows


def test_the_lookup_cache_is_bounded() -> None:
    catalog = Catalog.load(json.dumps(ROWS))
    for number in range(MEMO_SIZE + 10):
        find(catalog, f"unknown-{number}")
        assert len(catalog.matches) <= MEMO_SIZE
    assert len(catalog.matches) == 10
    find(catalog, None)
    find(catalog, "x" * 5_000_000)
    assert len(catalog.matches) == 10
    # Two threads may each remember an answer before either looks at the bound.
    catalog.matches.update({f"other-{number}": find(catalog, "o3") for number in range(MEMO_SIZE)})
    find(catalog, "new")
    assert list(catalog.matches) == ["new"]


def test_the_longest_name_wins_wherever_it_begins() -> None:
    rows = {"acme": {"us.gpt-x": entry(5), "gpt-x": entry(1)}}
    catalog = Catalog.load(json.dumps(rows))
    match = find(catalog, "azure/us.gpt-x")
    assert (match.how, match.name, match.ignored) == ("partial", "us.gpt-x", ("azure/",))
    match = find(catalog, "us.gpt-x-latest")
    assert (match.how, match.name, match.ignored) == ("partial", "us.gpt-x", ("-latest",))


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("gemma-4", "exact"),
        ("gemma-4-latest", "partial"),
        ("google/gemma-4-latest", "partial"),
        ("Google/gemma-4-001", "partial"),
        ("together/gemma-4", "default"),
        ("google.gemma-4", "default"),  # Bedrock's way to write a vendor
        ("azure/gpt-x", "partial"),
    ],
)
def test_a_free_row_never_answers_for_another_sellers_name(name: str, how: str) -> None:
    free = {"input_cost_per_token": 0, "output_cost_per_token": 0, "free": True}
    catalog = Catalog.load(json.dumps({"Google": {"gemma-4": free}, "o": {"gpt-x": entry(1)}}))
    assert find(catalog, name).how == how
    if how == "default":
        assert (
            "Google/gemma-4 is free; a free row never answers for another seller's name"
            in trace(catalog, name)[3].why
        )


def test_suggestions_ignore_the_seller_unless_it_has_rows() -> None:
    rows = {
        "anthropic": {"claude-sonnet-4-5": entry(1)},
        "bedrock": {"anthropic.claude-haiku-4-5": entry(2)},
        "azure": {"azure/gpt-4o": entry(3)},
        "openai": {"gpt-4o": entry(4)},
    }
    catalog = Catalog.load(json.dumps(rows))
    assert near_names(catalog, "anthropic/claude-sonet-4-5", 1) == ("claude-sonnet-4-5",)
    assert near_names(catalog, "azure/gpt-4o-x", 1) == ("azure/gpt-4o",)
    assert near_names(catalog, "openai/gpt-4o-x", 1) == ("gpt-4o",)


def test_suggestions_are_three_names_of_different_rows() -> None:
    rows = {
        "acme": {
            "gpt-aaaa": entry(1, "gpt-aaab", "gpt-aaac"),
            "gpt-aaax": entry(2),
            "gpt-aaa": entry(3),
            "gpt-yyyy": entry(4),
        }
    }
    catalog = Catalog.load(json.dumps(rows))
    assert near_names(catalog, "GPT-AAAA1") == ("gpt-aaaa", "gpt-aaa", "gpt-aaax")
    assert near_names(catalog, "gpt-aaaa1", 1) == ("gpt-aaaa",)
    assert near_names(catalog, "zzzz") == ()


def test_suggestions_are_of_three_different_rows() -> None:
    aliases = ("gpt-aaab", "gpt-aaac", "gpt-aaad")
    rows = {"gpt-aaaa": entry(1, *aliases), "gpt-aaax": entry(2), "gpt-aaxx": entry(3)}
    catalog = Catalog.load(json.dumps({"acme": rows}))
    assert near_names(catalog, "gpt-aaaa") == ("gpt-aaaa", "gpt-aaax", "gpt-aaxx")
    rows = {f"gpt-{number}": entry(number) for number in range(9)}
    assert len(near_names(Catalog.load(json.dumps({"acme": rows})), "gpt")) == 3


def test_a_suggestion_is_spelled_as_in_the_first_row_that_has_it() -> None:
    rows = {"b": {"Model-X": entry(1)}, "a": {"model-x": entry(2)}}
    assert near_names(Catalog.load(json.dumps(rows)), "MODEL-XY") == ("Model-X",)


def test_rows_of_one_name_are_compared_whatever_their_providers_are_called() -> None:
    # "a-x/m" comes before "a/m", though "a-x" comes after "a"
    for other, how in ((1, "exact"), (2, "default")):
        catalog = Catalog.load(json.dumps({"a": {"m": entry(1)}, "a-x": {"m": entry(other)}}))
        assert find(catalog, "m").how == how


def test_the_search_for_similar_names_is_bounded_at_4_000_long_names() -> None:
    """It took four seconds: an exact comparison takes the square of the length."""
    words = ("gpt", "claude", "sonnet", "mini", "preview", "turbo", "llama", "instruct")
    dice = random.Random(1)  # noqa: S311 - a fixed sequence
    names = ["gpt-4o-" + "-".join(dice.choices(words, k=32))[:230] + f"-{n}" for n in range(4000)]
    catalog = Catalog.load(json.dumps({"acme": {name: entry(1) for name in names}}))
    compared = 0

    class Counted(difflib.SequenceMatcher[str]):
        def ratio(self) -> float:
            nonlocal compared
            compared += 1
            return super().ratio()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(difflib, "SequenceMatcher", Counted)
        for asked in (names[7] + "x", "-".join(dice.choices(words, k=60)), "a" * 256):
            near_names(catalog, asked)
            with pytest.raises(UnknownModel):
                require(catalog, asked)
    assert compared <= 6 * MAX_COMPARED


def test_a_bounded_search_finds_what_is_spelled_most_alike() -> None:
    rows = {f"model-{number}-chat": entry(number) for number in range(2000)}
    rows["claude-sonnet-4-5"] = entry(1)
    assert near_names(Catalog.load(json.dumps({"acme": rows})), "cluade-sonet-4-5", 1) == (
        "claude-sonnet-4-5",
    )


@pytest.mark.parametrize(
    "name",
    ["/" * 256, "-" * 256, "fireworks/" + "ft:" * 82, "us/" * 85, "a" + "/a" * 127],
    ids=["slashes", "dashes", "fine-tuned again and again", "regions", "short words"],
)
def test_a_name_of_separators_is_read_in_few_steps(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part was taken off one by one, and what was left was read again: 5 ms a name."""
    steps: list[str] = []
    platform, find_row = reading._structure, NameIndex.find  # noqa: SLF001

    def structure(*arguments: Any) -> Any:
        steps.append("word")
        return platform(*arguments)

    def find_reading(*arguments: Any) -> Any:
        steps.append("reading")
        return find_row(*arguments)

    monkeypatch.setattr(reading, "_structure", structure)
    monkeypatch.setattr(NameIndex, "find", find_reading)
    catalog = Catalog.load('{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}')
    assert find(catalog, name).how == "default"
    assert len(steps) <= 20
