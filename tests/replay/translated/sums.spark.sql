/* Costs by key, flags and dimensions: what all tables of a report but the credits are added up from. Some */
/* of the calls stay whole beside the sums that they are in, to be priced again. */
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
), summed AS (
  SELECT
    key,
    group_0,
    group_1,
    flags,
    COUNT(*) AS calls,
    SUM(call_requests) AS requests,
    (
      CAST(SUM((
        input_tokens
      ) DIV 4294967296) AS DECIMAL(38, 0)) * 4294967296 + SUM((
        input_tokens
      ) % 4294967296)
    ) AS input_tokens,
    (
      CAST(SUM((
        output_tokens
      ) DIV 4294967296) AS DECIMAL(38, 0)) * 4294967296 + SUM((
        output_tokens
      ) % 4294967296)
    ) AS output_tokens,
    SUM(stated_pico) AS stated_pico,
    COUNT(stated_pico) AS stated_calls,
    (
      CAST(SUM((
        pico_0
      ) DIV 4294967296) AS DECIMAL(38, 0)) * 4294967296 + SUM((
        pico_0
      ) % 4294967296)
    ) AS pico_0,
    (
      CAST(SUM((
        CASE WHEN NOT stated_pico IS NULL THEN pico_0 END
      ) DIV 4294967296) AS DECIMAL(38, 0)) * 4294967296 + SUM((
        CASE WHEN NOT stated_pico IS NULL THEN pico_0 END
      ) % 4294967296)
    ) AS of_stated_0,
    (
      CAST(SUM((
        customer_0
      ) DIV 4294967296) AS DECIMAL(38, 0)) * 4294967296 + SUM((
        customer_0
      ) % 4294967296)
    ) AS customer_0,
    (
      CAST(SUM((
        contract_0
      ) DIV 4294967296) AS DECIMAL(38, 0)) * 4294967296 + SUM((
        contract_0
      ) % 4294967296)
    ) AS contract_0,
    COLLECT_LIST(
      STRUCT(
        call_row AS call_row,
        call_at AS call_at,
        call_requests AS call_requests,
        account AS account,
        stated_pico AS stated_pico,
        n_0 AS n_0,
        n_1 AS n_1,
        n_2 AS n_2,
        pico_0 AS pico_0,
        customer_0 AS customer_0,
        contract_0 AS contract_0
      )
    ) FILTER(WHERE
      PMOD(XXHASH64(call_row, 0), 4294967296) < 4294967296) AS sampled
  FROM rated
  GROUP BY
    1,
    2,
    3,
    4
)
SELECT
  summed.*,
  k.dimension_name AS group_2
FROM summed
JOIN book_keys AS k
  ON summed.key = k.key
