"""Writes a usage log of any size, the same bytes for the same seed: `usage_log.py OUT --rows N`.

It has what real logs have: token counts with heavy tails, most input from the cache, prompts that
cross the tiers of context, jobs of several calls that run side by side, few accounts with most of
the calls, aliases, names of gateways and names that nobody knows, batch and priority calls.
`--raw` writes it as a gateway does: times as text in several time zones, totals that include their
parts, and some rows that no reader can use.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from pricectl.core import Catalog
from pricectl.packaged import CATALOG, packaged_bytes
from pricectl.replay.duckdb_engine import create_table, session

# One call in so many has a row that cannot be used, in a raw log.
ONE_BAD_ROW_IN = 2_000
SLOTS = 4096
UNKNOWN_NAMES = ("acme-internal-7b", "gpt-next-preview", "mistral-finetune-2031", "house-model/v3")
# Models with tiers, dated prices or hours come first, so that small logs have them, too.
FAVOURITES = (
    "gpt-4o-mini",
    "gpt-4o",
    "claude-sonnet-4-5",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
    "deepseek-chat",
    "gpt-4.1",
    "claude-haiku-4-5",
    "o3",
    "gpt-5-mini",
    "deepseek-reasoner",
)

CALLS = """
WITH drawn AS (
    SELECT
        i AS call_row,
        -- Sixteen jobs share 64 calls in a row, the first of them most.
        (i // 64) * 16 + CAST(floor(16 * pow({uniform_1}, 2)) AS BIGINT) AS job_number,
        {uniform_2} AS u2, {uniform_3} AS u3, {uniform_4} AS u4, {uniform_5} AS u5,
        {uniform_6} AS u6, {uniform_7} AS u7, {uniform_8} AS u8, {uniform_9} AS u9
    FROM range({rows}) AS calls(i)
), placed AS (
    SELECT *,
        hash({salt} + job_number * 16 + 10) AS job_hash,
        -- A quarter of the calls use another model than their job's first.
        CASE WHEN u2 < 0.75 THEN hash({salt} + job_number * 16 + 11)
            ELSE hash({salt} + call_row * 16 + 12) END % {slots} AS slot
    FROM drawn
), counted AS (
    SELECT *,
        -- A Pareto tail: most prompts are some thousand tokens, one in 2,000 is above 200,000.
        least(CAST(floor(600 / pow(1 - u3, 0.8)) AS BIGINT), 900000) AS prompt,
        least(CAST(floor(90 / pow(1 - u4, 0.7)) AS BIGINT), 64000) AS answer,
        CAST(floor(400 / pow((job_hash % 1000003 + 1) / 1000004.0, 0.9)) AS BIGINT) % {accounts}
            AS account_number
    FROM placed
), split AS (
    SELECT *,
        CASE WHEN u5 < 0.55 THEN CAST(floor(prompt * (0.5 + 0.45 * u6)) AS BIGINT) ELSE 0 END
            AS from_cache,
        CASE WHEN u5 > 0.9 THEN CAST(floor(prompt * 0.3 * u6) AS BIGINT) ELSE 0 END AS to_cache,
        CASE WHEN u7 < 0.2 THEN CAST(floor(answer * 0.8 * u6) AS BIGINT) ELSE 0 END AS thought
    FROM counted
)
SELECT
    call_row AS "row",
    'job-' || job_number AS job,
    TIMESTAMP '{start}' + to_microseconds(CAST(call_row * {step} + floor(u8 * 600000000) AS BIGINT))
        AS "at",
    names.name,
    CASE WHEN u9 < 0.05 THEN 'batch' WHEN u9 < 0.06 THEN 'priority' END AS service,
    CASE WHEN u9 > 0.98 THEN 'eu' END AS region,
    'team-' || (account_number % 40) AS team,
    'account-' || account_number AS account,
    prompt - from_cache - to_cache AS input,
    from_cache AS cache_read,
    to_cache AS cache_write,
    answer - thought AS output,
    thought AS reasoning,
    CASE WHEN u7 > 0.99 THEN 1 + call_row % 3 ELSE 0 END AS search
FROM split
JOIN names USING (slot)
"""

RAW = """
SELECT
    'chatcmpl-' || "row" AS request_id,
    job AS session_id,
    CASE "row" % 4
        WHEN 0 THEN strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ')
        WHEN 1 THEN strftime("at" + INTERVAL 2 HOUR, '%Y-%m-%dT%H:%M:%S.%g+02:00')
        WHEN 2 THEN strftime("at" - INTERVAL 5 HOUR, '%Y-%m-%dT%H:%M:%S.%g-05:00')
        ELSE strftime("at" + INTERVAL 330 MINUTE, '%Y-%m-%dT%H:%M:%S.%g+05:30')
    END AS start_time,
    CASE WHEN hash("row", 'bad') % {one_bad_in} = 0 AND "row" % 3 = 0 THEN NULL ELSE name END
        AS model,
    service AS service_tier,
    region,
    team AS team_id,
    account AS end_user,
    CASE WHEN hash("row", 'bad') % {one_bad_in} = 0 AND "row" % 3 = 1 THEN -1
        ELSE input + cache_read + cache_write END AS prompt_tokens,
    CASE WHEN hash("row", 'bad') % {one_bad_in} = 0 AND "row" % 3 = 2
        THEN input + cache_read + cache_write + 1 ELSE cache_read END AS cache_read_tokens,
    cache_write AS cache_write_tokens,
    output + reasoning AS completion_tokens,
    reasoning AS reasoning_tokens,
    search AS web_searches
FROM ({calls})
"""


def names(catalog: Catalog) -> list[str]:
    """Names as clients send them: of rows, aliases, through gateways, and unknown ones."""
    priced = [
        model
        for model in catalog.models
        if model.prices.base_rate("input") and model.prices.base_rate("output")
    ]
    found = [name for name in FAVOURITES if name in catalog.names or name in catalog.aliases]
    found += [model.name for model in priced[::9]]
    found += [alias for model in priced[::5] for alias in model.aliases[:1]]
    found += [f"openrouter/{model.full_name}" for model in priced[::60]]
    found += [f"azure/{name}-2026-08-06" for name in FAVOURITES[:2]]
    found += UNKNOWN_NAMES
    return list(dict.fromkeys(found))


def slots(catalog: Catalog) -> Iterator[tuple[int, str]]:
    """A name for each slot, so that the n-th name is drawn about 1 / (n + 2) as often."""
    known = names(catalog)
    weights = [1 / (place + 2) for place in range(len(known))]
    total, reached, slot = sum(weights), 0.0, 0
    for name, weight in zip(known, weights, strict=True):
        reached += weight
        # Every name has a slot, as long as there are enough.
        until = max(slot + 1, int(SLOTS * reached / total))
        for each in range(slot, min(until, SLOTS)):
            yield each, name
        slot = until
    for each in range(slot, SLOTS):
        yield each, known[0]


def calls_sql(rows: int, seed: int, accounts: int, start: str, days: int) -> str:
    """The query of a log's calls; it needs the table `names`."""
    # One number is hashed for each draw: a hash of several makes draws that depend on each other.
    salt = seed * 10**12
    uniforms = {
        f"uniform_{n}": f"(CAST(hash({salt} + i * 16 + {n}) // 2048 AS DOUBLE) / {2**53}.0)"
        for n in range(1, 10)
    }
    step = days * 86_400 * 10**6 // max(rows, 1)
    return CALLS.format(
        rows=rows, salt=salt, slots=SLOTS, accounts=accounts, start=start, step=step, **uniforms
    )


def write(  # noqa: PLR0913 - what a log is made of, by keyword
    out: Path,
    rows: int,
    *,
    seed: int = 1,
    accounts: int = 20_000,
    start: str = "2026-10-01",
    days: int = 31,
    raw: bool = False,
) -> None:
    """Write a log as Parquet, or as CSV where the name ends in .csv or .csv.gz."""
    calls = calls_sql(rows, seed, accounts, start, days)
    text = RAW.format(calls=calls, one_bad_in=ONE_BAD_ROW_IN) if raw else calls
    how = "FORMAT csv, HEADER" if ".csv" in out.name else "FORMAT parquet, COMPRESSION zstd"
    path = str(out).replace("'", "''")
    with session(folder=out.parent) as connection:
        catalog = Catalog.load(packaged_bytes(CATALOG))
        create_table(
            connection, "names", {"slot": "UBIGINT", "name": "VARCHAR"}, list(slots(catalog))
        )
        connection.execute(f"COPY ({text}) TO '{path}' ({how})")


def main() -> None:
    """Read the options and write the log."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--start", default="2026-10-01")
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--raw", action="store_true")
    given = parser.parse_args()
    write(
        given.out,
        given.rows,
        seed=given.seed,
        accounts=given.accounts,
        start=given.start,
        days=given.days,
        raw=given.raw,
    )


if __name__ == "__main__":
    main()
