"""What litellm says a usage costs, each kind of call with the arguments that it wants."""

import os
import re
from collections.abc import Mapping
from fractions import Fraction
from importlib import import_module
from typing import Any

from litellm_usages import MOMENT, SEARCH_SIZES, TABLES, Case

from pricectl.core.units import UNITS


def family(provider: str) -> str:
    """The provider that litellm routes a row's calls by.

    >>> family("vertex_ai-language-models"), family("bedrock_converse"), family("openai")
    ('vertex_ai', 'bedrock', 'openai')
    """
    families = ("vertex_ai", "bedrock_mantle", "bedrock", "fireworks_ai")
    return next((name for name in families if provider.startswith(name)), provider)


def present(case: Case, names: Mapping[str, str]) -> dict[str, Any]:
    """The amounts by litellm's names, for those of our amounts that the case has."""
    found = {theirs: case.amount(ours) for theirs, ours in names.items() if case.amount(ours)}
    return {name: float(n) if name.endswith("seconds") else n for name, n in found.items()}


class Litellm:
    """The installed litellm, with its own map and without the network."""

    def __init__(self) -> None:
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
        self._api: Any = import_module("litellm")
        vars(self._api)["suppress_debug_info"] = True
        self._types: Any = import_module("litellm.types.utils")
        self._pinned: Any = import_module("litellm._internal_context").pinned_billing_time

    def price(self, case: Case) -> Fraction | None:
        """What the case costs in USD; None if litellm refuses to price it."""
        if case.service == "batches" and case.provider in {"github_copilot", "chatgpt"}:
            return None  # it logs in to these first; they sell no batches
        routes = {
            "response": self._response,
            "image": self._image,
            "image tokens": self._image_tokens,
            "video": self._video,
            "pages": self._pages,
            "guardrail": self._guardrail,
        }
        with self._pinned(case.at or MOMENT):
            try:
                return Fraction(repr(float(routes.get(case.route, self._tokens)(case))))
            except Exception:  # noqa: BLE001 - it raises plain Exception for what it cannot price
                return None

    def source(self, case: Case) -> tuple[str, frozenset[str]]:
        """The row of its map that litellm answers from, and those of its members that it reads."""
        row = self._row_looked_up(case)
        # These routes read the map itself, not the members that litellm copies out of it.
        if row or case.route in {"image", "video", "guardrail", "pages"}:
            return row or case.row, frozenset(self._api.model_cost[row or case.row])
        provider = family(case.provider)
        try:
            if case.service == "batches":
                _, provider, *_ = self._api.get_llm_provider(case.row, provider)
            info = self._api.get_model_info(case.row, custom_llm_provider=provider)
        except Exception:  # noqa: BLE001 - it raises plain Exception for a row it does not find
            return "", frozenset()
        return str(info["key"]), frozenset(key for key, value in info.items() if value)

    def _row_looked_up(self, case: Case) -> str:
        """The row that a route of its own looks for: fal.ai's by size, Together's by class."""
        if case.route == "response" and case.row.startswith("together-ai-"):
            return "together-ai-up-to-4b"
        if case.provider != "fal_ai" or case.route != "image" or "x" not in case.size:
            return ""
        model = case.row.removeprefix("fal_ai/")
        names = (f"fal_ai/high/{size}/{model}" for size in ("1024-x-1024", "1024-x-768"))
        return next((name for name in names if name in self._api.model_cost), "")

    def _usage(self, case: Case) -> Any:
        """The case's tokens as litellm's own value, as its adapters fill it."""
        output = self._types.CompletionTokensDetailsWrapper(
            **present(case, TABLES["names"]["output"])
        )
        usage: Any = self._types.Usage(
            prompt_tokens=case.input_tokens,
            completion_tokens=case.output_tokens,
            total_tokens=case.input_tokens + case.output_tokens,
            prompt_tokens_details=self._types.PromptTokensDetailsWrapper(**self._input(case)),
            completion_tokens_details=output,
        )
        if case.amount("citation"):
            usage.citation_tokens = case.amount("citation")
        if case.service == "fast":
            usage.speed = "fast"
        # Claude Platform on Bedrock tells the inference geography as Anthropic does.
        if family(case.provider) in {"anthropic", "bedrock"} and case.region:
            usage.inference_geo = case.region
        if case.searches:
            requests = self._types.ServerToolUse(web_search_requests=case.searches)
            usage.server_tool_use = requests
            usage.server_side_tool_usage_details = {"web_search_calls": case.searches}
        return usage

    def _input(self, case: Case) -> Mapping[str, Any]:
        details = present(case, TABLES["names"]["input"])
        lifetimes = present(case, TABLES["names"]["cache_writes"])
        if lifetimes:
            details["cache_creation_tokens"] = sum(lifetimes.values())
            written = self._types.CacheCreationTokenDetails(**lifetimes)
            details["cache_creation_token_details"] = written
        audio = case.amount("cache_read_audio_tokens")
        image = case.amount("cache_read_image_tokens")
        if audio or image:
            text = case.amount("cache_read_tokens") - audio - image
            split = {"text_tokens": text, "audio_tokens": audio, "image_tokens": image}
            details["cached_tokens_details"] = split
        if details.get("image_count"):
            details["text_tokens"] = case.input_tokens
        if case.searches and family(case.provider) in {"gemini", "vertex_ai", "perplexity"}:
            details["web_search_requests"] = case.searches
        return details

    def _tokens(self, case: Case, **more: Any) -> float:
        """The way of most calls: `cost_per_token`, with what the route counts beside tokens."""
        call, counts = case.route, dict[str, Any]()
        match case.route:
            case "transcription seconds":
                seconds = float(case.amount("input_second"))
                call, counts = "transcription", {"audio_transcription_file_duration": seconds}
            case "speech characters":
                characters = int(case.amount("input_character"))
                call, counts = "speech", {"prompt_characters": characters}
            case "characters":
                read, written = case.amount("input_character"), case.amount("output_character")
                counts = {"prompt_characters": int(read), "completion_characters": int(written)}
                call = "completion"
            case "wall clock":
                milliseconds = float(case.amounts[0][1] * 1000)
                call, counts = "completion", {"response_time_ms": milliseconds}
            case "rerank":
                billed = {"search_units": case.amount("input_query")}
                counts = {"rerank_billed_units": {**billed, "total_tokens": case.input_tokens}}
            case "search":
                counts = {"number_of_queries": case.amount("input_query")}
            case "pages":
                call = "ocr"
        batch = case.service == "batches"
        # Anthropic's fast mode is told by the usage.
        speed = case.service == "fast" and family(case.provider) == "anthropic"
        prompt, completion = self._api.cost_per_token(
            model=case.row,
            custom_llm_provider=family(case.provider),
            prompt_tokens=case.input_tokens,
            completion_tokens=case.output_tokens,
            usage_object=self._usage(case),
            call_type="retrieve_batch" if batch else call,
            service_tier=None if batch or speed else case.service or None,
            # litellm has two arguments for a region; what is not "global" is a regional endpoint.
            data_residency=case.region or None,
            vertex_location=case.region or None,
            **counts,
            **more,
        )
        return float(prompt + completion)

    def _completion(self, case: Case, response: Any, **more: Any) -> float:
        provider = family(case.provider)
        arguments = {"model": case.row, "custom_llm_provider": provider, **more}
        return float(self._api.completion_cost(completion_response=response, **arguments))

    def _response(self, case: Case) -> float:
        cited = [{"type": "url_citation"}] if case.searches else []
        cited += [{"type": "file_citation"}] if case.amount("file_search") else []
        message = self._types.Message(content="", role="assistant", annotations=cited)
        choices = [self._types.Choices(message=message)]
        usage = self._usage(case)
        response = self._types.ModelResponse(model=case.row, choices=choices, usage=usage)
        size = next((size for unit, size in SEARCH_SIZES.items() if case.amount(unit)), None)
        stored = {"storage_gb": 2, "days": 3}
        computer = {"input_tokens": "computer_use_input", "output_tokens": "computer_use_output"}
        tools = {
            "web_search_options": {"search_context_size": size} if size else None,
            "file_search": stored if case.amount("file_search") else None,
            "vector_store_usage": stored if case.amount("vector_store_gb_day") else None,
            "computer_use_usage": present(case, computer),
            "code_interpreter_sessions": case.amount("code_interpreter") or None,
        }
        return self._completion(case, response, standard_built_in_tools_params=tools)

    def _image(self, case: Case) -> float:
        width, _, height = case.size.partition("x")
        fields = {"width": int(width), "height": int(height)} if height else None
        url = "https://example.com"
        image = self._types.ImageObject(url=url, provider_specific_fields=fields)
        images = self._types.ImageResponse(data=[image] * 3)
        return self._image_cost(case, images, None if height else case.size)

    def _image_tokens(self, case: Case) -> float:
        image = int(case.amount("input_image_tokens"))
        images = self._types.ImageResponse(data=[self._types.ImageObject(url="https://e.com")])
        images.usage = self._types.ImageUsage(
            input_tokens=case.input_tokens,
            input_tokens_details={"image_tokens": image, "text_tokens": case.input_tokens - image},
            output_tokens=case.output_tokens,
            total_tokens=case.input_tokens + case.output_tokens,
        )
        return self._image_cost(case, images, None)

    def _image_cost(self, case: Case, images: Any, resolution: str | None) -> float:
        size = None if resolution else case.size or None
        if resolution and case.provider == "xai":
            resolution = resolution.lower()  # xAI's own spelling, unlike its price keys'
        parameters: dict[str, Any] = {"resolution": resolution} if resolution else {}
        # Bedrock's first image models are priced by size and steps, both in the row's name.
        named = re.fullmatch(r"(\w+-x-\w+)/(\d+|max)-steps/(.+)", case.row)
        if named:
            case, size = case._replace(row=named[3]), named[1]
            parameters["steps"] = 51 if named[2] == "max" else int(named[2])
        call = "image_generation"
        return self._completion(case, images, call_type=call, size=size, optional_params=parameters)

    def _video(self, case: Case) -> float:
        seconds = float(case.amounts[0][1])
        usage = {"duration_seconds": seconds, "video_resolution": case.size or None}
        video = import_module("litellm.types.videos.main").VideoObject
        response = video(id="v", object="video", status="completed", usage=usage)
        return self._completion(case, response, call_type="create_video")

    def _pages(self, case: Case) -> float:
        ocr = import_module("litellm.llms.base_llm.ocr.transformation")
        info = ocr.OCRUsageInfo(
            pages_processed=case.amount("page") or None,
            pages_processed_annotation=case.amount("annotated_page") or None,
            credits=case.amount("ocr_credit") or None,
        )
        if case.service == "batches":
            calculator = import_module("litellm.cost_calculator")
            return float(calculator.ocr_batch_cost(case.row, family(case.provider), info)[0])
        response = ocr.OCRResponse(pages=[], model=case.row, usage_info=info)
        return self._tokens(case, response=response)

    def _guardrail(self, case: Case) -> float:
        guardrails = import_module("litellm.litellm_core_utils.llm_cost_calc.guardrail_cost")
        ((unit, amount),) = case.amounts
        counter = UNITS[unit].key.partition(".")[2]
        return float(guardrails.bedrock_guardrail_cost({counter: int(amount)}, None))
