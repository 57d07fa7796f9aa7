"""Draws the README's pictures: runs the program and saves what a person would see as SVG.

Usage: python tools/draw_pictures.py. The catalog's own versions and a small broken example are the
input, so that the pictures show real output.
"""

import os
import re
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parent.parent
WIDTH = 100
PICTURES = {
    "quote": "pricectl quote gpt-5.4 300k 2k --cached 250k --markup 30",
    "compare": "pricectl quote gpt-5.4 claude-sonnet-5 gemini-3.5-flash o3 100k 2k"
    " --cached 80k --at 2026-11-23",
    "validate": "pricectl validate examples/slips.json --base none --at 2026-11-23",
    "diff": "pricectl diff --base examples/before.json --file examples/after.json",
    "explain": "pricectl explain us.anthropic.claude-sonnet-4-5-20250929-v2:0 100k 2k --cached 80k"
    " --markup 30",
}
THEME = TerminalTheme(
    (24, 26, 31),
    (214, 217, 224),
    [
        (24, 26, 31),
        (240, 113, 120),
        (149, 209, 137),
        (229, 192, 105),
        (110, 168, 254),
        (198, 146, 233),
        (95, 200, 200),
        (214, 217, 224),
    ],
    [
        (120, 126, 138),
        (240, 113, 120),
        (149, 209, 137),
        (229, 192, 105),
        (110, 168, 254),
        (198, 146, 233),
        (95, 200, 200),
        (255, 255, 255),
    ],
)
# The picture asks no font server; a reader's own monospaced font is drawn to the same width.
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def output(command: str) -> str:
    """What the command prints in colour, whatever its exit code."""
    words = [sys.executable, "-m", *shlex.split(command), "--color", "always"]
    environment = {**os.environ, "COLUMNS": str(WIDTH), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603 - our own commands
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1} or not done.stdout:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def draw(name: str, command: str) -> str:
    """One picture: the prompt, then the output."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text(f"$ {command}", style="bold green"))
    console.print(Text.from_ansi(output(command).rstrip("\n")))
    svg = console.export_svg(title=name, theme=THEME, unique_id=f"pricectl-{name}")
    return FONT.sub("", svg).replace("Fira Code", "ui-monospace, Menlo, Consolas, monospace")


def main() -> None:
    """Write every picture to docs/."""
    for name, command in PICTURES.items():
        path = ROOT / "docs" / f"{name}.svg"
        path.write_text(draw(name, command), encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
