/*
 * Requests and answers on their way. A request is a parcel that arrives at its shop; what comes back is a parcel that
 * arrives at the program, unless it has died meanwhile. What goes wrong with it is its fate, decided when it is sent.
 */
#include "model.h"

#include <stdlib.h>

#define LATENCY_LEAST_US (20 * US_PER_MS)
#define LATENCY_SPAN_US  (300 * US_PER_MS)
#define LATE_MOST_US     (14 * US_PER_S) /* a copy that a proxy held back arrives so long after its timeout at most */

typedef enum fate {
    FATE_GOOD,
    FATE_NOT_SENT,     /* no connection: certainly nothing arrived */
    FATE_LOST,         /* it never arrives, and nobody says so before the timeout */
    FATE_CUT,          /* the connection ends at once; it never arrives */
    FATE_CUT_LATE,     /* the connection ends at once; it arrives later all the same */
    FATE_TWICE,        /* it arrives, and once more later */
    FATE_ANSWER_LOST,  /* it is executed, the answer never comes */
    FATE_ANSWER_LATE,  /* the answer comes seconds later */
    FATE_ERROR_BEFORE, /* HTTP 500 instead of execution */
    FATE_ERROR_AFTER,  /* executed, and HTTP 502 */
    FATE_TOO_MANY,     /* HTTP 429 */
    FATE_THROTTLED,
    FATE_GARBLED, /* executed; half of the answer comes */
    FATE_HTML,    /* executed; a proxy answers in its place */
    FATES
} fate;
static const char *const FATE_NAMES[FATES] = {"",
                                              "not sent",
                                              "lost",
                                              "cut",
                                              "cut, and late",
                                              "twice",
                                              "its answer lost",
                                              "its answer late",
                                              "HTTP 500",
                                              "executed, HTTP 502",
                                              "HTTP 429",
                                              "throttled",
                                              "its answer garbled",
                                              "executed, HTML"};

static parcel *add(sim *w, parcel n)
{
    if (w->parcel_count == w->parcel_room) {
        w->parcel_room = w->parcel_room ? 2 * w->parcel_room : 32;
        w->parcels = reallocarray(w->parcels, w->parcel_room, sizeof *w->parcels);
        CHECK(w->parcels);
    }
    n.number = w->parcels_sent++;
    w->parcels[w->parcel_count] = n;
    return &w->parcels[w->parcel_count++];
}

static int64_t latency(sim *w)
{
    return LATENCY_LEAST_US + (int64_t)sim_roll(w, DICE_NET, LATENCY_SPAN_US);
}

static char *copy(str s)
{
    char *made = malloc(s.len + 1);
    CHECK(made);
    memcpy(made, s.at, s.len);
    made[s.len] = '\0';
    return made;
}

str net_http_date(arena *a, instant t)
{
    static const char *const DAYS[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    str text = instant_text(a, t); /* 2026-11-24T02:03:04Z */
    if (text.len < 20)
        return STR("");
    int64_t month = 1;
    CHECK(num_parse_i64((str){text.at + 5, 2}, &month));
    int64_t day = t / US_PER_S / 86400 % 7;
    return str_printf(a, "%s, %.2s %s %.4s %.8s GMT", DAYS[day], text.at + 8, MONTHS[month - 1], text.at, text.at + 11);
}

/* -- at the program -- */

/* An answer reaches the program that asked, in the same life, and before its patience ends. */
static void send_answer(sim *w, const parcel *request, parcel answer, int64_t at)
{
    answer.kind = PARCEL_ANSWER;
    answer.program = request->program;
    answer.life = request->life;
    answer.ticket = request->ticket;
    answer.at = at < request->expires_at ? at : request->expires_at;
    if (at >= request->expires_at) {
        free(answer.body);
        answer.body = NULL;
        answer.body_len = 0;
        answer.outcome = NET_LOST;
    }
    add(w, answer);
}

static int shop_of_url(const sim *w, str url)
{
    int64_t n = -1;
    CHECK(str_starts(url, STR("https://shop")) && num_parse_i64((str){url.at + 12, 1}, &n));
    CHECK(n >= 0 && n < w->shop_count);
    return (int)n;
}

static fate choose_fate(sim *w)
{
    if (w->resting || !sim_has(w, TROUBLE_NET) || !sim_chance(w, DICE_NET, w->net_per_mille))
        return FATE_GOOD;
    return 1 + (fate)sim_roll(w, DICE_NET, FATES - 1);
}

bool net_post(void *ctx, const net_request *r, uint64_t ticket, err *e)
{
    program *p = ctx;
    sim *w = p->w;
    if (p->user.dead)
        return ERR(e, ERR_IO, "the program is dead");
    fate f = choose_fate(w);
    parcel n = {.kind = PARCEL_REQUEST,
                .shop = shop_of_url(w, r->url),
                .program = p->number,
                .life = p->life,
                .ticket = ticket,
                .get = str_equal(r->method, STR("GET")),
                .file = model_number(r->url),
                .fate = (int)f,
                .at = w->ticks + latency(w),
                .expires_at = w->ticks + r->timeout_ms * US_PER_MS};
    w->requests++;
    if (w->freeze_us && memmem(r->body.at, r->body.len, "\"Adjust\"", 8)) {
        p->frozen_until = w->ticks + w->freeze_us;
        sim_note(w, "program %d stands still for %" PRId64 " s", p->number, w->freeze_us / US_PER_S);
        w->freeze_us = 0;
    }
    switch (f) {
    case FATE_NOT_SENT:
        send_answer(w, &n, (parcel){.outcome = NET_NOT_SENT}, n.at);
        return true;
    case FATE_LOST:
        send_answer(w, &n, (parcel){.outcome = NET_LOST}, n.expires_at);
        return true;
    case FATE_CUT:
        send_answer(w, &n, (parcel){.outcome = NET_LOST}, n.at);
        return true;
    case FATE_CUT_LATE:
        send_answer(w, &n, (parcel){.outcome = NET_LOST}, n.at);
        n.at =
            n.expires_at + (int64_t)sim_roll(w, DICE_NET, LATE_MOST_US) - (int64_t)sim_roll(w, DICE_NET, 20) * US_PER_S;
        n.at = qty_max(n.at, w->ticks + LATENCY_LEAST_US);
        break;
    case FATE_TWICE: {
        parcel again = n;
        again.fate = FATE_CUT_LATE; /* nobody waits for what it is answered with */
        again.at += (int64_t)sim_roll(w, DICE_NET, 10 * US_PER_S);
        again.body = copy(r->body);
        again.body_len = r->body.len;
        add(w, again);
        break;
    }
    case FATE_GOOD:
    case FATE_ANSWER_LOST:
    case FATE_ANSWER_LATE:
    case FATE_ERROR_BEFORE:
    case FATE_ERROR_AFTER:
    case FATE_TOO_MANY:
    case FATE_THROTTLED:
    case FATE_GARBLED:
    case FATE_HTML:
    case FATES:
        break;
    }
    n.body = copy(r->body);
    n.body_len = r->body.len;
    add(w, n);
    return true;
}

/* -- at the shop -- */

static void put_body(parcel *answer, const buf *body)
{
    answer->body = copy(buf_str(body));
    answer->body_len = body->len;
}

static void execute(model *s, const parcel *n, buf *ret, str *ret_operation, arena *a)
{
    *ret_operation = STR("file");
    if (!n->get) {
        *ret_operation = model_answer(s, a, (str){n->body, n->body_len}, ret);
        return;
    }
    const model_file *f = model_file_of(s, n->file);
    str text = f && s->bulk_fate != BULK_EXPIRED ? buf_str(&f->text) : STR("");
    if (s->bulk_fate == BULK_CUT)
        text.len /= 2;
    buf_add(ret, text);
}

/* What is sent back, or nothing. */
static bool answer_of(model *s, const parcel *n, parcel *ret, str *ret_operation, arena *a)
{
    AUTO(buf_end) buf body = buf_new((size_t)1 << 24);
    fate f = (fate)n->fate;
    bool away = s->w->ticks < s->away_until;
    bool runs = !away && f != FATE_ERROR_BEFORE && f != FATE_TOO_MANY && f != FATE_THROTTLED;
    *ret = (parcel){.outcome = NET_ANSWERED, .status = 200, .date = model_now(s)};
    *ret_operation = STR("");
    if (runs)
        execute(s, n, &body, ret_operation, a);
    if (f == FATE_CUT_LATE || f == FATE_ANSWER_LOST)
        return false;
    if (runs && n->get && body.len == 0)
        ret->status = 404; /* a result is kept for a while */
    if (away) {
        ret->status = 503;
        buf_clear(&body);
    } else if (f == FATE_ERROR_BEFORE || f == FATE_ERROR_AFTER) {
        ret->status = f == FATE_ERROR_BEFORE ? 500 : 502;
        buf_clear(&body);
    } else if (f == FATE_TOO_MANY) {
        ret->status = 429;
        ret->retry_after_s = 1;
    } else if (f == FATE_THROTTLED) {
        model_error("THROTTLED", &body);
    } else if (f == FATE_HTML) {
        ret->html = true;
        buf_clear(&body);
        buf_add(&body, STR("<html><body>Please stand by</body></html>"));
    }
    put_body(ret, &body);
    if (f == FATE_GARBLED)
        ret->body_len /= 2;
    return true;
}

static void arrive_at_shop(sim *w, parcel *n)
{
    AUTO(arena_end) arena *a = arena_new(0);
    model *s = w->shops[n->shop];
    parcel answer;
    str operation;
    bool some = answer_of(s, n, &answer, &operation, a);
    sim_note(w, "shop %d: %.*s of program %d%s%s", n->shop, STR_ARG(operation), n->program, n->fate ? ": " : "",
             FATE_NAMES[n->fate]);
    if (some) {
        int64_t at = w->ticks + latency(w);
        if (n->fate == FATE_ANSWER_LATE)
            at += (int64_t)sim_roll(w, DICE_NET, 40 * US_PER_S);
        sim_note_bytes(w, (str){answer.body, answer.body_len});
        send_answer(w, n, answer, at);
    } else if (n->fate == FATE_ANSWER_LOST) {
        send_answer(w, n, (parcel){.outcome = NET_LOST}, n->expires_at);
    }
    free(n->body);
}

static void arrive_at_program(sim *w, const parcel *n)
{
    program *p = w->programs[n->program];
    if (!p->fiber || p->life != n->life) {
        free(n->body);
        return;
    }
    if (p->inbox_count == p->inbox_room) {
        p->inbox_room = p->inbox_room ? 2 * p->inbox_room : 8;
        p->inbox = reallocarray(p->inbox, p->inbox_room, sizeof *p->inbox);
        CHECK(p->inbox);
    }
    p->inbox[p->inbox_count++] = *n;
    p->wake_at = w->ticks;
}

/* -- webhooks -- */

#define HOOK_LATE_US (90 * US_PER_S)

void net_tell(const model *s, int order)
{
    sim *w = s->w;
    uint64_t luck = sim_roll(w, DICE_NET, 10);
    parcel n = {.kind = PARCEL_HOOK, .shop = s->number, .order = order, .at = w->ticks + latency(w)};
    if (!sim_has(w, TROUBLE_HOOKS) || luck < 3) /* lost: polling finds it */
        return;
    if (luck < 6)
        n.at += (int64_t)sim_roll(w, DICE_NET, HOOK_LATE_US);
    add(w, n);
    if (luck > 7) {
        n.at += (int64_t)sim_roll(w, DICE_NET, HOOK_LATE_US);
        add(w, n);
    }
}

/* Nobody hears it while the machine is down or its disk is full. */
static void arrive_hook(sim *w, const parcel *n)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    err e = {0};
    if (w->up_at)
        return;
    bool heard = store_begin(w->programs[0]->db, STORE_WRITE, &tx, &e) &&
                 store_told_add(tx, w->shop_ids[n->shop],
                                str_printf(store_arena(tx), "gid://shopify/Order/%d", n->order + 1), &e) &&
                 store_commit(&tx, &e);
    if (!heard && !w->programs[0]->user.dead && e.code != ERR_IO)
        sim_broken(w, "error", "a webhook is not stored: %s", e.text);
}

/* -- the way -- */

parcel *net_next(sim *w)
{
    parcel *first = NULL;
    for (size_t i = 0; i < w->parcel_count; i++) {
        parcel *n = &w->parcels[i];
        if (!first || n->at < first->at || (n->at == first->at && n->number < first->number))
            first = n;
    }
    return first;
}

void net_arrive(sim *w, parcel *which)
{
    parcel n = *which;
    *which = w->parcels[--w->parcel_count];
    switch (n.kind) {
    case PARCEL_REQUEST:
        arrive_at_shop(w, &n);
        break;
    case PARCEL_ANSWER:
        arrive_at_program(w, &n);
        break;
    case PARCEL_HOOK:
        arrive_hook(w, &n);
        break;
    }
}

void net_forget(sim *w)
{
    while (w->parcel_count)
        free(w->parcels[--w->parcel_count].body);
    free(w->parcels);
}
