-- What a run must know before it: the distinct keys of the log, and the largest numbers of each.
WITH normal AS (
{normal}
)
SELECT
    name, seller, service, region,
    count(*) AS calls,
    count(job) AS with_job,
    min(nullif(call_at, {no_time})) AS first_at,
    max(call_at) AS last_at,
    count(nullif(call_at, {no_time})) AS with_time,
    min(call_requests) AS least_requests,
    max(call_requests) AS most_requests,
    min(least({counts})) AS least_count,
    min({used}) AS least_used,
    {most}
FROM normal
GROUP BY name, seller, service, region
