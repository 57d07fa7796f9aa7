"""The mutants of the core: one small change each, as cosmic-ray's operators make them."""

import ast
from collections.abc import Iterator, Sequence
from difflib import ndiff
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-not-found]
from cosmic_ray.mutating import mutate_code  # type: ignore[import-not-found]
from cosmic_ray.plugins import get_operator, operator_names  # type: ignore[import-not-found]

CORE = Path("pricectl") / "core"

Position = tuple[int, int]  # line from 1, column from 0


class Mutant(NamedTuple):
    """A change to a module, named as "money.py": the nth place where an operator fits."""

    module: str
    operator: str
    nth: int
    line: int

    def source(self, original: str) -> str:
        """Return the module's text with the change made."""
        changed: str = mutate_code(original, get_operator(self.operator)(), self.nth)
        return changed


class Change(NamedTuple):
    """What a mutant does to its module, as text: it stays the same when lines above it move."""

    module: str
    before: str
    after: str


def mutants_of(core: Path, wanted: Sequence[str]) -> list[Mutant]:
    """Return the mutants of all modules whose path has a wanted text in it."""
    modules = [path.relative_to(core).as_posix() for path in sorted(core.rglob("*.py"))]
    return [
        mutant
        for module in modules
        if any(text in module for text in wanted) and module != "__init__.py"
        for mutant in _mutants(module, (core / module).read_text(encoding="utf-8"))
    ]


def change(module: str, original: str, mutated: str) -> Change:
    """Return the lines in which two texts of a module differ."""
    lines = list(ndiff(original.splitlines(), mutated.splitlines()))
    before, after = (
        " ".join(line[2:].strip() for line in lines if line.startswith(sign)).strip()
        for sign in "-+"
    )
    return Change(module, before, after)


def _mutants(module: str, text: str) -> Iterator[Mutant]:
    nodes, hints = list(ast_nodes(get_ast(text))), _type_hints(text)
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments():  # such an operator needs to be told what to change
            continue
        places = (place for node in nodes for place in operator().mutation_positions(node))
        for nth, (start, _) in enumerate(places):
            if not any(first <= start < last for first, last in hints):
                yield Mutant(module, name, nth, start[0])


def _type_hints(text: str) -> list[tuple[Position, Position]]:
    """Where type hints stand: `int | None` in a signature is no behaviour."""
    hints = (
        hint
        for node in ast.walk(ast.parse(text))
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if isinstance(hint, ast.expr)
    )
    return [
        ((hint.lineno, hint.col_offset), (hint.end_lineno or 0, hint.end_col_offset or 0))
        for hint in hints
    ]
