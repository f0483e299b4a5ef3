/*
 * The documents: their texts are compiled in from documents/, their names and costs stand in documents.def.
 */
#include "shop/internal.h"

#include "base/embed.h"

extern const struct embed_file shop__files[]; /* made by the build from documents/ */
extern const size_t shop__files_count;

static const struct row {
    const char *file;
    str operation;
    int64_t points, points_each;
} DOCUMENTS[] = {
#define DOCUMENT(id, file, operation, points, each) {#file ".graphql", STR(operation), (points), (each)},
#include "shop/documents.def"
#undef DOCUMENT
};

shop__document_info shop__document_of(shop__document d)
{
    CHECK(d < DOC_COUNT);
    const struct row *row = &DOCUMENTS[d];
    size_t i = 0;
    while (i < shop__files_count && strcmp(shop__files[i].name, row->file) != 0)
        i++;
    CHECK(i < shop__files_count);
    str text = {(const char *)shop__files[i].at, shop__files[i].len};
    return (shop__document_info){text, row->operation, row->points, row->points_each};
}

void shop__body_begin(shop__body *b, shop__document d)
{
    shop__document_info info = shop__document_of(d);
    *b = (shop__body){.text = buf_new(SHOP_BODY_MAX)};
    b->w = js_writer_new(&b->text);
    js_object(&b->w, NULL);
    js_put_str(&b->w, "query", info.text);
    js_put_str(&b->w, "operationName", info.operation);
    js_object(&b->w, "variables");
}

bool shop__body_end(shop__body *b, str *ret, err *e)
{
    js_close(&b->w);
    js_close(&b->w);
    if (b->text.full)
        return ERR(e, ERR_INPUT, "the request is longer than %u bytes (SHOP_BODY_MAX)", SHOP_BODY_MAX);
    *ret = buf_str(&b->text);
    return true;
}

void shop__body_drop(shop__body *b)
{
    buf_end(&b->text);
}
