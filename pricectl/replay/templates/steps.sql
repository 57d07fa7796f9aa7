SELECT call_row, price_rule, CAST(sum({cost}) AS {number}) AS pico, bit_or({unit_bits}) AS unit_bits
FROM (
    SELECT c.call_row, c.call_requests, s.*, {counts}
    FROM normal AS c
    JOIN book_keys AS k ON {keys}
    JOIN {cells} AS s ON {condition}
) AS s
GROUP BY call_row, price_rule
