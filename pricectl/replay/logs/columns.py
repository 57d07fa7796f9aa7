"""Guesses which column of a plain table says what, and takes the team's word where it has one.

What was guessed is shown, `--column ROLE=NAME` or the settings say otherwise.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pricectl.core.near import meant
from pricectl.core.token_kinds import TOKEN_KINDS
from pricectl.core.units import UNITS
from pricectl.replay.errors import BadLog

INSIDE, OUTSIDE = "inside", "outside"
CACHE_WORDS = (INSIDE, OUTSIDE)
# What a column can say of a call -> the names that it usually has, the surest first. Case, dots,
# spaces and dashes do not matter.
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "name": ("model", "model_name", "response_model", "model_id", "request_model", "llm_model"),
    "at": (
        *("at", "timestamp", "time", "created_at", "start_time", "starttime", "request_time"),
        *("created", "datetime", "date", "day", "usage_date", "ts"),
    ),
    "call_id": ("call_id", "request_id", "response_id", "id", "message_id", "generation_id"),
    "job": (
        *("job", "job_id", "session_id", "session", "trace_id", "trace", "conversation_id"),
        *("conversation", "run_id", "thread_id", "thread"),
    ),
    "seller": ("seller", "provider", "custom_llm_provider", "vendor", "provider_name"),
    "service": ("service", "service_tier", "tier"),
    "region": ("region", "inference_geo", "location"),
    "team": ("team", "team_id", "team_name", "project_id", "project", "workspace_id", "workspace"),
    "account": (
        *("account", "account_id", "customer", "customer_id", "end_user", "tenant", "tenant_id"),
        *("organization_id", "org_id", "user_id", "user"),
    ),
    "requests": ("requests", "num_model_requests", "num_requests", "request_count", "calls"),
    "stated_cost": (
        *("stated_cost", "cost_usd", "spend", "cost", "total_cost", "usd", "amount_usd"),
        *("price", "response_cost", "cost_cents", "amount_cents"),
    ),
    "currency": ("currency", "billing_currency"),
    "charged_credits": ("charged_credits", "credits", "credits_charged", "credits_deducted"),
    "total": ("total_tokens", "tokens", "total"),
}
_COUNTS: Mapping[str, tuple[str, ...]] = {
    "input_tokens": ("input_tokens", "prompt_tokens", "tokens_in", "tokens_prompt", "in_tokens"),
    "output_tokens": (
        *("output_tokens", "completion_tokens", "tokens_out", "tokens_completion"),
        "out_tokens",
    ),
    "cache_read_tokens": (
        *("cache_read_tokens", "cached_tokens", "cached_input_tokens", "input_cached_tokens"),
        *("cache_read_input_tokens", "prompt_cached_tokens", "native_tokens_cached"),
    ),
    "cache_write_tokens": (
        *("cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens"),
        *("input_cache_write_tokens", "cache_write_input_tokens", "cache_write_5m_tokens"),
    ),
    "cache_write_1h_tokens": ("cache_write_1h_tokens", "cache_creation_1h_tokens"),
    "reasoning_tokens": ("reasoning_tokens", "native_tokens_reasoning", "thinking_tokens"),
    "input_audio_tokens": ("input_audio_tokens", "audio_input_tokens"),
    "output_audio_tokens": ("output_audio_tokens", "audio_output_tokens"),
    # Searches that are charged one by one. Not the queries of Perplexity and Google, most of whose
    # models charge a request with any number of them once: those are told as not read.
    "search": (
        *("search", "web_searches", "searches", "web_search_requests", "search_requests"),
        *("web_search_calls", "web_search_count", "search_count", "num_web_searches"),
        *("num_searches", "server_tool_use_web_search_requests"),
    ),
    "file_search": ("file_search", "file_search_calls", "file_searches", "num_file_searches"),
    "maps_query": ("maps_query", "maps_queries", "maps_query_count"),
    "code_interpreter": ("code_interpreter", "code_interpreter_sessions"),
    "input_query": ("input_query", "search_units", "num_search_units"),
    "citation": ("citation", "citation_tokens"),
}
# What a column counts that may be charged, by a part of its name: told where it is not read.
_CHARGED = re.compile("token|(?<!re)search")
# Input that leaves out what was cached, by the name that says so.
_FRESH = ("uncached_input_tokens", "input_uncached_tokens", "fresh_input_tokens", "no_cache_tokens")
# These names say that the cache is in the input, by the API that they come from.
_INSIDE_NAMES = ("prompt_tokens", "input_total")
# In what a count or an amount may be written, by the end of its column's name.
_SCALES = {
    "_ktokens": 1_000,
    "_thousands": 1_000,
    "_thousand_tokens": 1_000,
    "_mtokens": 1_000_000,
    "_millions": 1_000_000,
    "_million_tokens": 1_000_000,
}
_ARGUMENTS = tuple(kind.argument for kind in TOKEN_KINDS)
_OTHER_UNITS = tuple(name for name, unit in UNITS.items() if not unit.side)
# What people call a role.
_OTHER_WORDS = {
    "model": "name",
    "time": "at",
    "provider": "seller",
    "customer": "account",
    "cost": "stated_cost",
    "input": "input_tokens",
    "output": "output_tokens",
}
ROLES = (*_TEXTS, *dict.fromkeys((*_ARGUMENTS, *_OTHER_UNITS)))


# An id of one of these names is a response's; another may be of anything.
_RESPONSE_IDS = ("call_id", "request_id", "response_id", "generation_id")


class LogColumn(NamedTuple):
    """The column that says one thing of a call; a count is multiplied by `scale`.

    `guessed`: nobody named it. `from_settings`: the settings name it, and not the command line.
    """

    name: str
    scale: int = 1
    guessed: bool = True
    from_settings: bool = False

    @property
    def named_by(self) -> str:
        """What a message adds about a column that the command line does not name."""
        return ", which the setting replay.columns names" if self.from_settings else ""


class ColumnMap(NamedTuple):
    """Which column says what, and whether the input includes what was cached.

    `cache` is "inside", "outside" or empty: not known yet. `is_split`: the columns are the units of
    `pricectl.replay.calls` themselves, each token in one of them. `unread` are columns whose names
    speak of tokens or searches and that say nothing here, so that what they count may be missing in
    the cost.
    """

    columns: Mapping[str, LogColumn]
    cache: str = ""
    is_split: bool = False
    unread: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, LogColumn]:
        """The columns of counts, by the argument of `Usage` or the unit."""
        return {role: found for role, found in self.columns.items() if role not in _TEXTS}

    @property
    def has_response_id(self) -> bool:
        """Whether two rows of one id are one call: somebody said so, or the name does."""
        found = self.columns.get("call_id")
        return found is not None and (not found.guessed or _word(found.name) in _RESPONSE_IDS)


def names_model(names: Iterable[str]) -> bool:
    """Whether one of the columns has a usual name of the model's."""
    return not {_word(name) for name in names}.isdisjoint(_TEXTS["name"])


def read_column(word: str) -> tuple[str, LogColumn]:
    """`ROLE=COLUMN` or `ROLE=COLUMN*1000`, as `--column` has it. Raises BadLog."""
    role, equals, name = word.partition("=")
    role = role.strip()
    role = _OTHER_WORDS.get(role, role)
    if not equals or not name or role not in ROLES:
        step = meant(role, ROLES) if equals and name else "write ROLE=COLUMN, as name=model"
        raise BadLog("is not ROLE=COLUMN", where=f"--column {word}", next_step=step)
    base, times, factor = name.rpartition("*")
    if base and times and re.fullmatch(r"[1-9][0-9]{0,8}", factor):
        return role, LogColumn(base, int(factor), guessed=False)
    return role, LogColumn(name, guessed=False)


def guess(
    names: Iterable[str], named: Mapping[str, LogColumn], cache: str, where: str
) -> ColumnMap:
    """The roles of a table's columns. Raises BadLog where the model or every count is missing."""
    listed = list(names)
    for column in named.values():
        if column.name not in listed:
            what = f"has no column {column.name!r:.80}{column.named_by}"
            raise BadLog(what, where=where, next_step=meant(column.name, listed))
    split = [unit for unit in UNITS if unit in listed]
    is_split = {"input", "output"} <= set(split) and "input_tokens" not in listed
    columns = _guessed(listed, named, split if is_split else None)
    fresh = next((name for name in listed if _word(name) in _FRESH), None)
    if fresh and not is_split and "input_tokens" not in named:
        # It says by its name what it counts, so it goes before one that does not.
        columns["input_tokens"], cache = LogColumn(fresh), cache or OUTSIDE
    found = ColumnMap(columns, cache, is_split)
    if "name" not in columns or not found.counts:
        missing, role = "any count", "input_tokens"
        if "name" not in columns:
            missing, role = "the model's name", "name"
        shown = ", ".join(listed[:12]) or "none"
        raise BadLog(
            f"no column has {missing}; its columns are: {shown}"[:400],
            where=where,
            next_step=f"say which with --column, such as --column {role}=COLUMN",
        )
    taken = {column.name for column in columns.values()}
    unread = (name for name in listed if _CHARGED.search(_word(name)) and name not in taken)
    return found._replace(unread=tuple(unread))


def names_a_model(columns: Iterable[str]) -> bool:
    """Whether a column has a name that plain tables give the model."""
    return any(_word(column) in _TEXTS["name"] for column in columns)


def _guessed(
    listed: list[str], named: Mapping[str, LogColumn], split: list[str] | None
) -> dict[str, LogColumn]:
    """The named columns, and those whose names are usual; `split` are units that are columns."""
    columns = dict(named)
    by_word = {_word(name): name for name in reversed(listed)}
    usual = dict(_TEXTS)
    if split is None:
        usual |= {role: (role,) for role in (*_ARGUMENTS, *_OTHER_UNITS)} | dict(_COUNTS)
    else:
        usual |= {unit: (unit,) for unit in split}
    for role, words in usual.items():
        if role in columns:
            continue
        taken = {column.name for column in columns.values()}
        found = (_scaled(by_word, word) for word in words)
        column = next((one for one in found if one and one.name not in taken), None)
        if column:
            columns[role] = column
    return columns


def says_inside(columns: ColumnMap) -> bool:
    """Whether the name of the input's column says that it includes what was cached."""
    column = columns.columns.get("input_tokens")
    return column is not None and _word(column.name) in _INSIDE_NAMES


def _scaled(by_word: Mapping[str, str], word: str) -> LogColumn | None:
    if word in by_word:
        return LogColumn(by_word[word])
    if not word.endswith("_tokens"):
        return None
    base = word.removesuffix("_tokens")
    return next(
        (
            LogColumn(by_word[base + end], scale)
            for end, scale in _SCALES.items()
            if base + end in by_word
        ),
        None,
    )


def _word(name: str) -> str:
    return "".join("_" if one in " .-" else one for one in name.strip().lower())
