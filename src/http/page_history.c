/* The product's page: what was sent to Shopify and what others did there, the jobs, and the ledger. */
#include "http/page.h"
#include "http/page_runs.h"

#define ROWS 20

static void time_cell(html *h, instant t)
{
    http__tag(h, "td", NULL);
    http__time(h, t);
    http__end_tag(h, "td");
}

static void change_cell(html *h, qty n)
{
    http__tag(h, "td", "number");
    http__change(h, n);
    http__end_tag(h, "td");
}

/* -- our writes -- */

static const struct {
    const char *kind, *word;
} OPERATION_WORDS[OPERATION_STATES] = {
    [OPERATION_OPEN] = {"move", "In doubt: no answer is booked yet"},
    [OPERATION_BOOKED] = {"ok", "Booked"},
    [OPERATION_REFUSED] = {"bad", "Refused"},
    [OPERATION_STALE] = {"warn", "Stale: the number had changed, nothing was written"},
    [OPERATION_READ] = {"warn", "Closed by reading"},
};

static void push_row(html *h, const store_operation *o, target_key k)
{
    for (size_t i = 0; i < o->line_count; i++) {
        const operation_line *l = &o->lines[i];
        if (l->key.product != k.product || l->key.channel != k.channel)
            continue;
        http__tag(h, "tr", NULL);
        time_cell(h, o->first_sent_at != INSTANT_NONE ? o->first_sent_at : o->created_at);
        http__leaf(h, "td", NULL, o->kind == OPERATION_PUSH ? STR("Push") : STR("Repair"));
        change_cell(h, l->delta);
        http__tag(h, "td", NULL);
        http__state(h, OPERATION_WORDS[o->state].kind, OPERATION_WORDS[o->state].word);
        http__end_tag(h, "td");
        http__leaff(h, "td", "id", SYNC_REFERENCE, o->id);
        http__foreign_leaf(h, "td", "id", o->group);
        http__foreign_leaf(h, "td", NULL, o->note);
        http__end_tag(h, "tr");
    }
}

static bool pushes(html *h, const product_view *p, err *e)
{
    static const char *const HEADS[] = {"Sent", "What", "#Change", "Answer", "Our reference", "Shopify's group",
                                        "Note", NULL};
    http_call *c = p->call;
    target_key k = {p->product.id, p->channel->id};
    store_operation *list;
    size_t count;
    if (!store_operations_of(c->tx, k, ROWS, c->memory, &list, &count, e))
        return false;
    http__leaf(h, "h2", NULL, STR("Our writes to Shopify"));
    if (count == 0) {
        http__leaf(h, "p", NULL, STR("Nothing was ever sent for this product in this channel."));
        return true;
    }
    http__table(h, "The newest 20, newest first", HEADS);
    for (size_t i = 0; i < count; i++)
        push_row(h, &list[i], k);
    http__table_end(h);
    return true;
}

/* -- what we know of Shopify's side -- */

static const char *const EXPLAINED_WORDS[EXPLAINED_KINDS] = {
    [EXPLAINED_ADOPT] = "Adopted: read as a start",     [EXPLAINED_PUSH] = "Our push, booked",
    [EXPLAINED_IMPORT] = "The shop's orders, imported", [EXPLAINED_DRIFT] = "Somebody else's change, found",
    [EXPLAINED_UNDRIFT] = "That change taken back",     [EXPLAINED_READ] = "Read, after a push without an answer",
    [EXPLAINED_FORGET] = "Forgotten: linked anew",      [EXPLAINED_CLAIM] = "Orders that claim no stock, put back",
};

static bool journal(html *h, const product_view *p, err *e)
{
    static const char *const HEADS[] = {"When", "What", "#Value", "#Booked after", "Reference", NULL};
    http_call *c = p->call;
    explained_row *rows;
    size_t count;
    if (!store_explained_newest(c->tx, (target_key){p->product.id, p->channel->id}, ROWS, c->memory, &rows, &count, e))
        return false;
    if (count == 0)
        return true;
    http__leaf(h, "h2", NULL, STR("Shopify's number, as booked here"));
    http__table(h, "The newest 20 changes, newest first", HEADS);
    for (size_t i = 0; i < count; i++) {
        http__tag(h, "tr", NULL);
        time_cell(h, rows[i].at);
        http__leaf(h, "td", NULL, str_of(EXPLAINED_WORDS[rows[i].kind]));
        change_cell(h, rows[i].value);
        http__tag(h, "td", "number");
        http__maybe(h, rows[i].after);
        http__end_tag(h, "td");
        http__foreign_leaf(h, "td", "id", rows[i].ref);
        http__end_tag(h, "tr");
    }
    http__table_end(h);
    return true;
}

static bool incidents(html *h, const product_view *p, err *e)
{
    static const char *const HEADS[] = {"Found", "#Change by others", "Between", "And", "State", NULL};
    http_call *c = p->call;
    store_incident *list;
    size_t count;
    if (!store_incidents(c->tx, p->shop->id, (target_key){p->product.id, p->channel->id}, /* open_only= */ false, ROWS,
                         c->memory, &list, &count, e))
        return false;
    if (count == 0)
        return true;
    http__leaf(h, "h2", NULL, STR("Foreign changes"));
    http__table(h, "What others did to the number in Shopify", HEADS);
    for (size_t i = 0; i < count; i++) {
        http__tag(h, "tr", NULL);
        time_cell(h, list[i].found_at);
        change_cell(h, list[i].drift);
        time_cell(h, list[i].after);
        time_cell(h, list[i].before);
        http__tag(h, "td", NULL);
        http__state(h, list[i].open ? "warn" : "ok", list[i].open ? "Open" : "Closed");
        http__end_tag(h, "td");
        http__end_tag(h, "tr");
    }
    http__table_end(h);
    return true;
}

/* -- the jobs -- */

/* Could the last run have seen the newest change? */
static void order_cell(html *h, const product_view *p, const job_view *j)
{
    maybe_qty owed = p->has_target ? http__owed(&p->target) : QTY_UNKNOWN;
    http__tag(h, "td", NULL);
    if (p->changed_at == INSTANT_NONE || !j->has_last || j->last.started_at == INSTANT_NONE)
        http__none(h, "there is nothing to compare");
    else if (p->changed_at <= j->last.started_at)
        http__state(h, "ok", "Before it");
    else if (owed.known && owed.value == 0)
        http__text(h, STR("After it, and nothing is owed"));
    else
        http__state(h, "warn", "After it: this run cannot have seen the change");
    http__end_tag(h, "td");
}

static void job_row(html *h, const product_view *p, const job_view *j)
{
    http_call *c = p->call;
    http__tag(h, "tr", NULL);
    http__tag(h, "th", NULL);
    http__attr(h, "scope", STR("row"));
    http__link(h, http_href(c->memory, "/jobs/*?shop=*", str_of(j->kind->name), j->shop), str_of(j->kind->title));
    http__end_tag(h, "th");
    http__tag(h, "td", NULL);
    http__job_status(h, j);
    http__end_tag(h, "td");
    http__last_run(h, j, /* counts= */ false);
    order_cell(h, p, j);
    if (c->visitor != HTTP_NOBODY) {
        http__tag(h, "td", NULL);
        http__job_actions(h, j, http_href(c->memory, "/products/*?channel=*", p->product.sku, p->channel->code));
        http__end_tag(h, "td");
    }
    http__end_tag(h, "tr");
}

static bool jobs(html *h, const product_view *p, err *e)
{
    static const char *const READING[] = {"Job", "Schedule", "Last run", "The newest change here came", NULL};
    static const char *const OPERATING[] = {"Job",     "Schedule", "Last run", "The newest change here came",
                                            "Actions", NULL};
    http_call *c = p->call;
    job_view *list;
    size_t count;
    if (!jobs_list(c->tx, p->shop->code, c->memory, &list, &count, e))
        return false;
    http__leaf(h, "h2", NULL, STR("Jobs"));
    if (p->changed_at != INSTANT_NONE) {
        http__tag(h, "p", NULL);
        http__text(h, STR("The stock of this product last changed here: "));
        http__time(h, p->changed_at);
        http__text(h, STR("."));
        http__end_tag(h, "p");
    }
    http__table(h, "The last run of each job", c->visitor == HTTP_NOBODY ? READING : OPERATING);
    for (size_t i = 0; i < count; i++)
        job_row(h, p, &list[i]);
    http__table_end(h);
    return true;
}

bool http__section_sync(html *h, const product_view *p, err *e)
{
    return !p->shop || (jobs(h, p, e) && pushes(h, p, e) && journal(h, p, e) && incidents(h, p, e));
}

/* -- the ledger -- */

static void movement_row(html *h, const product_view *p, const store_movement *m)
{
    http__tag(h, "tr", NULL);
    time_cell(h, m->at);
    http__foreign_leaf(h, "td", NULL, config_facility(p->call->config, m->facility)->code);
    change_cell(h, m->qoh_delta);
    change_cell(h, m->atp_delta);
    http__tag(h, "td", "number");
    http__qty(h, m->qoh);
    http__end_tag(h, "td");
    http__tag(h, "td", "number");
    http__qty(h, m->atp);
    http__end_tag(h, "td");
    http__foreign_leaf(h, "td", NULL, m->reason);
    http__foreign_leaf(h, "td", NULL, m->source);
    http__foreign_leaf(h, "td", NULL, m->actor);
    http__end_tag(h, "tr");
}

bool http__section_ledger(html *h, const product_view *p, err *e)
{
    static const char *const HEADS[] = {"When",       "Facility", "#QOH change", "#ATP change", "#QOH after",
                                        "#ATP after", "Reason",   "Source",      "By",          NULL};
    store_movement *list;
    size_t count;
    if (!store_movements_newest(p->call->tx, p->product.id, ROWS, p->call->memory, &list, &count, e))
        return false;
    http__leaf(h, "h2", NULL, STR("Ledger"));
    if (count == 0) {
        http__leaf(h, "p", NULL, STR("The stock of this product never moved."));
        return true;
    }
    http__table(h, "The newest 20 movements, newest first", HEADS);
    for (size_t i = 0; i < count; i++)
        movement_row(h, p, &list[i]);
    http__table_end(h);
    return true;
}
