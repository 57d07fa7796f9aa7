/* What holds for all calls of the log: their times, their smallest and their largest numbers. Nothing */
/* but MIN, MAX and COUNT of columns, which a Parquet file's own statistics answer. */
SELECT
  MIN(`at`) AS first_at,
  MAX(`at`) AS last_at,
  COUNT(`at`) AS with_time,
  COUNT(*) AS calls,
  COUNT(job) AS with_job,
  MIN(`requests`) AS least_requests,
  MAX(`requests`) AS most_requests,
  MIN(`input`) AS least_n_0,
  MAX(`input`) AS most_n_0,
  COUNT(`input`) AS with_n_0,
  MIN(`cache_read`) AS least_n_1,
  MAX(`cache_read`) AS most_n_1,
  COUNT(`cache_read`) AS with_n_1,
  MIN(`output`) AS least_n_2,
  MAX(`output`) AS most_n_2,
  COUNT(`output`) AS with_n_2
FROM calls
