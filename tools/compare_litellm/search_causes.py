"""Causes of differences in what web searches cost."""

from decimal import Decimal

from compare_litellm.counted import SEARCHES
from compare_litellm.other_causes import counted_case
from compare_litellm.question import Cause, Example, Question

GOOGLE = ("gemini", "vertex_ai")
# Their responses say how many searches were made.
COUNTED_SEARCHES = (*GOOGLE, "anthropic", "xai", "groq", "perplexity")
GOOGLE_SEARCH_USD = Decimal("0.035")


def search_once_a_prompt(asked: Question) -> Question:
    """Google's grounding up to Gemini 2 is billed once a prompt."""
    by_query = asked.entry.get("web_search_billing_unit") == "per_query"
    if by_query or not asked.case.provider.startswith(GOOGLE) or not asked.case.amount("search"):
        return asked
    return asked.using(search=1)


def search_uncounted(asked: Question) -> Question:
    """A chat completion's searches are billed as one, for its body does not count them."""
    if asked.case.provider.startswith(COUNTED_SEARCHES) or not asked.case.amount("search"):
        return asked
    return asked.using(search=1)


def search_low(asked: Question) -> Question:
    """Perplexity's search costs what the small context costs, whatever the context."""
    count = sum(asked.case.amount(name) for name in SEARCHES)
    if asked.case.provider != "perplexity" or not count:
        return asked
    return asked.using(search_low=count).without("search", "search_high")


def search_default(asked: Question) -> Question:
    """Google's search costs 0.035 where the row that answers has no price for it."""
    count = sum(asked.case.amount(name) for name in SEARCHES)
    key = "search_context_cost_per_query"
    if not asked.case.provider.startswith(GOOGLE) or not count or key in asked.entry:
        return asked
    priced = asked.pricing(**{key: {"search_context_size_medium": GOOGLE_SEARCH_USD}})
    return priced.using(search=count).without("search_low", "search_high")


_SEARCH = (
    '{"search_context_cost_per_query": {"search_context_size_low": 0.005,'
    ' "search_context_size_medium": 0.008, "search_context_size_high": 0.012}}'
)

SEARCH_CAUSES = (
    Cause(
        "search-once-a-prompt",
        search_once_a_prompt,
        "both",
        "litellm bills the searches of a prompt once on Gemini 2, our quote as many as it is told.",
        "Google charges a grounded prompt once up to Gemini 2. Our reading of Google's responses"
        " counts one for them; a caller who counts by hand gives the charged number.",
        "https://ai.google.dev/gemini-api/docs/pricing",
        Example(
            _SEARCH,
            counted_case("gemini", "response", search=3),
            "0.024",
            "0.008",
            "ours 3 x 0.008; litellm 1 x 0.008",
        ),
    ),
    Cause(
        "search-uncounted",
        search_uncounted,
        "pricectl",
        "litellm bills the searches of a chat completion as one.",
        "Each search call is charged; the body does not count them, so litellm cannot. Our quote is"
        " told the number.",
        "https://developers.openai.com/api/docs/pricing",
        Example(
            _SEARCH,
            counted_case("openai", "response", search=3),
            "0.024",
            "0.008",
            "ours 3 x 0.008; litellm 1 x 0.008",
        ),
    ),
    Cause(
        "search-low",
        search_low,
        "pricectl",
        "litellm bills Perplexity's searches at the small context's price.",
        "Perplexity's request fee depends on the search context, and the row has all three.",
        "https://docs.perplexity.ai/docs/getting-started/pricing",
        Example(
            _SEARCH,
            counted_case("perplexity", "response", search_high=1),
            "0.012",
            "0.005",
            "ours 1 x 0.012; litellm 1 x 0.005",
        ),
    ),
    Cause(
        "search-default",
        search_default,
        "pricectl",
        "litellm charges 0.035 for a Google search where the row it found has no price for it.",
        "It found another row (see other-row). We report a search without a price as unpriced.",
        "https://ai.google.dev/gemini-api/docs/pricing",
        Example(
            '{"input_cost_per_token": 0}',
            counted_case("gemini", "response", search=1),
            "0",
            "0.035",
            "ours unpriced, which adds nothing; litellm 1 x 0.035",
        ),
    ),
)
