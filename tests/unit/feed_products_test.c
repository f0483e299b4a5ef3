/* import products: our columns, Shopify's export, JSON lines; what is given replaces, what is absent stays. */
#include "feed_unit.h"

static bool products(bed *b, const char *text)
{
    return feed_products(b->store, bed_file(b, text), &b->options, b->memory, &b->summary, &b->error);
}

static void test_our_own_columns(void **state)
{
    bed *b = *state;
    GOOD(b, products(b, "sku,title,product_type,vendor,tags,upc\n"
                        "A,\"Shirt, red\",Shirts,ABC,\"sale, new,\",012\n"
                        "B,Hat,,,,\n"
                        ",X,,,,\n"));
    assert_counts(b, 2, 0, 1, 0, 0);
    assert_contains(bed_export(b),
                    "{\"sku\":\"A\",\"title\":\"Shirt, red\",\"product_type\":\"Shirts\",\"vendor\":\"ABC\","
                    "\"tags\":[\"sale\",\"new\"],\"identifiers\":[{\"type\":\"UPCA\",\"value\":\"012\"}]}");
    assert_contains(bed_export(b), "{\"sku\":\"B\",\"title\":\"Hat\"}");
    assert_contains(bed_read(b, "f.errors.csv"), "\n,X,,,,,3,sku,the SKU is missing\n");

    /* Absent columns stay; what is the same is unchanged. */
    GOOD(b, products(b, "title,sku\nHat,B\nCoat,A\n"));
    assert_counts(b, 1, 1, 0, 0, 0);
    assert_contains(bed_export(b), "{\"sku\":\"A\",\"title\":\"Coat\",\"product_type\":\"Shirts\",\"vendor\":\"ABC\","
                                   "\"tags\":[\"sale\",\"new\"],\"identifiers\"");
}

static void test_a_upc_leaves_other_identifiers(void **state)
{
    bed *b = *state;
    bed_config(b, "{\"products\": [{\"sku\": \"A\", \"identifiers\": [{\"type\": \"EAN\", \"value\": \"7\"}, "
                  "{\"type\": \"UPCA\", \"value\": \"1\"}]}]}");
    GOOD(b, products(b, "sku,upc\nA,2\n"));
    assert_counts(b, 1, 0, 0, 0, 0);
    assert_contains(bed_export(b), "[{\"type\":\"EAN\",\"value\":\"7\"},{\"type\":\"UPCA\",\"value\":\"2\"}]");
    GOOD(b, products(b, "upc,sku\n2,A\n"));
    assert_counts(b, 0, 1, 0, 0, 0);
    GOOD(b, products(b, "sku,upc\nA,\n"));
    assert_contains(bed_export(b), "\"identifiers\":[{\"type\":\"EAN\",\"value\":\"7\"}]");
}

static void test_shopifys_export(void **state)
{
    bed *b = *state;
    GOOD(b, products(b, "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Option2 Value,Option3 "
                        "Value,Variant SKU,"
                        "Variant Barcode,Image Src\n"
                        "shirt,Shirt,\"<p>a\nb</p>\",ABC,Shirts,\"sale, new\",Size,S,Red,,S-RED,'0123,x.png\n"
                        "shirt,,,,,,,M,Red,,,,\n"
                        "shirt,,,,,,,,,,,,y.png\n"
                        "hat,Hat,,,,,Title,Default Title,,,,,\n"
                        ",,,,,,,S,,,,,\n"));
    assert_counts(b, 3, 1, 1, 0, 0);
    str now = bed_export(b);
    assert_contains(now, "{\"sku\":\"S-RED\",\"title\":\"Shirt\",\"product_type\":\"Shirts\",\"vendor\":\"ABC\","
                         "\"tags\":[\"sale\",\"new\"],"
                         "\"identifiers\":[{\"type\":\"UPCA\",\"value\":\"0123\"}]}");
    assert_contains(now, "{\"sku\":\"shirt:M:Red\",\"title\":\"Shirt\",\"product_type\":\"Shirts\",\"vendor\":\"ABC\","
                         "\"tags\":[\"sale\",\"new\"]}");
    assert_contains(now, "{\"sku\":\"hat:Default Title\",\"title\":\"Hat\"}");
    assert_contains(b->notes, "ignored: Body (HTML), Option1 Name, Image Src");
    assert_contains(bed_read(b, "f.errors.csv"), ",5,Handle,");

    GOOD(b, products(b, "Title,URL handle,Vendor,Type,Tags,SKU,Barcode,Option1 value\nCap,cap,V,Caps,,C1,9,Blue\n"));
    assert_contains(bed_export(b), "{\"sku\":\"C1\",\"title\":\"Cap\",\"product_type\":\"Caps\",\"vendor\":\"V\","
                                   "\"identifiers\":[{\"type\":\"UPCA\"");
}

static void test_json_lines(void **state)
{
    bed *b = *state;
    GOOD(b, products(b, "\n{\"sku\": \"A\", \"title\": \"Shirt\", \"tags\": [\"x\"], \"identifiers\": [{\"type\": "
                        "\"EAN\", \"value\": \"7\"}]}\n"
                        "{\"sku\": \"B\", \"upc\": \"1\"}\n"
                        "{\"sku\": \"B\", \"colour\": \"red\"}\n"
                        "{\"sku\": \"B\", \"sku\": \"C\"}\n"
                        "{\"sku\": 7}\n"
                        "{\"title\": \"X\"}\n"
                        "[]\n"
                        "not JSON\n"
                        "{\"sku\": \"B\", \"tags\": [1]}\n"
                        "{\"sku\": \"B\", \"tags\": \"x\"}\n"
                        "{\"sku\": \"B\", \"upc\": \"1\", \"identifiers\": []}\n"
                        "{\"sku\": \"B\", \"identifiers\": [{\"type\": \"EAN\"}]}\n"
                        "{\"sku\": \"B\", \"identifiers\": [{\"type\": \"EAN\", \"value\": \"7\"}, {\"type\": \"EAN\", "
                        "\"value\": \"7\"}]}\n"));
    assert_counts(b, 2, 0, 11, 0, 0);
    assert_contains(
        bed_export(b),
        "{\"sku\":\"A\",\"title\":\"Shirt\",\"tags\":[\"x\"],\"identifiers\":[{\"type\":\"EAN\",\"value\":\"7\"}]}");
    str errors = bed_read(b, "f.errors.csv");
    assert_contains(errors, "line,error_row,error_column,error_reason\n\"{\"\"sku\"\": \"\"B\"\", \"\"colour\"\": "
                            "\"\"red\"\"}\",3,colour,");
    assert_contains(errors, "duplicate");
    assert_contains(errors, "\nnot JSON,8,,");
    GOOD(b, products(b, "{\"sku\": \"A\", \"tags\": [], \"title\": null}\n{\"sku\": \"B\"}\n"));
    assert_counts(b, 1, 1, 0, 0, 0);
    assert_contains(bed_export(b), "{\"sku\":\"A\",\"identifiers\"");
}

static void test_files_that_are_none_of_the_three(void **state)
{
    bed *b = *state;
    BAD(b, products(b, "title,vendor\nX,Y\n"), ERR_INPUT, "'sku'");
    BAD(b, products(b, "Handle,Title\nx,Y\n"), ERR_INPUT, "'Variant SKU'");
    BAD(b, products(b, ""), ERR_INPUT, "empty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_our_own_columns, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_upc_leaves_other_identifiers, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_shopifys_export, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_json_lines, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_files_that_are_none_of_the_three, bed_setup, bed_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
