/*
 * Time zones, over GLib.
 */
#include "base/tz.h"

#include <glib.h>

#define NAME_MAX_LEN 64

/*
 * The shape of "Area/Place". Beside it GLib would take rules ("Hello5" is one), other files of the zone folder
 * ("leapseconds"), and paths that leave it.
 */
static bool is_area_and_place(str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool starts_part = i == 0 || name.at[i - 1] == '/';
        if (starts_part ? !g_ascii_isupper(c) : !g_ascii_isalnum(c) && (c == '\0' || !strchr("/_+-", c)))
            return false;
    }
    return memchr(name.at, '/', name.len) != NULL;
}

bool tz_known(str name)
{
    if (str_equal(name, STR("UTC")))
        return true;
    if (name.len > NAME_MAX_LEN || !is_area_and_place(name))
        return false;
    char z[NAME_MAX_LEN + 1] = "";
    memcpy(z, name.at, name.len);
    GTimeZone *zone = g_time_zone_new_identifier(z);
    if (!zone)
        return false;
    g_time_zone_unref(zone);
    return true;
}
