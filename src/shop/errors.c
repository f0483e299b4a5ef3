/*
 * The tables of errors.def, and how they are read.
 */
#include "shop/internal.h"

#define OPEN true
#define SHUT false

static const struct code_row {
    str code;
    shop_class class;
    bool open;
} USER_CODES[] =
    {
#define USER_CODE(code, class, open) {STR(code), SHOP_##class, open},
#include "shop/errors.def"
#undef USER_CODE
},
  TOP_CODES[] = {
#define TOP_CODE(code, class, open) {STR(code), SHOP_##class, open},
#include "shop/errors.def"
#undef TOP_CODE
};

static const struct status_row {
    int from, to;
    shop__meaning meaning;
} STATUSES[] = {
#define HTTP_STATUS(from, to, class, open, text) {from, to, {SHOP_##class, open, text}},
#include "shop/errors.def"
#undef HTTP_STATUS
};

const char *shop_class_name(shop_class c)
{
    static const char *const names[] = {"done", "retry", "look", "line", "stop", "bug"};
    _Static_assert(COUNT(names) == SHOP_CLASSES, "a name for each class");
    CHECK(c < SHOP_CLASSES);
    return names[c];
}

shop__meaning shop__meaning_of_status(int status)
{
    size_t i = 0;
    while (i + 1 < COUNT(STATUSES) && (status < STATUSES[i].from || status > STATUSES[i].to))
        i++;
    return STATUSES[i].meaning; /* the last row holds for all */
}

static bool find_code(const struct code_row *rows, size_t count, str code, shop__meaning *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (!str_equal(rows[i].code, code))
            continue;
        *ret = (shop__meaning){rows[i].class, rows[i].open, ""};
        return true;
    }
    return false;
}

bool shop__meaning_of_user_code(str code, shop__meaning *ret)
{
    return find_code(USER_CODES, COUNT(USER_CODES), code, ret);
}

bool shop__meaning_of_top_code(str code, shop__meaning *ret)
{
    return find_code(TOP_CODES, COUNT(TOP_CODES), code, ret);
}

shop_class shop__worse(shop_class a, shop_class b)
{
    /* RETRY first: it alone may still become a success. LOOK before LINE: a stale line says nothing of its worth. */
    static const int rank[] = {
        [SHOP_DONE] = 0, [SHOP_LINE] = 1, [SHOP_LOOK] = 2, [SHOP_STOP] = 3, [SHOP_BUG] = 4, [SHOP_RETRY] = 5};
    _Static_assert(COUNT(rank) == SHOP_CLASSES, "a rank for each class");
    return rank[a] >= rank[b] ? a : b;
}
