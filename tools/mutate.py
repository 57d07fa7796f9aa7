"""Mutation testing of pricectl/core: which changes to the code does no test notice?

`python tools/mutate.py` tests every mutant and prints the score and the survivors that the table
`survivors.toml` does not explain. It needs cosmic-ray (`pip install 'pricectl[mutation]'`) and a
system that can fork.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from mutants import CORE, Change, Mutant, mutants_of
from trials import FORK, ROOT, copy_project, move_into_a_copy, passes, survives

TABLE = ROOT / "tools" / "survivors.toml"
SEED = 20261123


def main(arguments: list[str] | None = None) -> int:
    """Mutate, test, report; 0 if every survivor is explained, 1 if not, 2 if nothing was tested."""
    options, began = _options(arguments), time.monotonic()
    explained = read_table(TABLE, options.module)
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder) / "project")
        everything = mutants_of(project / CORE, options.module)
        if not everything or not passes(project):
            return _complain("the tests fail on the code as it is" if everything else "no mutants")
        chosen = sample(everything, options.sample)
        print(f"{len(chosen)} of {len(everything)} mutants", flush=True)
        with ProcessPoolExecutor(options.workers, FORK, move_into_a_copy, (project,)) as workers:
            survivors = _survivors(chosen, workers.map(survives, chosen), explained)
    _print_score(chosen, survivors)
    print(f"{(time.monotonic() - began) / 60:.1f} minutes")
    if chosen is everything:
        for change in sorted(explained - set(survivors.values())):
            print(f"no longer a survivor: {_described(change)}")
    return 0 if set(survivors.values()) <= explained else 1


def _complain(message: str) -> int:
    print(f"mutate: {message}", file=sys.stderr)
    return 2


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="how many mutants to test (default: all)")
    parser.add_argument("--module", nargs="+", default=[""], help="only paths with such a text")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="how many at a time")
    return parser.parse_args(arguments)


def read_table(path: Path, wanted: Sequence[str]) -> set[Change]:
    """Read the explained survivors of the modules whose path has a wanted text in it.

    The table names them by reason: the module, its line, and one or more lines it may become.
    """
    reasons = tomllib.loads(path.read_text(encoding="utf-8"))["reasons"]
    return {
        Change(module, line, mutated)
        for reason in reasons
        for module, line, *becomes in reason["survivors"]
        if any(text in module for text in wanted)
        for mutated in becomes
    }


def sample(mutants: Sequence[Mutant], size: int | None) -> Sequence[Mutant]:
    """Draw some mutants, the same every time; all of them if no size is given."""
    if size is None or size >= len(mutants):
        return mutants
    return sorted(random.Random(SEED).sample(mutants, size))  # noqa: S311 - no secret


def _survivors(
    mutants: Sequence[Mutant], results: Iterable[Change | None], explained: set[Change]
) -> dict[Mutant, Change]:
    """Collect the survivors, printing those without an explanation as they come."""
    survivors = {}
    for mutant, change in zip(mutants, results, strict=True):
        if change is not None:
            survivors[mutant] = change
            if change not in explained:
                print(f"survived at line {mutant.line}: {_described(change)}", flush=True)
    return survivors


def _described(change: Change) -> str:
    return f"{change.module}\n- {change.before}\n+ {change.after}"


def _print_score(mutants: Sequence[Mutant], survivors: dict[Mutant, Change]) -> None:
    tested = Counter(mutant.module for mutant in mutants)
    survived = Counter(mutant.module for mutant in survivors)
    for module, count in sorted(tested.items()):
        print(f"{module:24} {count - survived[module]:4} of {count:4} killed")
    killed = len(mutants) - len(survivors)
    print(f"{'all':24} {killed:4} of {len(mutants):4} killed: {killed / len(mutants):.1%}")


if __name__ == "__main__":
    sys.exit(main())
