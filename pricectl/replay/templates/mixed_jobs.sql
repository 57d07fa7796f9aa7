-- The credits of jobs with calls in several groups: each call adds what the job's rounded total
-- grows by, in the order in which the calls were made.
WITH normal AS (
{normal}
), rated AS (
{rated}
), mixed AS (
    SELECT job FROM rated WHERE job IS NOT NULL GROUP BY job HAVING {is_mixed}
), running AS (
    SELECT rated.*, {running_sums}
    FROM rated
    JOIN mixed ON rated.job = mixed.job
    WINDOW so_far AS (
        PARTITION BY rated.job ORDER BY call_at, call_row
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
), added AS (
    SELECT {groups} job, {credits}
    FROM running
)
SELECT {groups} count(DISTINCT job) AS jobs, {sums}
FROM added
GROUP BY {positions}
