/*
 * Which product a row names: by SKU, or by an identifier. SKUs that were found are remembered in a table of fixed size,
 * because a file names each one again for every facility.
 */
#include "feed/internal.h"

#define REMEMBERED         65536 /* SKUs; 64 bytes each */
#define REMEMBERED_SKU_MAX 55

typedef struct remembered {
    int64_t product; /* 0: an empty place */
    uint8_t len;
    char sku[REMEMBERED_SKU_MAX];
} remembered;
_Static_assert(sizeof(remembered) == 64, "one cache line");

struct feed__resolver {
    remembered *places;
};

feed__resolver *feed__resolver_new(arena *a)
{
    feed__resolver *r = ARENA_NEW(a, feed__resolver, 1);
    r->places = ARENA_NEW(a, remembered, REMEMBERED);
    return r;
}

static bool find_sku(feed__resolver *r, store_tx *tx, str sku, int64_t *ret_product, err *e)
{
    remembered *p = &r->places[str_hash(sku) % REMEMBERED];
    if (p->product && p->len == sku.len && memcmp(p->sku, sku.at, sku.len) == 0) {
        *ret_product = p->product;
        return true;
    }
    int64_t found;
    if (!store_product_find(tx, sku, &found, e))
        return false;
    if (found && sku.len <= REMEMBERED_SKU_MAX) {
        p->product = found;
        p->len = (uint8_t)sku.len;
        memcpy(p->sku, sku.at, sku.len);
    }
    *ret_product = found;
    return true;
}

/* Names that files use for the SKU, and for the types that the products file stores under one name. */
static bool means_sku(str type)
{
    static const char *const NAMES[] = {"sku", "shopifyProductSku", "SHOPIFY_PROD_SKU"};
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (str_equal_fold(type, str_of(NAMES[i])))
            return true;
    return false;
}

static str stored_type(str type)
{
    static const char *const NAMES[] = {"upc", "upca", "barcode"};
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (str_equal_fold(type, str_of(NAMES[i])))
            return STR("UPCA");
    return type;
}

static bool find_identifier(feed__resolver *r, store_tx *tx, const feed__name *n, int64_t *ret_product, err *e)
{
    bool sku = means_sku(n->type), any = str_empty(n->type);
    int64_t found = 0;
    if ((sku || any) && !find_sku(r, tx, n->value, &found, e))
        return false;
    if (found == 0 && !store_product_find_by(tx, n->type, n->value, &found, e))
        return false;
    str stored = stored_type(n->type);
    if (found == 0 && !str_equal(stored, n->type) && !store_product_find_by(tx, stored, n->value, &found, e))
        return false;
    *ret_product = found;
    return true;
}

bool feed__resolve(feed__resolver *r, store_tx *tx, const feed__name *n, arena *a, int64_t *ret_product,
                   str *ret_reason, err *e)
{
    int64_t found;
    if (!str_empty(n->sku)) {
        if (!find_sku(r, tx, n->sku, &found, e))
            return false;
        if (found == 0)
            *ret_reason = str_printf(a, "there is no product with the SKU '%.*s'; import products first, or correct it",
                                     STR_ARG(n->sku));
    } else {
        if (!find_identifier(r, tx, n, &found, e))
            return false;
        const char *type = str_empty(n->type) ? "" : " of type ";
        if (found == 0)
            *ret_reason = str_printf(
                a, "there is no product with the identifier '%.*s'%s%.*s; import products first, or correct it",
                STR_ARG(n->value), type, STR_ARG(n->type));
        if (found < 0)
            *ret_reason = str_printf(a, "several products have the identifier '%.*s'%s%.*s; use the SKU",
                                     STR_ARG(n->value), type, STR_ARG(n->type));
    }
    *ret_product = found > 0 ? found : 0;
    return true;
}

const char *feed__code_wrong(str code)
{
    if (str_empty(code))
        return "is missing";
    if (code.len > FEED__CODE_MAX)
        return "is longer than 255 bytes";
    for (size_t i = 0; i < code.len; i++)
        if ((unsigned char)code.at[i] < ' ' || code.at[i] == 0x7f)
            return "has a control character in it";
    return NULL;
}
