/* The distinct keys of the log. */
SELECT
  name,
  region,
  COUNT(*) AS calls
FROM calls
GROUP BY
  name,
  region
