"""What several test files share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from typer.testing import CliRunner, Result

from pricectl.cli import app
from pricectl.core import document
from pricectl.core.catalog import SCHEMA_MAJOR
from pricectl.core.credits import BUDGET_MODES

# The same examples on every machine, however slow it is, and whichever tests are chosen.
settings.register_profile("pricectl", max_examples=100, deadline=None, derandomize=True)
settings.load_profile("pricectl")

ROOT = Path(__file__).parent.parent
# The PYTHONPATH of the processes that tests start: this code, and the moved clock of `make clock`.
CHILD_PATH = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
CATALOG = """{
  "metadata": {"last_updated": "2026-11-01", "currency": "USD", "schema_version": "1.0"},
  "openai": {
    "gpt-4o": {
      "input_cost_per_token": 2.5e-06,
      "output_cost_per_token": 10e-06,
      "cache_read_input_token_cost": 1.25e-06,
      "input_cost_per_token_batches": 1.25e-06,
      "output_cost_per_token_batches": 5e-06,
      "search_context_cost_per_query": {"search_context_size_medium": 0.01},
      "max_input_tokens": 128000,
      "mode": "chat",
      "aliases": ["gpt-4o-2024-08-06"]
    },
    "o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},
    "o1-retired": {"input_cost_per_token": 15e-06, "output_cost_per_token": 60e-06, "retired": true}
  },
  "google": {
    "gemini-2.5-pro": {
      "input_cost_per_token": 1.25e-06,
      "input_cost_per_token_above_200k_tokens": 2.5e-06,
      "output_cost_per_token": 10e-06,
      "output_cost_per_token_above_200k_tokens": 15e-06,
      "upcoming": [
        {"from": "2027-01-01", "input_cost_per_token": 2e-06, "output_cost_per_token": 20e-06}
      ]
    }
  }
}
""".replace('"1.0"', f'"{SCHEMA_MAJOR}.0"')


def read_catalog(path: Path) -> bytes:
    """A case or example, with the schema version of new files: a new version edits no case."""
    current = f'"schema_version": "{SCHEMA_MAJOR}.'
    return path.read_bytes().replace(b'"schema_version": "1.', current.encode())


# The same without announced prices: it costs the same on every date, as what is served needs.
UNDATED = CATALOG.replace(
    """,
      "upcoming": [
        {"from": "2027-01-01", "input_cost_per_token": 2e-06, "output_cost_per_token": 20e-06}
      ]""",
    "",
)
assert UNDATED != CATALOG


@pytest.fixture
def three_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget modes of reports that a test compares whole; a further mode has its own test."""
    for name in BUDGET_MODES.keys() - {"job_based", "consumption_usd", "consumption_tokens"}:
        monkeypatch.delitem(BUDGET_MODES, name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with a small catalog, and no settings from outside."""
    (tmp_path / "llm_pricing_current.json").write_text(CATALOG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("PRICECTL_FILE", "PRICECTL_DEBUG", "NO_COLOR", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


Run = Callable[..., Result]


@pytest.fixture
def run(home: Path) -> Run:
    """Runs the program in `home`: run("quote", "gpt-4o", "1000")."""
    del home

    def invoke(*words: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=stdin)

    return invoke


@pytest.fixture
def parsed_texts(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every text that the strict reader parses, as often as it does."""
    texts: list[bytes] = []
    parse = document.parse_text

    def counted(text: str, **options: bool) -> document.Json:
        texts.append(text.encode())
        return parse(text, **options)

    monkeypatch.setattr(document, "parse_text", counted)
    return texts
