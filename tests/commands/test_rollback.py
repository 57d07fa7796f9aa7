"""`pricectl rollback`: real repositories, and a file that is the old one or the new one, whole."""

import hashlib
import io
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.files import atomic, gitlog
from pricectl.operate import rollback
from pricectl.operate.rollback import target
from pricectl.policy import Policy
from pricectl.runtime import Pricing
from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_versions import _closed_off, git  # noqa: F401 - a fixture that keeps git apart
from tests.operate.test_reload_client import Service, service  # noqa: F401 - a fixture

NAME = "llm_pricing_current.json"
O3 = '"o3": {"input_cost_per_token": 2e-06'
FIRST, BROKEN, LAST = (
    CATALOG,
    CATALOG.replace(O3, O3.replace("2e-06", "-1")),
    CATALOG.replace(O3, O3.replace("2e-06", "3e-06")),
)


def commit(repo: Path, text: str) -> str:
    (repo / NAME).write_text(text, encoding="utf-8")
    git(repo, "add", NAME)
    git(repo, "commit", "-q", "-m", "edit")
    return git(repo, "rev-parse", "HEAD")


@pytest.fixture
def repo(home: Path) -> Path:
    """Three versions: a good one, one with an error, and o3 at $3 and not at $2."""
    (home / "pricectl.toml").write_text('critical = ["gpt-4o"]\n')
    git(home, "init", "-q", "-b", "main")
    for text in (FIRST, BROKEN, LAST):
        commit(home, text)
    return home


def now(repo: Path) -> str:
    return (repo / NAME).read_text(encoding="utf-8")


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def kept(repo: Path) -> list[str]:
    return sorted(path.name for path in repo.glob("*.bak"))


def document(result: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    schema = json.loads((ROOT / "schemas/rollback.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    return found


def test_the_last_good_version_is_restored(run: Run, repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD~2")[:7]
    last = git(repo, "rev-parse", "HEAD")[:7]
    result = run("rollback", "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{NAME} back to {first} of ")
    assert lines[0].endswith(f": 4 models, sha256 {sha(FIRST)[:12]}")
    assert lines[1] == "passed over: 1 newer version has errors"
    assert "  input  $3.00  →  $2.00  / 1M  -33.3% ▼" in lines
    assert lines[-2].startswith(f"restored: {NAME} is {first} of ")
    assert lines[-1] == f"git has what was there before, as {last}"
    assert now(repo) == FIRST
    assert kept(repo) == []


def test_rollback_leaves_the_git_repository_unchanged(run: Run, repo: Path) -> None:
    before = git(repo, "rev-parse", "HEAD"), git(repo, "ls-files", "-s")
    assert run("rollback", "-y", "-q").exit_code == 0
    assert (git(repo, "rev-parse", "HEAD"), git(repo, "ls-files", "-s")) == before
    assert git(repo, "status", "--porcelain", NAME) == f"M {NAME}"


def test_an_uncommitted_edit_is_kept_and_the_last_commit_restored(run: Run, repo: Path) -> None:
    edited = LAST.replace("3e-06", "4e-06")
    (repo / NAME).write_text(edited)
    result = run("rollback", "-y", "-o", "json")
    found = document(result)
    name = f"{NAME}.{sha(edited)[:12]}.bak"
    assert (found["outcome"], found["before"]["kept_in"]) == ("restored", name)
    assert (found["before"]["commit"], found["target"]["sha256"]) == (None, sha(LAST))
    assert [change["kind"] for change in found["diff"]["changes"]] == ["repriced"]
    assert (now(repo), kept(repo), (repo / name).read_text()) == (LAST, [name], edited)
    # and back again, by the file that was kept
    assert run("rollback", name, "-y", "-q").exit_code == 0
    assert now(repo) == edited
    assert kept(repo) == [name]


@pytest.mark.parametrize("text", ['{"broken":', "", "[" * 5000, "\x00", FIRST[:-40]])
def test_a_file_that_cannot_be_loaded_is_replaced_and_kept(run: Run, repo: Path, text: str) -> None:
    (repo / NAME).write_text(text)
    result = run("rollback", "-y")
    assert result.exit_code == 0
    assert "cannot be compared: " in result.stdout
    assert now(repo) == LAST
    assert [(repo / name).read_text() for name in kept(repo)] == [text]


def test_a_deleted_file_is_restored(run: Run, repo: Path) -> None:
    (repo / NAME).unlink()
    assert run("rollback", "-y").exit_code == 2
    result = run("rollback", "-y", "--file", NAME)
    assert result.exit_code == 0
    assert "there is no file now" in result.stdout
    assert now(repo) == LAST


def test_a_ref_a_commit_and_a_catalogs_hash_name_a_version(run: Run, repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD~2")
    for asked in (
        "HEAD~2",
        first,
        first[:9],
        sha(FIRST),
        sha(FIRST)[:12].upper(),
        f"sha256:{sha(FIRST)}",
        f"sha256:{sha(FIRST)[:12]}",
        f"SHA256:{sha(FIRST)[:7].upper()}",
        f"HEAD~2:{NAME}",
    ):
        (repo / NAME).write_text(LAST)
        assert run("rollback", asked, "-y", "-q").exit_code == 0, asked
        assert now(repo) == FIRST


def test_a_hash_is_found_on_a_branch_that_was_never_merged(run: Run, repo: Path) -> None:
    other = LAST.replace("3e-06", "5e-06")
    git(repo, "switch", "-q", "-c", "hotfix")
    commit(repo, other)
    git(repo, "switch", "-q", "main")
    assert run("rollback", sha(other)[:16], "-y", "-q").exit_code == 0
    assert now(repo) == other


def test_an_unknown_hash_exits_2(run: Run, repo: Path) -> None:
    result = run("rollback", "abcdef123456", "-y")
    assert result.exit_code == 2
    assert "neither a commit nor the hash of one of the 3 versions in git" in result.stderr
    assert now(repo) == LAST


def test_a_file_comes_before_a_hash(run: Run, repo: Path) -> None:
    named = f"sha256:{sha(LAST)[:12]}"
    (repo / named).write_text(FIRST)
    assert run("rollback", named, "-y", "-q").exit_code == 0
    assert now(repo) == FIRST


@pytest.mark.parametrize(
    "asked", ["sha256:", "sha256:12345", "sha256:xyz1234", "sha256:" + "0" * 65]
)
def test_a_prefix_that_is_not_hexadecimal_is_refused(run: Run, repo: Path, asked: str) -> None:
    result = run("rollback", asked, "-y")
    assert (result.exit_code, now(repo)) == (2, LAST)
    assert "is not the start of a SHA-256; write 7 to 64 digits" in result.stderr


def test_a_version_with_errors_is_refused_with_its_errors_only(run: Run, repo: Path) -> None:
    result = run("rollback", "HEAD~1", "-y")
    assert result.exit_code == 1
    assert "error[price-negative] the price -1 is below zero" in result.stdout
    assert "warning[" not in result.stdout
    assert result.stdout.splitlines()[-1].endswith("has errors; nothing was changed")
    assert now(repo) == LAST
    assert document(run("rollback", "HEAD~1", "-y", "-o", "json"))["outcome"] == "refused"


def test_a_dry_run_writes_nothing(run: Run, repo: Path) -> None:
    before = sorted(path.name for path in repo.iterdir())
    result = run("rollback", "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith(f"dry run: {NAME} would become ")
    assert now(repo) == LAST
    assert sorted(path.name for path in repo.iterdir()) == before
    assert document(run("rollback", "--dry-run", "-o", "json"))["outcome"] == "would-restore"


def test_without_a_terminal_yes_must_be_typed(run: Run, repo: Path) -> None:
    result = run("rollback", "HEAD~2", stdin="y\n")
    assert result.exit_code == 2
    assert "to do it, type: pricectl rollback 'HEAD~2' --yes\n" in result.stderr
    assert "  input  $3.00  →  $2.00" in result.stdout
    assert now(repo) == LAST


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 1), ("", 1)])
def test_a_terminal_asks_before_writing(
    repo: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    code: int,
) -> None:
    from pricectl.cli import app

    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", screen)
    with pytest.raises(SystemExit) as ended:
        app(["rollback"])
    assert ended.value.code == code
    assert screen.getvalue().endswith("Restore it? [y/N] ")
    assert "  input  $3.00  →  $2.00" in screen.getvalue()
    assert now(repo) == (LAST if code else FIRST)
    out = capsys.readouterr().out
    assert out.startswith("not restored" if code else "restored")


def test_a_file_equal_to_the_target_is_not_written(run: Run, repo: Path) -> None:
    result = run("rollback", "HEAD")
    assert result.exit_code == 0
    assert "nothing to do" in result.stdout
    assert now(repo) == LAST


def test_without_an_older_version_rollback_exits_2(run: Run, repo: Path) -> None:
    (repo / NAME).write_text(FIRST)
    result = run("rollback", "-y")
    assert (result.exit_code, now(repo)) == (2, FIRST)
    assert "git has no older version; name a file, a ref or a hash" in result.stderr


def test_outside_git_a_file_can_be_put_back(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(home.parent))
    (home / "old.json").write_text(LAST)
    result = run("rollback", "-y")
    assert result.exit_code == 2
    assert "is not in a git repository; name a file" in result.stderr
    (home / "pricectl.toml").write_text('critical = ["gpt-4o"]\n')
    assert run("rollback", "old.json", "-y", "-q").exit_code == 0
    assert now(home) == LAST
    assert [(home / name).read_text() for name in kept(home)] == [CATALOG]


@pytest.mark.parametrize(("option", "times"), [("--dry-run", 1), ("--yes", 2)])
def test_each_version_is_parsed_once(
    run: Run, repo: Path, parsed_texts: list[bytes], option: str, times: int
) -> None:
    """The target once more only where it is written: then the bytes read back are checked."""
    (repo / "other.json").write_text(FIRST)
    assert run("rollback", "other.json", option).exit_code == 0
    assert [parsed_texts.count(text.encode()) for text in (LAST, FIRST)] == [1, times]


def test_each_version_is_hashed_once(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "other.json").write_text(FIRST)
    hashed: list[bytes] = []
    sha256 = atomic.sha256

    def counted(data: bytes) -> str:
        hashed.append(data)
        return sha256(data)

    monkeypatch.setattr(atomic, "sha256", counted)
    assert run("rollback", "other.json", "--dry-run").exit_code == 0
    assert [hashed.count(text.encode()) for text in (LAST, FIRST)] == [1, 1]


def test_the_bytes_that_were_read_back_are_checked(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = atomic.replace

    def broken(path: str, data: bytes, **options: Any) -> None:
        check = options.pop("check")
        replace(path, data, check=lambda written: check(written[:-2]), **options)

    monkeypatch.setattr(atomic, "replace", broken)
    result = run("rollback", "-y")
    assert (result.exit_code, now(repo)) == (2, LAST)
    assert "pricectl validate -' to see every finding" in result.stderr


def test_an_edit_made_meanwhile_is_not_overwritten(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore = rollback.restore

    def late(planned: rollback.RollbackPlan, **options: Any) -> None:
        (repo / NAME).write_text("theirs")
        restore(planned, **options)

    # The package has a function of the module's name, which a dotted path would find.
    module = import_module("pricectl.operate.rollback.restore")
    monkeypatch.setattr(module, "restore", late)
    result = run("rollback", "-y")
    assert result.exit_code == 2
    assert "changed since it was read" in result.stderr
    assert now(repo) == "theirs"


def test_a_write_that_fails_leaves_the_old_file_whole(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("rollback", "-y")
    assert result.exit_code == 2
    assert "No space left on device; nothing was changed" in result.stderr
    assert now(repo) == LAST
    assert not list(repo.glob("*.tmp")) + list(repo.glob(".*.tmp"))


def test_a_symlink_is_kept(run: Run, repo: Path) -> None:
    (repo / "mount").mkdir()
    (repo / "mount" / "real.json").write_text(LAST)
    (repo / "old.json").write_text(FIRST)
    (repo / NAME).unlink()
    (repo / NAME).symlink_to("mount/real.json")
    assert run("rollback", "old.json", "-y", "-q").exit_code == 0
    assert (repo / NAME).is_symlink()
    assert (repo / "mount" / "real.json").read_text() == FIRST
    assert [(repo / name).read_text() for name in kept(repo)] == [LAST]


def test_bad_usage_is_reported_before_anything_is_written(run: Run, repo: Path) -> None:
    assert run("rollback", "-y", "-o", "yaml").exit_code == 2
    assert now(repo) == LAST


def test_the_users_git_settings_change_nothing(run: Run, repo: Path) -> None:
    for name in ("log.showRoot", "log.follow", "core.quotePath"):
        git(repo, "config", name, "false")
    git(repo, "config", "log.showSignature", "true")
    git(repo, "config", "diff.renames", "copies")
    assert run("rollback", sha(FIRST), "-y", "-q").exit_code == 0
    assert now(repo) == FIRST


def test_the_search_is_bounded(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert repo.exists()
    monkeypatch.setattr(gitlog, "MAX_VERSIONS", 2)
    monkeypatch.setattr(target, "MAX_VERSIONS", 2)
    result = run("rollback", sha(FIRST), "-y")
    assert result.exit_code == 2
    assert "2 versions in git (the last 2 were read)" in result.stderr


def test_a_version_that_is_too_large_is_counted_as_skipped(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repo, FIRST + " " * 100)
    commit(repo, LAST.replace("3e-06", "4e-06"))
    monkeypatch.setattr(gitlog, "MAX_BYTES", len(FIRST) + 50)
    # the newest is the file; then the large one, and the one before it is good
    found = document(run("rollback", "--dry-run", "-o", "json"))
    assert found["target"]["sha256"] == sha(LAST)
    assert found["skipped"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--file", "-"), "standard input: cannot be restored"),
        (("--profile", "none"), "none"),
        (("nowhere",), "neither a file nor a git ref"),
        (("--upload-pack=x",), "there is no option --upload-pack"),
        (("HEAD", "--reload", "http://example.com", "--token-env", "T"), "only https is allowed"),
        (("HEAD", "--reload", "http://127.0.0.1:1"), "--token-env"),
        (("HEAD", "--reload", "http://127.0.0.1:1", "--token-env", "EMPTY"), "--token-env"),
        (("-o", "yaml"), "unknown format"),
    ],
)
def test_a_command_that_cannot_run_exits_2(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("T", "secret")
    monkeypatch.setenv("EMPTY", "")
    result = run("rollback", *words, "--dry-run")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert now(repo) == LAST


@pytest.fixture
def reload(service: Service, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:  # noqa: F811
    monkeypatch.setenv("PRICECTL_TOKEN", "secret")
    service.body = {"status": "reloaded", "models": 4, "version": sha(FIRST), "generation": 2}
    return "-y", "--reload", service.url, "--token-env", "PRICECTL_TOKEN"


def test_the_service_reloads_after_the_file_is_back(
    run: Run,
    repo: Path,
    service: Service,  # noqa: F811
    reload: tuple[str, ...],
) -> None:
    result = run("rollback", *reload)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == (
        f"reloaded: {service.url}/admin/pricing/reload has 4 models, sha256 {sha(FIRST)[:12]}, "
        "generation 2"
    )
    assert "secret" not in result.output
    assert (
        document(run("rollback", "HEAD~2", *reload, "-o", "json"))["reload"]["outcome"]
        == "reloaded"
    )
    assert len(service.asked) == 2
    assert now(repo) == FIRST


def test_a_service_that_refuses_or_reads_another_file_exits_1(
    run: Run,
    repo: Path,
    service: Service,  # noqa: F811
    reload: tuple[str, ...],
) -> None:
    service.body["version"] = "0" * 64
    assert "reads another file" in run("rollback", "HEAD~2", *reload).stdout
    service.status = 409
    service.body = {"status": "refused", "version": sha(LAST), "reason": "gone\x1b[31m"}
    result = run("rollback", "HEAD~2", *reload)
    assert result.exit_code == 1
    assert f"keeps 0 models, sha256 {sha(LAST)[:12]}, generation 0: gone\\x1b[31m" in result.stdout
    assert now(repo) == FIRST


def test_a_service_that_is_down_exits_2_and_the_file_is_back(
    run: Run,
    repo: Path,
    service: Service,  # noqa: F811
    reload: tuple[str, ...],
) -> None:
    service.status = 401
    result = run("rollback", *reload, "-o", "json")
    assert result.exit_code == 2
    assert "answers 401; check the token" in document(result)["reload"]["reason"]
    assert now(repo) == FIRST


def test_a_dry_run_does_not_reload(
    run: Run,
    repo: Path,
    service: Service,  # noqa: F811
    reload: tuple[str, ...],
) -> None:
    assert run("rollback", "--dry-run", *reload).exit_code == 0
    assert (service.asked, now(repo)) == ([], LAST)


def dearer(times: int) -> str:
    """The last version with o3 so many times as dear: $3 and $8 before."""
    old, new = ("3e-06", "8e-06"), (f"{3 * times}e-06", f"{8 * times}e-06")
    text = '"o3": {{"input_cost_per_token": {}, "output_cost_per_token": {}}}'
    assert text.format(*old) in LAST
    return LAST.replace(text.format(*old), text.format(*new))


@pytest.fixture
def served(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service of this machine has loaded the file, and has left its last good copy."""
    monkeypatch.setenv("PRICECTL_STATE", str(repo / "state"))
    assert Pricing.load(repo / NAME, policy=Policy()).snapshot.layer == "file"
    return repo


def test_a_version_that_looks_broken_needs_force(run: Run, served: Path) -> None:
    (served / "other.json").write_text(dearer(50))
    result = run("rollback", "other.json", "--yes", "-o", "json")
    found = document(result)
    assert (result.exit_code, found["outcome"], now(served)) == (1, "refused", LAST)
    assert "openai/o3: input went up 50x, from $3.00 to $150.00 per 1M tokens" in found["refusal"]
    text = run("rollback", "other.json", "--yes", "-q")
    assert (text.exit_code, "restore it with --force" in text.stdout) == (1, True)
    assert run("rollback", "other.json", "--yes", "--force", "-q").exit_code == 0
    assert now(served) == dearer(50)


def test_an_edit_that_no_process_took_is_undone_without_force(run: Run, served: Path) -> None:
    """The service still charges by the last good copy, which the rollback brings back."""
    (served / NAME).write_text(dearer(1000))
    assert run("rollback", "--yes", "-q").exit_code == 0
    assert now(served) == LAST


def test_without_a_service_a_broken_edit_is_undone_too(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICECTL_STATE", str(repo / "none"))
    (repo / NAME).write_text(dearer(1000))
    assert run("rollback", "--yes", "-q").exit_code == 0
    assert now(repo) == LAST


ALONE = "compared only with the file: this user has no last good copy of it in "


def test_a_comparison_with_the_last_good_copy_adds_no_note(run: Run, served: Path) -> None:
    (served / "other.json").write_text(dearer(2))
    found = document(run("rollback", "other.json", "--dry-run", "-o", "json"))
    assert (found["compared_with"], found["comparison_note"]) == ("last-good-copy", "")
    assert "compared with" not in run("rollback", "other.json", "--dry-run").stdout


EXTRA = "".join(f', "m{n}": {{"input_cost_per_token": 1e-06}}' for n in range(3))


@pytest.mark.parametrize(("extra", "outcome"), [("", "would-restore"), (EXTRA, "refused")])
def test_without_a_last_good_copy_the_file_is_compared_with_a_note(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch, extra: str, outcome: str
) -> None:
    """Three of seven models gone is refused; the way back, three new ones, would not be."""
    monkeypatch.setenv("PRICECTL_STATE", str(repo / "none"))
    o3 = '"o3": {"input_cost_per_token": 3e-06, "output_cost_per_token": 8e-06}'
    assert o3 in LAST
    (repo / NAME).write_text(LAST.replace(o3, o3 + extra))
    (repo / "other.json").write_text(dearer(2))
    result = run("rollback", "other.json", "--dry-run", "-o", "json", "-o", "text=shown")
    found = document(result)
    assert (found["outcome"], found["compared_with"]) == (outcome, "file")
    assert found["comparison_note"] == f"{ALONE}{repo / 'none'}"
    assert f"{ALONE}{repo / 'none'}\n" in (repo / "shown").read_text()
    assert bool(found["refusal"]) == bool(extra)
    if extra:
        assert run("rollback", "other.json", "--yes", "--force").exit_code == 0


def test_a_rollback_is_not_compared_with_a_file_that_looks_broken_itself(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICECTL_STATE", str(repo / "none"))
    (repo / NAME).write_text(dearer(1000))
    found = document(run("rollback", "--dry-run", "-o", "json"))
    assert (found["compared_with"], found["refusal"]) == ("nothing", "")
    assert found["comparison_note"].startswith(
        "not compared: the file itself looks broken compared with"
    )
    assert "not compared: the file itself looks broken" in run("rollback", "--dry-run").stdout


@pytest.mark.parametrize("text", [None, "{"])
def test_a_rollback_without_a_comparison_says_so(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    monkeypatch.setenv("PRICECTL_STATE", str(repo / "none"))
    (repo / NAME).unlink() if text is None else (repo / NAME).write_text(text)
    found = document(run("rollback", "--file", NAME, "--dry-run", "-o", "json"))
    assert found["compared_with"] == "nothing"
    assert found["comparison_note"].startswith("not compared: ")


def test_the_packaged_catalog_is_a_version_by_its_word(run: Run, served: Path) -> None:
    found = document(run("rollback", "packaged", "--dry-run", "-o", "json"))
    assert found["target"]["name"] == "packaged"
    assert found["target"]["sha256"] == sha((ROOT / NAME).read_text(encoding="utf-8"))
    assert served.exists()


def test_a_target_whose_errors_are_waived_is_read_once_and_not_loaded(
    run: Run, repo: Path, parsed_texts: list[bytes]
) -> None:
    waiver = '[[waivers]]\nrule = "price-negative"\nreason = "x"\nexpires = 2099-01-01\n'
    (repo / "pricectl.toml").write_text('critical = ["gpt-4o"]\n' + waiver)
    result = run("rollback", "HEAD~1", "--yes")
    assert result.exit_code == 2
    assert "price is negative" in result.stderr
    assert now(repo) == LAST
    # By the review, and by the reader that says why no process would load it.
    assert parsed_texts.count(BROKEN.encode()) == 2


def test_a_shallow_clone_says_what_to_fetch(
    run: Run, repo: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path_factory.mktemp("shallow") / "clone"
    git(repo, "clone", "-q", "--depth", "1", f"file://{repo}", str(clone))
    monkeypatch.chdir(clone)
    newest = run("rollback", "--yes")
    assert newest.exit_code == 2
    assert "git has no older version in this shallow clone" in newest.stderr
    by_hash = run("rollback", f"sha256:{sha(FIRST)[:12]}", "--yes")
    assert by_hash.exit_code == 2
    for result in (newest, by_hash):
        assert "run 'git fetch --unshallow'" in result.stderr
    git(clone, "fetch", "-q", "--unshallow")
    (clone / "pricectl.toml").write_text('critical = ["gpt-4o"]\n')
    assert run("rollback", "--yes").exit_code == 0
    assert now(clone) == FIRST


@pytest.mark.parametrize(
    "lock", ["index.lock", "HEAD.lock", "shallow.lock", "config.lock", "packed-refs.lock"]
)
def test_it_works_beside_a_lock_that_a_killed_git_left(run: Run, repo: Path, lock: str) -> None:
    (repo / ".git" / lock).write_text("")
    assert run("rollback", "--yes").exit_code == 0
    assert now(repo) == FIRST


@pytest.mark.timeout(20)
def test_it_works_beside_the_file_that_a_killed_writer_left(run: Run, repo: Path) -> None:
    (repo / f".{NAME}.1.00000000.tmp").write_text("{")
    assert run("rollback", "--yes").exit_code == 0
    assert now(repo) == FIRST
    assert list(repo.glob("*.tmp")) == []
