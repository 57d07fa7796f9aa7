-- What holds for each key in which period, at which length, by every side at once: one join a call.
SELECT
    k.*, {hourly} AS is_hourly,
    {greatest},
    {least},
    {columns}
FROM book_keys AS k
{joins}
