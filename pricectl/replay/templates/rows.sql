-- Every call with its costs and with the credits that it adds to its job.
WITH normal AS (
{normal}
), rated AS (
{rated}
), running AS (
    SELECT rated.*, {running_sums}
    FROM rated
    WINDOW so_far AS (
        PARTITION BY job, account, CASE WHEN job IS NULL THEN call_row END ORDER BY call_at, call_row
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)
SELECT {columns}
FROM running
JOIN book_keys AS b ON running.key = b.key
