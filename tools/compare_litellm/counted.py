"""The usages that are not tokens: images, seconds, characters, pages, queries, tools."""

import re
from collections.abc import Iterator
from decimal import Decimal

from compare_litellm.cases import BATCHES, IMAGE_MODES, OUTPUT, SHORT
from compare_litellm.rows import Amounts, Case, Row

SECONDS = Decimal("12.5")
IMAGES = 3
SQUARE = "1024x1024"
SIZE_IN_NAME = re.compile(r"(\d{3,4})-x-(\d{3,4})")
# What pays for a generated image: some rows write its price as that of an input.
IMAGE_UNITS = ("output_image_file", "input_image_file", "output_pixel", "input_pixel")
PIXELS = ("output_pixel", "input_pixel")
# Details of a prompt that a row may price beside its tokens.
PROMPT_UNITS: Amounts = (
    ("input_image_file", 3),
    ("input_character", 4000),
    ("input_video_second", SECONDS),
    ("input_audio_second", SECONDS),
    ("input_query", 2),
)
SEARCHES = ("search_low", "search", "search_high")
TOOLS: Amounts = (
    ("maps_query", 1),
    ("code_interpreter", 2),
    ("file_search", 1),
    ("vector_store_gb_day", 6),
    ("computer_use_input", 2000),
    ("computer_use_output", 500),
)


def counted_cases(row: Row) -> Iterator[Case]:
    """Everything a row prices that is no token, as litellm is asked for it."""
    modes = {
        "image_generation": _images,
        "image_edit": _images,
        "video_generation": _videos,
        "audio_transcription": _transcriptions,
        "audio_speech": _speeches,
        "ocr": _pages,
        "rerank": _queries,
        "search": _queries,
        "guardrail": _checks,
    }
    yield from modes.get(row.mode, _prompts)(row)
    yield from _tools(row)


def _case(row: Row, kind: str, route: str, *amounts: tuple[str, int | Decimal]) -> Case:
    return Case(row.provider, row.name, kind, route, amounts=amounts)


def _images(row: Row) -> Iterator[Case]:
    found = SIZE_IN_NAME.search(row.name)
    width, height = (int(found[1]), int(found[2])) if found else (1024, 1024)
    units = [unit for unit in IMAGE_UNITS if unit in row.units]
    for unit in [unit for unit in units if row.price(unit)][:1] or units[:1]:
        count = IMAGES * (width * height if unit in PIXELS else 1)
        case = _case(row, "image", "image", (unit, count))
        yield case._replace(size=f"{width}x{height}")
    for sized in sorted(name for name in row.units if name.startswith("output_image_file_")):
        size = sized.removeprefix("output_image_file_")
        yield _case(row, "sized image", "image", (sized, IMAGES))._replace(size=size)
    if any(row.price(unit) for unit in ("input", "output", "output_image")):
        tokens = (("input_image_tokens", 300), ("output_image_tokens", OUTPUT))
        case = _case(row, "image tokens", "image tokens", *tokens)
        yield case._replace(input_tokens=SHORT, output_tokens=OUTPUT)


def _videos(row: Row) -> Iterator[Case]:
    for unit in sorted(row.units):
        if unit.startswith("output_second") or unit == "output_video_second":
            size = unit.removeprefix("output_second").removeprefix("_") if unit[7] == "s" else ""
            yield _case(row, "video", "video", (unit, SECONDS))._replace(size=size)
    if "output_second" in row.units:
        case = _case(row, "video of a size without price", "video", ("output_second", SECONDS))
        yield case._replace(size="1440p")


def _transcriptions(row: Row) -> Iterator[Case]:
    if row.units & {"input_second", "output_second", "second"}:
        yield _case(row, "transcription", "transcription seconds", ("input_second", SECONDS))


def _speeches(row: Row) -> Iterator[Case]:
    if "input_character" in row.units:
        yield _case(row, "speech", "speech characters", ("input_character", 4000))
    if "output_image_file" in row.units:
        yield _case(row, "song", "speech characters", ("output_image_file", 1))


def _pages(row: Row) -> Iterator[Case]:
    if "page" in row.units:
        case = _case(row, "pages", "pages", ("page", 10))
        yield case
        yield case._replace(service=BATCHES, kind="pages in a batch")
    if "annotated_page" in row.units:
        case = _case(row, "annotated pages", "pages", ("page", 10), ("annotated_page", 4))
        yield case
        yield case._replace(service=BATCHES, kind="annotated pages in a batch")
    if "ocr_credit" in row.units:
        yield _case(row, "parsing credits", "pages", ("ocr_credit", 7))


def _queries(row: Row) -> Iterator[Case]:
    if "input_query" in row.units:
        yield _case(row, "queries", row.mode, ("input_query", 3))


def _checks(row: Row) -> Iterator[Case]:
    for unit in sorted(row.units):
        if unit.startswith("guardrail_"):
            yield _case(row, "guardrail", "guardrail", (unit, 1000))


def _prompts(row: Row) -> Iterator[Case]:
    tokens = SHORT if row.counts_tokens else 0
    route = "embedding" if row.mode == "embedding" else "completion"
    for unit, amount in PROMPT_UNITS:
        if unit in row.units:
            # Characters are counted in place of tokens.
            beside = 0 if unit == "input_character" else tokens
            case = _case(row, f"prompt with {unit}", route, (unit, amount))
            yield case._replace(input_tokens=beside)
    if "output_character" in row.units and row.provider.startswith("vertex_ai"):
        amounts = (("input_character", 4000), ("output_character", 1000))
        yield _case(row, "characters", "characters", *amounts)
    for unit in ("second", "input_second"):
        if unit in row.units:
            yield _case(row, "wall clock", "wall clock", (unit, SECONDS))
            break
    if "citation" in row.units:
        yield _case(row, "citations", "completion", ("citation", 300))._replace(input_tokens=SHORT)


def _tools(row: Row) -> Iterator[Case]:
    if row.mode in IMAGE_MODES:
        return
    for unit in SEARCHES:
        if unit in row.units:
            case = _case(row, f"web search {unit}", "response", (unit, 1))
            yield case._replace(input_tokens=SHORT, output_tokens=OUTPUT)
    if "search" in row.units:
        case = _case(row, "three web searches", "response", ("search", 3))
        yield case._replace(input_tokens=SHORT, output_tokens=OUTPUT)
    for unit, amount in TOOLS:
        if unit in row.units:
            case = _case(row, unit.replace("_", " "), "response", (unit, amount))
            yield case._replace(input_tokens=SHORT, output_tokens=OUTPUT)
