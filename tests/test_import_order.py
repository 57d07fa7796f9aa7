"""Imports point one way, from the verbs to the core; heavy libraries stay where they belong.

Also that a class name has one meaning in the whole package.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pricectl"

# The packages from the bottom up: a module imports only from its own package and from those listed
# before it. A module that is not listed fails.
ORDER = (
    "pricectl",  # the version, nothing else
    "pricectl.exit_codes",
    "pricectl.flags",
    "pricectl.core",
    "pricectl.explain",
    "pricectl.records",
    "pricectl.packaged",
    "pricectl.policy",
    "pricectl.models",
    "pricectl.check",
    "pricectl.changes",
    "pricectl.history",
    "pricectl.feeds",
    "pricectl.edit",
    "pricectl.files",
    "pricectl.replay",
    "pricectl.runtime",
    "pricectl.production",
    "pricectl.operate",
    "pricectl.report",
    "pricectl.router",
    "pricectl.commands",
    "pricectl.action",
    "pricectl.cli",
    "pricectl.__main__",
)
# The only imports that may point upward, inside a function, each with its reason.
ALLOWED_UPWARD = {
    ("pricectl.core.priced_call", "pricectl.explain"): (
        "Quote.explain() stays for one release under a DeprecationWarning"
    ),
}
# Where a library may be imported at all; inside a function unless the module is listed twice.
HOMES = {
    "rich": ("pricectl.report",),
    "typer": ("pricectl.commands", "pricectl.cli"),
    "jsonschema": ("pricectl.check.schema",),
    "deepdiff": ("pricectl.changes",),
    "fastapi": ("pricectl.router", "pricectl.commands.serve"),
    "pydantic": ("pricectl.router",),
    "prometheus_client": ("pricectl.router", "pricectl.commands.serve"),
    "uvicorn": ("pricectl.commands.serve",),
    "duckdb": ("pricectl.replay",),
    "pyspark": ("pricectl.replay.spark_engine",),
    "py4j": ("pricectl.replay.spark_engine",),
    "sqlglot": ("pricectl.replay.translation",),
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


def place_of(module: str) -> int | None:
    """The place of a module's package in ORDER, counted from the bottom."""
    found = family(module, ORDER[1:]) or (module if module == ORDER[0] else None)
    return None if found is None else ORDER.index(found)


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


def test_every_module_is_in_the_order() -> None:
    assert [module for module in KNOWN if place_of(module) is None] == []


def test_every_package_of_the_order_exists() -> None:
    assert [name for name in ORDER if not any(family(module, (name,)) for module in KNOWN)] == []


def test_the_picture_of_the_packages_shows_this_order() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^   (\w+)(?:/|\.py) ", text, re.MULTILINE)
    modules_of = [f"pricectl.{name}" for name in reversed(drawn)]
    assert modules_of == [name for name in ORDER[1:] if name != "pricectl.__main__"]


def test_imports_point_towards_the_core() -> None:
    upward = {
        (module, found)
        for module in sorted(KNOWN)
        for found, _ in imports(module)
        if found in KNOWN and (place_of(found) or 0) > (place_of(module) or 0)
    }
    assert upward == ALLOWED_UPWARD.keys()


def test_imports_have_no_circle() -> None:
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
        if family(module, ("pricectl.core", "pricectl.explain"))
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


def test_heavy_libraries_are_imported_in_their_own_packages_inside_functions() -> None:
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


@pytest.mark.parametrize(
    "words", ["quote o3 1000", "diff --base packaged", "fmt --check", "models"]
)
def test_only_commands_that_check_a_catalog_load_the_rules(words: str) -> None:
    """Loading all rules takes longer than a quote."""
    code = f"""
import sys
from pricectl.cli import app
app({words.split()}, standalone_mode=False)
print(*(name for name in sys.modules if name.startswith("pricectl.check")))
"""
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = told.stdout.splitlines()[-1].split()
    light = ("", ".findings", ".positions", ".evidence", ".loosening")
    assert set(loaded) <= {f"pricectl.check{name}" for name in light}


# Class names that are defined more than once, and why.
DEFINED_TWICE: dict[str, str] = {}


def test_a_class_name_has_one_meaning() -> None:
    """Private or not: whoever searches for a class finds one definition."""
    homes: dict[str, list[str]] = {}
    for module in sorted(KNOWN):
        for node in ast.walk(ast.parse(path_of(module).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name.lstrip("_"), []).append(module)
    repeated = {name: found for name, found in homes.items() if len(found) > 1}
    assert repeated.keys() == DEFINED_TWICE.keys(), repeated


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
