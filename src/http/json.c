/* Answers of the REST core: one document, or a list that pages by cursor. */
#include "http/internal.h"

js_writer http__json(http_call *c)
{
    c->answer->status = 200;
    c->answer->type = "application/json";
    return js_writer_new(&c->answer->body);
}

js_writer http__list(http_call *c)
{
    js_writer w = http__json(c);
    js_object(&w, NULL);
    js_array(&w, "items");
    return w;
}

void http__list_end(js_writer *w, str next)
{
    js_close(w);
    if (str_empty(next))
        js_put_null(w, "next");
    else
        js_put_str(w, "next", next);
    js_close(w);
}
