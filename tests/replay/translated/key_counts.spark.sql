/* The distinct keys of the log, and the largest numbers of each. */
SELECT
  name,
  region,
  COUNT(*) AS calls,
  MAX(`requests`) AS most_requests,
  MAX(`input`) AS most_n_0,
  MAX(`cache_read`) AS most_n_1,
  MAX(`output`) AS most_n_2
FROM calls
GROUP BY
  name,
  region
