-- The sums of each key, account and context band: what a summary of usage is made of.
SELECT
    {keys}, account,
    {input_band} AS input_band,
    {output_band} AS output_band,
    count(*) AS calls,
    sum(call_requests) AS requests,
    sum(input_tokens + output_tokens) AS tokens,
    {sums}
FROM (
{normal}
) AS every_call
GROUP BY ALL
