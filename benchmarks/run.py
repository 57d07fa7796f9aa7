"""Times pricectl beside its peers in one run and prints ratios; `make bench` installs them.

A ratio is peer / ours: above 1 we are faster. Run with --quick for fewer rounds.
"""

import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

from bodies import BODIES, priced
from pairing import calls, processes, row

HERE = Path(__file__).parent
ROOT = HERE.parent
QUICK = "--quick" in sys.argv
ROUNDS = 5 if QUICK else 15
RUNS = 4 if QUICK else 11
BIN = Path(sys.executable).parent
PRICECTL = [str(BIN / "pricectl")]
MODEL, TOKENS_IN, TOKENS_OUT = "gpt-4o", 1_000, 500


def ours() -> Callable[[], object]:
    """One gpt-4o call priced by us, its usage checked each time."""
    from pricectl.core import Catalog, Usage, quote

    catalog = Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())
    return lambda: quote(catalog, MODEL, Usage(TOKENS_IN, TOKENS_OUT))


def prebuilt() -> Callable[[], object]:
    """The same with the usage already checked."""
    from pricectl.core import Catalog, Usage, quote

    catalog = Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())
    usage = Usage(TOKENS_IN, TOKENS_OUT)
    return lambda: quote(catalog, MODEL, usage)


def litellm() -> Callable[[], object]:
    """The same call priced by litellm."""
    from litellm import cost_per_token

    return lambda: cost_per_token(
        model=MODEL, prompt_tokens=TOKENS_IN, completion_tokens=TOKENS_OUT
    )


def genai_prices() -> Callable[[], object]:
    """The same call priced by genai-prices."""
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=TOKENS_IN, output_tokens=TOKENS_OUT)
    return lambda: calc_price(usage, model_ref=MODEL, provider_id="openai")


def tokencost() -> Callable[[], object]:
    """The same call priced by tokencost: two calls, two rates."""
    from tokencost import calculate_cost_by_tokens

    return lambda: (
        calculate_cost_by_tokens(TOKENS_IN, MODEL, "input"),
        calculate_cost_by_tokens(TOKENS_OUT, MODEL, "output"),
    )


def one_call(_: Path) -> Iterator[str]:
    """Pricing one call, inside a process."""
    for name, peer, target in (
        ("core.quote beside litellm cost_per_token", litellm, "at least 50x"),
        ("core.quote beside genai-prices calc_price", genai_prices, "at least 50x"),
        ("core.quote beside tokencost", tokencost, ""),
    ):
        yield row(name, calls(ours(), peer(), ROUNDS), target)
    yield row("core.quote with usage at hand, beside itself", calls(prebuilt(), ours()), "")


def six_kinds() -> Callable[[], object]:
    """A call with six priced kinds, its usage at hand."""
    from pricectl.core import Catalog, Usage, quote

    row = ", ".join(
        f'"{key}": 1e-06'
        for key in (
            "input_cost_per_token",
            "cache_read_input_token_cost",
            "cache_creation_input_token_cost",
            "input_cost_per_audio_token",
            "output_cost_per_token",
            "output_cost_per_reasoning_token",
        )
    )
    catalog = Catalog.load(f'{{"x": {{"m": {{{row}}}}}}}')
    usage = Usage(
        TOKENS_IN,
        TOKENS_OUT,
        cache_read_tokens=100,
        cache_write_tokens=100,
        input_audio_tokens=100,
        reasoning_tokens=100,
    )
    return lambda: quote(catalog, "m", usage)


def in_production() -> Callable[[], object]:
    """The same call through the runtime, usage at hand."""
    from pricectl.core import Usage
    from pricectl.runtime import Pricing

    pricing = Pricing.load(ROOT / "llm_pricing_current.json")
    usage = Usage(TOKENS_IN, TOKENS_OUT)
    return lambda: pricing.quote(MODEL, usage)


def responses(_: Path) -> Iterator[str]:
    """Raw responses, many kinds, and the runtime's read path."""
    for name, body, peers in BODIES:
        aim = "ours under 10 us" if name.startswith("OpenAI") else ""
        for peer, made in peers.items():
            yield row(f"{name} beside {peer}", calls(priced(body), made(), ROUNDS), aim)
    yield row(
        "a quote of six kinds beside one of two", calls(six_kinds(), prebuilt()), "under 3 us"
    )
    yield row(
        "runtime.quote beside core.quote",
        calls(in_production(), prebuilt(), ROUNDS),
        "at least 0.62x (1.6x its time)",
    )


def start_up(_: Path) -> Iterator[str]:
    """Whole processes that do little."""
    table = [sys.executable, str(HERE / "bare_table.py"), MODEL, "1000", "500"]
    quote = [*PRICECTL, "quote", MODEL, "1000", "500"]
    yield row(
        "pricectl quote beside a bare Typer program with a table",
        processes(quote, table, folder=ROOT, rounds=RUNS * 2),
        "at least 0.77x (1.3x its time)",
    )
    for ours_code, peer_code, name in (
        ("import pricectl.core", "pass", "import pricectl.core beside bare Python"),
        ("import pricectl.core", "import litellm", "import pricectl.core beside import litellm"),
        (
            "import pricectl.core",
            "import genai_prices",
            "import pricectl.core beside import genai_prices",
        ),
    ):
        pair = processes(
            [sys.executable, "-c", ours_code],
            [sys.executable, "-c", peer_code],
            folder=ROOT,
            rounds=RUNS,
        )
        yield row(name, pair, "")


def big_catalogs(folder: Path) -> Iterator[str]:
    """Validate and diff on every row of litellm's price map."""
    big, edited = write_big_catalogs(folder)
    schema = str(ROOT / "schemas" / "catalog.schema.json")
    yield row(
        "pricectl validate beside check-jsonschema, litellm's rows",
        processes(
            [*PRICECTL, "validate", str(big), "--at", "2026-11-23", "-o", "concise"],
            [str(BIN / "check-jsonschema"), "--schemafile", schema, str(big)],
            folder=ROOT,
            rounds=max(3, RUNS // 3),
        ),
        "at least 3x",
    )
    yield row(
        "pricectl diff beside deep diff, 40 rows edited",
        processes(
            [*PRICECTL, "diff", "--base", str(big), "--file", str(edited)],
            [str(BIN / "deep"), "diff", str(big), str(edited)],
            folder=ROOT,
            rounds=max(3, RUNS // 3),
        ),
        "at least 5x",
    )


def write_big_catalogs(folder: Path) -> tuple[Path, Path]:
    """Litellm's rows under their providers, and the same with 40 rows edited."""
    package = importlib.util.find_spec("litellm")
    if package is None or package.origin is None:
        raise SystemExit("litellm is missing: run 'make bench'")
    source = Path(package.origin).with_name("model_prices_and_context_window_backup.json")
    rows = json.loads(source.read_text(encoding="utf-8"))
    sections: dict[str, dict[str, dict[str, object]]] = {}
    for name, entry in rows.items():
        if name not in {"sample_spec", "fallback_generalizations"}:
            sections.setdefault(str(entry["litellm_provider"]), {})[name] = entry
    big, edited = folder / "big.json", folder / "edited.json"
    big.write_text(json.dumps(sections, indent=2), encoding="utf-8")
    priced = [entry for rows in sections.values() for entry in rows.values()]
    for entry in [entry for entry in priced if "input_cost_per_token" in entry][:4000:100]:
        entry["input_cost_per_token"] = 3.25e-06
    edited.write_text(json.dumps(sections, indent=2), encoding="utf-8")
    return big, edited


def main() -> None:
    """Print every comparison."""
    print(f"{'':<58} {'ours':>10} {'peer':>10} {'ratio':>9}  aimed at")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in (one_call, responses, start_up, big_catalogs):
            for line in part(folder):
                print(line, flush=True)


if __name__ == "__main__":
    main()
