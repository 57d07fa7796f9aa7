"""Time `pricectl drift` over two price lists of 4,600 rows, made of the packaged catalog.

    python benchmarks/drift.py [LIST]...

Lists that are named, as `drift --feed` takes them, are read instead. Processor time is what counts:
other programs on the machine do not change it much.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.packaged import packaged_bytes, packaged_catalog

RUNS = 5
ROWS = 4_600
# One price in so many is another one in the lists.
CHANGED = 20
MTOK = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
}


def main(lists: list[str]) -> None:
    """Print processor time and memory of each run."""
    with tempfile.TemporaryDirectory() as folder:
        words = lists or list(made_lists(Path(folder)))
        command = [sys.executable, "-m", "pricectl", "drift", "-q", "--at", "2026-11-27"]
        command += ["--file", str(packaged_catalog())]
        command += [word for name in words for word in ("--feed", name)]
        for _ in range(RUNS):
            seconds, megabytes = measured(command)
            print(f"{seconds:.2f} s of the processor, {megabytes} MB")


def measured(command: list[str]) -> tuple[float, int]:
    """Processor time in seconds and the most memory in MB of a run that compares."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) > 1:
        raise SystemExit("drift could not run")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def made_lists(folder: Path) -> Iterator[str]:
    """Two lists of other formats in which some prices are not ours."""
    models = Catalog.load(packaged_bytes(packaged_catalog().name)).models
    rows = [(number, models[number % len(models)]) for number in range(ROWS)]
    litellm = {
        name_of(number, model, len(models)): {
            "litellm_provider": model.provider,
            "max_input_tokens": 128_000,
            **prices_of(number, model),
        }
        for number, model in rows
    }
    models_dev: dict[str, Any] = {}
    for number, model in rows:
        cost = {
            MTOK[key]: price * 10**6
            for key, price in prices_of(number, model).items()
            if key in MTOK
        }
        section = models_dev.setdefault(model.provider, {"models": {}})["models"]
        name = name_of(number, model, len(models)).removeprefix(f"{model.provider}/")
        section[name] = {"cost": cost, "limit": {"context": 128_000}, "last_updated": "2026-11-20"}
    for name, document in (("litellm", litellm), ("models.dev", models_dev)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        yield f"{name}={path}"


def name_of(number: int, model: Model, models: int) -> str:
    """The row's own name the first time, then names that we do not have."""
    turn = number // models
    return model.full_name + (f"-other-{turn}" if turn else "")


def prices_of(number: int, model: Model) -> Mapping[str, float]:
    """A row's plain prices, of which one in so many is a tenth higher."""
    return {
        key: pico * (1.1 if (number + index) % CHANGED == 0 else 1) / 10**12
        for index, (pico, key) in enumerate(model.prices.rates.values())
        if "/" not in key and "." not in key
    }


if __name__ == "__main__":
    main(sys.argv[1:])
