-- Jobs, their runs, and the tokens of the service.

CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind <> ''),
    shop INTEGER NOT NULL REFERENCES shop (id),
    schedule INTEGER NOT NULL CHECK (schedule BETWEEN 0 AND 3),
    minutes INTEGER NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
    changed_at INTEGER NOT NULL,
    paused_at INTEGER,
    next_at INTEGER,
    version INTEGER NOT NULL CHECK (version > 0),
    UNIQUE (kind, shop)
) STRICT;

-- At most one run of a job is running: the index is the lock.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind <> ''),
    shop INTEGER NOT NULL REFERENCES shop (id),
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 6),
    cause TEXT,
    actor TEXT,
    queued_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    beat_at INTEGER,
    fence INTEGER NOT NULL CHECK (fence >= 0),
    cancel_asked INTEGER NOT NULL CHECK (cancel_asked IN (0, 1)),
    counts TEXT, -- a JSON object
    error TEXT,
    CHECK ((state >= 3) = (ended_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX run_running ON run (kind, shop) WHERE state = 2;
CREATE INDEX run_open ON run (id) WHERE state < 3;
CREATE INDEX run_of_job ON run (kind, shop, id);

CREATE TABLE run_log (
    seq INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (id),
    at INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX run_log_run ON run_log (run);

CREATE TABLE token (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    name TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
