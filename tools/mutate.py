"""Mutation testing of pricectl/core: which changes to the code does no test notice?

`python tools/mutate.py --sample 800` mutates a copy of the project, an evenly spread sample of all
mutants with a fixed seed, and prints the score and every survivor as a diff; `tools/mutation.toml`
says what is mutated and which tests run. It needs cosmic-ray: `pip install cosmic-ray`.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("pricectl", "tests", "schemas", "pyproject.toml", "llm_pricing_current.json", "README.md")
CONFIG, SESSION = "mutation.toml", "mutation.sqlite"
SEED = 20261123


def main(arguments: list[str] | None = None) -> int:
    """Mutate, test, report; 0 if no mutant of the sample survived, 1 if one did."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _copy_project(folder)
        _warm_up(folder)
        _cosmic_ray(folder, "baseline", CONFIG)
        _cosmic_ray(folder, "init", CONFIG, SESSION)
        _run(folder, "cosmic_ray.tools.filters.operators_filter", SESSION, CONFIG)
        chosen, among = _choose(folder / SESSION, options.sample, options.module)
        print(f"{chosen} of {among} mutants, seed {SEED}", flush=True)
        _cosmic_ray(folder, "exec", CONFIG, SESSION)
        return _report(folder / SESSION)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=800, help="how many mutants to test")
    parser.add_argument("--module", default="", help="only modules whose path has this in it")
    return parser.parse_args(arguments)


def _copy_project(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    shutil.copy(ROOT / "tools" / CONFIG, folder / CONFIG)


def _warm_up(folder: Path) -> None:
    """Compile the tests once; the package must be compiled anew for every mutant."""
    environment = {key: os.environ[key] for key in os.environ if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"]
    subprocess.run(  # noqa: S603 - the project's own tests
        [*command, "tests/core"],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for cache in (folder / "pricectl").rglob("__pycache__"):
        shutil.rmtree(cache)


def _run(folder: Path, module: str, *arguments: str) -> None:
    here = str(Path(sys.executable).parent)  # the `python` of the test command
    environment = {**os.environ, "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run(  # noqa: S603 - the mutation tester, in a folder of its own
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _cosmic_ray(folder: Path, *arguments: str) -> None:
    _run(folder, "cosmic_ray.cli", *arguments)


def _choose(session: Path, size: int, module: str) -> tuple[int, int]:
    """Skip all mutants but a sample spread evenly over the files."""
    from cosmic_ray.work_db import WorkDB, use_db  # type: ignore[import-not-found]
    from cosmic_ray.work_item import WorkerOutcome, WorkResult  # type: ignore[import-not-found]

    with use_db(session, WorkDB.Mode.open) as database:
        items = sorted(database.pending_work_items, key=lambda item: str(item.mutations[0]))
        wanted = [item for item in items if module in str(item.mutations[0].module_path)]
        count = min(size, len(wanted))
        start = random.Random(SEED).random()  # noqa: S311 - a sample, no secret
        chosen = {
            wanted[int((number + start) * len(wanted) / count)].job_id for number in range(count)
        }
        skipped = [item.job_id for item in items if item.job_id not in chosen]
        database.set_multiple_results(skipped, WorkResult(WorkerOutcome.SKIPPED))
    return count, len(wanted)


def _report(session: Path) -> int:
    from cosmic_ray.work_db import WorkDB, use_db
    from cosmic_ray.work_item import WorkerOutcome

    tested: Counter[str] = Counter()
    survived: Counter[str] = Counter()
    with use_db(session, WorkDB.Mode.open) as database:
        for item, result in database.completed_work_items:
            if result.worker_outcome == WorkerOutcome.SKIPPED:
                continue
            module = item.mutations[0].module_path.name
            tested[module] += 1
            if not result.is_killed:
                survived[module] += 1
                print(f"survived: {item.mutations[0].operator_name}\n{result.diff}")
    for module, count in sorted(tested.items()):
        print(f"{module:16} {count - survived[module]:4} of {count:4} killed")
    killed = tested.total() - survived.total()
    print(f"{'all':16} {killed:4} of {tested.total():4} killed: {killed / tested.total():.1%}")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
