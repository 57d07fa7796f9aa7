"""JSON Pointers (RFC 6901): the position of a value in the catalog's document."""

METADATA_POINTER = "/metadata"
DEFAULT_PRICING_POINTER = "/metadata/default_pricing"


def escape(token: str) -> str:
    """One reference token of a JSON Pointer.

    >>> escape("azure/gpt~4")
    'azure~1gpt~04'
    """
    return token.replace("~", "~0").replace("/", "~1") if "/" in token or "~" in token else token


def unescape(token: str) -> str:
    """The member name that a reference token stands for.

    >>> unescape("azure~1gpt~04")
    'azure/gpt~4'
    """
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def pointer_to(*path: str) -> str:
    """The pointer of a path of member names.

    >>> pointer_to("azure", "azure/gpt-4o")
    '/azure/azure~1gpt-4o'
    """
    return "".join(f"/{escape(name)}" for name in path)
