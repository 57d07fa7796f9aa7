"""Takes pictures of pages: a small edit for docs/diff.md, real changes for docs/review.md.

Usage: python tools/draw_page.py. Needs the extra `browser` and an installed Chromium. A picture of
versions that are not here stays as it is.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright
from write_review_page import PAGE as REVIEW
from write_review_page import can_run, folder_of

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "page.png"
WIDTH, HEIGHT = 1_120, 1_240
# Of a real change the top is shown, as of the other outputs.
TOP_WIDTH, TOP_HEIGHT = 1_000, 720
# The comment that names a command, then the picture of its page.
REAL_CHANGE = re.compile(
    r"<!-- (?P<command>pricectl [^\n]*) -o html -->\n!\[.*?\]\((?P<path>.*?)\)"
)
NAME = "llm_pricing_current.json"
SETTINGS = '[gates]\nmax_increase = "500%"\nmax_decrease = "60%"\n'
# Days on which the example had other prices: what stands in it, and what stood there.
PAST = {
    "2025-02-10": {"1e-06": "1.1e-05", "4e-06": "4.4e-05", "7.5e-08": "1e-07"},
    "2025-06-10": {"1e-06": "2e-06", "4e-06": "8e-06", "7.5e-08": "1.5e-07"},
    "2026-04-01": {},
}


def commit(folder: Path, day: str, text: str) -> None:
    """Write the catalog and commit it on a day."""
    (folder / NAME).write_text(text, encoding="utf-8")
    environment = os.environ | {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (
            ("NAME", "example"),
            ("EMAIL", "e@example.com"),
            ("DATE", f"{day}T12:00:00Z"),
        )
    }
    for words in (("add", "-A"), ("commit", "-q", "-m", "prices")):
        subprocess.run(("git", "-C", folder, *words), check=True, env=environment)  # noqa: S603, S607 - git is found on the PATH


def main() -> None:
    """Write the picture."""
    before = (ROOT / "examples/before.json").read_text(encoding="utf-8")
    with TemporaryDirectory() as name, sync_playwright() as started:
        folder = Path(name)
        subprocess.run(("git", "init", "-q", folder), check=True)  # noqa: S603, S607 - git is found on the PATH
        (folder / "pricectl.toml").write_text(SETTINGS, encoding="utf-8")
        for day, others in PAST.items():
            text = before
            for now, then in others.items():
                text = text.replace(f": {now}", f": {then}")
            commit(folder, day, text)
        shutil.copy(ROOT / "examples/after.json", folder / NAME)
        words = ("diff", "--base", "HEAD", "--at", "2026-11-23", "-o", "html=page.html")
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command = (sys.executable, "-m", "pricectl", *words)
        subprocess.run(command, cwd=folder, env=environment, check=False)  # noqa: S603 - our own
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[] if os.getuid() else ["--no-sandbox"],
        )
        draw(browser, folder / "page.html", PICTURE, WIDTH, HEIGHT)
        for found in REAL_CHANGE.finditer(REVIEW.read_text(encoding="utf-8")):
            if can_run(found["command"]):
                file = folder / "review.html"
                options = (*shlex.split(found["command"])[1:], "-o", f"html={file}")
                real = (sys.executable, "-m", "pricectl", *options)
                with folder_of(found["command"]) as place:
                    subprocess.run(real, cwd=place, check=True)  # noqa: S603 - our own
                draw(browser, file, REVIEW.parent / found["path"], TOP_WIDTH, TOP_HEIGHT)
        browser.close()


def draw(browser: Browser, file: Path, picture: Path, width: int, height: int) -> None:
    """Take a picture of the top of a page."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(file.as_uri())
    picture.parent.mkdir(exist_ok=True)
    page.screenshot(path=picture)
    page.close()
    print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
