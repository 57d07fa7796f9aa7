"""Writes examples/usage_log.csv: a month of calls of an invented product, the same each time.

Run it as `python tools/write_usage_log.py`. The gateway's own costs (`spend`) are those of its own
list, which has an old price of one model and knows neither flex nor all of a long context's rates.
"""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

TARGET = Path(__file__).parent.parent / "examples" / "usage_log.csv"
SEED, ROWS = 20261001, 400
START = datetime(2026, 10, 1, tzinfo=UTC)
HEADING = (
    *("time", "request_id", "session_id", "team", "customer", "provider", "model"),
    *("service_tier", "prompt_tokens", "cached_tokens", "completion_tokens", "total_tokens"),
    "spend",
)
# Name and provider, how often, and what the gateway believes 1M tokens cost in USD: input, cached
# input, output. The price of gemini-2.5-flash is an old one; nobody told it one of the fine-tune.
MODELS = (
    ("gpt-4o-mini", "openai", 34, (0.15, 0.075, 0.60)),
    ("gpt-4o-2024-11-20", "openai", 16, (2.50, 1.25, 10.00)),
    ("gpt-5", "openai", 14, (1.25, 0.125, 10.00)),
    ("claude-sonnet-4-5-20250929", "anthropic", 16, (3.00, 0.30, 15.00)),
    ("gemini-2.5-flash", "gemini", 12, (0.15, 0.0375, 0.60)),
    ("gemini-2.5-pro", "gemini", 5, (1.25, 0.31, 10.00)),
    ("support-router-v3", "openai", 3, None),
)
# Team, customer, and how much of the traffic is theirs.
CUSTOMERS = (
    ("assistant", "acme", 30),
    ("assistant", "globex", 18),
    ("assistant", "initech", 7),
    ("search", "acme", 12),
    ("search", "umbrella", 14),
    ("reports", "hooli", 9),
    ("reports", "globex", 6),
    ("reports", "stark", 4),
)
LONG_CONTEXT, LONG_SHARE = 200_000, 0.3
ONE_CALL_SHARE = 0.7


def main() -> None:
    """Write the file."""
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADING)
        writer.writerows(rows())


def rows() -> list[list[object]]:
    """The calls in the order of their times, two broken ones among them."""
    random = Random(SEED)  # noqa: S311 - an example, not a secret
    calls: list[list[object]] = []
    while len(calls) < ROWS:
        team, customer = _chosen(random, CUSTOMERS)
        name, provider, prices = _model(random)
        at = START + timedelta(seconds=int(random.random() * 31 * 86_400))
        session = f"s-{len(calls):04d}"
        # A job is one call mostly, and seldom an agent with many.
        for step in range(1 if random.random() < ONE_CALL_SHARE else 2 + int(random.random() * 6)):
            at += timedelta(seconds=20 + int(random.random() * 90))
            call = _call(random, name, prices, step)
            number = f"req-{len(calls):05d}"
            tier = "flex" if team == "reports" and provider == "openai" else ""
            about = [f"{at:%Y-%m-%dT%H:%M:%SZ}", number, session, team, customer, provider]
            calls.append([*about, name, tier, *call])
    calls = sorted(calls[:ROWS], key=lambda call: (str(call[0]), str(call[1])))
    # A stream whose usage was never written, and a count that is not one.
    calls[117][8:] = ["", "", "", "", "0"]
    calls[263][8] = "n/a"
    return calls


def _chosen(random: Random, table: tuple[tuple[str, str, int], ...]) -> tuple[str, str]:
    place = random.random() * sum(weight for *_, weight in table)
    for first, second, weight in table:
        place -= weight
        if place < 0:
            return first, second
    return table[-1][:2]


def _model(random: Random) -> tuple[str, str, tuple[float, float, float] | None]:
    place = random.random() * sum(weight for _, _, weight, _ in MODELS)
    for name, provider, weight, prices in MODELS:
        place -= weight
        if place < 0:
            return name, provider, prices
    name, provider, _, prices = MODELS[-1]
    return name, provider, prices


def _call(
    random: Random, name: str, prices: tuple[float, float, float] | None, step: int
) -> list[object]:
    """The counts of a call and its cost by the gateway; few calls are long, most are short."""
    tokens_in = int(400 + 1_500 * random.paretovariate(1.3)) * (step + 1)
    if name == "gemini-2.5-pro" and random.random() < LONG_SHARE:
        tokens_in += LONG_CONTEXT
    tokens_in = min(tokens_in, 260_000)
    cached = tokens_in * 3 // 4 // 128 * 128 if step else 0
    tokens_out = int(30 + 180 * random.paretovariate(1.6))
    spend = 0.0
    if prices:
        fresh = tokens_in - cached
        spend = (fresh * prices[0] + cached * prices[1] + tokens_out * prices[2]) / 1e6
        spend /= 1 if tokens_in <= LONG_CONTEXT or "pro" not in name else 0.5
    stated = f"{spend:.8f}".rstrip("0").rstrip(".")
    return [tokens_in, cached, tokens_out, tokens_in + tokens_out, stated]


if __name__ == "__main__":
    main()
