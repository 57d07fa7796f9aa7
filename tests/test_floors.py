"""The house's floors: imports point down only, and heavy libraries stay where they belong."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pricectl"

# Floor of every module; a folder stands for everything in it. DESIGN: floor 0 is what production
# takes whole, 1 is pure, 2 has effects, 3 is the program.
FLOORS = {
    "pricectl": 0,
    "pricectl.core": 0,
    "pricectl.positions": 1,
    "pricectl.findings": 1,
    "pricectl.policy": 1,
    "pricectl.estimate": 1,
    "pricectl.listing": 1,
    "pricectl.smoke": 1,
    "pricectl.changes": 1,
    "pricectl.edits": 1,
    "pricectl.formatting": 1,
    "pricectl.gates": 1,
    "pricectl.logs": 1,
    "pricectl.rules": 1,
    "pricectl.atomic": 2,
    "pricectl.checking": 2,
    "pricectl.git": 2,
    "pricectl.production": 2,
    "pricectl.runtime": 2,
    "pricectl.schema": 2,
    "pricectl.settings": 2,
    "pricectl.snapshots": 2,
    "pricectl.store": 2,
    "pricectl.gitlog": 2,
    "pricectl.logs.source": 2,
    "pricectl.readiness": 2,
    "pricectl.repository": 2,
    "pricectl.reloading": 2,
    "pricectl.rollback": 2,
    "pricectl.fetch": 2,
    "pricectl.live": 2,
    "pricectl.standing": 2,
    "pricectl.worktree": 2,
    "pricectl.report": 2,
    "pricectl.commands": 3,
    "pricectl.router": 3,
    "pricectl.cli": 3,
    "pricectl.__main__": 3,
}
# Where a library may be imported at all; inside a function unless the module is listed twice.
HOMES = {
    "rich": ("pricectl.report",),
    "typer": ("pricectl.commands", "pricectl.cli"),
    "jsonschema": ("pricectl.schema",),
    "deepdiff": ("pricectl.changes",),
    "fastapi": ("pricectl.router", "pricectl.commands.serve"),
    "pydantic": ("pricectl.router",),
    "prometheus_client": ("pricectl.router", "pricectl.commands.serve"),
    "uvicorn": ("pricectl.commands.serve",),
}
# Who may ask what time it is; everybody else is given the date.
CLOCK_READERS = ("pricectl.commands", "pricectl.router", "pricectl.runtime")
CLOCKS = {"now", "today", "utcnow", "time", "time_ns", "gmtime", "localtime"}
AT_TOP = {
    "typer": HOMES["typer"],
    "fastapi": ("pricectl.router",),
    "pydantic": ("pricectl.router",),
}


def modules() -> list[str]:
    paths = sorted(PACKAGE.rglob("*.py"))
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in paths]
    return [".".join(part[:-1] if part[-1] == "__init__" else part) for part in parts]


def path_of(module: str) -> Path:
    base = ROOT.joinpath(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def family(module: str, names: tuple[str, ...]) -> str | None:
    fitting = [name for name in names if module == name or module.startswith(f"{name}.")]
    return max(fitting, key=len, default=None)


def floor_of(module: str) -> int | None:
    found = family(module, tuple(name for name in FLOORS if name != "pricectl"))
    if found is None and module == "pricectl":
        return FLOORS["pricectl"]
    return None if found is None else FLOORS[found]


def imports(module: str) -> Iterator[tuple[str, bool]]:
    """Each module imported, and whether at the top of the file (type checking apart)."""
    tree = ast.parse(path_of(module).read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner if inner in KNOWN else node.module), id(node) in top


KNOWN = frozenset(modules())


def test_every_module_has_a_floor() -> None:
    assert [module for module in KNOWN if floor_of(module) is None] == []


def test_every_floor_has_a_module() -> None:
    assert [name for name in FLOORS if not any(family(module, (name,)) for module in KNOWN)] == []


def test_imports_point_down_only() -> None:
    upward = [
        f"{module} (floor {floor_of(module)}) imports {found}"
        for module in sorted(KNOWN)
        for found, _ in imports(module)
        if found in KNOWN and (floor_of(found) or 0) > (floor_of(module) or 0)
    ]
    assert upward == []


def test_no_module_imports_itself_by_a_detour() -> None:
    edges = {
        module: {found for found, top in imports(module) if found in KNOWN and top}
        for module in KNOWN
    }
    settled: set[str] = set()
    while ready := {module for module in KNOWN - settled if edges[module] <= settled | {module}}:
        settled |= ready
    assert sorted(KNOWN - settled) == []


def test_the_core_needs_the_standard_library_only() -> None:
    foreign = [
        f"{module} imports {found}"
        for module in KNOWN
        if floor_of(module) == 0
        for found, _ in imports(module)
        if found.split(".")[0] not in {*sys.stdlib_module_names, "pricectl"}
    ]
    assert foreign == []


def test_the_date_is_asked_for_in_a_few_places_only() -> None:
    asking = [
        module
        for module in sorted(KNOWN)
        if not family(module, CLOCK_READERS)
        for node in ast.walk(ast.parse(path_of(module).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"date", "datetime", "time"}
        and node.attr in CLOCKS
    ]
    assert asking == []


def test_heavy_libraries_stay_at_home_and_inside_functions() -> None:
    astray = [
        f"{module} imports {found}{' at the top' if top else ''}"
        for module in sorted(KNOWN)
        for found, top in imports(module)
        for library in [found.split(".")[0]]
        if library in HOMES
        and (
            not family(module, HOMES[library])
            or (top and not family(module, AT_TOP.get(library, ())))
        )
    ]
    assert astray == []


def test_a_command_fits_on_a_screen_of_code() -> None:
    """At most 60 lines of statements; the options' declarations are the help text."""
    long = {}
    for path in (PACKAGE / "commands").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                body = (node.end_lineno or 0) - node.body[0].lineno + 1
                if body > 60:
                    long[f"{path.name}:{node.name}"] = body
    assert long == {}
