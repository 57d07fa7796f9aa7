"""The mutation tester, on a core of a few lines; it needs cosmic-ray."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray")
sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import mutants
import mutate
import trials
from mutants import Change

MODULE = """
from functools import cache

@cache
def dearer(price: int | None, *, times: "int | None" = 3) -> int | None:
    return price * times
"""
TABLE = """
[[reasons]]
why = "Nobody reads it."
survivors = [["rates.py", "a = 1", "a = 0", "a = 2"], ["others.py", "b", "c"]]

[[reasons]]
why = "Nor this."
survivors = [["others.py", "d", "e"]]
"""


def core_of(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def test_behaviour_is_mutated_and_type_hints_are_not(tmp_path: Path) -> None:
    core = core_of(tmp_path, rates=MODULE, other="x = 1\n", __init__="y = 1\n")
    made = mutants.mutants_of(core, ["rates"])
    changes = {mutants.change("rates.py", MODULE, mutant.source(MODULE)) for mutant in made}
    assert {mutant.line for mutant in made} == {4, 5, 6}
    assert Change("rates.py", "@cache", "") in changes
    assert Change("rates.py", "return price * times", "return price + times") in changes
    of_signature = [change.after for change in changes if change.before.startswith("def")]
    assert of_signature
    assert all(after.count("int | None") == 3 for after in of_signature)
    assert {mutant.module for mutant in mutants.mutants_of(core, [""])} == {"rates.py", "other.py"}


def test_the_table_names_a_survivor_by_its_text(tmp_path: Path) -> None:
    path = tmp_path / "survivors.toml"
    path.write_text(TABLE, encoding="utf-8")
    rates = {Change("rates.py", "a = 1", f"a = {number}") for number in (0, 2)}
    assert mutate.read_table(path, ["rates"]) == rates
    others = {Change("others.py", "b", "c"), Change("others.py", "d", "e")}
    assert mutate.read_table(path, [""]) == rates | others
    assert mutate.read_table(mutate.TABLE, [""])


def test_a_sample_is_drawn_alike_every_time(tmp_path: Path) -> None:
    made = mutants.mutants_of(core_of(tmp_path, rates=MODULE), [""])
    few = mutate.sample(made, 3)
    assert len(few) == 3
    assert few == mutate.sample(made, 3)
    assert mutate.sample(made, None) == mutate.sample(made, 10**6) == made


def test_a_module_s_own_tests_run_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trials.ROOT)
    assert trials.test_files("money.py")[0].stem == "test_money"
    assert trials.test_files("model.py")[-1].stem in trials.SLOW


def test_only_tests_that_name_a_folder_run_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trials.ROOT)
    names = [path.stem for path in trials.test_files("responses/values.py")]
    assert names[0] == "test_bedrock"
    assert "test_responses" in names
    assert "test_money" not in names


def test_the_tests_must_pass_on_the_code_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutate, "passes", lambda _: False)
    assert mutate.main([]) == 2
    assert "tests fail" in capsys.readouterr().err
    assert mutate.main(["--module", "nothing"]) == 2
    assert "no mutants" in capsys.readouterr().err
