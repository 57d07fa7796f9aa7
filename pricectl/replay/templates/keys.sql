-- The distinct keys of the log.
SELECT {keys} count(*) AS calls
FROM {calls}
{group_by}
