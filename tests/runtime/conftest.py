"""What the runtime's tests share: small catalogs, and a home of their own."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pricectl.policy import Policy
from pricectl.runtime import Pricing

# USD per 1M tokens, input and output.
PLAIN = {"gpt-4o": (2.5, 10), "gpt-4o-mini": (0.15, 0.6), "o3": (2, 8), "o4-mini": (1.1, 4.4)}


def catalog(prices: Mapping[str, tuple[float, float]] = PLAIN, **metadata: object) -> bytes:
    """A catalog with these models; a price is written as a decimal number of USD per 1M tokens."""
    rows = ", ".join(
        f'{json.dumps(name)}: {{"input_cost_per_token": {each[0]}e-6,'
        f' "output_cost_per_token": {each[1]}e-6}}'
        for name, each in prices.items()
    )
    return f'{{"metadata": {json.dumps(metadata)}, "openai": {{{rows}}}}}'.encode()


@pytest.fixture(autouse=True)
def state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Path:
    caplog.set_level("DEBUG", "pricectl.runtime")
    folder = tmp_path / "state"
    monkeypatch.setenv("PRICECTL_STATE", str(folder))
    monkeypatch.delenv("PRICECTL_FILE", raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prices" / "llm_pricing_current.json"
    path.parent.mkdir()
    path.write_bytes(catalog())
    return path


@pytest.fixture
def pricing(file: Path) -> Iterator[Pricing]:
    found = Pricing.load(file, policy=Policy())
    yield found
    found.unwatch()
