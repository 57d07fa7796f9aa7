-- The credits of jobs with calls in several groups: each call adds what the job's rounded total
-- grows by, in the order in which the calls were made.
WITH normal AS (
{normal}
), rated AS (
{rated}
), mixed AS (
    SELECT job, account FROM rated WHERE job IS NOT NULL
    GROUP BY job, account HAVING {is_mixed}
), running AS (
    SELECT rated.*, {running_sums}
    FROM rated
    JOIN mixed ON rated.job = mixed.job AND rated.account = mixed.account
    WINDOW so_far AS (
        PARTITION BY rated.job, rated.account ORDER BY call_at, call_row
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
), added AS (
    SELECT {groups} job, account, {credits}
    FROM running
)
SELECT {groups} count(DISTINCT (job, account)) AS jobs, {sums}
FROM added
GROUP BY {positions}
