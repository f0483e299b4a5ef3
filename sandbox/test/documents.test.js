// Strictness: what Shopify's schema has not, or the sandbox has not, is said so; and every document of the program is taken.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { connectionsOf, queryProblems } from '../bulk_rules.js';
import { documentOf } from '../graphql.js';
import { schemaOf, VERSIONS } from '../schema.js';
import { openShop } from '../harness.js';

const DOCUMENTS = new URL('../../src/shop/documents/', import.meta.url);

test('an unknown field, argument, variable or operation is an error of the document', async (t) => {
    const shop = await openShop(t);
    const cases = [
        ['{ shop { nickname } }', 'undefinedField', "Field 'nickname' doesn't exist on type 'Shop'"],
        ['{ shops { id } }', 'undefinedField', "Field 'shops' doesn't exist on type 'QueryRoot'"],
        [
            '{ products(firsts: 1) { nodes { id } } }',
            'argumentNotAccepted',
            "Field 'products' doesn't accept argument 'firsts'",
        ],
        [
            'query ($n: Int) { shop { id } }',
            'variableNotUsed',
            'Variable $n is declared by anonymous query but not used',
        ],
        [
            '{ products(first: $n) { nodes { id } } }',
            'variableNotDefined',
            'Variable $n is used by anonymous query but not declared',
        ],
        ['{ products(first: 1) }', 'selectionMismatch', /must have selections/],
        ['{ shop { id }', 'SYNTAX_ERROR', 'syntax error, unexpected end of file at [1, 13]'],
        [
            'mutation { inventoryActivate(inventoryItemId: "gid://shopify/InventoryItem/1", locationId: "gid://shopify/Location/1") @idempotent(key: "k") { userErrors { code } } }',
            'undefinedField',
            "Field 'code' doesn't exist on type 'UserError'",
        ],
    ];
    for (const [query, code, message] of cases) {
        const { errors, data, extensions } = await shop.api(query);
        assert.equal(errors[0].extensions.code, code, query);
        if (message instanceof RegExp) assert.match(errors[0].message, message);
        else assert.equal(errors[0].message, message);
        assert.deepEqual([data, extensions], [undefined, undefined], 'nothing ran, nothing was charged');
    }
    assert.deepEqual(
        await shop.violations(),
        cases.map(() => 'invalid_document'),
    );
});

test('what Shopify has and the sandbox has not is named, never guessed', async (t) => {
    const shop = await openShop(t);
    const cases = [
        ['{ customers(first: 1) { nodes { id } } }', 'QueryRoot.customers'],
        ['{ shop { billingAddress { city } } }', 'Shop.billingAddress'],
        [
            '{ products(first: 1, savedSearchId: "gid://shopify/SavedSearch/1") { nodes { id } } }',
            'the argument savedSearchId of QueryRoot.products',
        ],
        ['mutation { productCreate(product: { title: "x" }) { product { id } } }', 'Mutation.productCreate'],
        ['{ orders(first: 1, query: "tag:gift") { nodes { id } } }', 'the search field "tag"'],
        ['{ node(id: "gid://shopify/Customer/1") { id } }', 'node ids of the kind Customer'],
    ];
    for (const [query, what] of cases) {
        const { errors } = await shop.api(query);
        assert.equal(errors[0].extensions.code, 'SANDBOX_NOT_MODELLED', query);
        assert.ok(errors[0].message.includes(what), errors[0].message);
    }
});

test('variables have to fit their types', async (t) => {
    const shop = await openShop(t);
    const problem = async (query, variables) => (await shop.api(query, variables)).errors[0].extensions;
    const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    assert.equal((await problem(nodes, {})).code, 'INVALID_VARIABLE');
    assert.match((await problem(nodes, { ids: ['item 7'] })).problems[0].explanation, /Invalid global id 'item 7'/);
    const input = {
        name: 'available',
        reason: 'correction',
        changes: [
            {
                inventoryItemId: 'gid://shopify/InventoryItem/1',
                locationId: 'gid://shopify/Location/1',
                delta: 1.5,
                changeFromQuantity: null,
            },
        ],
        extra: 1,
    };
    const { problems } = await problem(
        'mutation ($input: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $input) @idempotent(key: "k") { userErrors { code } } }',
        { input },
    );
    assert.deepEqual(
        problems.map((p) => p.path.join('.')),
        ['extra', 'changes.0.delta'],
    );
});

test('what is no call of the API is refused over HTTP', async (t) => {
    const shop = await openShop(t);
    const send = async (path, init) => (await fetch(`${shop.url}${path}`, init)).status;
    const headers = { 'content-type': 'application/json', 'x-shopify-access-token': shop.token };
    const api = '/admin/api/2026-10/graphql.json';
    assert.equal(await send(api, { headers }), 405);
    assert.equal(await send(api, { method: 'POST', headers, body: '{' }), 400);
    assert.equal(await send(api, { method: 'POST', headers, body: '{}' }), 400);
    assert.equal(
        await send(api, { method: 'POST', headers, body: '{"query": "{ shop { id } }", "variables": []}' }),
        400,
    );
    assert.equal(
        await send(api, { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: '{}' }),
        415,
    );
    assert.equal(await send('/admin/api/2027-01/graphql.json', { method: 'POST', headers, body: '{}' }), 404);
    assert.deepEqual(await shop.violations(), [
        'bad_json',
        'no_query',
        'bad_variables',
        'content_type',
        'unknown_api_version',
    ]);
});

test('an old version falls forward and says so', async (t) => {
    const shop = await openShop(t);
    const answer = await shop.post('{ shop { id } }', {}, { version: '2025-10' });
    assert.deepEqual([answer.status, answer.headers.get('x-shopify-api-version')], [200, VERSIONS[0]]);
    assert.ok(answer.headers.get('x-request-id'));
    assert.deepEqual(await shop.violations(), ['unknown_api_version']);
});

test('parts of orders are found by their ids', async (t) => {
    const shop = await openShop(t);
    const { location } = await shop.stocked({ A: 5 });
    const { id } = await shop.order(location, { A: 1 });
    const { order } = await shop.data(
        'query ($id: ID!) { order(id: $id) { fulfillmentOrders(first: 1) { nodes { id } } } }',
        { id },
    );
    const { node } = await shop.data(
        'query ($id: ID!) { node(id: $id) { ... on FulfillmentOrder { status order { id } lineItems(first: 5) { nodes { totalQuantity lineItem { sku } } } } } }',
        { id: order.fulfillmentOrders.nodes[0].id },
    );
    assert.deepEqual(node, {
        status: 'OPEN',
        order: { id },
        lineItems: { nodes: [{ totalQuantity: 1, lineItem: { sku: 'A' } }] },
    });
    assert.equal((await shop.data('{ node(id: "gid://shopify/Refund/9") { id } }')).node, null);
});

test('every document that the program sends is taken, on each version', { skip: !existsSync(DOCUMENTS) }, () => {
    const names = readdirSync(DOCUMENTS).filter((name) => name.endsWith('.graphql'));
    assert.ok(names.length > 5, 'there are documents');
    for (const name of names)
        for (const version of VERSIONS) {
            const { ast, errors } = documentOf(version, readFileSync(new URL(name, DOCUMENTS), 'utf8'));
            assert.deepEqual(errors ?? [], [], `${name} on ${version}`);
            const schema = schemaOf(version);
            const inBulk = /_all\.graphql$/.test(name);
            if (inBulk)
                assert.deepEqual([queryProblems(schema, ast), connectionsOf(schema, ast).length > 0], [[], true], name);
        }
});
