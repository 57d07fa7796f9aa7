"""Compare, print the figures, write the document.

    python tools/compare_litellm [--output FILE] [--rows N]

Exit codes: 0 every difference has its cause, 1 some have none, 2 could not run.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from compare_litellm.comparison import Comparison, compare
from compare_litellm.document import document, summary
from compare_litellm.peer import Litellm
from compare_litellm.rows import Row, catalog_of, map_path, read_sections, rows_of
from compare_litellm.witness import Genai, Testimony, testify

DEFAULT_OUTPUT = Path(__file__).resolve().parents[2] / "docs" / "differences.md"
INSTALL_HINT = "pip install 'pricectl[crosscheck]'"
SEED = 20261123


def run(rows_wanted: int | None = None) -> tuple[Comparison, tuple[Testimony, ...]]:
    """Compare all rows, or a fixed random sample of them. Raises ModuleNotFoundError."""
    sections = read_sections(map_path())
    catalog, problems = catalog_of(sections)
    entries = {name: entry for section in sections.values() for name, entry in section.items()}
    rows = sample(rows_of(sections), rows_wanted)
    found = compare(rows, catalog, len(problems), Litellm(), entries)
    return found, tuple(testify(rows, catalog, Genai()))


def sample(rows: tuple[Row, ...], wanted: int | None) -> tuple[Row, ...]:
    """As many rows, always the same ones."""
    if wanted is None or wanted >= len(rows):
        return rows
    chosen = random.Random(SEED).sample(range(len(rows)), wanted)  # noqa: S311 - no secret
    return tuple(rows[index] for index in sorted(chosen))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compare every quote with litellm's.")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="the document's path")
    parser.add_argument("--rows", type=int, help="compare so many rows only, write nothing")
    options = parser.parse_args(arguments)
    try:
        found, testimonies = run(options.rows)
        versions = {name: version(name) for name in ("litellm", "genai-prices")}
    except (ModuleNotFoundError, OSError) as problem:
        print(f"compare_litellm cannot run: {problem}: {INSTALL_HINT}", file=sys.stderr)
        return 2
    print("\n".join(summary(found, testimonies)))
    if options.rows is None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(document(found, testimonies, versions), "utf-8")
    return 1 if found.unexplained else 0
