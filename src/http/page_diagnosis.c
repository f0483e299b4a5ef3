/* The product's page: the diagnosis. The only place where a page asks Shopify, and only when it was asked for. */
#include "http/page.h"

bool http__diagnose(product_view *p, str channel, err *e)
{
    http_call *c = p->call;
    world w;
    err trouble = {0};
    if (!http__slow_begin(c->worker, e))
        return false;
    p->diagnosed = http__worker_world(c->worker, &w, &trouble) &&
                   jobs_diagnose(c->db, &w, p->product.sku, channel, c->memory, &p->d, &trouble);
    http__slow_end(c->worker);
    p->trouble = p->diagnosed ? STR("") : str_copy(c->memory, str_of(trouble.text));
    return true;
}

static const char *kind_of(const char *verdict)
{
    static const char *const KINDS[][2] = {
        {"in_sync", "ok"},      {"in_flight", "move"},  {"owed", "warn"},
        {"refused", "bad"},     {"not_linked", "bad"},  {"foreign_change", "bad"},
        {"not_adopted", "bad"}, {"unknown", "unknown"}, {"shop_unreachable", "unknown"},
    };
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (strcmp(verdict, KINDS[i][0]) == 0)
            return KINDS[i][1];
    return "unknown";
}

static void numbers(html *h, const diagnosis *d)
{
    const struct {
        const char *name;
        maybe_qty value;
    } rows[] = {{"Shopify should show", qty_known(d->expected)},
                {"Shopify shows", d->available},
                {"Committed there", d->committed},
                {"Sold there, not imported yet", d->unseen}};
    http__tag(h, "dl", "numbers");
    for (size_t i = 0; i < COUNT(rows); i++) {
        http__tag(h, "div", NULL);
        http__leaf(h, "dt", NULL, str_of(rows[i].name));
        http__tag(h, "dd", NULL);
        http__maybe(h, rows[i].value);
        http__end_tag(h, "dd");
        http__end_tag(h, "div");
    }
    http__end_tag(h, "dl");
}

/* A link only to the web: an address from outside could be a script. */
static void value_cell(html *h, const diagnose_evidence *v)
{
    bool web = str_starts(v->value, STR("https://")) || str_starts(v->value, STR("http://"));
    if (!web || !str_equal(v->what, STR(JOBS_HISTORY))) {
        http__foreign_leaf(h, "td", NULL, v->value);
        return;
    }
    http__tag(h, "td", NULL);
    http__link(h, str_z(h->call->memory, v->value), STR("Open it in Shopify's admin"));
    http__end_tag(h, "td");
}

static void evidence(html *h, const diagnosis *d)
{
    static const char *const HEADS[] = {"What", "Value", "When", "Source", NULL};
    http__table(h, "Evidence", HEADS);
    for (size_t i = 0; i < d->evidence_count; i++) {
        const diagnose_evidence *v = &d->evidence[i];
        http__tag(h, "tr", NULL);
        http__foreign_leaf(h, "td", NULL, v->what);
        value_cell(h, v);
        http__tag(h, "td", NULL);
        if (v->when == INSTANT_NONE)
            http__none(h, "it has no time");
        else
            http__time(h, v->when);
        http__end_tag(h, "td");
        http__foreign_leaf(h, "td", NULL, v->source);
        http__end_tag(h, "tr");
    }
    http__table_end(h);
}

static void what_to_do(html *h, const diagnosis *d)
{
    if (d->next_count == 0)
        return;
    http__leaf(h, "h3", NULL, STR("What to do"));
    http__tag(h, "ul", NULL);
    for (size_t i = 0; i < d->next_count; i++) {
        http__tag(h, "li", NULL);
        http__foreign(h, d->next[i].action);
        if (!str_empty(d->next[i].command)) {
            http__text(h, STR(": "));
            http__leaf(h, "code", NULL, d->next[i].command);
        }
        if (!d->next[i].safe)
            http__text(h, STR(" (not safe while sales are not imported)"));
        http__end_tag(h, "li");
    }
    http__end_tag(h, "ul");
}

static void checks(html *h, const diagnosis *d)
{
    static const char *const HEADS[] = {"Check", "Result", "Detail", NULL};
    static const char *const KINDS[] = {[CHECK_PASS] = "ok", [CHECK_FAIL] = "bad", [CHECK_UNKNOWN] = "unknown"};
    http__tag(h, "details", NULL);
    http__leaff(h, "summary", NULL, "All %d checks", (int)CAUSES);
    http__table(h, "Every cause that was looked at", HEADS);
    for (size_t i = 0; i < CAUSES; i++) {
        const diagnose_check *k = &d->checked[i];
        bool explains = k->result == CHECK_FAIL && domain_cause_code(k->id)[0] == 'C';
        http__tag(h, "tr", NULL);
        http__leaff(h, "td", NULL, "%s: %s", domain_cause_code(k->id), domain_cause_what(k->id));
        http__tag(h, "td", NULL);
        http__state(h, explains ? "move" : KINDS[k->result],
                    explains                  ? "applies"
                    : k->result == CHECK_PASS ? "not this"
                                              : domain_check_name(k->result));
        http__end_tag(h, "td");
        http__foreign_leaf(h, "td", NULL, k->detail);
        http__end_tag(h, "tr");
    }
    http__table_end(h);
    http__end_tag(h, "details");
}

void http__section_diagnosis(html *h, const product_view *p)
{
    const diagnosis *d = &p->d;
    if (!str_empty(p->trouble)) {
        http__note(h, "unknown", p->trouble);
        return;
    }
    if (!p->diagnosed)
        return;
    http__tag(h, "section", "panel");
    http__leaf(h, "h2", NULL, STR("Diagnosis"));
    str sentence = d->cause ? str_printf(p->call->memory, "%.*s (%s)", STR_ARG(d->summary), d->cause) : d->summary;
    http__note(h, kind_of(d->verdict), sentence);
    numbers(h, d);
    http__tag(h, "p", "muted");
    http__text(h, STR("Read from Shopify when this page was made: "));
    http__time(h, p->call->now);
    http__end_tag(h, "p");
    what_to_do(h, d);
    evidence(h, d);
    checks(h, d);
    http__end_tag(h, "section");
}
