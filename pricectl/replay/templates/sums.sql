-- Costs by key, flags and dimensions: what all tables of a report but the credits are added up from.
WITH normal AS (
{normal}
), rated AS (
{rated}
)
SELECT
    key, {group_by}
    count(*) AS calls,
    sum(call_requests) AS requests,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    sum(stated_pico) AS stated_pico,
    count(stated_pico) AS stated_calls,
    {sums}
FROM rated
GROUP BY {positions}
