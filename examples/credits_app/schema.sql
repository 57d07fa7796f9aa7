-- Accounts and the ledger; amounts are whole credits and picodollars (1e-12 USD).
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY,
    balance INTEGER NOT NULL CHECK (typeof(balance) = 'integer' AND balance >= 0)
);
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL REFERENCES account (name),
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'charge', 'refund', 'completion')),
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    credits INTEGER NOT NULL CHECK (typeof(credits) = 'integer' AND credits >= 0),
    balance_after INTEGER NOT NULL CHECK (typeof(balance_after) = 'integer'),
    answer TEXT NOT NULL,
    job TEXT,
    mode TEXT,
    model TEXT,
    pico_usd INTEGER NOT NULL DEFAULT 0 CHECK (typeof(pico_usd) = 'integer' AND pico_usd >= 0),
    tokens INTEGER NOT NULL DEFAULT 0 CHECK (typeof(tokens) = 'integer' AND tokens >= 0),
    used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
    match TEXT,
    catalog_sha256 TEXT,
    generation INTEGER,
    calculator TEXT,
    UNIQUE (account, kind, key)
);
CREATE INDEX IF NOT EXISTS entry_of_job ON entry (account, job);
CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_kept BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
-- INSERT OR REPLACE would delete a row without asking the trigger above.
CREATE TRIGGER IF NOT EXISTS entry_is_not_replaced BEFORE INSERT ON entry
    WHEN EXISTS (
        SELECT 1 FROM entry
        WHERE number = NEW.number
            OR (account = NEW.account AND kind = NEW.kind AND key = NEW.key)
    )
    BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
