"""What litellm says a case costs and which row it takes the answer from."""

import os
from datetime import UTC, datetime
from fractions import Fraction
from importlib import import_module
from typing import Any

from compare_litellm.arguments import family
from compare_litellm.cases import BATCHES
from compare_litellm.comparison import Seen
from compare_litellm.routes import ROUTES, Library
from compare_litellm.rows import Case

# Its clock stands still, on a Monday outside every cheaper window.
MOMENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
# It logs in to these before it prices a batch, which they do not sell.
LOGINS = ("github_copilot", "chatgpt")
SIZE_CLASS, SMALLEST_CLASS = "together-ai-", "together-ai-up-to-4b"
# Routes that read the map itself, not the members that litellm copies out of it.
WHOLE_ENTRY = ("image", "video", "guardrail", "pages")


class Litellm:
    """The installed litellm, its own map, no network."""

    def __init__(self) -> None:
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
        self._api: Any = import_module("litellm")
        vars(self._api)["suppress_debug_info"] = True
        self._library = Library(self._api, import_module("litellm.types.utils"))
        self._pinned: Any = import_module("litellm._internal_context").pinned_billing_time

    def price(self, case: Case) -> Fraction | None:
        """What the case costs in USD; None if litellm refuses to price it."""
        if case.service == BATCHES and case.provider in LOGINS:
            return None
        with self._pinned(case.at or MOMENT):
            try:
                return Fraction(repr(float(ROUTES[case.route](self._library, case))))
            except Exception:  # noqa: BLE001 - it raises plain Exception for what it cannot price
                return None

    def seen(self, case: Case) -> Seen:
        """The row of its map that litellm answers from, and those of its members that it reads."""
        row = self._looked_up(case)
        if row or case.route in WHOLE_ENTRY:
            return Seen(row or case.row, frozenset(self._api.model_cost[row or case.row]))
        try:
            info = self._api.get_model_info(case.row, custom_llm_provider=self._provider(case))
        except Exception:  # noqa: BLE001 - it raises plain Exception for a row it does not find
            return Seen("", frozenset())
        members = frozenset(key for key, value in info.items() if value)
        return Seen(str(info["key"]), members)

    def _provider(self, case: Case) -> str:
        """The provider of a call; a batch is looked up once more."""
        provider = family(case.provider)
        if case.service != BATCHES:
            return provider
        return str(self._api.get_llm_provider(model=case.row, custom_llm_provider=provider)[1])

    def _looked_up(self, case: Case) -> str:
        """The row that a route of its own looks for: fal.ai's by size, Together's by class."""
        if case.route == "response" and case.row.startswith(SIZE_CLASS):
            return SMALLEST_CLASS
        return self._keyed_by_size(case) if case.provider == "fal_ai" else ""

    def _keyed_by_size(self, case: Case) -> str:
        """fal.ai's rows by quality and size: that of the highest quality and nearest size."""
        if case.route != "image" or "x" not in case.size:
            return ""
        model = case.row.removeprefix("fal_ai/")
        names = (f"fal_ai/high/{size}/{model}" for size in ("1024-x-1024", "1024-x-768"))
        return next((name for name in names if name in self._api.model_cost), "")
