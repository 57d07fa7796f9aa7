"""Where lists and the catalog differ, by hand: who is right, how many say so, what is known."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricectl.feeds.differences import Drift, MemberDrift, PriceDrift
from pricectl.feeds.drift import ListOffByFactor, find_drift
from tests.feeds.conftest import GPT, catalog, listed

TODAY = date(2026, 11, 27)
DAY = "2026-11-20"
DEARER = {**GPT, "input_cost_per_token": 3e-06}


def drift(ours: Mapping[str, Any], *feeds: Any, **options: Any) -> Drift:
    return find_drift(catalog(ours), feeds, TODAY, **options)


def told(found: Drift) -> list[tuple[str, str, int | None, int, tuple[str, ...]]]:
    """Each difference that nobody has accepted: row, price, ours, theirs, votes."""
    return [
        (one.model.name, one.what, one.ours, one.majority.value, one.majority.votes)
        for one in found.prices
        if not one.known_because
    ]


def only(found: Drift) -> PriceDrift:
    (one,) = found.prices
    return one


def test_a_price_that_all_lists_have_is_no_difference() -> None:
    found = drift({"openai": {"gpt-4o": GPT}}, listed({"openai": {"gpt-4o": GPT}}))
    assert [*found.prices, *found.members, *found.new, *found.gone] == []
    assert found.compared == 2
    assert found.agreements[0].days == {"litellm": ""}


def test_two_independent_lists_outweigh_ours() -> None:
    rows = {"openai": {"gpt-4o": DEARER}}
    lists = listed(rows), listed(rows, "genai-prices", "2026-11-20")
    found = drift({"openai": {"gpt-4o": GPT}}, *lists)
    assert told(found) == [("gpt-4o", "input", 2_500_000, 3_000_000, ("genai-prices", "litellm"))]
    assert only(found).is_agreed
    assert only(found).pointer == "/openai/gpt-4o/input_cost_per_token"
    assert [claim.day for claim in only(found).differing] == ["", "2026-11-20"]
    assert found.agreements[0].days == {}


def test_the_newest_of_a_list_and_its_copies_is_evidence() -> None:
    ours = {"openai": {"gpt-4o": GPT}}
    lists = (
        listed({"openai": {"gpt-4o": DEARER}}, "models.dev", "2026-06-30"),
        listed(ours, "pi-ai", "2026-11-10", copied_from="models.dev"),
        listed({"openai": {"gpt-4o": {**GPT, "cache_read_input_token_cost": 0}}}, "zero", DAY),
        listed({"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}, "half", DAY),
        listed({"openai": {"gpt-4o": DEARER}}, "other", DAY),
    )
    row = {**GPT, "cache_read_input_token_cost": 1.25e-06}
    (agreement,) = drift({"openai": {"gpt-4o": row}}, *lists).agreements
    assert agreement.days == {"models.dev": "2026-11-10", "zero": DAY}


def test_a_price_inside_a_structure_is_called_by_its_plain_key() -> None:
    ranges = [
        {"range": [0, 32000], **GPT},
        {"range": [32000, 128000], "input_cost_per_token": 4e-06, "output_cost_per_token": 2e-05},
    ]
    theirs = {**GPT, "input_cost_per_token_above_32k_tokens": 5e-06}
    found = drift({"qwen": {"m": {"tiered_pricing": ranges}}}, listed({"qwen": {"m": theirs}}))
    assert only(found).member == "input_cost_per_token_above_32k_tokens"
    assert only(found).pointer == "/qwen/m/tiered_pricing/1/input_cost_per_token"


def test_a_copy_of_a_list_is_no_second_vote() -> None:
    rows = {"openai": {"gpt-4o": DEARER}}
    copy = listed(rows, "model-prices", "2026-10-26", copied_from="models.dev")
    found = drift({"openai": {"gpt-4o": GPT}}, listed(rows, "models.dev"), copy)
    assert only(found).majority.votes == ("models.dev",)
    assert not only(found).is_agreed


@pytest.mark.parametrize(
    ("own_day", "copied_day", "price"),
    [
        ("2026-06-30", "2026-11-10", 4_000_000),  # the copy is a newer version of the list
        ("2026-11-20", "2026-11-10", 3_000_000),
        ("", "2026-11-10", 3_000_000),  # nobody knows which is newer
        ("2026-11-10", "2026-11-10", 3_000_000),
    ],
)
def test_the_newest_version_of_a_list_is_its_word(
    own_day: str, copied_day: str, price: int
) -> None:
    own = listed({"openai": {"gpt-4o": DEARER}}, "models.dev", own_day)
    newer = {"openai": {"gpt-4o": {**GPT, "input_cost_per_token": 4e-06}}}
    copy = listed(newer, "pi-ai", copied_day, copied_from="models.dev")
    for lists in ((own, copy), (copy, own)):
        assert only(drift({"openai": {"gpt-4o": GPT}}, *lists)).majority.value == price


def test_lists_that_do_not_agree_do_not_win() -> None:
    lists = (
        listed({"openai": {"gpt-4o": DEARER}}, "litellm"),
        listed({"openai": {"gpt-4o": GPT}}, "genai-prices"),
        listed({"openai": {"gpt-4o": {**GPT, "input_cost_per_token": 5e-06}}}, "models.dev"),
    )
    one = only(drift({"openai": {"gpt-4o": GPT}}, *lists))
    assert not one.is_agreed
    assert [claim.vote for claim in one.agreeing] == ["genai-prices"]
    assert {claim.vote: claim.value for claim in one.differing} == {
        "litellm": 3_000_000,
        "models.dev": 5_000_000,
    }


def test_two_against_two_is_no_majority() -> None:
    dear, ours = {"openai": {"gpt-4o": DEARER}}, {"openai": {"gpt-4o": GPT}}
    lists = [listed(dear, "a"), listed(dear, "b"), listed(ours, "c"), listed(ours, "d")]
    assert not only(drift(ours, *lists)).is_agreed
    assert only(drift(ours, *lists[:3])).is_agreed


def test_a_price_that_our_row_charges_by_its_fallback_is_no_difference() -> None:
    row = {**GPT, "output_cost_per_reasoning_token": 1e-05, "input_cost_per_image": 0}
    found = drift({"openai": {"gpt-4o": GPT}}, listed({"openai": {"gpt-4o": row}}))
    assert found.prices == ()


def test_fast_at_the_price_of_our_priority_is_no_difference() -> None:
    """OpenAI sells its priority service as fast, too."""
    ours = {**GPT, "input_cost_per_token_priority": 4.25e-06}
    same = {**GPT, "input_cost_per_token_fast": 4.25e-06}
    dearer = {**GPT, "input_cost_per_token_fast": 5e-06}
    assert drift({"openai": {"gpt-4o": ours}}, listed({"openai": {"gpt-4o": same}})).prices == ()
    found = only(drift({"openai": {"gpt-4o": ours}}, listed({"openai": {"gpt-4o": dearer}})))
    assert found.majority.value == 5_000_000


def test_a_price_that_we_lack_is_a_difference_at_the_place_where_it_would_stand() -> None:
    row = {**GPT, "cache_read_input_token_cost": 1.25e-06}
    one = only(drift({"openai": {"gpt-4o": GPT}}, listed({"openai": {"gpt-4o": row}})))
    assert (one.ours, one.majority.value) == (None, 1_250_000)
    assert one.pointer == "/openai/gpt-4o/cache_read_input_token_cost"


def test_a_list_that_gives_a_model_away_never_wins() -> None:
    free = {"openai": {"gpt-4o": {"input_cost_per_token": 0, "output_cost_per_token": 1e-05}}}
    found = drift({"openai": {"gpt-4o": GPT}}, listed(free), listed(free, "genai-prices"))
    assert only(found).mistake == "free or not stated"
    assert not only(found).is_agreed


def test_a_price_a_thousand_times_off_is_called_a_unit_mistake() -> None:
    wrong = {"input_cost_per_token": 2.5e-03, "output_cost_per_token": 1e-05}
    others = dict.fromkeys(("gpt-4.1", "gpt-5"), GPT)
    found = drift(
        {"openai": {"gpt-4o": GPT, **others}}, listed({"openai": {"gpt-4o": wrong, **others}})
    )
    assert only(found).mistake == "unit mistake"


@pytest.mark.parametrize("factor", [10, 1_000, 1_000_000, 0.1, 0.001])
def test_a_list_in_another_unit_is_refused_as_a_whole(factor: float) -> None:
    ours = {"openai": dict.fromkeys(("gpt-4o", "gpt-4.1"), GPT)}
    theirs = {
        "openai": {
            name: {key: price * factor for key, price in GPT.items()} for name in ours["openai"]
        }
    }
    with pytest.raises(ListOffByFactor, match="in the median") as caught:
        drift(ours, listed(theirs))
    assert "litellm (here)" in str(caught.value)


def test_a_row_of_an_alias_is_told_apart_from_the_row_itself() -> None:
    ours = {"xai": {"grok-5": {**GPT, "aliases": ["grok-old"]}}}
    both = {"xai": {"grok-5": GPT, "grok-old": DEARER}}
    one = only(drift(ours, listed(both)))
    assert (one.alias, one.majority.value, one.is_agreed) == ("grok-old", 3_000_000, False)


def test_an_alias_stands_for_the_row_where_a_list_has_no_other() -> None:
    ours = {"xai": {"grok-5": {**GPT, "aliases": ["grok-old"]}}}
    one = only(drift(ours, listed({"xai": {"grok-old": DEARER}})))
    assert (one.alias, one.differing[0].name) == ("", "grok-old")
    assert drift(ours, listed({"xai": {"grok-old": GPT}})).agreements[0].days == {}


def test_a_price_that_a_list_announces_is_told_with_its_day() -> None:
    later = {"from": "2026-12-01", "input_cost_per_token": 4e-06, "output_cost_per_token": 2e-05}
    theirs = listed({"google": {"gemini-4": GPT}})
    entry = {**theirs.catalog.models[0].entry, "upcoming": [later]}
    theirs = theirs._replace(catalog=catalog({"google": {"gemini-4": _plain(entry)}}))
    found = drift({"google": {"gemini-4": GPT}}, theirs)
    assert [(one.what, one.ours, one.majority.value) for one in found.prices] == [
        ("input from 2026-12-01", 2_500_000, 4_000_000),
        ("output from 2026-12-01", 10_000_000, 20_000_000),
    ]
    ours = {"google": {"gemini-4": {**GPT, "upcoming": [later]}}}
    assert drift(ours, theirs).prices == ()


def test_a_former_price_is_compared_with_lists_that_date_theirs() -> None:
    """Ours was $2.00 until 2026-09-10; a list that had $1.50 then has today's price like ours.

    The other list has no dates, so that it says nothing of that time.
    """
    was = {"until": "2026-09-10", "input_cost_per_token": 2e-06, "output_cost_per_token": 1e-05}
    ours = {"openai": {"gpt-4o": {**GPT, "previous": [was]}}}
    undated = listed({"openai": {"gpt-4o": GPT}}, "models.dev")
    first = {**GPT, "input_cost_per_token": 1.5e-06}
    dated = {**first, "upcoming": [{"from": "2026-09-10", **GPT}]}
    theirs = undated._replace(name="litellm", catalog=catalog({"openai": {"gpt-4o": dated}}))
    one = only(drift(ours, theirs, undated))
    assert (one.what, one.ours, one.majority.value) == (
        "input until 2026-09-10",
        2_000_000,
        1_500_000,
    )
    assert one.pointer == "/openai/gpt-4o/previous/0/input_cost_per_token"
    notes = {"openai": {"decisions": {"gpt-4o.previous*": "two pages of that time"}}}
    assert only(drift(ours, theirs, undated, notes=notes)).known_because == "two pages of that time"
    same = {**was, "input_cost_per_token": 1.5e-06}
    agreeing = {"openai": {"gpt-4o": {**GPT, "previous": [same]}}}
    assert drift(agreeing, theirs, undated).prices == ()


def _plain(entry: Any) -> Any:
    """An entry as JSON can have it."""
    return {
        key: float(value) if isinstance(value, Decimal) else value for key, value in entry.items()
    }


def test_off_peak_prices_are_compared_with_off_peak_prices() -> None:
    def row(off_peak: float) -> dict[str, Any]:
        hours = [{"hours_utc": "16:30-00:30"}]
        return {**GPT, "off_peak_pricing": {"input_cost_per_token": off_peak, "windows": hours}}

    found = drift({"deepseek": {"v4": row(1e-06)}}, listed({"deepseek": {"v4": row(1.5e-06)}}))
    assert [(one.what, one.ours, one.majority.value) for one in found.prices] == [
        ("input off-peak", 1_000_000, 1_500_000)
    ]


def test_a_negotiated_price_is_compared_with_what_the_list_makes_of_it() -> None:
    terms = [{"provider": "openai", "factor": 0.8, "reason": "contract"}]
    paid = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
    ours = {"metadata": {"negotiated": terms}, "openai": {"gpt-4o": paid}}
    assert drift(ours, listed({"openai": {"gpt-4o": GPT}})).prices == ()
    one = only(drift(ours, listed({"openai": {"gpt-4o": DEARER}})))
    # 0.8 times 3
    assert (one.ours, one.majority.value) == (2_000_000, 2_400_000)
    assert drift(ours, listed({"openai": {"gpt-4o": GPT}})).agreements == ()


def test_a_negotiated_price_is_rounded_half_even_to_the_picodollar() -> None:
    terms = [{"provider": "openai", "factor": 0.5, "reason": "contract"}]
    ours = {"metadata": {"negotiated": terms}, "openai": {"m": {"input_cost_per_token": 2e-12}}}
    # 2.5 picodollars
    assert drift(ours, listed({"openai": {"m": {"input_cost_per_token": 5e-12}}})).prices == ()


def test_a_zero_for_what_we_do_not_sell_is_no_difference() -> None:
    image = {"input_cost_per_image": 0.04}
    row = {**image, "input_cost_per_token": 0, "output_cost_per_token": 0}
    found = drift({"openai": {"dall-e": image}}, listed({"openai": {"dall-e": row}}))
    assert found.prices == ()


def test_negotiated_prices_of_a_row_stay_whatever_the_list_has() -> None:
    agreed = {"prices": {"input_cost_per_token": 2e-06}, "reason": "contract"}
    paid = {**GPT, "input_cost_per_token": 2e-06, "negotiated": agreed}
    assert drift({"openai": {"gpt-4o": paid}}, listed({"openai": {"gpt-4o": DEARER}})).prices == ()
    slipped = {**paid, "input_cost_per_token": 2e-05}
    one = only(drift({"openai": {"gpt-4o": slipped}}, listed({"openai": {"gpt-4o": DEARER}})))
    assert (one.ours, one.majority.value) == (20_000_000, 2_000_000)


def acknowledged(pointer: str, value: float | None, **more: str) -> dict[str, Any]:
    return {
        "rule": "list-differs",
        "pointer": pointer,
        "value": value,
        "reason": "the list is behind",
        "date": "2026-11-01",
        **more,
    }


PLACE = "/openai/gpt-4o/input_cost_per_token"


def test_an_acknowledged_value_stays_quiet_until_the_list_has_another() -> None:
    ours = {
        "metadata": {"acknowledged": [acknowledged(PLACE, 3e-06)]},
        "openai": {"gpt-4o": GPT},
    }
    found = drift(ours, listed({"openai": {"gpt-4o": DEARER}}))
    assert told(found) == []
    assert only(found).known_because == "acknowledged on 2026-11-01: the list is behind"
    moved = {"openai": {"gpt-4o": {**GPT, "input_cost_per_token": 3.5e-06}}}
    assert told(drift(ours, listed(moved)))[0][3] == 3_500_000
    both = drift(ours, listed({"openai": {"gpt-4o": DEARER}}), listed(moved, "genai-prices"))
    assert told(both) == [("gpt-4o", "input", 2_500_000, 3_500_000, ("genai-prices",))]
    assert [claim.vote for claim in only(both).accepted] == ["litellm"]


@pytest.mark.parametrize(("last_day", "differences"), [("2026-11-26", 1), ("2026-11-27", 0)])
def test_an_acknowledgement_counts_until_its_last_day(last_day: str, differences: int) -> None:
    ours = {
        "metadata": {"acknowledged": [acknowledged(PLACE, 3e-06, expires=last_day)]},
        "openai": {"gpt-4o": GPT},
    }
    assert len(told(drift(ours, listed({"openai": {"gpt-4o": DEARER}})))) == differences


def test_a_decision_of_the_notes_is_known_whatever_the_value() -> None:
    notes = {"openai": {"decisions": {"gpt-4*.input_cost*": "our page says so", "x": 7}}}
    found = drift({"openai": {"gpt-4o": GPT}}, listed({"openai": {"gpt-4o": DEARER}}), notes=notes)
    assert only(found).known_because == "our page says so"


def test_new_models_and_those_that_are_gone() -> None:
    ours = {
        "metadata": {"acknowledged": [acknowledged("/openai/gpt-6", None)]},
        "openai": {"gpt-4o": GPT, "gpt-3": GPT, "gpt-2": {**GPT, "retired": True}},
        "cohere": {"command": GPT},
    }
    theirs = {
        "openai": {"gpt-4o": GPT, "gpt-5": GPT, "gpt-6": GPT},
        "voyage": {"voyage-9": GPT},
    }
    found = drift(ours, listed(theirs), listed(theirs, "pi-ai", copied_from="models.dev"))
    assert [(one.model.full_name, one.votes, one.known_because[:12]) for one in found.new] == [
        ("openai/gpt-5", ("litellm", "models.dev"), ""),
        ("openai/gpt-6", ("litellm", "models.dev"), "acknowledged"),
    ]
    # nobody sells models of Cohere in these lists, so nobody can say that one is gone
    assert [one.model.full_name for one in found.gone] == ["openai/gpt-3"]


def test_a_sentence_about_a_whole_row_says_why_no_list_has_it() -> None:
    """One about some of its prices does not."""
    ours = {"openai": {"gpt-4o": GPT, "gpt-3": GPT, "gpt-2": GPT}}
    notes = {"openai": {"decisions": {"gpt-3.*": "kept for old logs", "gpt-2.input_*": "a page"}}}
    found = drift(ours, listed({"openai": {"gpt-4o": GPT}}), notes=notes)
    assert [(one.model.name, one.known_because) for one in found.gone] == [
        ("gpt-3", "kept for old logs"),
        ("gpt-2", ""),
    ]


def members(found: Drift) -> list[tuple[str, str | None, str]]:
    return [(one.member, one.ours, one.majority.value) for one in found.members]


def test_limits_dates_successors_and_factors_are_compared() -> None:
    ours = {**GPT, "max_input_tokens": 128000, "successor": "gpt-5"}
    theirs = {
        **GPT,
        "max_input_tokens": 256000,
        "max_output_tokens": 16384,
        "deprecation_date": "2027-01-31",
        "successor_model": "gpt-5.1",
        "regional_processing_uplift_multiplier_eu": 1.1,
        "provider_specific_entry": {"fast": 2},
    }
    found = drift({"openai": {"gpt-4o": ours}}, listed({"openai": {"gpt-4o": theirs}}))
    assert members(found) == [
        ("max_input_tokens", "128000", "256000"),
        ("max_output_tokens", None, "16384"),
        ("deprecation_date", None, "2027-01-31"),
        ("successor", "gpt-5", "gpt-5.1"),
        ("factor eu", "1", "1.1"),
        ("factor fast", "1", "2"),
    ]
    assert [one.pointer.rpartition("gpt-4o")[2] for one in found.members[-2:]] == [
        "/regional_processing_uplift_multiplier_eu",
        "/provider_specific_entry/fast",
    ]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"max_input_tokens": 1048576}, {"max_input_tokens": 1000000}),
        # the list states the whole context window
        (
            {"max_input_tokens": 272000, "max_output_tokens": 128000},
            {"max_input_tokens": 400000},
        ),
        ({"successor": "openai/gpt-5"}, {"successor_model": "GPT-5"}),
        ({"max_output_tokens": 4096}, {}),
    ],
)
def test_limits_and_names_that_say_the_same_are_no_difference(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    rows = {"openai": {"gpt-4o": {**GPT, **theirs}}}
    assert members(drift({"openai": {"gpt-4o": {**GPT, **ours}}}, listed(rows))) == []


def test_only_models_that_are_wanted_are_compared() -> None:
    rows = {"openai": {"gpt-4o": DEARER, "gpt-5": DEARER, "gpt-6": GPT}}
    found = drift(
        {"openai": {"gpt-4o": GPT, "gpt-5": GPT}},
        listed(rows),
        wanted=lambda model: model.name == "gpt-5",
    )
    assert {one.model.name for one in found.prices} == {"gpt-5"}
    assert found.new == ()


def test_differences_of_members_can_be_accepted_by_their_number() -> None:
    place = "/openai/gpt-4o/max_input_tokens"
    ours = {
        "metadata": {"acknowledged": [acknowledged(place, 256000)]},
        "openai": {"gpt-4o": {**GPT, "max_input_tokens": 128000}},
    }
    theirs = {"openai": {"gpt-4o": {**GPT, "max_input_tokens": 256000}}}
    (one,) = drift(ours, listed(theirs)).members
    assert isinstance(one, MemberDrift)
    assert one.known_because


PRICES = st.dictionaries(
    st.sampled_from(
        [
            "input_cost_per_token",
            "output_cost_per_token",
            "cache_read_input_token_cost",
            "input_cost_per_token_above_200k_tokens",
            "output_cost_per_token_batches",
            "input_cost_per_image",
        ]
    ),
    st.integers(1, 10**8).map(lambda pico: Decimal(pico).scaleb(-12)),
    min_size=1,
)
CATALOGS = st.dictionaries(
    st.sampled_from(["openai", "google", "mistral"]),
    st.dictionaries(st.from_regex(r"[a-z]{3,8}-[1-9]", fullmatch=True), PRICES, min_size=1),
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(CATALOGS)
def test_a_list_made_of_our_catalog_differs_in_nothing(rows: Any) -> None:
    plain = {
        seller: {
            name: {key: float(price) for key, price in row.items()} for name, row in models.items()
        }
        for seller, models in rows.items()
    }
    found = drift(plain, listed(plain), listed(plain, "genai-prices"))
    assert [*found.prices, *found.members, *found.new, *found.gone] == []


@settings(max_examples=60, deadline=None)
@given(CATALOGS, st.data())
def test_every_changed_price_is_found_and_no_other(rows: Any, data: st.DataObject) -> None:
    """A random price of a random row is halved in two lists."""
    plain = {
        seller: {
            name: {key: float(price) for key, price in row.items()} for name, row in models.items()
        }
        for seller, models in rows.items()
    }
    seller = data.draw(st.sampled_from(sorted(plain)))
    name = data.draw(st.sampled_from(sorted(plain[seller])))
    key = data.draw(st.sampled_from(sorted(plain[seller][name])))
    changed = {one: {**models} for one, models in plain.items()}
    changed[seller][name] = {**plain[seller][name], key: plain[seller][name][key] * 3}
    found = drift(plain, listed(changed), listed(changed, "genai-prices"))
    assert [(one.model.full_name, one.member) for one in found.prices] == [
        (f"{seller}/{name}", key)
    ]
    assert only(found).is_agreed


def test_the_name_itself_goes_before_another_spelling_of_the_same_list() -> None:
    section = {"GPT-4o": DEARER, "gpt-4o": GPT, "Gpt-4O": DEARER}
    found = drift({"openai": {"gpt-4o": GPT}}, listed({"openai": section}, date=DAY))
    assert found.prices == ()
    assert found.agreements[0].days == {"litellm": DAY}


def test_lists_that_write_zero_are_no_evidence_that_a_row_is_free() -> None:
    free = {"input_cost_per_token": 0, "output_cost_per_token": 0}
    rows = {"openai": {"gpt-4o": {**free, "free": True}}}
    lists = listed({"openai": {"gpt-4o": free}}), listed({"openai": {"gpt-4o": free}}, "llm-prices")
    assert drift(rows, *lists).agreements[0].days == {}


def test_of_two_versions_of_a_list_the_newer_speaks_in_any_order() -> None:
    ours = {"openai": {"gpt-4o": GPT}}
    old, new = listed({"openai": {"gpt-4o": DEARER}}, date="2026-10-01"), listed(ours, date=DAY)
    for lists in ((old, new), (new, old)):
        found = drift(ours, *lists)
        assert found.prices == ()
        assert found.agreements[0].days == {"litellm": DAY}


@pytest.mark.parametrize(("day", "told"), [("2026-11-28", "2026-11-28"), ("2026-11-29", "")])
def test_a_list_of_a_day_to_come_is_of_an_unknown_day(day: str, told: str) -> None:
    """Else one wrong date would make it the newest word forever; a day is left to time zones."""
    ours = {"openai": {"gpt-4o": GPT}}
    found = drift(ours, listed(ours, date=day))
    assert found.agreements[0].days == {"litellm": told}
    given = listed(ours, date=DAY)._replace(date="2099-01-01")
    assert drift(ours, given).agreements[0].days == {"litellm": DAY}
