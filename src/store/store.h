#pragma once
/*
 * store: the one interface to the database. SQLite is behind it now, PostgreSQL later: no SQL, no SQLite type and no
 * SQLite error shows here.
 *
 * Two layers. `struct store_ops` (internal.h) is what a backend implements: plain row access. Everything that makes
 * stock right stands above it, once for all backends: a transaction keeps the products it touched in memory (a
 * store_world each), every change goes through them, and store_commit writes what changed and recomputes the target T
 * of every (channel, product) touched. So "one change, its balances and its targets: one transaction" holds by
 * construction: nobody can forget the recompute.
 *
 * Threads: a store belongs to one thread; open another one for another thread or process. Two writers at once: the
 * second waits (STORE_BUSY_MS), then ERR_BUSY.
 *
 * Errors of all functions, beside what each names: ERR_BUSY, ERR_IO (disk full, not writable), ERR_CORRUPT.
 */
#include "domain/domain.h"
#include "store/config.h"
#include "store/documents.h"
#include "store/imports.h"
#include "store/jobs.h"
#include "store/orders.h"
#include "store/stock.h"
#include "store/targets.h"
#include "store/verify.h"

#define STORE_BUSY_MS 30000

typedef enum store_mode {
    STORE_READ,  /* open: the file must exist and be migrated. begin: a consistent snapshot */
    STORE_WRITE, /* open: creates a missing file (not its folder) and migrates. begin: takes the write lock at once */
} store_mode;

/*
 * Opens `url` ("sqlite:FILE"; "sqlite::memory:" lives as long as the store). ERR_USAGE: an address that is none or
 * postgres://, which comes later; ERR_MISSING: reading a file that is not there; ERR_CORRUPT: not a database of
 * Evenstock, or from a newer version. `clock` gives recorded_at and "now"; it must outlive the store.
 */
MUST bool store_open(const char *url, store_mode mode, const io_clock *clock, store **ret, err *e);
void store_close(store **s); /* for AUTO(store_close) */

MUST bool store_begin(store *s, store_mode mode, store_tx **ret, err *e);
MUST bool store_commit(store_tx **tx, err *e); /* writes and recomputes; the transaction is over in any case */
void store_tx_end(store_tx **tx);              /* rolls back unless committed; for AUTO(store_tx_end) */
/* Writes and recomputes what this transaction has changed so far and forgets the cached products: bounds the memory
 * of long transactions (--dry-run, --all-or-nothing), and lets a reader in the same transaction see it. */
MUST bool store_flush(store_tx *tx, err *e);
/* The time of the transaction: recorded_at of its rows and the "now" of its memberships. */
instant store_now(const store_tx *tx);
/*
 * A number that is another one once somebody else (another store, thread or process) has committed a change. Costs no
 * read of a page: made for asking ten times a second. Needs no open transaction.
 */
MUST bool store_data_version(store *s, int64_t *ret, err *e);
/* Lives until the transaction ends: for small results. */
arena *store_arena(store_tx *tx);

/*
 * A change of configuration (a group's members, a channel, a from/thru date that passed) touches every product of its
 * channels. It only marks them as behind, in its own transaction; this recomputes up to `products_max` products of one
 * channel that is behind, with the present configuration, in a transaction of its own (model m9). *ret_more: there is
 * more to do. Callers loop; a crash between chunks loses nothing. Needs no open transaction.
 */
MUST bool store_catch_up(store *s, uint32_t products_max, bool *ret_more, err *e);
/* Marks the channels whose members' from/thru dates have passed since the last call, then catches all up. */
MUST bool store_catch_up_all(store *s, err *e);
