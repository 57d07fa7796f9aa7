"""The ways litellm prices a call, with the arguments each wants; they raise what it raises."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple

from compare_litellm.arguments import SEARCH_SIZES, family, present, searches, usage_of
from compare_litellm.cases import BATCHES, FAST
from compare_litellm.rows import Case
from pricectl.core.units import UNITS

# Bedrock's first image models are priced by size and steps, both in the row's name.
SIZE_AND_STEPS = re.compile(r"(?P<size>\w+-x-\w+)/(?P<steps>\d+|max)-steps/(?P<model>.+)")
MORE_STEPS = {"max": 51}


class Library(NamedTuple):
    """The installed litellm and its module of types."""

    api: Any
    types: Any


def _where(case: Case) -> Mapping[str, Any]:
    """The case's region in the two arguments that litellm has for it."""
    return {
        "data_residency": case.region or None,
        # Whatever is not "global" is a regional endpoint.
        "vertex_location": case.region or None,
    }


def _tokens(lib: Library, case: Case, call: str = "", **more: Any) -> float:
    batch = case.service == BATCHES
    speed = case.service == FAST and family(case.provider) == "anthropic"  # told by the usage
    prompt, completion = lib.api.cost_per_token(
        model=case.row,
        custom_llm_provider=family(case.provider),
        prompt_tokens=case.input_tokens,
        completion_tokens=case.output_tokens,
        usage_object=usage_of(lib.types, case),
        call_type="retrieve_batch" if batch else call or case.route,
        service_tier=None if batch or speed else case.service or None,
        **_where(case),
        **more,
    )
    return float(prompt + completion)


def _response(lib: Library, case: Case) -> float:
    types = lib.types
    cited = [{"type": "url_citation"}] if searches(case) else []
    cited += [{"type": "file_citation"}] if case.amount("file_search") else []
    message = types.Message(content="", role="assistant", annotations=cited)
    choices = [types.Choices(message=message)]
    usage = usage_of(lib.types, case)
    response = types.ModelResponse(model=case.row, choices=choices, usage=usage)
    size = next((size for unit, size in SEARCH_SIZES.items() if case.amount(unit)), None)
    return float(
        lib.api.completion_cost(
            completion_response=response,
            model=case.row,
            custom_llm_provider=family(case.provider),
            standard_built_in_tools_params={
                "web_search_options": {"search_context_size": size} if size else None,
                "file_search": {"storage_gb": 2, "days": 3} if case.amount("file_search") else None,
                "vector_store_usage": {"storage_gb": 2, "days": 3}
                if case.amount("vector_store_gb_day")
                else None,
                "computer_use_usage": present(
                    case,
                    {"input_tokens": "computer_use_input", "output_tokens": "computer_use_output"},
                ),
                "code_interpreter_sessions": case.amount("code_interpreter") or None,
            },
        )
    )


def _image(lib: Library, case: Case) -> float:
    width, _, height = case.size.partition("x")
    fields = {"width": int(width), "height": int(height)} if height else None
    image = lib.types.ImageObject(url="https://example.com", provider_specific_fields=fields)
    images = lib.types.ImageResponse(data=[image] * 3)
    return _image_cost(lib, case, images, None if height else case.size)


def _image_tokens(lib: Library, case: Case) -> float:
    image = int(case.amount("input_image_tokens"))
    usage = lib.types.ImageUsage(
        input_tokens=case.input_tokens,
        input_tokens_details={"image_tokens": image, "text_tokens": case.input_tokens - image},
        output_tokens=case.output_tokens,
        total_tokens=case.input_tokens + case.output_tokens,
    )
    images = lib.types.ImageResponse(data=[lib.types.ImageObject(url="https://e.com")])
    images.usage = usage
    return _image_cost(lib, case, images, None)


def _image_cost(lib: Library, case: Case, images: Any, resolution: str | None) -> float:
    model, size = case.row, None if resolution else case.size or None
    parameters: dict[str, Any] = {"resolution": resolution} if resolution else {}
    named = SIZE_AND_STEPS.fullmatch(case.row)
    if named:
        model, size = named["model"], named["size"]
        parameters["steps"] = MORE_STEPS.get(named["steps"]) or int(named["steps"])
    cost = lib.api.completion_cost(
        completion_response=images,
        model=model,
        custom_llm_provider=family(case.provider),
        call_type="image_generation",
        size=size,
        optional_params=parameters,
    )
    return float(cost)


def _video(lib: Library, case: Case) -> float:
    seconds = next(amount for _, amount in case.amounts)
    usage = {"duration_seconds": float(seconds), "video_resolution": case.size or None}
    video = import_module("litellm.types.videos.main").VideoObject
    cost = lib.api.completion_cost(
        completion_response=video(id="v", object="video", status="completed", usage=usage),
        model=case.row,
        custom_llm_provider=family(case.provider),
        call_type="create_video",
    )
    return float(cost)


def _transcription(lib: Library, case: Case) -> float:
    seconds = float(case.amount("input_second"))
    return _tokens(lib, case, "transcription", audio_transcription_file_duration=seconds)


def _speech(lib: Library, case: Case) -> float:
    return _tokens(lib, case, "speech", prompt_characters=int(case.amount("input_character")))


def _characters(lib: Library, case: Case) -> float:
    return _tokens(
        lib,
        case,
        "completion",
        prompt_characters=int(case.amount("input_character")),
        completion_characters=int(case.amount("output_character")),
    )


def _wall_clock(lib: Library, case: Case) -> float:
    seconds = next(amount for _, amount in case.amounts)
    return _tokens(lib, case, "completion", response_time_ms=float(seconds * 1000))


def _rerank(lib: Library, case: Case) -> float:
    billed = {"search_units": case.amount("input_query"), "total_tokens": case.input_tokens}
    return _tokens(lib, case, "rerank", rerank_billed_units=billed)


def _search(lib: Library, case: Case) -> float:
    return _tokens(lib, case, "search", number_of_queries=case.amount("input_query"))


def _pages(lib: Library, case: Case) -> float:
    ocr = import_module("litellm.llms.base_llm.ocr.transformation")
    info = ocr.OCRUsageInfo(
        pages_processed=case.amount("page") or None,
        pages_processed_annotation=case.amount("annotated_page") or None,
        credits=case.amount("ocr_credit") or None,
    )
    if case.service == BATCHES:
        calculator = import_module("litellm.cost_calculator")
        return float(calculator.ocr_batch_cost(case.row, family(case.provider), info)[0])
    response = ocr.OCRResponse(pages=[], model=case.row, usage_info=info)
    return _tokens(lib, case, "ocr", response=response)


def _guardrail(_lib: Library, case: Case) -> float:
    guardrails = import_module("litellm.litellm_core_utils.llm_cost_calc.guardrail_cost")
    ((unit, amount),) = case.amounts
    counter = UNITS[unit].key.partition(".")[2]
    return float(guardrails.bedrock_guardrail_cost({counter: int(amount)}, None))


ROUTES: Mapping[str, Callable[[Library, Case], float]] = MappingProxyType(
    {
        "completion": _tokens,
        "embedding": _tokens,
        "transcription": _tokens,
        "speech": _tokens,
        "rerank": _rerank,
        "response": _response,
        "image": _image,
        "image tokens": _image_tokens,
        "video": _video,
        "transcription seconds": _transcription,
        "speech characters": _speech,
        "characters": _characters,
        "wall clock": _wall_clock,
        "search": _search,
        "pages": _pages,
        "guardrail": _guardrail,
    }
)
