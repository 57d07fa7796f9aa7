-- The distinct keys of the log, and the largest numbers of each.
SELECT
    {keys}
    count(*) AS calls,
    {requests} AS most_requests,
    {most}
FROM {calls}
{group_by}
