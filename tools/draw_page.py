"""Takes the picture of the page in docs/diff.md: an edit of a small catalog with a history in git.

Usage: python tools/draw_page.py. Needs the extra `browser` and an installed Chromium.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "page.png"
WIDTH, HEIGHT = 1_120, 1_240
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
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto((folder / "page.html").as_uri())
        page.screenshot(path=PICTURE)
        browser.close()
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
