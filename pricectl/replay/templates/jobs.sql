-- The credits of each job, rounded once; accounts may call their jobs the same. A job whose calls are
-- all of one group counts there; the credits of the others belong to several groups, so that they are
-- told apart as mixed.
WITH normal AS (
{normal}
), rated AS (
{rated}
), jobs AS (
    SELECT {job_groups} {used} AS job_used, {job_sums}
    FROM rated
    WHERE job IS NOT NULL
    GROUP BY {job_key}
    {single_calls}
)
SELECT {grouping} AS grouping_bits, {groups} count(*) AS jobs, {credits}
FROM jobs
GROUP BY {grouping_sets}
