/* The HTML writer: everything that is not ours is escaped, and tags close in order. */
#include "unit.h"

#include "http/html.h"

typedef struct page {
    arena *memory;
    http_call call;
    buf out;
    html h;
} page;

static page *page_new(void)
{
    arena *a = arena_new(0);
    page *p = ARENA_NEW(a, page, 1);
    p->memory = a;
    p->call = (http_call){.memory = a, .now = INT64_C(1795478400000000)};
    p->out = buf_new(1 << 16);
    p->h = (html){.to = &p->out, .call = &p->call};
    return p;
}

static void page_end(page **p)
{
    arena *a = (*p)->memory;
    buf_end(&(*p)->out);
    arena_end(&a);
}

static void test_text_and_attributes_are_escaped(void **state)
{
    (void)state;
    AUTO(page_end) page *p = page_new();
    http__tag(&p->h, "a", "k");
    http__attr(&p->h, "href", STR("\"><script>'&"));
    http__text(&p->h, STR("<b>&\"'\x01\x7F\t\n\xC3\xA9"));
    http__end_tag(&p->h, "a");
    assert_text(buf_str(&p->out), "<a class=\"k\" href=\"&quot;&gt;&lt;script&gt;&#39;&amp;\">&lt;b&gt;&amp;&quot;&#39;"
                                  "\xEF\xBF\xBD\xEF\xBF\xBD\t\n\xC3\xA9</a>");
}

static void test_long_text_is_escaped_as_well(void **state)
{
    (void)state;
    AUTO(page_end) page *p = page_new();
    char text[2001];
    memset(text, '<', 2000);
    text[2000] = '\0';
    http__leaff(&p->h, "p", NULL, "%s", text);
    assert_int_equal(p->out.len, strlen("<p></p>") + 2000 * strlen("&lt;"));
}

static void test_elements_without_content_close_themselves(void **state)
{
    (void)state;
    AUTO(page_end) page *p = page_new();
    http__tag(&p->h, "svg", NULL);
    http__tag(&p->h, "rect", NULL);
    http__attr_int(&p->h, "x", -3);
    http__tag(&p->h, "rect", NULL);
    http__end_tag(&p->h, "svg");
    assert_text(buf_str(&p->out), "<svg><rect x=\"-3\"/><rect/></svg>");
}

static void test_quantities_have_one_form(void **state)
{
    (void)state;
    AUTO(page_end) page *p = page_new();
    http__qty(&p->h, 1234567);
    http__qty(&p->h, -12);
    http__change(&p->h, 100);
    http__change(&p->h, 0);
    http__maybe(&p->h, QTY_UNKNOWN);
    http__qty(&p->h, INT64_MIN);
    assert_text(buf_str(&p->out), "<data value=\"1234567\">1,234,567</data><data value=\"-12\">\xE2\x88\x92"
                                  "12</data><data value=\"100\">+100</data><data value=\"0\">0</data>"
                                  "<span class=\"unknown\" title=\"not known\">?</span>"
                                  "<data value=\"-9223372036854775808\">\xE2\x88\x92"
                                  "9,223,372,036,854,775,808</data>");
}

static void test_a_time_tells_its_age(void **state)
{
    (void)state;
    AUTO(page_end) page *p = page_new();
    http__time(&p->h, p->call.now - 500 * US_PER_S);
    assert_text(buf_str(&p->out), "<time datetime=\"2026-11-23T23:51:40Z\">8 min ago, <span class=\"clock\">23:51:40"
                                  "</span></time>");
    buf_clear(&p->out);
    http__time(&p->h, p->call.now - 172800 * US_PER_S);
    assert_text(buf_str(&p->out), "<time datetime=\"2026-11-22T00:00:00Z\"><span class=\"clock\">2026-11-22 00:00:00"
                                  "</span></time>");
    buf_clear(&p->out);
    http__time(&p->h, INSTANT_NONE);
    assert_text(buf_str(&p->out), "<span class=\"muted\" title=\"never\">\xE2\x80\x94</span>");
}

static void close_out_of_order(void)
{
    page *p = page_new();
    http__tag(&p->h, "p", NULL);
    http__end_tag(&p->h, "div");
}

static void attribute_after_text(void)
{
    page *p = page_new();
    http__tag(&p->h, "p", NULL);
    http__text(&p->h, STR("x"));
    http__attr(&p->h, "id", STR("y"));
}

static void test_misuse_stops_the_program(void **state)
{
    (void)state;
    assert_true(stops(close_out_of_order));
    assert_true(stops(attribute_after_text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_and_attributes_are_escaped),
        cmocka_unit_test(test_long_text_is_escaped_as_well),
        cmocka_unit_test(test_elements_without_content_close_themselves),
        cmocka_unit_test(test_quantities_have_one_form),
        cmocka_unit_test(test_a_time_tells_its_age),
        cmocka_unit_test(test_misuse_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
