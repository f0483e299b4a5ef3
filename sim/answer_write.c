/* The write: idempotency keys, compare, refusals, all or nothing. */
#include "answers.h"

#include <stdio.h>
#include <stdlib.h>

/* -- the write -- */

#define REFUSALS_MAX 12 /* writes of one refused item: one a plan, and some were under way */

typedef struct refusal {
    int line; /* -1: none named */
    const char *code, *message, *field;
} refusal;

static void put_adjusted(call *c, int group, const refusal *errors, size_t count)
{
    js_writer *w = c->w;
    js_object(w, "inventoryAdjustQuantities");
    if (group) {
        js_object(w, "inventoryAdjustmentGroup");
        js_put_str(w, "id", answer_gid(c, "InventoryAdjustmentGroup", group));
        js_put_instant(w, "createdAt", model_now(c->shop));
        js_close(w);
    } else {
        js_put_null(w, "inventoryAdjustmentGroup");
    }
    js_array(w, "userErrors");
    for (size_t i = 0; i < count; i++) {
        js_object(w, NULL);
        js_put_z(w, "code", errors[i].code);
        if (errors[i].line < 0) {
            js_put_null(w, "field");
        } else {
            js_array(w, "field");
            js_put_z(w, NULL, "input");
            js_put_z(w, NULL, "changes");
            js_put_str(w, NULL, str_printf(c->a, "%d", errors[i].line));
            js_put_z(w, NULL, errors[i].field);
            js_close(w);
        }
        js_put_z(w, "message", errors[i].message);
        js_close(w);
    }
    js_close(w);
    js_close(w);
}

static size_t judge_lines(call *c, const js_value *changes, refusal *errors)
{
    model *s = c->shop;
    size_t count = 0;
    int n = 0;
    JS_EACH(line, changes) {
        int number = model_number(js_str(js_get(line, "inventoryItemId"), STR("")));
        int location = model_number(js_str(js_get(line, "locationId"), STR("")));
        const js_value *from = js_get(line, "changeFromQuantity");
        if (!from)
            sim_broken(s->w, "P4", "shop %d: a change without changeFromQuantity", s->number);
        if (!answer_known_item(s, number)) {
            errors[count++] = (refusal){n, "INVALID_INVENTORY_ITEM", "It could not be found.", "inventoryItemId"};
        } else if (s->items[number].refused) {
            if (++s->refused_writes[number][location] > REFUSALS_MAX)
                sim_broken(s->w, "I7", "shop %d, item %d at %d: a refused line was sent %d times", s->number, number,
                           location, s->refused_writes[number][location]);
            errors[count++] = (refusal){n, "NON_MUTABLE_INVENTORY_ITEM", "It may not be adjusted.", "inventoryItemId"};
        } else if (from && from->kind == JS_INT &&
                   from->integer != model_level_of(s, number, location)->q[Q_AVAILABLE]) {
            errors[count++] = (refusal){n, "CHANGE_FROM_QUANTITY_STALE", "It no longer matches.", "changeFromQuantity"};
        }
        n++;
    }
    return count;
}

static model_key *find_key(model *s, str key)
{
    for (int i = s->key_count - 1; i >= 0; i--)
        if (str_equal(str_of(s->keys[i].key), key) && s->w->ticks - s->keys[i].at < KEY_LIFE_US)
            return &s->keys[i];
    return NULL;
}

static model_key *new_key(model *s, str key, str reference, uint64_t content)
{
    if (s->key_count == s->key_room) {
        s->key_room = s->key_room ? 2 * s->key_room : 64;
        s->keys = reallocarray(s->keys, (size_t)s->key_room, sizeof *s->keys);
        CHECK(s->keys);
    }
    model_key *k = &s->keys[s->key_count++];
    *k = (model_key){.content = content, .at = s->w->ticks};
    snprintf(k->key, sizeof k->key, "%.*s", STR_ARG(key));
    snprintf(k->reference, sizeof k->reference, "%.*s", STR_ARG(reference));
    return k;
}

static void apply_lines(model *s, const js_value *changes)
{
    JS_EACH(line, changes) {
        int number = model_number(js_str(js_get(line, "inventoryItemId"), STR("")));
        int location = model_number(js_str(js_get(line, "locationId"), STR("")));
        model_shift(s, number, location, Q_AVAILABLE, js_int(js_get(line, "delta"), 0), BY_US);
        s->w->writes_applied++;
    }
}

static uint64_t print_of(const js_value *input)
{
    buf content = buf_new((size_t)1 << 20);
    js_writer w = js_writer_new(&content);
    js_put_value(&w, NULL, input);
    uint64_t print = str_hash(buf_str(&content));
    buf_end(&content);
    return print;
}

void answer_adjust(call *c)
{
    model *s = c->shop;
    str key = js_str(js_get(c->variables, "key"), STR(""));
    const js_value *input = js_get(c->variables, "input"), *changes = js_get(input, "changes");
    str reference = js_str(js_get(input, "referenceDocumentUri"), STR(""));
    uint64_t print = print_of(input);
    trade_race(s, changes);
    if (!changes || changes->count > 250 || str_empty(key))
        sim_broken(s->w, "P4", "shop %d: a write that Shopify would refuse", s->number);
    model_key *k = find_key(s, key);
    if (k && k->content != print) {
        sim_broken(s->w, "P6", "shop %d: a key came again with other content", s->number);
        put_adjusted(c, 0, &(refusal){-1, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "other parameters", NULL}, 1);
    } else if (k && k->failed) {
        put_adjusted(c, 0, &(refusal){-1, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "It failed before.", NULL}, 1);
    } else if (k) {
        put_adjusted(c, k->group, NULL, 0);
    } else {
        refusal *errors = ARENA_NEW(c->a, refusal, changes->count + 1);
        size_t count = judge_lines(c, changes, errors);
        k = new_key(s, key, reference, print);
        k->failed = count > 0;
        if (count == 0) {
            oracle_applied(s->w, s->number, changes, reference);
            k->group = ++s->next_group;
            apply_lines(s, changes);
        }
        put_adjusted(c, k->group, errors, count);
    }
}
