"""Download the pinned price lists, for `make drift` and the test of the catalog's evidence.

    python tools/get_lists.py

Their versions stand in the extra `lists` of pyproject.toml, the day of each release in its setting
`feeds`. Only the file with the prices is taken out of each package: the packages that litellm needs
are 400 MB, and `drift` needs none of them.
"""

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pricectl.feeds.formats import FORMATS

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "price_lists"


def pins() -> list[str]:
    """The packages with price lists and their versions, such as "litellm==1.110.2"."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["optional-dependencies"]["lists"])


def take_lists(wheels: Iterable[Path], folder: Path) -> list[Path]:
    """Write the price list of each package into a folder of its own. Returns the files."""
    members = {f"{one.package}/{one.file}": one.name for one in FORMATS.values() if one.package}
    written = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for member in members.keys() & set(archive.namelist()):
                path = folder / members[member] / Path(member).name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(member))
                written.append(path)
    return written


def main(packages: Sequence[str]) -> int:
    """Download the packages and take their lists; returns the exit code."""
    with TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        only = ["--no-deps", "--only-binary=:all:", "--dest", folder]
        done = subprocess.run([*pip, *only, *packages], check=False)  # noqa: S603 - our own words
        if done.returncode:
            return 2
        written = take_lists(Path(folder).glob("*.whl"), FOLDER)
    if len(written) != len(packages):
        print(f"of {', '.join(packages)} only {len(written)} have a price list", file=sys.stderr)
        return 2
    for path in sorted(written):
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(pins()))
