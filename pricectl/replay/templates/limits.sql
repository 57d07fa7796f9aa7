-- What holds for all calls of the log: their times, and the smallest numbers.
SELECT
    {at},
    {jobs} AS with_job,
    {requests} AS least_requests,
    {least},
    min({used}) AS least_used
FROM {calls}
