/* Things that are named on the command line, with errors that tell the fix. */
#include "cli/cli.h"

bool cli__product(store_tx *tx, const char *sku, int64_t *ret, err *e)
{
    str wanted = str_trim(str_of(sku));
    int64_t id;
    if (!store_product_find(tx, wanted, &id, e))
        return false;
    if (id == 0)
        return ERR(e, ERR_MISSING, "there is no product with the SKU '%.*s'; SKUs are compared byte for byte",
                   STR_ARG(wanted));
    *ret = id;
    return true;
}

bool cli__channel(const store_config *c, const char *code, const store_channel **ret, err *e)
{
    str wanted = str_trim(str_of(code));
    const store_channel *ch = config_channel_by_code(c, wanted);
    if (!ch)
        return ERR(e, ERR_MISSING, "there is no channel '%.*s'; 'evenstock export config' shows them", STR_ARG(wanted));
    *ret = ch;
    return true;
}

bool cli__shop_row(store_tx *tx, const char *code, const store_shop **ret, err *e)
{
    const store_config *config;
    if (!store_config_get(tx, &config, e))
        return false;
    const store_shop *s = config_shop_by_code(config, str_trim(str_of(code)));
    if (!s)
        return ERR(e, ERR_MISSING, "there is no shop '%s'; 'evenstock export config' shows them", code);
    *ret = s;
    return true;
}
