"""A comparison in every format; only the one that is asked for is loaded."""

from pricectl.changes import Version
from pricectl.core.profile import Profile
from pricectl.report.canvas import Canvas
from pricectl.report.changes import Compared


def text(compared: Compared, canvas: Canvas, *, quiet: bool = False) -> str:
    """For people."""
    from pricectl.report.text import diff

    return diff.report(compared, canvas, quiet=quiet)


def json(compared: Compared, base: Version, head: Version, profile: Profile) -> str:
    """For programs."""
    from pricectl.report import json_diff

    return json_diff.diff(compared, base.catalog, head.catalog, profile)


def markdown(compared: Compared) -> str:
    """For a comment on a pull request."""
    from pricectl.report import markdown

    return markdown.diff(compared)


def github(compared: Compared, path: str, data: bytes) -> str:
    """For a workflow's log, at the lines of the new file."""
    from pricectl.report import github_diff

    return github_diff.diff(compared, path, data.decode())
