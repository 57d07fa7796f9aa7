WITH normal AS (
{normal}
)
SELECT DISTINCT CAST(call_at AS DATE) AS day
FROM normal
WHERE call_at <> {no_time}
ORDER BY day
