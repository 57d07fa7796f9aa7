/* What holds for all calls of the log: their times, and the smallest numbers. */
SELECT
  MIN(`at`) AS first_at,
  MAX(`at`) AS last_at,
  COUNT(`at`) AS with_time,
  COUNT(job) AS with_job,
  MIN(`requests`) AS least_requests,
  MIN(`input`) AS least_n_0,
  MIN(`cache_read`) AS least_n_1,
  MIN(`output`) AS least_n_2,
  MIN(COALESCE(`input`, 0) + COALESCE(`cache_read`, 0) + COALESCE(`output`, 0)) AS least_used
FROM calls
