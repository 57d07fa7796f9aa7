"""The page for maintainers: its commands run one after the other on a small price file."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHILD_PATH, ROOT

pytestmark = pytest.mark.long

PAGE = (ROOT / "docs" / "upkeep.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
NAME = "llm_pricing_current.json"
SETTINGS = """critical = []
feeds = [
    "litellm=price_lists/litellm.json@2026-11-20",
    "genai-prices=price_lists/data.json@2026-11-10",
]
"""
SOURCE = {"source": "https://example.com/pricing"}


def tokens(input_usd: str, output_usd: str, **more: Any) -> dict[str, Any]:
    """A row by its prices in USD per 1M tokens."""
    return {
        "input_cost_per_token": float(f"{input_usd}e-06"),
        "output_cost_per_token": float(f"{output_usd}e-06"),
        "mode": "chat",
        **more,
    }


# Of the day before the page begins. Both lists have GPT-6.1 Sol's output at $10.
PRICES = {
    "metadata": {"last_updated": "2026-11-20", "currency": "USD", "schema_version": "1.0"},
    "openai": {
        "gpt-6.1-sol": tokens("2", "12", **SOURCE),
        "gpt-5": tokens("1.25", "10", deprecation_date="2026-12-11", **SOURCE),
        "o3": tokens("2", "8", **SOURCE),
    },
    "google": {"gemini-4-carbon": tokens("2", "10", cache_read_input_token_cost=1e-07, **SOURCE)},
    "groq": {
        "groq/whisper-large-v3": {
            "mode": "audio_transcription",
            "input_cost_per_second": 3.083e-05,
            **SOURCE,
        }
    },
    "zai": {
        "glm-5.3-flash": tokens("0.075", "0.25", cache_read_input_token_cost=1.5e-08, **SOURCE)
    },
}
LITELLM = {
    "gpt-6.1-sol": tokens("2", "10", litellm_provider="openai"),
    "gpt-6.2-sol": tokens("2", "10", litellm_provider="openai"),
    "gpt-5": tokens("1.25", "10", litellm_provider="openai"),
    "o3": tokens("10", "8", litellm_provider="openai"),
    "groq/whisper-large-v3": {
        "litellm_provider": "groq",
        "mode": "audio_transcription",
        "input_cost_per_second": 3.083e-05,
    },
}
GENAI_PRICES = [
    {
        "id": "openai",
        "models": [
            {
                "id": name,
                "match": {"equals": name},
                "prices": {"input_mtok": low, "output_mtok": high},
            }
            for name, low, high in (("gpt-6.1-sol", 2, 10), ("gpt-5", 1.25, 10), ("o3", 2, 8))
        ],
    }
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository after all commands of the page; `make` does nothing, the lists are there."""
    home = tmp_path_factory.mktemp("upkeep")
    (home / "price_lists").mkdir()
    (home / "bin").mkdir()
    files = {
        NAME: PRICES,
        "price_lists/litellm.json": LITELLM,
        "price_lists/data.json": GENAI_PRICES,
    }
    for name, values in files.items():
        (home / name).write_text(json.dumps(values, indent=2), encoding="utf-8")
    (home / "pricectl.toml").write_text(SETTINGS, encoding="utf-8")
    # A command that finds something ends with 1; one that could not run stops the page.
    ours = f'#!/bin/sh\n"{sys.executable}" -m pricectl "$@" || test $? -eq 1\n'
    for name, text in (("pricectl", ours), ("make", "#!/bin/sh\n")):
        (home / "bin" / name).write_text(text, encoding="utf-8")
        (home / "bin" / name).chmod(0o755)
    dropped = {"PRICECTL_FILE", "PRICECTL_SETTINGS", "PRICECTL_DEBUG"}
    environment = {key: value for key, value in os.environ.items() if key not in dropped}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": CHILD_PATH,
    }
    begin = "git init -q -b main; git add -A; git commit -qm first; git checkout -qb week"
    done = subprocess.run(
        ["bash", "-c", "\n".join(["set -eu", begin, *BLOCKS])],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return home


@pytest.fixture(scope="module")
def catalog(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return values


def test_what_the_lists_agree_on_is_written_and_gets_evidence(catalog: dict[str, Any]) -> None:
    row = catalog["openai"]["gpt-6.1-sol"]
    assert row["output_cost_per_token"] == 1e-05
    assert row["evidence"] == [
        {"list": "genai-prices", "date": "2026-11-10"},
        {"list": "litellm", "date": "2026-11-20"},
    ]
    assert "evidence" not in catalog["openai"]["o3"]


def test_the_new_model_is_a_row(catalog: dict[str, Any]) -> None:
    assert catalog["openai"]["gpt-6.2-sol"]["input_cost_per_token"] == 2e-06


def test_the_known_difference_and_the_pin_stand_in_the_file(catalog: dict[str, Any]) -> None:
    accepted = {one["pointer"]: one for one in catalog["metadata"]["acknowledged"]}
    o3 = accepted["/openai/o3/input_cost_per_token"]
    assert (o3["value"], o3["expires"]) == (1e-05, "2027-05-31")
    pin = accepted["/groq/groq~1whisper-large-v3/input_cost_per_second"]
    assert pin["value"] == catalog["groq"]["groq/whisper-large-v3"]["input_cost_per_second"]


def test_dated_prices_are_written_and_charge_from_their_day(catalog: dict[str, Any]) -> None:
    """`fmt` moves the announced price into the row once it has begun."""
    carbon = catalog["google"]["gemini-4-carbon"]
    dated = [carbon, *carbon.get("upcoming", ())]
    assert {"2e-06", "4e-06"} <= {
        str(one["input_cost_per_token"]) for one in (*dated, *carbon.get("previous", ()))
    }
    (former,) = catalog["zai"]["glm-5.3-flash"]["previous"]
    assert (former["until"], former["input_cost_per_token"]) == ("2026-09-10", 7.5e-08)


def test_the_retired_row_is_marked_and_all_is_committed(
    folder: Path, catalog: dict[str, Any]
) -> None:
    assert catalog["openai"]["gpt-5"]["retired"] is True
    shown = ["git", "status", "--short", "--untracked-files=no"]
    assert subprocess.run(shown, cwd=folder, capture_output=True, check=True).stdout == b""
