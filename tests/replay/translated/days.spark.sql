WITH normal AS (
  SELECT
    *,
    (
      n_0 + n_1
    ) AS input_tokens,
    (
      n_2
    ) AS output_tokens
  FROM (
    SELECT
      `row` AS call_row,
      COALESCE(`at`, CAST('0001-01-01' AS TIMESTAMP_NTZ)) AS call_at,
      COALESCE(`requests`, 1) AS call_requests,
      COALESCE(`name`, '') AS name,
      '' AS seller,
      '' AS service,
      COALESCE(`region`, '') AS region,
      COALESCE(`account`, '') AS account,
      `job`,
      `stated_pico`,
      CAST(NULL AS DECIMAL(38, 0)) AS charged_credits,
      COALESCE(`input`, 0) AS n_0,
      COALESCE(`cache_read`, 0) AS n_1,
      COALESCE(`output`, 0) AS n_2
    FROM calls
  ) AS counted
)
SELECT DISTINCT
  CAST(call_at AS DATE) AS day
FROM normal
WHERE
  call_at <> CAST('0001-01-01' AS TIMESTAMP_NTZ)
ORDER BY
  day NULLS LAST
