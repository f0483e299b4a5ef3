/*
 * What is remembered of imported files; imports.h says why.
 */
#include "store/internal.h"

bool store_import_find(store_tx *tx, str kind, str options, digest content, store_import *ret, bool *ret_some, err *e)
{
    return tx->owner->ops->import_find(tx->owner, kind, options, content, ret, ret_some, e);
}

bool store_import_begin(store_tx *tx, str kind, str options, digest content, str file, int64_t *ret_id, err *e)
{
    return tx->owner->ops->import_begin(tx->owner, kind, options, content, file, tx->now, ret_id, e);
}

bool store_import_progress(store_tx *tx, int64_t id, int64_t rows_done, const import_counts *c, bool finished, err *e)
{
    return tx->owner->ops->import_progress(tx->owner, id, rows_done, c, finished, e);
}

bool store_refused_add(store_tx *tx, int64_t import, const refused_row *r, err *e)
{
    return tx->owner->ops->refused_add(tx->owner, import, r, e);
}

bool store_refused_after(store_tx *tx, int64_t import, int64_t row, uint32_t limit, arena *a, refused_row **ret,
                         size_t *ret_count, err *e)
{
    return tx->owner->ops->refused_after(tx->owner, import, row, limit, a, ret, ret_count, e);
}

bool store_refused_clear(store_tx *tx, int64_t import, err *e)
{
    return tx->owner->ops->refused_clear(tx->owner, import, e);
}

bool store_key_find(store_tx *tx, str key, digest *ret_content, bool *ret_some, err *e)
{
    return tx->owner->ops->key_find(tx->owner, key, ret_content, ret_some, e);
}

bool store_key_add(store_tx *tx, str key, digest content, err *e)
{
    return tx->owner->ops->key_add(tx->owner, key, content, e);
}
