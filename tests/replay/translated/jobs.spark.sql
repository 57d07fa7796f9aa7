/* The credits of each job, rounded once; accounts may call their jobs the same. A job whose calls are */
/* all of one group counts there; the credits of the others belong to several groups, so that they are */
/* told apart as mixed. */
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
      COALESCE(`output`, 0) AS n_2,
      `team`
    FROM calls
  ) AS counted
), rated AS (
  SELECT
    c.call_row AS call_row,
    c.account AS account,
    job,
    call_at,
    call_requests,
    k.key AS key,
    input_tokens,
    output_tokens,
    input_tokens + output_tokens AS tokens,
    TRUE AS used,
    stated_pico,
    charged_credits,
    n_0,
    n_1,
    n_2,
    COALESCE(CAST(c.`team` AS STRING), '') AS group_0,
    CAST(call_at AS DATE) AS group_1,
    k.dimension_name AS group_2,
    k.flag_bits | k.used_bits | (
      CASE WHEN n_1 > 0 THEN k.unit_bits_1 ELSE 0 END
    ) | CASE
      WHEN call_requests > 1
      AND (
        input_tokens >= k.c0_first_tier OR output_tokens > k.c0_longer_output
      )
      THEN 16
      ELSE 0
    END AS flags,
    CAST(n_0 AS BIGINT) * k.c0_r_0 + CAST(n_1 AS BIGINT) * k.c0_r_1 + CAST(n_2 AS BIGINT) * k.c0_r_2 AS pico_0,
    CAST((
      CASE
        WHEN t0.price_rule > -1
        THEN CAST(n_0 AS BIGINT) * p0.r_0 + CAST(n_1 AS BIGINT) * p0.r_1 + CAST(n_2 AS BIGINT) * p0.r_2
        ELSE CAST(n_0 AS BIGINT) * k.c0_r_0 + CAST(n_1 AS BIGINT) * k.c0_r_1 + CAST(n_2 AS BIGINT) * k.c0_r_2
      END
    ) AS BIGINT) * t0.customer_factor + CASE WHEN TRUE THEN t0.fee ELSE 0 END AS customer_0,
    CAST((
      CASE
        WHEN t0.price_rule > -1
        THEN CAST(n_0 AS BIGINT) * p0.r_0 + CAST(n_1 AS BIGINT) * p0.r_1 + CAST(n_2 AS BIGINT) * p0.r_2
        ELSE CAST(n_0 AS BIGINT) * k.c0_r_0 + CAST(n_1 AS BIGINT) * k.c0_r_1 + CAST(n_2 AS BIGINT) * k.c0_r_2
      END
    ) AS BIGINT) * t0.contract_factor AS contract_0
  FROM normal AS c
  JOIN book AS k
    ON c.name = k.name
    AND c.region = k.region
    AND k.day = CASE WHEN k.is_hourly THEN CAST(call_at AS DATE) ELSE CAST('0001-01-01' AS DATE) END
    AND call_at >= k.start_at
    AND call_at < k.end_at
    AND (
      (
        input_tokens + call_requests - 1
      ) DIV (
        call_requests
      )
    ) >= k.input_from
    AND (
      (
        input_tokens + call_requests - 1
      ) DIV (
        call_requests
      )
    ) < k.input_until
  JOIN accounts AS a
    ON c.account = a.account
  JOIN terms_0 AS t0
    ON k.c0_model_class = t0.model_class
    AND a.class_0 = t0.account_class
    AND call_at >= t0.start_at
    AND call_at < t0.end_at
  LEFT JOIN contract_0 AS p0
    ON k.tariff_0 = p0.tariff
    AND t0.price_rule = p0.price_rule
    AND (
      (
        input_tokens + call_requests - 1
      ) DIV (
        call_requests
      )
    ) >= p0.input_from
    AND (
      (
        input_tokens + call_requests - 1
      ) DIV (
        call_requests
      )
    ) < p0.input_until
), jobs AS (
  SELECT
    MIN(group_0) AS group_0,
    MIN(group_0) <> MAX(group_0) AS is_mixed_0,
    MIN(group_1) AS group_1,
    MIN(group_1) <> MAX(group_1) AS is_mixed_1,
    MIN(group_2) AS group_2,
    MIN(group_2) <> MAX(group_2) AS is_mixed_2,
    TRUE AS job_used,
    (
      CAST(SUM((
        tokens
      ) DIV 4294967296) AS DECIMAL(38, 0)) * 4294967296 + SUM((
        tokens
      ) % 4294967296)
    ) AS job_tokens,
    (
      CAST(SUM((
        customer_0
      ) DIV 4294967296) AS DECIMAL(38, 0)) * 4294967296 + SUM((
        customer_0
      ) % 4294967296)
    ) AS job_customer_0
  FROM rated
  WHERE
    NOT job IS NULL
  GROUP BY
    job,
    account
  UNION ALL
  SELECT
    group_0,
    FALSE,
    group_1,
    FALSE,
    group_2,
    FALSE,
    used,
    tokens,
    customer_0
  FROM rated
  WHERE
    job IS NULL
)
SELECT
  GROUPING(group_2) * 1 + GROUPING(group_1) * 2 + GROUPING(group_0) * 4 AS grouping_bits,
  group_0,
  is_mixed_0,
  group_1,
  is_mixed_1,
  group_2,
  is_mixed_2,
  COUNT(*) AS jobs,
  SUM(CASE WHEN job_used THEN GREATEST(CAST(1 AS BIGINT), 1) ELSE 0 END) AS credits_0,
  SUM(
    CASE
      WHEN job_used
      THEN GREATEST(
        (
          (
            (
              CAST(job_customer_0 AS BIGINT) * 1
            ) DIV (
              100000000000000
            )
          ) + CASE
            WHEN (
              (
                CAST(job_customer_0 AS BIGINT) * 1
              ) % 100000000000000
            ) > 0
            THEN 1
            ELSE 0
          END
        ),
        1
      )
      ELSE 0
    END
  ) AS credits_1,
  SUM(
    CASE
      WHEN job_used
      THEN GREATEST(
        (
          (
            (
              CAST(job_tokens AS BIGINT) * 1
            ) DIV (
              10000
            )
          ) + CASE
            WHEN (
              (
                CAST(job_tokens AS BIGINT) * 1
              ) % 10000
            ) > 0
            THEN 1
            ELSE 0
          END
        ),
        1
      )
      ELSE 0
    END
  ) AS credits_2
FROM jobs
GROUP BY
  GROUPING SETS (
    (),
    (group_0, is_mixed_0, group_1, is_mixed_1),
    (group_2, is_mixed_2)
  )
