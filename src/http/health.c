/* Health, and the files that are compiled in. */
#include "http/internal.h"

#include "base/embed.h"

extern const struct embed_file http__files[];
extern const size_t http__files_count;

bool http__health(http_call *c, err *e)
{
    if (!http__begin(c, e)) /* healthy is who can read the database */
        return false;
    js_writer w = http__json(c);
    js_object(&w, NULL);
    js_put_z(&w, "status", "ok");
    js_put_z(&w, "version", EVENSTOCK_VERSION);
    js_close(&w);
    return true;
}

static bool file(http_call *c, str name, const char *type, err *e)
{
    for (size_t i = 0; i < http__files_count; i++) {
        const struct embed_file *f = &http__files[i];
        if (!str_equal(name, str_of(f->name)))
            continue;
        buf_add(&c->answer->body, (str){(const char *)f->at, f->len});
        c->answer->status = 200;
        c->answer->type = type;
        c->answer->cache = "max-age=300";
        return true;
    }
    return ERR(e, ERR_MISSING, "there is no such file");
}

bool http__asset(http_call *c, err *e)
{
    str name = c->segments[0];
    return file(c, name, str_ends(name, STR(".css")) ? "text/css; charset=utf-8" : "image/svg+xml", e);
}

bool http__rest_openapi(http_call *c, err *e)
{
    return file(c, STR("openapi.json"), "application/json", e);
}
