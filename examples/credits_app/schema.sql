-- Accounts, jobs, calls and the ledger; amounts are whole credits and picodollars (1e-12 USD).
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY,
    modes TEXT NOT NULL, -- the budget modes it has bought, as words
    balance INTEGER NOT NULL DEFAULT 0 CHECK (typeof(balance) = 'integer' AND balance >= 0),
    held INTEGER NOT NULL DEFAULT 0 CHECK (typeof(held) = 'integer' AND held >= 0)
);
-- What the settled calls of a job used, what its open calls can use at most, and the credits of both.
CREATE TABLE IF NOT EXISTS job (
    account TEXT NOT NULL REFERENCES account (name),
    name TEXT NOT NULL,
    mode TEXT NOT NULL,
    profile TEXT NOT NULL, -- the conditions it began with, as JSON
    pico_usd INTEGER NOT NULL DEFAULT 0 CHECK (typeof(pico_usd) = 'integer' AND pico_usd >= 0),
    tokens INTEGER NOT NULL DEFAULT 0 CHECK (typeof(tokens) = 'integer' AND tokens >= 0),
    used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
    open_pico_usd INTEGER NOT NULL DEFAULT 0
        CHECK (typeof(open_pico_usd) = 'integer' AND open_pico_usd >= 0),
    open_tokens INTEGER NOT NULL DEFAULT 0
        CHECK (typeof(open_tokens) = 'integer' AND open_tokens >= 0),
    open_calls INTEGER NOT NULL DEFAULT 0 CHECK (open_calls >= 0),
    calls INTEGER NOT NULL DEFAULT 0,
    charged INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND charged),
    held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    completed INTEGER NOT NULL DEFAULT 0 CHECK (completed IN (0, 1)),
    PRIMARY KEY (account, name)
);
-- One row a key. held: credits are held, the upstream was not called; sent: it may have been;
-- settled: charged, the answer is kept; released: it was not charged, and the key may try again.
CREATE TABLE IF NOT EXISTS call (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    job TEXT NOT NULL,
    attempt TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'sent', 'settled', 'released')),
    deadline REAL NOT NULL,
    bound_pico_usd INTEGER NOT NULL CHECK (typeof(bound_pico_usd) = 'integer'),
    bound_tokens INTEGER NOT NULL CHECK (typeof(bound_tokens) = 'integer'),
    status INTEGER,
    answer TEXT,
    flags TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account, key),
    FOREIGN KEY (account, job) REFERENCES job (account, name)
);
CREATE INDEX IF NOT EXISTS call_is_open ON call (account, deadline) WHERE state IN ('held', 'sent');
CREATE INDEX IF NOT EXISTS call_is_flagged ON call (deadline) WHERE flags <> '';
-- What moved, and never changes: in each row balance + held + spent = granted.
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL REFERENCES account (name),
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'release', 'charge', 'refund')),
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    job TEXT,
    granted INTEGER NOT NULL CHECK (typeof(granted) = 'integer'),
    balance INTEGER NOT NULL CHECK (typeof(balance) = 'integer'),
    held INTEGER NOT NULL CHECK (typeof(held) = 'integer'),
    spent INTEGER NOT NULL CHECK (typeof(spent) = 'integer'),
    balance_after INTEGER NOT NULL CHECK (typeof(balance_after) = 'integer' AND balance_after >= 0),
    pico_usd INTEGER NOT NULL DEFAULT 0 CHECK (typeof(pico_usd) = 'integer' AND pico_usd >= 0),
    tokens INTEGER NOT NULL DEFAULT 0 CHECK (typeof(tokens) = 'integer' AND tokens >= 0),
    model TEXT,
    match TEXT,
    catalog_sha256 TEXT,
    generation INTEGER,
    calculator TEXT,
    CHECK (balance + held + spent = granted)
);
CREATE UNIQUE INDEX IF NOT EXISTS entry_is_made_once ON entry (account, kind, key)
    WHERE kind IN ('grant', 'charge', 'refund');
CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_kept BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
-- INSERT OR REPLACE would delete a row without asking the trigger above.
CREATE TRIGGER IF NOT EXISTS entry_is_not_replaced BEFORE INSERT ON entry
    WHEN EXISTS (
        SELECT 1 FROM entry
        WHERE number = NEW.number
            OR (account = NEW.account AND kind = NEW.kind AND key = NEW.key
                AND kind IN ('grant', 'charge', 'refund'))
    )
    BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
