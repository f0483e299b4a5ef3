// Every document that the program sends, against Shopify's own schema: valid in each version that the sandbox serves,
// within the cost of one query, and in the table.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, validate } from 'graphql';
import { MAX_QUERY_COST, costPlan, requestedCost } from '../../sandbox/cost.js';
import { VERSIONS, schemaOf } from '../../sandbox/schema.js';

const folder = fileURLToPath(new URL('../../src/shop/documents/', import.meta.url));
const table = readFileSync(fileURLToPath(new URL('../../src/shop/documents.def', import.meta.url)), 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
const rows = new Map(
    [...table.matchAll(/^DOCUMENT\(\w+,\s*(\w+),\s*"(\w*)",\s*(\d+),\s*(\d+)\)/gm)].map(
        ([, file, operation, points, each]) => [file, { operation, points: Number(points), each: Number(each) }],
    ),
);

/** Numbers that decide the cost; the largest that the program passes. */
const variables = {
    ids: Array.from({ length: 100 }, (_, i) => `gid://shopify/InventoryItem/${i + 1}`),
    fulfillments: 20,
    refunds: 20,
};

test('every file has a row in documents.def, and every row a file', () => {
    assert.deepEqual([...rows.keys()].sort(), files.map((name) => name.replace('.graphql', '')).sort());
});

for (const version of VERSIONS)
    for (const file of files)
        test(`${file} is valid in ${version}`, () => {
            const errors = validate(schemaOf(version), parse(readFileSync(folder + file, 'utf8')));
            assert.deepEqual(
                errors.map((e) => e.message),
                [],
            );
        });

for (const [file, row] of rows) {
    const document = parse(readFileSync(folder + file + '.graphql', 'utf8'));
    const [operation] = document.definitions;
    test(`${file} has one operation, named as in the table`, () => {
        assert.equal(document.definitions.length, 1);
        assert.equal(operation.name?.value ?? '', row.operation);
    });
    // A bulk query has no name, and costs nothing beside the call that starts it.
    if (row.operation === '') continue;
    test(`${file} costs what the table says`, () => {
        const schema = schemaOf(VERSIONS.at(-1));
        const cost = requestedCost(costPlan(schema, document, operation), variables);
        assert.equal(row.points + row.each * (row.each ? variables.ids.length : 0), cost);
        assert.ok(cost <= MAX_QUERY_COST);
    });
}
