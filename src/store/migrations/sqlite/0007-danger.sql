-- `owe` is the place of a target that owes in the order of danger (protocol P10), NULL where nothing is owed: its class
-- and, within the class, the larger difference first, by powers of two. So a change of t within one power leaves the
-- index alone. It is still no flag: the last CHECKs make it a function of t, e and state.
CREATE TABLE target_new (
    product INTEGER NOT NULL REFERENCES product (id),
    channel INTEGER NOT NULL REFERENCES channel (id),
    configured INTEGER NOT NULL CHECK (configured IN (0, 1)),
    threshold INTEGER NOT NULL,
    sellable INTEGER NOT NULL CHECK (sellable IN (0, 1)),
    item TEXT CHECK (item <> ''),
    t INTEGER NOT NULL,
    raw INTEGER NOT NULL,
    e INTEGER,
    baseline INTEGER NOT NULL,
    epoch INTEGER,
    accepted_excess INTEGER NOT NULL,
    owing_since INTEGER,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 6),
    reason TEXT,
    fix TEXT,
    marked INTEGER NOT NULL CHECK (marked IN (0, 1)),
    moved_at INTEGER,
    group_at INTEGER,
    touched_seq INTEGER NOT NULL,
    owe INTEGER,
    PRIMARY KEY (product, channel),
    CHECK ((owe IS NULL) = (e IS NULL OR t = e OR state <> 0)),
    CHECK (owe / 64 = CASE
        WHEN t < e AND t <= 0 THEN 0 -- shows units, must show none
        WHEN t < e THEN 1            -- shows too many
        WHEN e <= 0 THEN 2           -- shows none, may show some
        ELSE 3 END),
    CHECK (max(t - e, e - t) >> (62 - owe % 64) = 1) -- its highest bit
) STRICT, WITHOUT ROWID;

INSERT INTO target_new
    SELECT product, channel, configured, threshold, sellable, item, t, raw, e, baseline, epoch, accepted_excess,
        owing_since, state, reason, fix, marked, moved_at, group_at, touched_seq, 64 * owe + 62 - (
            WITH RECURSIVE power(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM power WHERE max(t - e, e - t) >> n > 1)
            SELECT max(n) FROM power)
    FROM target;
DROP TABLE target;
ALTER TABLE target_new RENAME TO target;

CREATE INDEX target_owing ON target (channel, owe, owing_since, product) WHERE owe IS NOT NULL;
CREATE INDEX target_aside ON target (channel, product) WHERE state <> 0;
CREATE INDEX target_item ON target (item) WHERE item IS NOT NULL;
CREATE INDEX target_linked ON target (channel, product) WHERE item IS NOT NULL;
