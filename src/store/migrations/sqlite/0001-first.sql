-- The first schema. Times are microseconds since 1970 UTC; NULL where the program has "none" or an empty text.
-- Enumerations are the numbers of the C headers (domain/words.h, store/*.h); flags are 0 or 1.
-- Tables that are read by product are clustered by product, so that one product's rows share a page.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Configuration -------------------------------------------------------------------------------------------------------

CREATE TABLE facility (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    name TEXT,
    type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 9),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    time_zone TEXT
) STRICT;

CREATE TABLE facility_group (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code <> '')
) STRICT;

-- The present list of a group has replaced_at NULL; the rest is history.
CREATE TABLE member (
    id INTEGER PRIMARY KEY,
    facility_group INTEGER NOT NULL REFERENCES facility_group (id),
    facility INTEGER NOT NULL REFERENCES facility (id),
    from_at INTEGER,
    thru_at INTEGER,
    replaced_at INTEGER
) STRICT;
CREATE INDEX member_present ON member (facility_group) WHERE replaced_at IS NULL;

CREATE TABLE shop (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    url TEXT,
    api_version TEXT,
    token_env TEXT,
    token_file TEXT,
    client_id_env TEXT,
    client_id_file TEXT,
    client_secret_env TEXT,
    client_secret_file TEXT,
    webhook_secret_env TEXT,
    webhook_secret_file TEXT,
    writable INTEGER NOT NULL CHECK (writable IN (0, 1)),
    index_lag_s INTEGER NOT NULL CHECK (index_lag_s >= 0),
    unmapped_ignore INTEGER NOT NULL CHECK (unmapped_ignore IN (0, 1)),
    adopted_at INTEGER,
    orders_until INTEGER
) STRICT;

CREATE TABLE channel (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    shop INTEGER REFERENCES shop (id),
    location TEXT,
    mode INTEGER NOT NULL CHECK (mode IN (0, 1)),
    facility_group INTEGER REFERENCES facility_group (id),
    facility INTEGER REFERENCES facility (id),
    ships_from INTEGER REFERENCES facility (id),
    reserve_inventory INTEGER NOT NULL CHECK (reserve_inventory IN (0, 1)),
    hold_preorder INTEGER NOT NULL CHECK (hold_preorder IN (0, 1)),
    publish_negative INTEGER NOT NULL CHECK (publish_negative IN (0, 1)),
    behind INTEGER NOT NULL CHECK (behind >= -1),
    UNIQUE (shop, location),
    CHECK (mode = 0 AND facility_group IS NOT NULL AND facility IS NULL
           OR mode = 1 AND facility IS NOT NULL AND facility_group IS NULL)
) STRICT;

-- Products ------------------------------------------------------------------------------------------------------------

CREATE TABLE product (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE CHECK (sku <> ''),
    title TEXT,
    product_type TEXT,
    vendor TEXT,
    tags TEXT -- a JSON list
) STRICT;

-- What a search looks through: SKU, title and identifiers, case folded, one a line. Apart, so that a search reads no more.
CREATE TABLE product_search (
    product INTEGER PRIMARY KEY REFERENCES product (id),
    folded TEXT NOT NULL
) STRICT;

CREATE TABLE identifier (
    product INTEGER NOT NULL REFERENCES product (id),
    type TEXT NOT NULL CHECK (type <> ''),
    value TEXT NOT NULL CHECK (value <> ''),
    PRIMARY KEY (product, type, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_value ON identifier (value, type, product);

CREATE TABLE kit_part (
    kit INTEGER NOT NULL REFERENCES product (id),
    component INTEGER NOT NULL REFERENCES product (id),
    place INTEGER NOT NULL, -- in the kit's list
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    PRIMARY KEY (kit, component),
    CHECK (kit <> component)
) STRICT, WITHOUT ROWID;
CREATE INDEX kit_part_component ON kit_part (component, kit);

-- Stock ---------------------------------------------------------------------------------------------------------------

CREATE TABLE level (
    product INTEGER NOT NULL REFERENCES product (id),
    facility INTEGER NOT NULL REFERENCES facility (id),
    qoh INTEGER NOT NULL CHECK (qoh BETWEEN -1000000000000 AND 1000000000000),
    atp INTEGER NOT NULL CHECK (atp BETWEEN -1000000000000 AND 1000000000000),
    moved INTEGER NOT NULL CHECK (moved IN (0, 1)),
    configured INTEGER NOT NULL CHECK (configured IN (0, 1)),
    safety_stock INTEGER NOT NULL,
    allow_brokering INTEGER NOT NULL CHECK (allow_brokering IN (0, 1)),
    allow_pickup INTEGER NOT NULL CHECK (allow_pickup IN (0, 1)),
    reset_at INTEGER,
    reset_given INTEGER NOT NULL CHECK (reset_given IN (0, 1)),
    seen_run INTEGER NOT NULL,
    PRIMARY KEY (product, facility)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue (
    product INTEGER NOT NULL REFERENCES product (id),
    channel INTEGER NOT NULL REFERENCES channel (id),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 5),
    units INTEGER NOT NULL CHECK (units <> 0),
    PRIMARY KEY (product, channel, kind)
) STRICT, WITHOUT ROWID;

-- `owe` is the class of danger of a target that owes, NULL where nothing is owed. It is no flag: the last CHECK makes it
-- a function of t, e and state. It is a column so that a change of t within one class leaves the index alone.
CREATE TABLE target (
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
    CHECK (owe IS CASE
        WHEN e IS NULL OR t = e OR state <> 0 THEN NULL
        WHEN t < e AND t <= 0 THEN 0 -- shows units, must show none
        WHEN t < e THEN 1            -- shows too many
        WHEN e <= 0 THEN 2           -- shows none, may show some
        ELSE 3 END)
) STRICT, WITHOUT ROWID;
CREATE INDEX target_owing ON target (channel, owe, owing_since, product) WHERE owe IS NOT NULL;
CREATE INDEX target_aside ON target (channel, product) WHERE state <> 0;
CREATE INDEX target_item ON target (item) WHERE item IS NOT NULL;
CREATE INDEX target_linked ON target (channel, product) WHERE item IS NOT NULL;

CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,
    product INTEGER NOT NULL REFERENCES product (id),
    facility INTEGER NOT NULL REFERENCES facility (id),
    at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    qoh_delta INTEGER NOT NULL,
    atp_delta INTEGER NOT NULL,
    qoh INTEGER NOT NULL,
    atp INTEGER NOT NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
    in_count INTEGER NOT NULL CHECK (in_count IN (0, 1)),
    reason TEXT,
    source TEXT,
    actor TEXT,
    comment TEXT
) STRICT;
CREATE INDEX ledger_pair ON ledger (product, facility);
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

-- Every change of E, from which E can be computed again.
CREATE TABLE explained (
    seq INTEGER PRIMARY KEY,
    product INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 7),
    value INTEGER NOT NULL,
    after INTEGER,
    at INTEGER NOT NULL,
    ref TEXT,
    -- At the end of the transaction: a target's row is written after the changes of its E.
    FOREIGN KEY (product, channel) REFERENCES target (product, channel) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX explained_target ON explained (product, channel);
CREATE TRIGGER explained_no_update BEFORE UPDATE ON explained BEGIN SELECT raise(ABORT, 'the journal of E is append-only'); END;
CREATE TRIGGER explained_no_delete BEFORE DELETE ON explained BEGIN SELECT raise(ABORT, 'the journal of E is append-only'); END;

-- Orders --------------------------------------------------------------------------------------------------------------

-- `parts` and `effect` are JSON: they are always read and written whole. `unsettled`: the effect has departed or unsure units.
CREATE TABLE order_line (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL REFERENCES channel (id),
    order_ref TEXT NOT NULL CHECK (order_ref <> ''),
    line_ref TEXT NOT NULL,
    scope INTEGER NOT NULL CHECK (scope <> 0),
    product INTEGER NOT NULL REFERENCES product (id),
    waiting INTEGER NOT NULL CHECK (waiting IN (0, 1)),
    name TEXT,
    from_reading INTEGER NOT NULL CHECK (from_reading IN (0, 1)),
    departed_at INTEGER,
    parts TEXT,
    effect TEXT,
    unsettled INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1)),
    UNIQUE (scope, order_ref, line_ref)
) STRICT;
CREATE INDEX order_line_name ON order_line (scope, name, line_ref) WHERE name IS NOT NULL;
CREATE INDEX order_line_product ON order_line (product);
CREATE INDEX order_line_waiting ON order_line (waiting) WHERE waiting = 1;
CREATE INDEX order_line_unsettled ON order_line (product, departed_at) WHERE unsettled = 1;

CREATE TABLE order_event (
    id INTEGER PRIMARY KEY, -- order of arrival
    event_id TEXT NOT NULL UNIQUE CHECK (event_id <> ''),
    content BLOB NOT NULL CHECK (length(content) = 32),
    line INTEGER NOT NULL REFERENCES order_line (id),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    facility INTEGER REFERENCES facility (id),
    queue INTEGER NOT NULL CHECK (queue BETWEEN -1 AND 3),
    restock INTEGER NOT NULL CHECK (restock IN (0, 1)),
    seq INTEGER,
    at INTEGER,
    location TEXT,
    shop_origin INTEGER NOT NULL CHECK (shop_origin IN (0, 1))
) STRICT;
CREATE INDEX order_event_line ON order_event (line);
CREATE TRIGGER order_event_no_update BEFORE UPDATE ON order_event BEGIN SELECT raise(ABORT, 'order events are append-only'); END;
CREATE TRIGGER order_event_no_delete BEFORE DELETE ON order_event BEGIN SELECT raise(ABORT, 'order events are append-only'); END;

CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    line INTEGER NOT NULL REFERENCES order_line (id),
    location TEXT,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
    units INTEGER NOT NULL,
    at INTEGER NOT NULL,
    why TEXT,
    seen_event INTEGER NOT NULL
) STRICT;
CREATE INDEX decision_line ON decision (line);

CREATE TABLE reading (
    id INTEGER PRIMARY KEY,
    shop INTEGER NOT NULL REFERENCES shop (id),
    order_ref TEXT NOT NULL CHECK (order_ref <> ''),
    updated_at INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    pending INTEGER NOT NULL CHECK (pending IN (0, 1)),
    json TEXT NOT NULL,
    UNIQUE (shop, order_ref)
) STRICT;
CREATE INDEX reading_open ON reading (shop, order_ref) WHERE open = 1;

-- Which items a reading names. shop, order_ref and open repeat the reading's, for the two indexes.
CREATE TABLE reading_item (
    reading INTEGER NOT NULL REFERENCES reading (id),
    item TEXT NOT NULL CHECK (item <> ''),
    shop INTEGER NOT NULL,
    order_ref TEXT NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    PRIMARY KEY (reading, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX reading_item_all ON reading_item (shop, item, order_ref);
CREATE INDEX reading_item_open ON reading_item (shop, item, order_ref) WHERE open = 1;

CREATE TABLE app_claimless (
    shop INTEGER NOT NULL REFERENCES shop (id),
    app TEXT NOT NULL CHECK (app <> ''),
    at INTEGER NOT NULL,
    PRIMARY KEY (shop, app)
) STRICT, WITHOUT ROWID;

-- Synchronisation -----------------------------------------------------------------------------------------------------

CREATE TABLE operation (
    id INTEGER PRIMARY KEY,
    shop INTEGER NOT NULL REFERENCES shop (id),
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    idempotency_key TEXT UNIQUE,
    body TEXT,
    fence INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    first_sent_at INTEGER,
    deadline INTEGER,
    sent_again_until INTEGER,
    sends INTEGER NOT NULL CHECK (sends >= 0),
    unanswered INTEGER NOT NULL CHECK (unanswered BETWEEN 0 AND sends),
    last_sent_at INTEGER,
    closed_at INTEGER,
    adjustment_group TEXT,
    note TEXT
) STRICT;
CREATE INDEX operation_open ON operation (shop, id) WHERE state = 0;

-- `open`: the line holds its target. At most one line does: this index is the lock (protocol P3).
CREATE TABLE operation_line (
    operation INTEGER NOT NULL REFERENCES operation (id),
    place INTEGER NOT NULL,
    product INTEGER NOT NULL REFERENCES product (id),
    channel INTEGER NOT NULL REFERENCES channel (id),
    item TEXT,
    location TEXT,
    delta INTEGER NOT NULL,
    change_from INTEGER,
    drift INTEGER NOT NULL,
    incident INTEGER REFERENCES incident (id),
    settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    PRIMARY KEY (operation, place)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX operation_line_open ON operation_line (product, channel) WHERE open = 1;
CREATE INDEX operation_line_target ON operation_line (product, channel, operation);

CREATE TABLE lane (
    shop INTEGER PRIMARY KEY REFERENCES shop (id),
    holder TEXT,
    fence INTEGER NOT NULL CHECK (fence >= 0),
    beat INTEGER
) STRICT;

CREATE TABLE incident (
    id INTEGER PRIMARY KEY,
    product INTEGER NOT NULL REFERENCES product (id),
    channel INTEGER NOT NULL REFERENCES channel (id),
    location TEXT,
    drift INTEGER NOT NULL,
    available INTEGER NOT NULL,
    explained INTEGER NOT NULL,
    found_at INTEGER NOT NULL,
    after_at INTEGER,
    before_at INTEGER,
    kind TEXT NOT NULL,
    evidence TEXT,
    operation INTEGER REFERENCES operation (id),
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    note TEXT
) STRICT;
CREATE INDEX incident_target ON incident (product, channel);
CREATE INDEX incident_channel ON incident (channel);
CREATE INDEX incident_open ON incident (channel) WHERE open = 1;

-- Imports -------------------------------------------------------------------------------------------------------------

CREATE TABLE import (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind <> ''),
    options TEXT NOT NULL,
    content BLOB NOT NULL CHECK (length(content) = 32),
    file TEXT,
    finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1)),
    rows_done INTEGER NOT NULL DEFAULT 0 CHECK (rows_done >= 0),
    started_at INTEGER NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0,
    applied INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0,
    movements INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX import_content ON import (content, kind, options);

CREATE TABLE refused (
    import INTEGER NOT NULL REFERENCES import (id),
    row INTEGER NOT NULL,
    column_name TEXT,
    reason TEXT NOT NULL,
    bytes TEXT,
    UNIQUE (import, row)
) STRICT;

-- Keys of adjustments apply once for ever.
CREATE TABLE adjustment_key (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    content BLOB NOT NULL CHECK (length(content) = 32)
) STRICT, WITHOUT ROWID;
