"""Who may use a file after it was replaced."""

import errno
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from pricectl.files import atomic, attributes
from pricectl.files.atomic import NotWritten, replace

OLD, NEW = b"old", b"new"
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
NOBODY = 65534


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.json"
    path.write_bytes(OLD)
    return path


def forbid_chown(monkeypatch: pytest.MonkeyPatch, *, group_too: bool) -> None:
    """As for a user who does not own the file, and may be in its group."""
    real = os.fchown

    def fchown(handle: int, user: int, group: int) -> None:
        if user != -1 or group_too:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        real(handle, user, group)

    monkeypatch.setattr(os, "fchown", fchown)


@root_only
def test_the_group_is_kept_where_the_owner_cannot_be(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service of group 34 reads a file of mode 0640."""
    os.chown(file, 0, 34)
    file.chmod(0o640)
    forbid_chown(monkeypatch, group_too=False)
    replace(file, NEW)
    found = file.stat()
    assert (found.st_gid, stat.S_IMODE(found.st_mode), file.read_bytes()) == (34, 0o640, NEW)


@root_only
@pytest.mark.parametrize("mode", [0o640, 0o660, 0o664])
def test_a_group_that_would_lose_access_keeps_the_old_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    os.chown(file, 0, 34)
    file.chmod(mode)
    forbid_chown(monkeypatch, group_too=True)
    with pytest.raises(NotWritten, match="group 34 would lose access; run this as the owner"):
        replace(file, NEW)
    assert (file.read_bytes(), list(file.parent.iterdir())) == (OLD, [file])


@root_only
def test_a_group_that_loses_nothing_is_only_warned_about(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chown(file, 0, 34)
    file.chmod(0o644)
    forbid_chown(monkeypatch, group_too=True)
    warnings: list[str] = []
    replace(file, NEW, warn=warnings.append)
    assert file.read_bytes() == NEW
    assert warnings == [f"{file}: its group is now 0, it was 34"]


@root_only
@pytest.mark.parametrize(("mode", "is_kept"), [(0o644, False), (0o600, False), (0o666, True)])
def test_an_owner_who_would_lose_access_keeps_the_old_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, mode: int, *, is_kept: bool
) -> None:
    os.chown(file, NOBODY, 0)
    file.chmod(mode)
    forbid_chown(monkeypatch, group_too=True)
    if is_kept:
        replace(file, NEW)
        assert file.read_bytes() == NEW
        return
    with pytest.raises(NotWritten, match="owner 65534 would lose access"):
        replace(file, NEW)
    assert file.read_bytes() == OLD


def test_extended_attributes_are_kept(file: Path) -> None:
    try:
        os.setxattr(file, "user.team", b"billing")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    replace(file, NEW)
    assert os.getxattr(file, "user.team") == b"billing"


class Attributes:
    """The extended attributes of files, for file systems that have none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, old: dict[str, bytes]) -> None:
        self.old, self.new = old, dict[str, bytes]()
        self.refused: set[str] = set()
        monkeypatch.setattr(os, "listxattr", lambda at: list(self.at(at)))
        monkeypatch.setattr(os, "getxattr", lambda at, name: self.at(at)[name])
        monkeypatch.setattr(os, "setxattr", self.set)
        monkeypatch.setattr(os, "removexattr", lambda at, name: self.at(at).pop(name))

    def at(self, place: Any) -> dict[str, bytes]:
        return self.new if isinstance(place, int) else self.old

    def set(self, place: Any, name: str, value: bytes) -> None:
        if name in self.refused:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        self.at(place)[name] = value


def test_an_acl_is_kept_or_nothing_is_replaced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Attributes(monkeypatch, {attributes.ACL: b"service: r", "user.team": b"billing"})
    replace(file, NEW)
    assert found.new == found.old
    found.refused = {attributes.ACL}
    with pytest.raises(NotWritten, match="its ACL cannot be kept"):
        replace(file, OLD)
    assert file.read_bytes() == NEW


def test_an_attribute_that_cannot_be_kept_is_warned_about(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Attributes(monkeypatch, {"security.selinux": b"label"})
    found.refused = {"security.selinux"}
    warnings: list[str] = []
    replace(file, NEW, warn=warnings.append)
    assert (file.read_bytes(), len(warnings)) == (NEW, 1)
    assert "its attribute security.selinux is lost: Operation not permitted" in warnings[0]


def test_an_acl_that_only_the_folder_gives_is_removed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Attributes(monkeypatch, {})
    found.new[attributes.ACL] = b"everybody: rw"
    replace(file, NEW)
    assert found.new == {}


def test_a_hard_link_is_not_parted(file: Path) -> None:
    other = file.with_name("other")
    os.link(file, other)
    with pytest.raises(NotWritten, match="has 2 hard links"):
        replace(file, NEW)
    assert (file.read_bytes(), other.read_bytes()) == (OLD, OLD)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
def test_what_is_not_a_file_is_refused_at_once(file: Path, kind: str) -> None:
    path = file.with_name("odd")
    with socket.socket(socket.AF_UNIX) as bound:
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "socket":
            bound.bind(str(path))
        else:
            path.symlink_to("/dev/null")
        with pytest.raises(NotWritten, match="is not a regular file"):
            replace(path, NEW, lock_held=True)
    assert atomic.current_sha256(file) == atomic.sha256(OLD)


def test_nobody_else_can_read_the_new_content_before_it_has_the_old_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "prices.json"
    file.write_bytes(b"old")
    file.chmod(0o600)
    modes = []
    real = attributes.keep

    def keep(handle: int, *rest: Any) -> None:
        modes.append(os.fstat(handle).st_mode & 0o777)
        real(handle, *rest)

    monkeypatch.setattr(attributes, "keep", keep)
    atomic.replace(file, b"new")
    assert modes == [0o600]
