-- What a shop's bucket of points held when it was last told: the next process begins with it.

CREATE TABLE shop_budget (
    shop INTEGER PRIMARY KEY REFERENCES shop (id),
    points INTEGER NOT NULL,
    bucket INTEGER NOT NULL CHECK (bucket > 0),
    rate INTEGER NOT NULL CHECK (rate > 0),
    told_at INTEGER NOT NULL
) STRICT;
