/*
 * The engine of all file imports: chunks of rows, each a transaction, with counts that add up.
 *
 * F1 the rows of a chunk, their counts and `rows_done` are one transaction: a crashed import goes on after the last
 * one. F2 a file that was finished before, byte for byte with the same options, changes nothing. F3 --dry-run and
 * --all-or-nothing are one transaction over all chunks, flushed after each so that memory stays flat. F4 the errors
 * file is complete before the import is marked as finished. F5 of two imports of one file the second waits for the
 * first.
 */
#include "feed/internal.h"

#include <stdarg.h>
#include <stdio.h>

#define REFUSED_SHOWN 10             /* refused rows that a dry run tells one by one */
#define LOOK_US       INT64_C(50000) /* between two looks at how far another import of the same file is */

static void run_end(feed__run *r)
{
    store_tx_end(&r->tx);
    feed__csv_close(&r->csv);
    feed__source_close(&r->source);
    arena_end(&r->chunk);
    arena_end(&r->memory);
}

/* -- what the kinds use -- */

feed__item *feed__item_at(const feed__run *r, size_t n)
{
    return (feed__item *)(void *)(r->rows + n * r->kind->row_size); /* aligned: row_size is a struct's size */
}

void feed__refuse(feed__run *r, feed__item *row, str column, const char *format, ...)
{
    char text[480];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    row->outcome = ROW_REFUSED;
    row->movements = 0;
    row->column = column;
    row->reason = str_copy(r->chunk, str_of(text));
}

bool feed__refuse_halfway(feed__run *r, feed__item *row, str column, err *e)
{
    if (e->code != ERR_INPUT)
        return false;
    feed__refuse(r, row, column, "%s", e->text);
    r->redo = !r->one_transaction; /* one transaction with a refused row is rolled back whatever follows */
    return !r->redo;
}

str feed__field(const feed__row *in, int at)
{
    return at < 0 ? STR("") : in->fields[at];
}

str feed__column_name(const feed__run *r, int at, const char *otherwise)
{
    const str *names;
    size_t count;
    if (at < 0 || !r->csv)
        return str_of(otherwise);
    (void)feed__csv_header(r->csv, &names, &count);
    return names[at];
}

void feed__note(const feed__run *r, const char *format, ...)
{
    char text[4096]; /* a product export has some fifty columns that we do not know */
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    r->options->note(r->options->note_ctx, str_of(text));
}

static const char WAITS[] = "(waits)";

bool feed__waiting_add(feed__run *r, const feed__item *row, int64_t line, err *e)
{
    refused_row note = {.row = row->number,
                        .column = str_of(WAITS),
                        .reason = str_printf(r->chunk, "%" PRId64, line),
                        .bytes = STR("")};
    return store_refused_add(r->tx, r->import, &note, e);
}

/* A refused row with a column always has its bytes. */
bool feed__waiting_note(const refused_row *row)
{
    return str_empty(row->bytes) && str_equal(row->column, str_of(WAITS));
}

/* -- opening -- */

static bool json_follows(feed__run *r, bool *ret, err *e)
{
    str line;
    for (;;) {
        if (!feed__source_line(r->source, 0, &line, e))
            return false;
        *ret = str_starts(str_trim(line), STR("{"));
        if (line.len == 0 || !str_empty(str_trim(line)))
            return true;
        feed__source_take(r->source, line.len);
    }
}

static bool rows_open(feed__run *r, err *e)
{
    bool json = r->kind->shape == SHAPE_JSONL;
    if (r->kind->shape == SHAPE_EITHER && !json_follows(r, &json, e))
        return false;
    if (json)
        return true;
    return feed__csv_open(r->source, &r->csv, e) && r->kind->header(r, e);
}

static str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_of(strcmp(path, "-") == 0 ? "standard input" : slash ? slash + 1 : path);
}

static bool find(const feed__run *r, store_import *ret, bool *ret_some, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(r->store, STORE_READ, &tx, e) &&
           store_import_find(tx, str_of(r->kind->name), r->import_options, feed__source_digest(r->source), ret,
                             ret_some, e);
}

/* F2 */
static void same_bytes(const feed__run *r, const store_import *was, feed_summary *ret)
{
    ret->same_bytes = true;
    ret->counts = (import_counts){.rows = was->counts.rows, .unchanged = was->counts.rows};
    feed__note(r,
               "the same bytes were imported before (import %" PRId64
               " of %s): nothing changes; --again imports them once more",
               was->id, INSTANT_Z(was->started_at));
}

/* Was this file here before? Sets import and rows_done of one that was interrupted. */
static bool earlier(feed__run *r, feed_summary *ret, err *e)
{
    store_import was;
    bool some;
    if (r->options->again)
        return true;
    if (!find(r, &was, &some, e))
        return false;
    if (!some)
        return true;
    if (was.finished) {
        same_bytes(r, &was, ret);
        return true;
    }
    if (was.rows_done > 0 && r->options->all_or_nothing)
        return ERR(e, ERR_CONFLICT,
                   "an import of this file was interrupted after row %" PRId64 "; end it without --all-or-nothing",
                   was.rows_done);
    if (was.rows_done > 0)
        feed__note(r, "an import of this file was interrupted: going on after row %" PRId64, was.rows_done);
    r->import = was.id;
    r->rows_done = was.rows_done;
    r->counts = was.counts;
    return true;
}

/* F5: once overtaken, looks on until the other has finished; gives up when that one makes no progress any more. */
static bool await_other(const feed__run *r, feed_summary *ret, err *e)
{
    io_clock clock = os_clock();
    int64_t rows_done = -1, patience_until = 0;
    feed__note(r, "another import of the same file is running: waiting for its end");
    for (;;) {
        store_import other = {0};
        bool some;
        if (!find(r, &other, &some, e))
            return false;
        int64_t now = clock.ticks_us(clock.ctx);
        if (some && other.finished) {
            same_bytes(r, &other, ret);
            return true;
        }
        if (other.rows_done != rows_done) {
            rows_done = other.rows_done;
            patience_until = now + (int64_t)STORE_BUSY_MS * 1000;
        }
        if (now >= patience_until)
            return ERR(e, ERR_CONFLICT,
                       "another import of the same file stands still after row %" PRId64
                       "; import the file again to go on from there",
                       rows_done);
        clock.sleep_until_us(clock.ctx, now + LOOK_US);
    }
}

/* -- chunks -- */

static bool next_row(feed__run *r, feed__row *ret, bool *ret_some, err *e)
{
    return r->csv ? feed__csv_next(r->csv, ret, ret_some, e)
                  : feed__jsonl_next(r->source, &r->numbered, ret, ret_some, e);
}

/* Reads the next rows; those that an interrupted run committed are read and dropped. */
static bool fill(feed__run *r, err *e)
{
    size_t taken = 0, bytes = 0;
    arena_clear(r->chunk);
    r->rows = arena_get(r->chunk, r->kind->chunk_rows, r->kind->row_size, _Alignof(max_align_t));
    r->row_count = 0;
    for (; taken < r->kind->chunk_rows && bytes < FEED__CHUNK_BYTES; taken++) {
        feed__row in;
        bool some;
        if (!next_row(r, &in, &some, e))
            return false;
        r->ended = !some;
        if (!some)
            return true;
        feed__item *row = feed__item_at(r, r->row_count);
        row->number = r->last_row = in.number;
        row->bytes = str_copy(r->chunk, in.bytes);
        if (in.broken)
            feed__refuse(r, row, STR(""), "%s", in.broken);
        else
            r->kind->read(r, &in, row);
        bytes += in.bytes.len;
        if (in.number > r->rows_done)
            r->row_count++;
        else
            memset(row, 0, r->kind->row_size); /* its place is the next row's */
    }
    return true;
}

/* Begins the import, or makes sure that nobody else has gone on with it, or begun it, since we looked. */
static bool import_begin(feed__run *r, err *e)
{
    store_import now = {0};
    bool some = false;
    str kind = str_of(r->kind->name);
    digest content = feed__source_digest(r->source);
    if ((r->import || !r->options->again) &&
        !store_import_find(r->tx, kind, r->import_options, content, &now, &some, e))
        return false;
    bool ours = r->import ? some && now.id == r->import && !now.finished && now.rows_done == r->rows_done : !some;
    r->overtaken = !ours;
    if (!ours)
        return ERR(e, ERR_CONFLICT, "another import of the same file is running");
    return r->import || store_import_begin(r->tx, kind, r->import_options, content, r->source_text, &r->import, e);
}

static bool chunk_count(feed__run *r, import_counts *c, err *e)
{
    for (size_t i = 0; i < r->row_count; i++) {
        const feed__item *row = feed__item_at(r, i);
        c->rows++;
        c->movements += row->movements;
        c->applied += row->outcome == ROW_APPLIED;
        c->unchanged += row->outcome == ROW_UNCHANGED;
        c->waiting += row->outcome == ROW_WAITING;
        c->refused += row->outcome == ROW_REFUSED;
        refused_row refused = {.row = row->number, .column = row->column, .reason = row->reason, .bytes = row->bytes};
        if (row->outcome == ROW_REFUSED && !store_refused_add(r->tx, r->import, &refused, e))
            return false;
    }
    return true;
}

static void show_refused(const feed__run *r, int64_t before)
{
    for (size_t i = 0; i < r->row_count && before < REFUSED_SHOWN; i++) {
        const feed__item *row = feed__item_at(r, i);
        if (row->outcome != ROW_REFUSED)
            continue;
        feed__note(r, "row %" PRId64 "%s%.*s: %.*s", row->number, row->column.len ? ", " : "", STR_ARG(row->column),
                   STR_ARG(row->reason));
        before++;
    }
}

/* In r->tx, which stays open. */
static bool chunk_apply(feed__run *r, import_counts *ret_counts, err *e)
{
    import_counts counts = r->counts;
    if (!import_begin(r, e) || !r->kind->apply(r, e) || !chunk_count(r, &counts, e))
        return false;
    *ret_counts = counts;
    return true;
}

static bool chunk_commit(feed__run *r, import_counts *ret_counts, err *e)
{
    int64_t import = r->import;
    for (;;) {
        r->redo = false;
        r->import = import;
        if (!store_begin(r->store, STORE_WRITE, &r->tx, e))
            return false;
        if (chunk_apply(r, ret_counts, e))
            break;
        store_tx_end(&r->tx);
        if (!r->redo)
            return false;
    }
    return store_import_progress(r->tx, r->import, r->last_row, ret_counts, false, e) &&
           store_commit(&r->tx, e); /* F1 */
}

static bool chunk(feed__run *r, err *e)
{
    import_counts counts;
    if (!r->one_transaction) {
        if (!chunk_commit(r, &counts, e))
            return false;
        r->rows_done = r->last_row;
    } else { /* F3 */
        if (!r->tx && !store_begin(r->store, STORE_WRITE, &r->tx, e))
            return false;
        if (!chunk_apply(r, &counts, e) || !store_flush(r->tx, e))
            return false;
        if (r->options->dry_run)
            show_refused(r, r->counts.refused);
    }
    r->counts = counts;
    if (r->options->progress)
        r->options->progress(r->options->progress_ctx, feed__source_done(r->source), feed__source_size(r->source));
    return true;
}

/* -- the end -- */

static str errors_path(const feed__run *r, const char *path, arena *a)
{
    if (r->options->errors_path)
        return str_copy(a, str_of(r->options->errors_path));
    return str_printf(a, "%s.errors.csv", strcmp(path, "-") == 0 ? "stdin" : path);
}

/* Writes the errors file, or takes away that of the file as it was before it was mended. */
static bool errors_settle(feed__run *r, const char *path, arena *a, str *ret, err *e)
{
    str errors = errors_path(r, path, a);
    bool own = !r->options->errors_path && strcmp(path, "-") != 0; /* no other file's rows stand there */
    *ret = STR("");
    if (r->counts.refused > 0) {
        *ret = errors;
        return feed__refused_write(r, str_z(a, errors), e);
    }
    if (own)
        feed__refused_remove(r, str_z(a, errors));
    return true;
}

static bool finish(feed__run *r, const char *path, arena *a, feed_summary *ret, err *e)
{
    const feed_options *o = r->options;
    bool none = o->all_or_nothing && r->counts.refused > 0;
    if (!r->tx && !store_begin(r->store, STORE_WRITE, &r->tx, e))
        return false;
    if (!import_begin(r, e) || (r->kind->ended && !r->kind->ended(r, e)))
        return false;
    str errors = STR("");
    if (!o->dry_run && !errors_settle(r, path, a, &errors, e)) /* F4 */
        return false;
    if (none)
        r->counts = (import_counts){
            .rows = r->counts.rows, .refused = r->counts.refused, .unchanged = r->counts.rows - r->counts.refused};
    if (none || o->dry_run)
        store_tx_end(&r->tx);
    else if (!store_import_progress(r->tx, r->import, r->last_row, &r->counts, true, e) ||
             !store_refused_clear(r->tx, r->import, e) || !store_commit(&r->tx, e))
        return false;
    ret->counts = r->counts;
    ret->errors_path = errors;
    return true;
}

static bool all_rows(feed__run *r, const char *path, arena *a, feed_summary *ret, err *e)
{
    if (!rows_open(r, e))
        return err_wrap(e, "%s", path);
    do {
        if (!fill(r, e) || (r->row_count > 0 && !chunk(r, e)))
            return false;
    } while (!r->ended);
    return feed__source_same(r->source, e) && finish(r, path, a, ret, e);
}

static bool run(feed__run *r, const char *path, arena *a, feed_summary *ret, err *e)
{
    feed_summary done = {.errors_path = STR("")};
    const char *errors = r->options->errors_path;
    if (errors && !feed__refused_check(errors, path, e))
        return false;
    if (!feed__source_open(path, &r->source, e) || !earlier(r, &done, e))
        return false;
    if (!done.same_bytes && !all_rows(r, path, a, &done, e)) {
        if (!r->overtaken)
            return false;
        store_tx_end(&r->tx);
        if (!await_other(r, &done, e))
            return false;
    }
    *ret = done;
    return true;
}

bool feed__import(const feed__kind *kind, void *own, store *s, const char *path, str import_options,
                  const feed_options *o, arena *a, feed_summary *ret, err *e)
{
    io_clock clock = os_clock();
    int64_t began_us = clock.ticks_us(clock.ctx);
    AUTO(run_end)
    feed__run r = {.kind = kind,
                   .own = own,
                   .store = s,
                   .options = o,
                   .import_options = import_options,
                   .memory = arena_new(0),
                   .chunk = arena_new(0),
                   .one_transaction = o->dry_run || o->all_or_nothing};
    str file = base_name(path);
    r.source_text = str_printf(r.memory, "%s %.*s", kind->name, STR_ARG(file));
    r.actor = str_of(o->actor ? o->actor : "cli");
    if (!run(&r, path, a, ret, e))
        return false;
    ret->us = clock.ticks_us(clock.ctx) - began_us;
    return true;
}
