"""Law 20 for any bytes: the loader refuses or hands out a whole catalog, and never raises else."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pricectl.core import Catalog, Usage
from pricectl.core.calculator import quote
from pricectl.files.atomic import sha256
from pricectl.runtime import Pricing
from pricectl.runtime.loader import Refused, build_catalog
from tests.conftest import CATALOG
from tests.runtime.conftest import catalog

pytestmark = pytest.mark.long

COUNT = int(os.environ.get("PRICECTL_TEST_BYTES", "100000"))
TOKENS = [
    *(b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"-", b".", b"e", b"0", b"1e400", b"NaN"),
    *(b"true", b"null", b"\xff", b"\x00", b"\xef\xbb\xbf", b"\\ud800", b'"a":', b'"o":{"m":{'),
    *(b'"metadata":{', b'"input_cost_per_token":', b"2.5e-06", b"}}", b" ", b"\n", b"[[[["),
]
SMALL = catalog({"o3": (2, 8)})
RICH = CATALOG.encode()


def noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(40))


def words(dice: random.Random) -> bytes:
    return b"".join(dice.choices(TOKENS, k=dice.randrange(1, 25)))


def damaged(dice: random.Random) -> bytes:
    """A catalog with some bytes overwritten, cut out, doubled, or the rest missing."""
    data = bytearray(RICH if dice.random() < 0.05 else SMALL)
    for _ in range(dice.randrange(1, 4)):
        at, size = dice.randrange(len(data) + 1), dice.randrange(8)
        change = dice.randrange(4)
        if change == 0:
            data[at : at + size] = dice.choice(TOKENS)
        elif change == 1:
            del data[at : at + size]
        elif change == 2:
            data[at:at] = data[at : at + 4 * size]
        elif dice.random() < 0.3:
            del data[at:]
    return bytes(data)


def samples(count: int, seed: int) -> Iterator[bytes]:
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    makers = (noise, words, damaged)
    return (dice.choice(makers)(dice) for _ in range(count))


def test_random_bytes_are_refused_or_load_whole() -> None:
    usage = Usage(1000, 1000)
    loaded = 0
    for data in samples(COUNT, 1):
        try:
            found = build_catalog(data, sha256(data))
        except Refused:
            continue
        loaded += 1
        assert found.models
        assert all(quote(found, model.full_name, usage).pico_usd >= 0 for model in found.models)
    assert COUNT / 100 < loaded < COUNT / 2


@pytest.mark.parametrize("seed", range(2))
def test_random_files_never_stop_a_process(pricing: Pricing, file: Path, seed: int) -> None:
    for data in samples(150, seed):
        before = pricing.snapshot
        file.write_bytes(data)
        result = pricing.reload(force=True)
        assert (result.status == "reloaded") == (pricing.snapshot is not before)
        if result.status == "reloaded":
            assert pricing.snapshot.sha256 == Catalog.load(data).sha256
        assert pricing.quote("o3", Usage(1)).pico_usd >= 0
