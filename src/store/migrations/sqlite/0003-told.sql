-- Orders that a shop told us to look at and that were not read since.

CREATE TABLE told (
    shop INTEGER NOT NULL REFERENCES shop (id),
    order_ref TEXT NOT NULL CHECK (order_ref <> ''),
    times INTEGER NOT NULL CHECK (times > 0),
    first_at INTEGER NOT NULL,
    PRIMARY KEY (shop, order_ref)
) STRICT, WITHOUT ROWID;
