"""Usage as the base of an edit has it: an edit cannot choose the usage by which it is judged."""

import hashlib
from pathlib import Path

from pricectl.core.errors import PricingError
from pricectl.files import catalog_file, worktree
from pricectl.files.git import NoGit
from pricectl.files.repository import Repository

# GitHub takes no file above 100 MB.
MAX_BYTES = 256 * 1024 * 1024
_POINTER = b"version https://git-lfs.github.com/spec/"


class BadUsageFile(PricingError):
    """Usage of the base that cannot be read."""


def usage_of_base(path: Path, commit: str, file: str) -> bytes | None:
    """The bytes of a file in the commit of the base; None where the file at hand is the same.

    None, too, where the commit does not have it, since it lies outside of the repository of the
    price file `file` or is new. What it is called decides, not where an edit's links lead to.
    Raises BadRef or BadUsageFile: the commit has it, but not its content.
    """
    if not commit:
        return None
    repository = Repository(catalog_file.FILE_NAME if file == catalog_file.STDIN else file)
    try:
        root = repository.location.root
    except NoGit:
        return None
    inside = worktree.written_path(path, root)
    found = repository.led_to(commit, inside) if inside else ""
    # A new name of a file that the base has is a link to that.
    found = found or _real_path(repository, commit, path)
    blob = repository.blob(commit, found) if found else None
    if blob is None:
        return None
    data = repository.content(blob, found, MAX_BYTES)
    if data is None:
        what = f"has more than {MAX_BYTES:,} bytes in the base"
        raise BadUsageFile(what, where=path.name, next_step="commit a summary of it")
    if data.startswith(_POINTER):
        _check_pointer(path, data)
        return None
    return None if _is_same(path, blob, data) else data


def _real_path(repository: Repository, commit: str, path: Path) -> str:
    real, root = path.resolve(), repository.location.root
    return (
        repository.led_to(commit, real.relative_to(root).as_posix())
        if real.is_relative_to(root)
        else ""
    )


def _is_same(path: Path, blob: str, data: bytes) -> bool:
    """Whether the file at hand has the bytes of a blob, apart from line ends."""
    try:
        # One that is much longer is not read.
        is_long = path.stat().st_size > 2 * len(data)
        return not is_long and Repository.is_content(blob, path.read_bytes())
    except OSError:
        return False


def _check_pointer(path: Path, pointer: bytes) -> None:
    """Refuse a file that is not the one that the base keeps outside of git. Raises BadUsageFile."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        digest = ""
    if f"oid sha256:{digest}".encode() not in pointer.splitlines():
        raise BadUsageFile(
            "differs from that of the base, which git does not keep itself (LFS)",
            where=path.name,
            next_step="change it in a commit of its own",
        )
