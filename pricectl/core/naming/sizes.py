"""Fireworks' price classes: what a model without a price of its own costs by its size."""

import re
from typing import NamedTuple

# 8x22b: a mixture of so many experts. a3b: the active part of a mixture.
_EXPERTS = re.compile(r"(?<![a-z\d])(\d{1,2})x(\d{1,3})b(?![a-z\d])", re.ASCII)
_ACTIVE = re.compile(r"-a\d{1,3}(?:[p.]\d)?b(?![a-z\d])", re.ASCII)
_SIZE = re.compile(r"(?<![a-z\d])(\d{1,4})(?:[p.](\d{1,2}))?b(?![a-z\d])", re.ASCII)
# The classes are those of models that write text.
_OTHER_PRICES = re.compile(r"embed|rerank|flux|diffusion|whisper", re.ASCII)


class SizeClass(NamedTuple):
    """One class: the row that has its price, and the largest model in it, in tenths of billions."""

    row: str
    up_to_tenths: int


# https://docs.fireworks.ai/serverless/pricing; LiteLLM's names of the classes.
DENSE = (
    SizeClass("fireworks-ai-up-to-4b", 39),
    SizeClass("fireworks-ai-4.1b-to-16b", 160),
    SizeClass("fireworks-ai-above-16b", 10_000_000),
)
MIXTURES = (
    SizeClass("fireworks-ai-moe-up-to-56b", 560),
    SizeClass("fireworks-ai-56b-to-176b", 1760),
)


def size_class(base: str) -> str:
    """The name of the row with a model's price class; "" where its name says no size.

    >>> size_class("code-llama-34b"), size_class("mixtral-8x22b-instruct"), size_class("yi-large")
    ('fireworks-ai-above-16b', 'fireworks-ai-56b-to-176b', '')
    """
    experts, size = _EXPERTS.search(base), _SIZE.search(base)
    if _OTHER_PRICES.search(base):
        return ""
    classes: tuple[SizeClass, ...] = MIXTURES
    if experts:
        tenths = int(experts[1]) * int(experts[2]) * 10
    elif size:
        tenths = int(size[1]) * 10 + int((size[2] or "0")[0])
        classes = classes if _ACTIVE.search(base) else DENSE
    else:
        return ""
    return next((found.row for found in classes if tenths <= found.up_to_tenths), "")
