/* Bulk queries: done at once, told later; the newest results are kept as files. */
#include "answers.h"

static void put_bulk_row(call *c, int number, int location)
{
    js_writer *w = c->w;
    js_object(w, NULL);
    if (location >= 0) {
        answer_put_level(c, number, location);
    } else {
        const model_item *i = &c->shop->items[number];
        js_put_str(w, "id", answer_gid(c, "ProductVariant", number));
        js_put_z(w, "sku", i->sku);
        js_put_z(w, "displayName", i->sku);
        js_put_bool(w, "requiresComponents", false);
        js_object(w, "inventoryItem");
        js_put_str(w, "id", answer_gid(c, "InventoryItem", number));
        js_put_bool(w, "tracked", i->tracked);
        js_close(w);
    }
    js_close(w);
}

void answer_bulk_run(call *c)
{
    model *s = c->shop;
    str query = js_str(js_get(c->variables, "query"), STR("")), left, right;
    const char *place = memmem(query.at, query.len, "gid://shopify/Location/", 23);
    int64_t location = 0;
    if (place && str_cut((str){place + 23, query.len - (size_t)(place + 23 - query.at)}, '"', &left, &right))
        CHECK(num_parse_i64(left, &location));
    int number = s->bulk_count++;
    model_file *f = &s->files[number % FILES_MAX];
    buf_clear(&f->text);
    f->objects = 0;
    for (int i = 0; i < s->item_count; i++) {
        if (s->items[i].deleted)
            continue;
        js_writer w = js_writer_new(&f->text);
        put_bulk_row(&(call){.shop = s, .a = c->a, .w = &w}, i, (int)location - 1);
        buf_add_char(&f->text, '\n');
        f->objects++;
    }
    f->begun_at = s->w->ticks;
    js_object(c->w, "bulkOperationRunQuery");
    js_object(c->w, "bulkOperation");
    js_put_str(c->w, "id", answer_gid(c, "BulkOperation", number));
    js_put_z(c->w, "status", "CREATED");
    js_put_instant(c->w, "createdAt", model_now(s));
    js_close(c->w);
    js_array(c->w, "userErrors");
    js_close(c->w);
    js_close(c->w);
}

void answer_bulk_poll(call *c)
{
    static const char *const ENDS[BULK_FATES] = {"COMPLETED", "RUNNING", "FAILED", "COMPLETED", "COMPLETED"};
    const model *s = c->shop;
    js_writer *w = c->w;
    str id = js_str(js_get(c->variables, "id"), STR(""));
    const model_file *f = model_file_of(s, model_number(id));
    bool over = f && s->w->ticks - f->begun_at >= BULK_TAKES_US;
    if (!f) {
        js_put_null(w, "bulkOperation");
        return;
    }
    str objects = str_printf(c->a, "%" PRId64, f->objects);
    js_object(w, "bulkOperation");
    js_put_str(w, "id", id);
    js_put_z(w, "status", over ? ENDS[s->bulk_fate] : "RUNNING");
    js_put_z(w, "errorCode", over && s->bulk_fate == BULK_FAILS ? "INTERNAL_SERVER_ERROR" : NULL);
    js_put_str(w, "objectCount", objects);
    js_put_str(w, "rootObjectCount", objects);
    js_put_str(w, "fileSize", str_printf(c->a, "%zu", f->text.len));
    if (over && f->text.len)
        js_put_str(w, "url", str_printf(c->a, "https://shop%d.test/files/%d", s->number, model_number(id) + 1));
    else
        js_put_null(w, "url");
    js_close(w);
}

void answer_bulk_list(call *c)
{
    js_object(c->w, "bulkOperations");
    js_array(c->w, "nodes");
    js_close(c->w);
    js_close(c->w);
}

void answer_bulk_cancel(call *c)
{
    js_object(c->w, "bulkOperationCancel");
    js_object(c->w, "bulkOperation");
    js_put_str(c->w, "id", js_str(js_get(c->variables, "id"), STR("")));
    js_put_z(c->w, "status", "CANCELING");
    js_close(c->w);
    js_array(c->w, "userErrors");
    js_close(c->w);
    js_close(c->w);
}
