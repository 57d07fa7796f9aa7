"""Reads a git repository: its commits, and the files in them."""

import hashlib
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pricectl.files import git, worktree
from pricectl.files.blobs import UnreadBlob, read_batch
from pricectl.files.clone import Clone
from pricectl.files.git import BadRef

# Longer than any ref that people use; git would fail on far longer ones with an odd message.
MAX_REF = 256
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_FILE = re.compile(rb"(\d{6}) blob ([0-9a-f]{40,64})\t(.*)", re.DOTALL)
SHA1_DIGITS = 40
_SYMBOLIC_LINK = b"120000"
# Longer than any path that a system follows.
MAX_LINK_BYTES = 4096


def git_hash(data: bytes, like: str) -> str:
    """Git's hash of a file's bytes, by the algorithm of another hash of the repository."""
    algorithm = "sha1" if len(like) == SHA1_DIGITS else "sha256"
    blob = b"blob %d\0" % len(data) + data
    return hashlib.new(algorithm, blob, usedforsecurity=False).hexdigest()


def _without_links(listed: dict[str, tuple[bytes, str]]) -> dict[str, str]:
    """Git's hash of each of the listed files that is not a symbolic link."""
    return {path: blob for path, (mode, blob) in listed.items() if mode != _SYMBOLIC_LINK}


class Repository(Clone):
    """The git repository that a file belongs to; every method runs git once or more."""

    def commit(self, ref: str) -> str | None:
        """The commit a ref stands for; None if there is none. Raises BadRef outside git."""
        if not ref or len(ref) > MAX_REF or not ref.isprintable():
            raise BadRef(
                "not a git ref", where=repr(ref[:60]), next_step="write REF, REF:PATH or a file"
            )
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        code, out, messages = self._run(*arguments)
        if code not in (0, 1) and messages.strip():  # no message: beyond the end of the reflog
            git.fail(self.location.root, messages)
        found = out.decode(errors="replace").strip()
        return found if code == 0 and _COMMIT.fullmatch(found) else None

    def ref_exists(self, ref: str) -> bool:
        """Whether there is such a ref, even if its commit is missing."""
        return self._run("rev-parse", "--verify", "--quiet", "--end-of-options", ref).code == 0

    def refs(self, *full_names: str) -> dict[str, str]:
        """Those of the refs that exist, each with the ref it stands for; "" if it is none."""
        out = self._output("for-each-ref", "--format=%(refname) %(symref)", *full_names)
        lines = (line.partition(" ") for line in out.decode(errors="replace").splitlines())
        return {name: target for name, _, target in lines}

    def first_parent(self, commit: str) -> str | None:
        """The commit before a commit, even if this clone does not have it; None if there is none.

        Read from the commit itself: to git, the oldest commits of a shallow clone have no parents.
        """
        header = self._output("cat-file", "commit", commit).partition(b"\n\n")[0].splitlines()
        parents = (line[7:].decode() for line in header if line.startswith(b"parent "))
        return next(parents, None)

    def last_change(self, commit: str, *paths: str) -> str | None:
        """The newest commit up to this one that changed a file; merges count as one commit.

        None if none did. The oldest commit of a shallow clone counts as a change. Raises BadRef.
        """
        code, out, messages = self._run(
            "rev-list", "--first-parent", "--max-count=1", commit, "--", *paths
        )
        if code != 0 and self.partial:
            self.fail_missing(f"the history of {paths[0]}", objects="--filter=blob:none")
        if code != 0:
            git.fail(self.location.root, messages)
        return out.decode().strip() or None

    def commit_until(self, instant: datetime) -> str | None:
        """The newest commit on the first-parent line of HEAD that is not later than an instant.

        None if every commit of this clone is later. Raises BadRef.
        """
        latest = f"--min-age={max(0, int(instant.timestamp()))}"
        found = self._output("rev-list", "--first-parent", "--max-count=1", latest, "HEAD")
        return found.decode().strip() or None

    def count_commits(self, ref: str) -> int:
        """How many commits lead to a ref along first parents, itself included. Raises BadRef."""
        return int(self._output("rev-list", "--count", "--first-parent", "--end-of-options", ref))

    def merge_base(self, commit: str) -> str | None:
        """The last common commit of HEAD and another. None if this clone does not have it.

        If HEAD has no commit yet, it is the other commit itself.
        """
        code, out, messages = self._run("merge-base", "HEAD", commit)
        # Asked only now, since nearly every HEAD has a commit.
        if code not in (0, 1) and self.commit("HEAD") is None:
            return commit
        if code not in (0, 1) or (code == 1 and "error: " in messages):  # a commit is missing
            git.fail(self.location.root, messages)
        return out.decode().strip() or None if code == 0 else None

    def inside(self, path: str) -> str:
        """A path from the root of the repository, as git writes it; `./NAME` is beside the file."""
        if path.startswith(("./", "../")):
            path = posixpath.join(posixpath.dirname(self.location.path), path)
        return posixpath.normpath(path)

    def blob(self, commit: str, path: str) -> str | None:
        """Git's hash of a file in a commit; None if the commit has no such file. Raises BadRef."""
        if "\0" in path or path.startswith(("/", "../")) or path == "..":
            return None
        listed = self._listed(commit, (path,), name=f"{path} in {commit[:7]}")
        mode, blob = listed.get(path, (b"", None))
        if mode == _SYMBOLIC_LINK:
            raise BadRef(
                f"{path} is a symbolic link in {commit[:7]}",
                next_step="write REF:PATH with the path of the file that it leads to",
            )
        return blob

    def path_in(self, commit: str) -> str:
        """The path of the file in a commit: where a link of its name leads to there.

        An edit that leads the link elsewhere must not choose what it is compared with.
        """
        named = worktree.named_path(self.file, self.location.root)
        if named in ("", self.location.path):
            return self.location.path
        return self.followed(commit, [named]).get(named, self.location.path)

    def followed(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """Those of the paths that a commit has, each with the file that its links lead to there."""
        found: dict[str, str] = {}
        ahead = {path: path for path in paths}
        for _ in range(worktree.MAX_LINKS):
            if not ahead:
                break
            listed = self._listed(commit, dict.fromkeys(ahead.values()))
            links = {}
            for path, here in ahead.items():
                mode, blob = listed.get(here, (b"", ""))
                if mode == _SYMBOLIC_LINK:
                    target = os.fsdecode(self.content(blob, here, MAX_LINK_BYTES) or b"/")
                    led = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
                    if not led.startswith(("/", "../")):
                        links[path] = led
                elif mode:
                    found[path] = here
            ahead = links
        return found

    def led_to(self, commit: str, path: str) -> str:
        """The file that a path leads to in a commit, links of its folders followed; "" if none.

        An edit that makes a folder a link must not choose what is read of a commit.
        """
        for _ in range(worktree.MAX_LINKS):
            parts = path.split("/")
            ways = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
            listed = self._listed(commit, ways)
            link = next((way for way in ways if listed.get(way, (b"",))[0] == _SYMBOLIC_LINK), None)
            if link is None:
                return path if path in listed else ""
            target = os.fsdecode(self.content(listed[link][1], link, MAX_LINK_BYTES) or b"/")
            rest = path.removeprefix(link).lstrip("/")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(link), target, rest))
            if path.startswith(("/", "../")):
                break
        return ""

    def blobs(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """Git's hash of each of some files that a commit has, by its path. Raises BadRef."""
        return _without_links(self._listed(commit, paths))

    def files(self, commit: str) -> dict[str, str]:
        """The regular files of a commit, each by its path with git's hash of it. Raises BadRef."""
        return _without_links(self._listed(commit, (), "-r", "--full-tree"))

    def _listed(
        self, commit: str, paths: Iterable[str], *options: str, name: str = ""
    ) -> dict[str, tuple[bytes, str]]:
        """Mode and hash of each of some files and links that a commit has. Raises BadRef.

        Messages about a partial clone call them `name`.
        """
        code, out, messages = self._run("ls-tree", "-z", *options, commit, "--", *paths)
        if code != 0 and self.partial:
            tree = self._run("cat-file", "commit", commit).out.split(maxsplit=2)[1].decode()
            self.fail_missing(name or f"the files of {commit[:7]}", tree)
        if code != 0:
            git.fail(self.location.root, messages)
        found = (_FILE.fullmatch(entry) for entry in out.split(b"\0"))
        return {os.fsdecode(each[3]): (each[1], each[2].decode()) for each in found if each}

    def content(self, blob: str, name: str, at_most: int) -> bytes | None:
        """The bytes of a blob; None if there are more than `at_most`. Messages call it `name`.

        Raises BadRef, which is MissingObject where a partial clone has not fetched it.
        """
        code, out, messages = self._run("cat-file", "-s", blob)
        if code != 0 and self.partial:
            self.fail_missing(name, blob)
        if code == 0 and int(out) > at_most:
            return None
        if code == 0:
            code, out, messages = self._run("cat-file", "blob", blob)
        if code != 0:
            git.fail(self.location.root, messages, where=name, next_step="run 'git fsck'")
        return out

    def contents(self, blobs: Sequence[str], at_most: int) -> Iterator[bytes | UnreadBlob]:
        """The bytes of each of many blobs, in order, or why they cannot be read.

        One git process reads all; after a blob that is missing or too large, another goes on.
        Raises BadRef.
        """
        done = 0
        while done < len(blobs):
            for content in read_batch(self._start("cat-file", "--batch"), blobs[done:], at_most):
                done += 1
                yield content

    @staticmethod
    def is_content(blob: str, data: bytes) -> bool:
        """Whether a blob has these bytes, apart from line ends, which a checkout may change."""
        spellings = (data, data.replace(b"\r\n", b"\n"))
        return any(git_hash(each, blob) == blob for each in spellings)

    def staged(self) -> tuple[str, ...]:
        """The paths that the commit being made adds, changes or deletes. Raises BadRef."""
        names = ("diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "-z")
        out = self._output(*names, index=self._index)
        return tuple(map(os.fsdecode, filter(None, out.split(b"\0"))))
