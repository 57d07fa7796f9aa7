-- What holds for all calls of the log: their times, their smallest and their largest numbers. Nothing
-- but MIN, MAX and COUNT of columns, which a Parquet file's own statistics answer.
SELECT
    {at},
    count(*) AS calls,
    {jobs} AS with_job,
    {requests},
    {counts}
FROM {calls}
