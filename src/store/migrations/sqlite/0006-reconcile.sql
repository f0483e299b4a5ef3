-- What Hard Sync does by itself, and since when a shop was last found right as a whole.

ALTER TABLE channel ADD COLUMN activate_items INTEGER NOT NULL DEFAULT 0 CHECK (activate_items IN (0, 1));

ALTER TABLE shop ADD COLUMN reconciled_at INTEGER;

-- What is assumed of Shopify: how often a hard sync found it so, and otherwise.
CREATE TABLE assumed (
    shop INTEGER NOT NULL REFERENCES shop (id),
    what TEXT NOT NULL CHECK (what <> ''),
    held INTEGER NOT NULL CHECK (held >= 0),
    failed INTEGER NOT NULL CHECK (failed >= 0),
    PRIMARY KEY (shop, what)
) STRICT, WITHOUT ROWID;

-- Assumptions (a set of bits) on which E of a target rests since it was last found right.
CREATE TABLE assumed_since (
    product INTEGER NOT NULL,
    channel INTEGER NOT NULL REFERENCES channel (id),
    what INTEGER NOT NULL CHECK (what > 0),
    PRIMARY KEY (channel, product)
) STRICT, WITHOUT ROWID;
