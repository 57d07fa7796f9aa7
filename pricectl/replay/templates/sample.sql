-- Some calls with all that decides their cost, to be priced again. The rated calls are of these
-- calls alone, so that the check does not rate the whole log twice.
WITH normal AS (
    SELECT * FROM (
{normal}
    ) AS every_call
    WHERE {condition}
), rated AS (
{rated}
)
SELECT normal.account, {columns}
FROM rated
JOIN normal ON rated.call_row = normal.call_row
