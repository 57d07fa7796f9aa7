-- What somebody who knows DuckDB writes for this one question, without pricectl: the costs of a log
-- by team and model at the old and the new prices, and the credits of its jobs by team, rounded up
-- once a job of an account, at 33.333% markup and 1,000 credits a dollar. It needs `prices`, a table
-- by name, service and region with the rates of both price lists side by side, and it trusts its
-- counts.

-- costs
SELECT
    team, log.name, count(*), sum(log.input + cache_read + cache_write), sum(output + reasoning),
    sum(log.input * old_input + cache_read * old_cache_read + cache_write * old_cache_write
        + output * old_output + reasoning * old_reasoning + search * old_search),
    sum(log.input * new_input + cache_read * new_cache_read + cache_write * new_cache_write
        + output * new_output + reasoning * new_reasoning + search * new_search)
FROM {log} AS log
JOIN prices ON log.name = prices.name
    AND coalesce(log.service, '') = prices.service
    AND coalesce(log.region, '') = prices.region
    AND prices.day = CASE WHEN prices.day > DATE '0001-01-01' THEN CAST("at" AS DATE)
        ELSE DATE '0001-01-01' END
    AND "at" >= from_at AND "at" < until_at
    AND log.input + cache_read + cache_write >= from_tokens
    AND log.input + cache_read + cache_write < until_tokens
GROUP BY team, log.name;

-- credits
SELECT
    team, count(*),
    sum(CAST(ceil_old AS HUGEINT)), sum(CAST(ceil_new AS HUGEINT)), sum((tokens + 9999) // 10000)
FROM (
    SELECT
        team, tokens,
        (old_cost * 133333 + 99999999999999) // 100000000000000 AS ceil_old,
        (new_cost * 133333 + 99999999999999) // 100000000000000 AS ceil_new
    FROM (
        SELECT
            min(team) AS team,
            sum(log.input + cache_read + cache_write + output + reasoning) AS tokens,
            sum(log.input * old_input + cache_read * old_cache_read
                + cache_write * old_cache_write + output * old_output
                + reasoning * old_reasoning + search * old_search) AS old_cost,
            sum(log.input * new_input + cache_read * new_cache_read
                + cache_write * new_cache_write + output * new_output
                + reasoning * new_reasoning + search * new_search) AS new_cost
        FROM {log} AS log
        JOIN prices ON log.name = prices.name
            AND coalesce(log.service, '') = prices.service
            AND coalesce(log.region, '') = prices.region
            AND prices.day = CASE WHEN prices.day > DATE '0001-01-01' THEN CAST("at" AS DATE)
                ELSE DATE '0001-01-01' END
            AND "at" >= from_at AND "at" < until_at
            AND log.input + cache_read + cache_write >= from_tokens
            AND log.input + cache_read + cache_write < until_tokens
        GROUP BY job, account
    )
)
GROUP BY team;
