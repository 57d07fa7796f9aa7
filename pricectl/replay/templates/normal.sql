SELECT *, {input_tokens} AS input_tokens, {output_tokens} AS output_tokens
FROM (
    SELECT
    {selected}
    FROM {calls}
) AS counted
