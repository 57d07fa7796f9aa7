SELECT c.call_row, s.price_rule, CAST(sum({cost}) AS {number}) AS pico, {flags}
FROM normal AS c
JOIN book_keys AS k ON {keys}
JOIN {cells} AS s ON {condition}
GROUP BY c.call_row, s.price_rule
