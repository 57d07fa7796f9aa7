"""What a whole body amounts to: overlaps of cached media, the row that is asked for, options."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pricectl.core import Catalog, Usage, responses
from pricectl.core.responses import find_row, quote_response, read_response


def prompt(total: int, **details: Any) -> dict[str, Any]:
    """A chat of so many prompt tokens and no completion."""
    usage = {"prompt_tokens": total, "completion_tokens": 0, "prompt_tokens_details": details}
    return {"model": "m", "usage": usage}


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        # 20 + 30 of 100: there is room for both
        (
            prompt(100, audio_tokens=20, cached_tokens=30),
            {"input": 50, "cache_read": 30, "input_audio": 20},
        ),
        # 5 + 5 of 10 fit exactly
        (prompt(10, audio_tokens=5, cached_tokens=5), {"cache_read": 5, "input_audio": 5}),
        # 5 + 6 of 10: one is both
        (
            prompt(10, audio_tokens=5, cached_tokens=6),
            {"cache_read": 5, "input_audio": 4, "cache_read_audio": 1},
        ),
        # 20 + 50 + 50 of 100: twenty are both, audio goes before images
        (
            prompt(100, audio_tokens=20, video_tokens=50, cached_tokens=50),
            {"cache_read": 30, "input_video": 50, "cache_read_audio": 20},
        ),
        # 4 + 4 + 5 of 10: three are both
        (
            prompt(10, audio_tokens=2, image_tokens=4, cached_tokens=7),
            {"cache_read": 4, "input_image": 3, "cache_read_audio": 2, "cache_read_image": 1},
        ),
        # said by the body: nothing is worked out
        *(
            (
                prompt(
                    100,
                    cached_tokens=90,
                    cached_tokens_details={f"{kind}_tokens": 85},
                    **{f"{kind}_tokens": 90},
                ),
                {
                    "input": 5,
                    "cache_read": 5,
                    f"input_{kind}": 5,
                    f"cache_read_{kind}": 85,
                },
            )
            for kind in ("audio", "image")
        ),
    ],
)
def test_cached_media_overlap_where_counts_exceed_the_total(
    body: dict[str, Any], counts: dict[str, int]
) -> None:
    assert dict(read_response(body).usage.counts) == counts


ROWS = {
    "azure": {
        name: {"input_cost_per_token": price}
        for name, price in (("gpt-4o", 2e-06), ("us/gpt-4o", 3e-06), ("eu/gpt-4o", 4e-06))
    },
    "openai": {"gpt-4o": {"input_cost_per_token": 1e-06}},
}


@pytest.mark.parametrize(
    ("said", "asked", "name"),
    [
        (None, {}, "azure/gpt-4o"),
        ("us", {}, "azure/us/gpt-4o"),
        ("US", {}, "azure/us/gpt-4o"),
        ("us", {"region": "eu"}, "azure/eu/gpt-4o"),
        ("us", {"region": ""}, "azure/gpt-4o"),
        (None, {"region": "eu"}, "azure/eu/gpt-4o"),
        ("us", {"region": "asia"}, "azure/gpt-4o"),
        ("us", {"model": "other"}, "other"),
    ],
)
def test_the_caller_or_the_body_chooses_the_region_of_the_row(
    said: str | None, asked: dict[str, str], name: str
) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 0, "inference_geo": said}
    reading = read_response({"model": "gpt-4o", "usage": usage}, provider="azure")
    assert find_row(Catalog.load(json.dumps(ROWS)), reading, **asked).asked == name


EMPTY = Catalog.load('{"o": {"m": {}}}')
BODY = prompt(1)
BY_NAME: tuple[tuple[Callable[..., object], tuple[object, ...]], ...] = (
    (read_response, (BODY, "openai")),
    (quote_response, (EMPTY, BODY, "m")),
    (find_row, (EMPTY, read_response(BODY), "m")),
)


@pytest.mark.parametrize(("function", "arguments"), BY_NAME)
def test_options_are_given_by_name(
    function: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    with pytest.raises(TypeError, match="argument"):
        function(*arguments)
    assert read_response(BODY).usage == Usage(1)


def test_the_old_name_of_a_row_warns() -> None:
    with pytest.warns(DeprecationWarning, match="row_name goes with the next release"):
        row_name = responses.row_name
    reading = read_response(BODY, provider="azure")
    assert row_name(Catalog.load(json.dumps(ROWS)), reading, model="gpt-4o") == "azure/gpt-4o"
    with pytest.raises(AttributeError, match="no attribute 'row_names'"):
        _ = responses.row_names
