/* Availability and movements as JSON. */
#include "store/documents.h"

/* Terms that every answer has, also at 0; the others only where they apply. */
static bool always(atp_term t)
{
    return t == ATP_TERM_PHYSICAL || t == ATP_TERM_EXCLUDED || t == ATP_TERM_BROKERING_OFF ||
           t == ATP_TERM_SAFETY_STOCK || t == ATP_TERM_THRESHOLD || t == ATP_TERM_QUEUE;
}

static void terms_json(js_writer *w, const atp_result *r)
{
    js_array(w, "terms");
    for (atp_term t = 0; t < ATP_TERMS; t++) {
        if (!always(t) && r->terms[t] == 0)
            continue;
        js_object(w, NULL);
        js_put_z(w, "name", atp_term_name(t));
        js_put_int(w, "quantity", r->terms[t]);
        js_close(w);
    }
    js_close(w);
}

static void facilities_json(js_writer *w, const store_config *c, const store_availability *v)
{
    js_array(w, "facilities");
    for (size_t i = 0; i < v->facility_count; i++) {
        const atp_facility *f = &v->facilities[i];
        js_object(w, NULL);
        js_put_str(w, "facility", c->facilities[i].code);
        js_put_int(w, "qoh", f->qoh);
        js_put_int(w, "reserved", f->qoh - f->atp);
        js_put_int(w, "atp", f->atp);
        js_put_int(w, "safety_stock", f->safety_stock);
        js_put_int(w, "counted", v->counted[i]);
        js_put_z(w, "why", atp_why_name(v->why[i]));
        js_close(w);
    }
    js_close(w);
}

void store_waterfall_json(js_writer *w, const store_config *c, const store_availability *v)
{
    terms_json(w, &v->result);
    facilities_json(w, c, v);
}

void store_movement_fields(js_writer *w, const store_config *c, str sku, const store_movement *m)
{
    const store_facility *f = config_facility(c, m->facility);
    js_put_int(w, "seq", m->seq);
    js_put_instant(w, "at", m->at);
    js_put_instant(w, "recorded_at", m->recorded_at);
    js_put_str(w, "sku", sku);
    js_put_str(w, "facility", f ? f->code : STR("?")); /* a damaged database is shown, too */
    js_put_int(w, "qoh_delta", m->qoh_delta);
    js_put_int(w, "atp_delta", m->atp_delta);
    js_put_int(w, "qoh", m->qoh);
    js_put_int(w, "atp", m->atp);
    js_put_str(w, "reason", m->reason);
    js_put_str(w, "source", m->source);
    js_put_str(w, "actor", m->actor);
}
