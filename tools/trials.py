"""Running the core's tests on a mutant: in a copy of the project, in a process of its own."""

import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
from compileall import compile_dir
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest
from hypothesis import Phase, settings
from mutants import CORE, Change, Mutant, change

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("pricectl", "tests", "schemas", "pyproject.toml", "llm_pricing_current.json", "README.md")
PYTEST = (
    "-x -qq -o addopts= --import-mode=importlib --confcutdir=tests/core -p no:cacheprovider"
    " --assert=plain --tb=no --disable-plugin-autoload -W ignore::pytest.PytestConfigWarning"
)
SLOW = (
    "test_bounds",
    "test_laws",
    "test_partial_match",
    "test_reference",
    "test_response_bounds",
    "test_responses",
)
EXAMPLES, REFERENCE_CASES = 30, 1000
CPU_SECONDS_A_TEST = 20
MEMORY_BYTES = 4 << 30

# A child starts with pytest and hypothesis loaded, and with the package not yet imported.
FORK = multiprocessing.get_context("fork")


class InHaste:
    """A pytest plugin: a test that hangs is ended, an example that fails is not shrunk."""

    def pytest_configure(self) -> None:
        """Change the profile of hypothesis that the tests' conftest has loaded."""
        settings.register_profile(
            "mutants",
            parent=settings(),
            max_examples=EXAMPLES,
            phases=(Phase.explicit, Phase.generate),
        )
        settings.load_profile("mutants")
        self.pytest_runtest_setup()  # imports can hang as well

    def pytest_runtest_setup(self) -> None:
        """Start the clock anew; its signal kills the process, whatever it is in."""
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_A_TEST)


def copy_project(folder: Path) -> Path:
    """Copy what the tests need, and compile it so that a changed file is noticed."""
    folder.mkdir()
    for name in COPIED:
        if (source := ROOT / name).is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return folder


def move_into_a_copy(project: Path) -> None:
    """Give this process a copy of its own to change, as its current folder."""
    folder = Path(tempfile.mkdtemp(dir=project.parent)) / "copy"
    shutil.copytree(project, folder)
    os.chdir(folder)


def survives(mutant: Mutant) -> Change | None:
    """Make the mutant in the current folder's project; its change if every test passes."""
    path = CORE / mutant.module
    original = path.read_text(encoding="utf-8")
    mutated = mutant.source(original)
    path.write_text(mutated, encoding="utf-8")
    try:
        survived = passes(Path.cwd(), mutant.module)
    finally:
        path.write_text(original, encoding="utf-8")
    return change(mutant.module, original, mutated) if survived else None


def passes(project: Path, module: str = "") -> bool:
    """Whether every test of a project passes, run in a fork, the module's own tests first."""
    process = FORK.Process(target=_run_tests, args=(project, module))
    process.start()
    process.join()
    return process.exitcode == 0


def _run_tests(project: Path, module: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.environ["PRICECTL_REFERENCE_CASES"] = str(REFERENCE_CASES)
    os.chdir(project)
    sys.path.insert(0, str(project))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    os.dup2(silence, sys.stderr.fileno())
    for path in test_files(module):  # one by one: most mutants die in the first
        if pytest.main([*PYTEST.split(), str(path)], [InHaste()]):
            sys.exit(1)


def test_files(module: str) -> list[Path]:
    """The test files in their order: the module's own, the quick ones, the slow ones.

    Only tests that name a folder of the core can notice a change in it.
    """
    folder, _, name = module.removesuffix(".py").rpartition("/")

    def rank(path: Path) -> tuple[bool, bool, Path]:
        own = {path.parent.name, path.stem.removeprefix("test_")} & {folder, name}
        return not own, path.stem in SLOW, path

    paths = Path("tests/core").rglob("test_*.py")
    return sorted((path for path in paths if folder in path.read_text("utf-8")), key=rank)
