/*
 * The waterfall: how the online ATP comes about. A picture in SVG, drawn for a narrow window and scaled up to a wide
 * one, and the same as a table, where each term opens the rows behind it. Nothing is computed here but running sums.
 */
#include "http/page.h"

static const struct term_words {
    const char *name, *about;
} TERMS[ATP_TERMS] = {
    [ATP_TERM_PHYSICAL] = {"Physical ATP", "On hand less reserved, at all stores and warehouses."},
    [ATP_TERM_EXCLUDED] = {"Excluded facilities", "Inactive, or not in this channel now."},
    [ATP_TERM_BROKERING_OFF] = {"Brokering off", "Facilities that do not ship this product."},
    [ATP_TERM_SAFETY_STOCK] = {"Safety stock", "What facilities keep back."},
    [ATP_TERM_FACILITY_FLOOR] = {"Floor at facilities", "A facility below zero takes nothing from the others."},
    [ATP_TERM_KIT_SPLIT] = {"Kit split", "Components that do not meet at one facility."},
    [ATP_TERM_QUEUE] = {"Queue", "Ordered units that have no facility yet."},
    [ATP_TERM_COMPONENT_LIMIT] = {"Component limit", "More than the scarcest component allows in this channel."},
    [ATP_TERM_THRESHOLD] = {"Threshold", "What the channel keeps back, once, from the sum."},
    [ATP_TERM_OFF] = {"Channel off", "The product is not sellable in this channel."},
    [ATP_TERM_HOLD] = {"Pre-order hold", "Held while pre-orders or backorders are queued."},
};

const char *http__why_words(atp_why w)
{
    static const char *const WORDS[ATP_WHYS] = {
        [ATP_VIRTUAL] = "virtual: holds no units",
        [ATP_INACTIVE] = "inactive",
        [ATP_NOT_IN_CHANNEL] = "not in this channel now",
        [ATP_BROKERING_OFF] = "brokering is off for this product here",
        [ATP_BELOW_SAFETY_STOCK] = "nothing above its safety stock",
        [ATP_COUNTED] = "counted",
    };
    CHECK(w < ATP_WHYS);
    return WORDS[w];
}

static bool shown(const product_view *p, atp_term t)
{
    return t == ATP_TERM_PHYSICAL || p->v.result.terms[t] != 0;
}

/* -- the picture -- */

#define PICTURE_WIDTH 340
#define ROW_HEIGHT    36
#define BAR_LEFT      4
#define LABEL_LEFT    10 /* clear of the axis */
#define BAR_RIGHT     336
#define BAR_TOP       17 /* below its label */
#define BAR_HEIGHT    12

typedef struct scale {
    qty least, most;
} scale;

/* The room of all running sums: exact for what stock is (up to 10^12 units). */
static int64_t x_of(const scale *s, qty at)
{
    double part = (double)(at - s->least) / (double)(s->most - s->least);
    return BAR_LEFT + (int64_t)(part * (BAR_RIGHT - BAR_LEFT));
}

static scale scale_of(const product_view *p)
{
    scale s = {0, 0};
    qty sum = 0;
    for (atp_term t = 0; t < ATP_TERMS; t++) {
        sum += p->v.result.terms[t];
        s.least = qty_min(s.least, sum);
        s.most = qty_max(s.most, sum);
    }
    if (s.most == s.least)
        s.most++;
    return s;
}

static void svg_text(html *h, const char *class, int64_t x, int64_t y)
{
    http__tag(h, "text", class);
    http__attr_int(h, "x", x);
    http__attr_int(h, "y", y);
}

static void bar(html *h, const char *class, const scale *s, qty from, qty to, int64_t top)
{
    int64_t left = x_of(s, qty_min(from, to)), right = x_of(s, qty_max(from, to));
    http__tag(h, "rect", class);
    http__attr_int(h, "x", left);
    http__attr_int(h, "y", top + BAR_TOP);
    http__attr_int(h, "width", right > left ? right - left : 1);
    http__attr_int(h, "height", BAR_HEIGHT);
}

static void row(html *h, const char *class, const char *name, const scale *s, qty from, qty to, int64_t top)
{
    svg_text(h, NULL, LABEL_LEFT, top + 12);
    http__text(h, str_of(name));
    http__end_tag(h, "text");
    svg_text(h, "end", BAR_RIGHT, top + 12);
    if (from == 0)
        http__textf(h, "%" PRId64, to);
    else
        http__textf(h, "%s%" PRId64, to >= from ? "+" : "\xE2\x88\x92", to >= from ? to - from : from - to);
    http__end_tag(h, "text");
    bar(h, class, s, from, to, top);
}

static void axis(html *h, const scale *s, int64_t height)
{
    int64_t x = x_of(s, 0);
    http__tag(h, "line", "axis");
    http__attr_int(h, "x1", x);
    http__attr_int(h, "x2", x);
    http__attr_int(h, "y1", BAR_TOP);
    http__attr_int(h, "y2", height);
}

void http__waterfall_picture(html *h, const product_view *p)
{
    scale s = scale_of(p);
    int64_t rows = 1, top = 0;
    for (atp_term t = 0; t < ATP_TERMS; t++)
        rows += shown(p, t);
    str room = str_printf(p->call->memory, "0 0 %d %" PRId64, PICTURE_WIDTH, rows * ROW_HEIGHT);
    http__tag(h, "svg", "waterfall");
    http__attr(h, "viewBox", room);
    http__attr(h, "role", STR("img"));
    http__attr(h, "aria-label",
               str_printf(p->call->memory, "How %" PRId64 " comes about; the table below says the same",
                          p->v.result.online_atp));
    axis(h, &s, rows * ROW_HEIGHT);
    qty sum = 0;
    for (atp_term t = 0; t < ATP_TERMS; t++) {
        qty before = sum;
        sum += p->v.result.terms[t];
        if (!shown(p, t))
            continue;
        row(h, t == ATP_TERM_PHYSICAL ? "whole" : sum < before ? "less" : "more", TERMS[t].name, &s, before, sum, top);
        top += ROW_HEIGHT;
    }
    row(h, "result", "Online ATP", &s, 0, p->v.result.online_atp, top);
    http__end_tag(h, "svg");
}

/* -- the table -- */

/* Does this facility's row stand behind the term? */
static bool behind(const product_view *p, atp_term t, size_t i)
{
    const atp_facility *f = &p->v.facilities[i];
    atp_why why = p->v.why[i];
    bool stock = f->qoh != 0 || f->atp != 0;
    switch (t) {
    case ATP_TERM_PHYSICAL:
        return f->physical && stock;
    case ATP_TERM_EXCLUDED:
        return stock && (why == ATP_INACTIVE || why == ATP_NOT_IN_CHANNEL);
    case ATP_TERM_BROKERING_OFF:
        return stock && why == ATP_BROKERING_OFF;
    case ATP_TERM_SAFETY_STOCK:
        return f->safety_stock != 0 && (why == ATP_COUNTED || why == ATP_BELOW_SAFETY_STOCK);
    case ATP_TERM_FACILITY_FLOOR:
        return f->atp < 0 && (why == ATP_COUNTED || why == ATP_BELOW_SAFETY_STOCK);
    case ATP_TERM_KIT_SPLIT:
        return stock && why == ATP_COUNTED;
    case ATP_TERM_QUEUE:
    case ATP_TERM_COMPONENT_LIMIT:
    case ATP_TERM_THRESHOLD:
    case ATP_TERM_OFF:
    case ATP_TERM_HOLD:
    case ATP_TERMS:
        return false;
    }
    check_failed("a term", ERR_HERE);
}

static void facility_rows(html *h, const product_view *p, atp_term t)
{
    http__tag(h, "ul", NULL);
    for (size_t i = 0; i < p->v.facility_count; i++) {
        const atp_facility *f = &p->v.facilities[i];
        if (!behind(p, t, i))
            continue;
        http__tag(h, "li", NULL);
        http__foreign(h, p->call->config->facilities[i].code);
        http__text(h, STR(": ATP "));
        http__qty(h, f->atp);
        if (t == ATP_TERM_SAFETY_STOCK) {
            http__text(h, STR(", keeps back "));
            http__qty(h, f->safety_stock);
            http__text(h, STR(", counts "));
            http__qty(h, p->v.counted[i]);
        } else if (t == ATP_TERM_PHYSICAL) {
            http__text(h, STR(" (on hand "));
            http__qty(h, f->qoh);
            http__text(h, STR(")"));
        } else {
            http__textf(h, ", %s", http__why_words(p->v.why[i]));
        }
        http__end_tag(h, "li");
    }
    http__end_tag(h, "ul");
}

static void other_rows(html *h, const product_view *p, atp_term t)
{
    http__tag(h, "p", NULL);
    if (t == ATP_TERM_THRESHOLD && p->has_target) {
        http__text(h, STR("Set for this product in this channel: "));
        http__qty(h, p->target.target.threshold);
        http__text(h, STR("."));
    } else if (t == ATP_TERM_QUEUE) {
        http__link(h, "#queues", STR("The queues by kind"));
    } else if (t == ATP_TERM_COMPONENT_LIMIT) {
        http__link(h, "#components", STR("The components"));
    } else if (t == ATP_TERM_OFF) {
        http__text(h, STR("Its setting in this channel: not sellable."));
    } else if (t == ATP_TERM_HOLD) {
        http__text(h, STR("The channel holds products with queued pre-orders or backorders."));
    } else {
        http__text(h, STR("Nothing."));
    }
    http__end_tag(h, "p");
}

static void term_row(html *h, const product_view *p, atp_term t, qty sum)
{
    bool any = false;
    for (size_t i = 0; i < p->v.facility_count; i++)
        any |= behind(p, t, i);
    http__tag(h, "tr", NULL);
    http__tag(h, "th", NULL);
    http__attr(h, "scope", STR("row"));
    http__tag(h, "details", NULL);
    http__leaf(h, "summary", NULL, str_of(TERMS[t].name));
    http__leaf(h, "p", "muted", str_of(TERMS[t].about));
    if (any)
        facility_rows(h, p, t);
    else
        other_rows(h, p, t);
    http__end_tag(h, "details");
    http__end_tag(h, "th");
    http__tag(h, "td", "number");
    if (t == ATP_TERM_PHYSICAL)
        http__qty(h, p->v.result.terms[t]);
    else
        http__change(h, p->v.result.terms[t]);
    http__end_tag(h, "td");
    http__tag(h, "td", "number");
    http__qty(h, sum);
    http__end_tag(h, "td");
    http__end_tag(h, "tr");
}

/* Terms that a reader looks for, also where they are 0. */
static bool listed(const product_view *p, atp_term t)
{
    return shown(p, t) || t == ATP_TERM_EXCLUDED || t == ATP_TERM_SAFETY_STOCK || t == ATP_TERM_THRESHOLD ||
           t == ATP_TERM_QUEUE;
}

void http__waterfall_table(html *h, const product_view *p)
{
    static const char *const HEADS[] = {"Term", "#Units", "#Sum", NULL};
    const atp_result *r = &p->v.result;
    qty sum = 0;
    http__table(h, "The terms, in order", HEADS);
    for (atp_term t = 0; t < ATP_TERMS; t++) {
        sum += r->terms[t];
        if (listed(p, t))
            term_row(h, p, t, sum);
    }
    http__tag(h, "tr", "total");
    http__tag(h, "th", NULL);
    http__attr(h, "scope", STR("row"));
    http__text(h, STR("Online ATP"));
    http__end_tag(h, "th");
    http__tag(h, "td", "number");
    http__attr(h, "colspan", STR("2"));
    http__qty(h, r->online_atp);
    if (r->raw < 0)
        http__textf(h, " (short by %" PRId64 ")", -r->raw);
    http__end_tag(h, "td");
    http__end_tag(h, "tr");
    http__table_end(h);
}
