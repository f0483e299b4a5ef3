#pragma once
/* Between the files that answer: a request with its writer, and what several documents have in common. */
#include "model.h"

typedef struct call {
    model *shop;
    arena *a;
    const js_value *variables;
    js_writer *w;
} call;

str answer_gid(const call *c, const char *type, int number);
void answer_put_id(call *c, const char *key, str id);
void answer_begin_connection(call *c, const char *key);
void answer_end_connection(call *c, str cursor); /* "": there is no further page */
bool answer_known_item(const model *s, int number);
void answer_put_level(call *c, int item, int location);

/* The documents. */
void answer_orders(call *c);
void answer_order(call *c);
void answer_bulk_run(call *c);
void answer_bulk_poll(call *c);
void answer_bulk_list(call *c);
void answer_bulk_cancel(call *c);
void answer_adjust(call *c);
