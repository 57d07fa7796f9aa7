"""Causes of differences in what is no token, searches apart."""

from decimal import Decimal

from compare_litellm.question import Cause, Example, Question
from compare_litellm.rows import Case
from compare_litellm.token_causes import INPUT

OPENAI = ("openai", "azure")
DEFAULT_RESULTS = 10


def rerank_tokens(asked: Question) -> Question:
    """A rerank is billed by the search, so that one priced by the token is free."""
    if asked.case.route != "rerank" or asked.batch or not asked.case.input_tokens:
        return asked
    return asked.of(input_tokens=0, amounts=())


def transcription_output(asked: Question) -> Question:
    """A transcription is billed by the output second where that has a price."""
    seconds = asked.case.amount("input_second")
    if asked.case.route != "transcription seconds" or not asked.entry.get("output_cost_per_second"):
        return asked
    return asked.using(output_second=seconds).without("input_second")


def result_range(asked: Question) -> Question:
    """A search is priced by how many results it may return, ten if the call does not say."""
    ranges = asked.entry.get("tiered_pricing")
    if asked.case.route != "search" or not ranges:
        return asked
    fitting = (tier for tier in ranges if tier["max_results_range"][1] >= DEFAULT_RESULTS)
    return asked.pricing(input_cost_per_query=next(fitting)["input_cost_per_query"])


def parallel_search(asked: Question) -> Question:
    """Parallel's searches are billed by a price in litellm's code, as one, whatever was asked."""
    if asked.case.provider != "parallel_ai":
        return asked
    return asked.pricing(input_cost_per_query=Decimal("0.005")).using(input_query=1)


def never_billed(asked: Question) -> Question:
    """Units that litellm's map prices and its code never bills."""
    case, entry = asked.case, asked.entry
    realtime = case.route == "wall clock" and entry.get("mode") == "realtime"
    by_size = case.route == "image" and "gpt-image" in case.row and case.provider in OPENAI
    session = bool(case.amount("code_interpreter")) and case.provider != "azure"
    image = bool(case.amount("input_image_file")) and case.route == "completion"
    unbilled = realtime or by_size or session or (image and not entry.get(INPUT))
    return asked.without(*dict(case.amounts)) if unbilled else asked


def as_written(asked: Question) -> Question:
    """Prices finer than a picodollar: the question is the same, only unrounded."""
    return asked


def counted_case(provider: str, route: str, **amounts: int | Decimal) -> Case:
    """A case of an example: amounts that are no tokens."""
    return Case(provider, "m", "", route, amounts=tuple(amounts.items()))


_MINUTE = Decimal(60)

OTHER_CAUSES = (
    Cause(
        "rerank-tokens",
        rerank_tokens,
        "pricectl",
        "litellm bills a rerank by the search and so nothing where the row has a token price.",
        "These providers (Fireworks, Novita, Nebius ...) sell reranking by the token.",
        "https://fireworks.ai/pricing",
        Example(
            '{"input_cost_per_token": 2e-07}',
            Case("novita", "m", "", "rerank", 1000),
            "0.0002",
            "0",
            "ours 1000 x 0.0000002; litellm 0 searches",
        ),
    ),
    Cause(
        "transcription-output",
        transcription_output,
        "litellm",
        "Soniox' rows write a transcription's price on output seconds, that of the input as 0.",
        "The audio is charged once, by its length. We count its seconds as input, which the row"
        " says is free: a row should put the price on input_cost_per_second, as all others do.",
        "https://soniox.com/pricing",
        Example(
            '{"input_cost_per_second": 0, "output_cost_per_second": 0.0001}',
            counted_case("soniox", "transcription seconds", input_second=_MINUTE),
            "0",
            "0.006",
            "ours 60 x 0; litellm 60 x 0.0001",
        ),
    ),
    Cause(
        "result-range",
        result_range,
        "litellm",
        "Exa and Firecrawl price a search by how many results it may return.",
        "litellm takes ten results when the call does not say. We have no ranges of results and"
        " report the search as unpriced; the strict call refuses.",
        "https://exa.ai/pricing",
        Example(
            '{"tiered_pricing": [{"max_results_range": [0, 25], "input_cost_per_query": 0.005}]}',
            counted_case("exa_ai", "search", input_query=3),
            "0",
            "0.015",
            "ours unpriced, which adds nothing; litellm 3 x 0.005",
        ),
    ),
    Cause(
        "parallel-search",
        parallel_search,
        "pricectl",
        "litellm bills Parallel's searches by a price in its code, always as one.",
        "The row has the price of a search, and each search is charged.",
        "https://parallel.ai/pricing",
        Example(
            '{"input_cost_per_query": 0.004}',
            counted_case("parallel_ai", "search", input_query=3),
            "0.012",
            "0.005",
            "ours 3 x 0.004; litellm 1 x 0.005",
        ),
    ),
    Cause(
        "never-billed",
        never_billed,
        "pricectl",
        "litellm's map prices what its code never bills: seconds of a realtime session, gpt-image"
        " by size, code interpreter outside Azure, images where text has no price.",
        "The provider charges it and the row has the price.",
        "https://developers.openai.com/api/docs/pricing",
        Example(
            '{"input_cost_per_second": 0.0005, "mode": "realtime"}',
            counted_case("openai", "wall clock", input_second=_MINUTE),
            "0.03",
            "0",
            "ours 60 x 0.0005; litellm nothing",
        ),
    ),
    Cause(
        "finer-than-picodollar",
        as_written,
        "litellm",
        "The price has digits below a picodollar, which loading rounds.",
        "We are off by half a picodollar a pixel or second at most: 0.0000000000005 USD, rounded"
        " half-even, once, with a finding of validate.",
        "the catalog's own rounding rule",
        Example(
            '{"input_cost_per_second": 0.000283333333333}',
            counted_case("openai", "transcription seconds", input_second=_MINUTE),
            "0.01699999998",
            "0.01699999999998",
            "ours 60 x 0.000283333333; litellm 60 x 0.000283333333333",
        ),
    ),
)
