"""Who may use a file after it has been replaced: owner, group, mode, ACL, extended attributes.

A replacement is a new file. What the old one had is copied to it before it takes its place; where
that would take access from somebody, nothing is replaced.
"""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pricectl.core.errors import PricingError

ACL = "system.posix_acl_access"
# What every file may lack: a file system without attributes, one of another kind of system.
_NONE = {errno.ENODATA, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}
_READ, _WRITE = 4, 2


class NotWritten(PricingError):
    """A file that was not replaced; the old content is still there."""


def check_replaceable(target: Path) -> None:
    """Refuse what a new file cannot stand for. Raises NotWritten, OSError."""
    try:
        found = os.lstat(target)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        what = "is a folder" if stat.S_ISDIR(found.st_mode) else "is not a regular file"
        raise _refusal(what, target, "name the file itself")
    if found.st_nlink > 1:
        raise _refusal(
            f"has {found.st_nlink} hard links, which a replacement would part",
            target,
            "remove the other names, or make them symbolic links",
        )


def keep(handle: int, target: Path, warn: Callable[[str], object]) -> None:
    """Give an open new file what the old one has. Raises NotWritten, OSError."""
    try:
        old = os.stat(target)  # noqa: PTH116 - one way to the disk for all steps
    except FileNotFoundError:
        return
    if hasattr(os, "fchown"):
        _keep_owner(handle, old, target, warn)
    _keep_attributes(handle, target, warn)
    # After the owner, which clears some bits, and after the ACL, whose mask the mode's group is.
    if hasattr(os, "fchmod"):
        os.fchmod(handle, stat.S_IMODE(old.st_mode))


def _keep_owner(
    handle: int, old: os.stat_result, target: Path, warn: Callable[[str], object]
) -> None:
    try:
        os.fchown(handle, old.st_uid, old.st_gid)
    except PermissionError:
        with suppress(PermissionError):  # a member of the group may give a file to it
            os.fchown(handle, -1, old.st_gid)
    new = os.fstat(handle)
    owner, group, others = (stat.S_IMODE(old.st_mode) >> shift & 7 for shift in (6, 3, 0))
    if new.st_gid != old.st_gid:
        if _loses(group, others):
            raise _refusal(f"group {old.st_gid} would lose access", target, _AS_OWNER)
        warn(f"{target}: its group is now {new.st_gid}, it was {old.st_gid}")
    if new.st_uid != old.st_uid:
        is_member = new.st_gid == old.st_gid and old.st_gid in _groups_of(old.st_uid)
        if _loses(owner, group if is_member else others):
            raise _refusal(f"its owner {old.st_uid} would lose access", target, _AS_OWNER)
        warn(f"{target}: its owner is now {new.st_uid}, it was {old.st_uid}")


_AS_OWNER = "run this as the owner of the file"


def _loses(before: int, after: int) -> bool:
    """Whether reading or writing is in the one set of permissions and not in the other."""
    return bool(before & ~after & (_READ | _WRITE))


def _groups_of(user: int) -> set[int]:
    """The groups of a user; none where the system does not know the number."""
    import pwd

    try:
        entry = pwd.getpwuid(user)
        return set(os.getgrouplist(entry.pw_name, entry.pw_gid))
    except (KeyError, OSError):
        return set()


def _keep_attributes(handle: int, target: Path, warn: Callable[[str], object]) -> None:
    """Copy ACL and extended attributes; the folder may have given the new file an ACL of its own.

    Python has no call for them on macOS, where they are not copied.
    """
    if not hasattr(os, "listxattr"):
        return
    try:
        names, given = os.listxattr(target), os.listxattr(handle)
    except OSError as error:
        if error.errno in _NONE:
            return
        raise
    for name in set(given) - set(names):
        if name == ACL:
            os.removexattr(handle, name)
    for name in names:
        try:
            os.setxattr(handle, name, os.getxattr(target, name))
        except OSError as error:
            if name == ACL:
                raise _refusal("its ACL cannot be kept", target, _AS_OWNER) from error
            warn(f"{target}: its attribute {name} is lost: {error.strerror}")


def _refusal(what: str, target: Path, step: str) -> NotWritten:
    return NotWritten(what, where=str(target), next_step=f"{step}; nothing was changed")
