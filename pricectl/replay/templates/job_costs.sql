-- The costs of each job of an account, and what the log says that it was charged.
WITH normal AS (
{normal}
), rated AS (
{rated}
)
SELECT
    group_0 AS account,
    group_1 AS job,
    count(*) AS calls,
    sum(tokens) AS tokens,
    bool_or(used) AS used,
    sum(pico_0) AS pico,
    {customer} AS customer,
    sum(stated_pico) AS stated,
    count(stated_pico) AS stated_calls,
    sum(charged_credits) AS charged,
    count(charged_credits) AS charged_calls
FROM rated
GROUP BY group_0, group_1, CASE WHEN group_1 = '' THEN call_row END
ORDER BY group_0, group_1, min(call_row)
