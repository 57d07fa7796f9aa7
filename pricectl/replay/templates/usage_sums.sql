-- The sums of each key, account, part of the week and context band: what a summary of usage is made
-- of. A call that used nothing costs nothing.
SELECT
    {keys}, account,
    {week_part} AS week_part,
    {input_band} AS input_band,
    {output_band} AS output_band,
    count(*) AS calls,
    sum(call_requests) AS requests,
    sum(input_tokens + output_tokens) AS tokens,
    {sums}
FROM (
{normal}
) AS every_call
WHERE {used}
GROUP BY ALL
