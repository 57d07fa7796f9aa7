"""The words that a name may have around a model: regions, services, variants, revisions."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

PartKind = Literal[
    "platform",
    "maker",
    "region",
    "service",
    "variant",
    "effort",
    "context",
    "revision",
    "path",
    "model",
]

# Geographies of cross-region profiles and data zones; Azure and Bedrock write them before a model.
GEOGRAPHIES = frozenset(
    ["us", "eu", "apac", "ap", "au", "jp", "in", "ca", "sa", "us-gov", "global"]
)
# Where a platform charges one price for the whole world.
WORLDWIDE = frozenset({"global", "global-standard", "*"})
# Bedrock's list prices are those of these regions.
HOME_REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-2"})
# us-east-1, europe-west4, us-gov-west-1: a cloud's region.
REGION = re.compile(
    r"[a-z]{2,12}(?:-gov)?-(?:central|north|south|east|west|northeast|southeast|northwest|southwest)"
    r"-?\d",
    re.ASCII,
)
# The geographies that a region of AWS belongs to, the nearest first.
_AREAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "us-gov": ("us-gov",),
        "us": ("us",),
        "eu": ("eu",),
        "ca": ("ca",),
        "sa": ("sa",),
        "ap-northeast": ("jp", "apac"),
        "ap-southeast-2": ("au", "apac"),
        "ap-southeast-4": ("au", "apac"),
        "ap-south-": ("in", "apac"),
        "ap": ("apac",),
    }
)


def areas_of(region: str) -> tuple[str, ...]:
    """The geographies that a cloud's region lies in, the nearest first.

    >>> areas_of("us-gov-west-1"), areas_of("ap-southeast-2"), areas_of("eu")
    (('us-gov',), ('au', 'apac'), ())
    """
    if region in GEOGRAPHIES:
        return ()
    return next((areas for start, areas in _AREAS.items() if region.startswith(start)), ())


class Ending(NamedTuple):
    """A word that may end a name: what it is, and the separators it stands behind."""

    kind: PartKind
    separators: str
    meaning: str


_ROUTED = "another host or price than the model's own"
ENDINGS: Mapping[str, Ending] = MappingProxyType(
    {
        "batch": Ending("service", "-:", "the batch service"),
        "flex": Ending("service", "-:", "the flex service"),
        "priority": Ending("service", "-:", "the priority service"),
        "fast": Ending("service", "-:", "the fast service"),
        "free": Ending("variant", "-:", "a free, limited variant"),
        "nitro": Ending("variant", ":", f"routing by speed: {_ROUTED}"),
        "floor": Ending("variant", ":", f"routing by price: {_ROUTED}"),
        "exacto": Ending("variant", ":", f"routing by quality: {_ROUTED}"),
        "online": Ending("variant", ":", "with web search, which costs extra"),
        "extended": Ending("variant", ":", "a longer context at another price"),
        "thinking": Ending("variant", "-:", "thinking, which some sellers price apart"),
        "max": Ending("variant", "-", "the highest effort, or a larger model"),
        "medium": Ending("variant", "-", "medium effort, or a larger model"),
        "high": Ending("effort", "-:", "high effort: more tokens at the same price"),
        "xhigh": Ending("effort", "-:", "very high effort: more tokens at the same price"),
        "low": Ending("effort", "-:", "low effort: fewer tokens at the same price"),
        "minimal": Ending("effort", "-:", "minimal effort: fewer tokens at the same price"),
        "none": Ending("effort", "-", "no reasoning: fewer tokens at the same price"),
        "latest": Ending("revision", "-:@", "the newest revision"),
        "preview": Ending("revision", "-", "a preview"),
        "default": Ending("revision", "-:@", "the default revision"),
        "beta": Ending("revision", "-:", "a beta at the same price"),
        "maas": Ending("revision", "-", "Vertex serves the open model"),
        "v1": Ending("revision", "-", "the first revision on Bedrock"),
    }
)
# A day, a month, a revision. Never a bare number, which may be a version.
REVISION = re.compile(
    r"""[-_@:.](?:
          20\d\d-[01]\d-[0-3]\d | 20\d\d[01]\d[0-3]\d   # 2025-10-01, 20251001
        | [01]\d-20\d\d | [01]\d-[0-3]\d                # 10-2025, 05-20
        | 00\d                                          # -001
        | v1:\d | (?<=\d{8}-)v[1-9]:\d                 # Bedrock's -v1:0; v2 alone may be a version
        | (?<=@)\d{3,4}                                 # Vertex's @2411
    )\Z""",
    re.VERBOSE | re.ASCII,
)
# Of these the full catalog name without them is the same model: they are the platform's, no day.
TECHNICAL = re.compile(r"(?:-v1:\d|-v1|-maas|-00\d|@00\d)\Z", re.ASCII)
# A counted revision; a row with others of the same model never answers for it.
COUNTED = re.compile(r"[-@]00\d\Z", re.ASCII)
CONTEXT = re.compile(r"\[\d{1,4}[km]\]\Z|:\d{1,4}k\Z", re.ASCII)
# The tag of a local server: a size or quantisation, then what it was made of; or :latest behind a
# model that can be run at home.
LOCAL_TAG = re.compile(
    r"""
      :(?:e?\d{1,4}(?:\.\d{1,2})?[bm] | \d{1,3}x\d{1,4}b | i?q\d)(?:[-_][\w.-]*)?\Z
    | \A(?!claude|gemini|grok|gpt-(?!oss)|o\d)[^:]{1,256}:latest\Z
    """,
    re.VERBOSE | re.ASCII,
)
# Only Fireworks writes p for a point.
FIREWORKS_POINT = re.compile(r"(?<!\d)\dp\d(?!\d)", re.ASCII)
# Only Vertex AI ends open models in -maas and writes @ before a revision.
VERTEX_MARK = re.compile(r"-maas\Z|@(?:20\d{6}|\d{3,4}|default|latest)\Z", re.ASCII)
_DAY = re.compile(r"(20\d\d)-?([01]\d)-?([0-3]\d)?(?!\d)|(?<!\d)([01]\d)-(20\d\d)(?!\d)", re.ASCII)
_VERSION_LETTER = re.compile(r"(?<![a-z\d])v(?=\d)|(?<=\d)p(?=\d)", re.ASCII)
_TOKEN = re.compile(r"[a-z]+|\d+|[^-_.\s/:@]", re.ASCII)


def day_in(name: str) -> str:
    """The day or month of a revision as digits, "" without one.

    >>> day_in("gpt-4o-2024-08-06"), day_in("command-r-08-2024"), day_in("gpt-4o")
    ('20240806', '202408', '')
    """
    found = _DAY.findall(name) if "20" in name else ()
    if not found:
        return ""
    year, month, day, first_month, last_year = found[-1]
    return f"{last_year}{first_month}" if last_year else f"{year}{month}{day}"


def model_key(base: str) -> str:
    """A model's name so that its usual spellings are one.

    Separators, the letter before a version, "p" for a point, and the order of Claude's family and
    version make no difference.

    >>> model_key("llama-v3p1-8b-instruct") == model_key("Llama-3.1-8B-Instruct")
    True
    >>> model_key("claude-3.5-haiku") == model_key("claude-haiku-3-5")
    True
    >>> model_key("gpt-4.1"), model_key("gpt-41")
    ('gpt 4 1', 'gpt 41')
    """
    tokens = _TOKEN.findall(_VERSION_LETTER.sub(" ", base.lower()))
    if tokens[:1] == ["claude"]:
        tokens.sort(key=lambda token: token.isdigit())
    elif tokens[:2] == ["meta", "llama"]:
        del tokens[0]
    elif tokens[:2] == ["gpt", "35"]:  # Azure may not write a point
        tokens[1:2] = ["3", "5"]
    return " ".join(tokens)
