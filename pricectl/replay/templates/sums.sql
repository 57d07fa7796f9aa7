-- Costs by key, flags and dimensions: what all tables of a report but the credits are added up from. Some
-- of the calls stay whole beside the sums that they are in, to be priced again.
WITH normal AS (
{normal}
), rated AS (
{rated}
), summed AS (
    SELECT
        key, {group_by}
        count(*) AS calls,
        {requests} AS requests,
        {input_tokens} AS input_tokens,
        {output_tokens} AS output_tokens,
        {stated} AS stated_pico,
        {stated_calls} AS stated_calls,
        {sums}{sampled}
    FROM rated
    GROUP BY {positions}
)
SELECT summed.*{of_keys}
FROM summed
JOIN book_keys AS k ON summed.key = k.key
