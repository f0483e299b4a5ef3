// Bulk operations from end to end: rows, uploads, states, expiry, and what a bulk mutation does line by line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADJUST, openShop, until } from '../harness.js';

const MANY = 4_000;
const POLL =
    'query ($id: ID!) { bulkOperation(id: $id) { id status type errorCode completedAt objectCount rootObjectCount fileSize url partialDataUrl } }';
const RUN =
    'mutation ($mutation: String!, $path: String!) { bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path) { bulkOperation { id } userErrors { code message } } }';
const STAGE =
    'mutation ($method: StagedUploadHttpMethodType!) { stagedUploadsCreate(input: [{ resource: BULK_MUTATION_VARIABLES, filename: "in.jsonl", mimeType: "text/jsonl", httpMethod: $method }]) { stagedTargets { url parameters { name value } } userErrors { message } } }';

const run = async (shop, query) =>
    (
        await shop.data(
            'mutation ($query: String!) { bulkOperationRunQuery(query: $query) { bulkOperation { id status } userErrors { code message } } }',
            { query },
        )
    ).bulkOperationRunQuery;
const poll = async (shop, id) => (await shop.data(POLL, { id })).bulkOperation;
const ended = (shop, id, status = 'COMPLETED') =>
    until(
        () => poll(shop, id),
        (op) => op.status === status,
    );
const rowsOf = async (url) =>
    (await (await fetch(url)).text())
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));

async function read(shop, query) {
    const { bulkOperation, userErrors } = await run(shop, query);
    assert.deepEqual(userErrors, []);
    assert.equal(bulkOperation.status, 'CREATED');
    return ended(shop, bulkOperation.id);
}

/** The form of a target, as a client sends it. */
function formOf({ parameters }, content) {
    const form = new FormData();
    for (const { name, value } of parameters) form.append(name, value);
    form.append('file', new Blob([content], { type: 'text/jsonl' }), 'in.jsonl');
    return form;
}

async function target(shop, method = 'POST') {
    return (await shop.data(STAGE, { method })).stagedUploadsCreate.stagedTargets[0];
}

/** Uploads a text; answers its path. */
async function upload(shop, content) {
    const one = await target(shop);
    const answer = await fetch(one.url, { method: 'POST', body: formOf(one, content) });
    assert.equal(answer.status, 201, await answer.text());
    return one.parameters.find((p) => p.name === 'key').value;
}

test('a row for each item, the level inside it; size and counts are those of the file', async (t) => {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 5, B: 7 });
    const op = await read(
        shop,
        `{ inventoryItems { edges { node { id sku inventoryLevel(locationId: "${location}") { quantities(names: ["available"]) { quantity } } } } } }`,
    );
    const text = await (await fetch(op.url)).text();
    assert.deepEqual(
        [op.objectCount, op.rootObjectCount, op.fileSize, op.errorCode, op.partialDataUrl],
        ['2', '2', String(text.length), null, null],
    );
    assert.deepEqual(await rowsOf(op.url), [
        { id: items.A, sku: 'A', inventoryLevel: { quantities: [{ quantity: 5 }] } },
        { id: items.B, sku: 'B', inventoryLevel: { quantities: [{ quantity: 7 }] } },
    ]);
    const part = await fetch(op.url, { headers: { range: 'bytes=5-9' } });
    assert.deepEqual(
        [part.status, part.headers.get('content-range'), await part.text()],
        [206, `bytes 5-9/${text.length}`, text.slice(5, 10)],
    );
    assert.equal((await fetch(op.url, { headers: { range: `bytes=${text.length}-` } })).status, 416);
    assert.equal((await fetch(`${op.url}x`)).status, 404);
});

test('nested connections are rows of their own that name the node above them', async (t) => {
    const shop = await openShop(t);
    const { location } = await shop.stocked({ A: 5, B: 7 });
    const { id } = await shop.order(location, { A: 1, B: 2 });
    const op = await read(
        shop,
        '{ orders { edges { node { id fulfillmentOrders { edges { node { id lineItems { edges { node { id totalQuantity } } } } } } lineItems { edges { node { sku } } } } } } }',
    );
    const rows = await rowsOf(op.url);
    const [fo] = rows.filter((row) => row.id?.includes('/FulfillmentOrder/'));
    assert.deepEqual(
        rows.map(({ __parentId: parent }) => parent),
        [undefined, id, fo.id, fo.id, id, id],
    );
    assert.deepEqual(rows[0], { id });
    assert.deepEqual(
        rows.filter((row) => row.sku),
        [
            { sku: 'A', __parentId: id },
            { sku: 'B', __parentId: id },
        ],
    );
    assert.deepEqual([op.objectCount, op.rootObjectCount], ['6', '1']);
});

test('no rows, no file', async (t) => {
    const shop = await openShop(t);
    const op = await read(shop, '{ products { edges { node { id } } } }');
    assert.deepEqual([op.objectCount, op.url, op.fileSize], ['0', null, null]);
});

test('rows are those of the moment it began to run', async (t) => {
    const shop = await openShop(t);
    const { location } = await shop.stocked({ A: 5, B: 5 });
    await shop.control('faults', { kind: 'bulk_stuck', count: 1, ms: 60_000 });
    const {
        bulkOperation: { id },
    } = await run(
        shop,
        `{ inventoryItems { edges { node { inventoryLevel(locationId: "${location}") { quantities(names: ["available"]) { quantity } } } } } }`,
    );
    await until(
        () => poll(shop, id),
        (op) => op.status === 'RUNNING' && op.objectCount === '1',
    );
    await shop.order(location, { A: 1 });
    await shop.control('clock', { advance_s: 61 });
    const { url } = await ended(shop, id);
    assert.deepEqual(
        (await rowsOf(url)).map((row) => row.inventoryLevel.quantities[0].quantity),
        [5, 5],
    );
});

test('a stuck operation stays until the faults end; a cancelled one is canceled, once', async (t) => {
    const shop = await openShop(t);
    await shop.stocked({ A: 5 });
    await shop.control('faults', { kind: 'bulk_stuck', count: 2 });
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push((await run(shop, '{ products { edges { node { id } } } }')).bulkOperation.id);
    for (const id of ids) await ended(shop, id, 'RUNNING');
    const cancel = async (id) =>
        (
            await shop.data(
                'mutation ($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }',
                { id },
            )
        ).bulkOperationCancel;
    assert.deepEqual(await cancel(ids[0]), { bulkOperation: { status: 'CANCELING' }, userErrors: [] });
    assert.ok((await ended(shop, ids[0], 'CANCELED')).completedAt);
    assert.match((await cancel(ids[0])).userErrors[0].message, /cannot be canceled when it is canceled/);
    assert.match((await cancel('gid://shopify/BulkOperation/99')).userErrors[0].message, /does not exist/);
    assert.equal((await poll(shop, ids[1])).status, 'RUNNING');
    await shop.control('faults', { kind: 'none' });
    await ended(shop, ids[1]);
});

test('operations are found by type and status; a result is gone after a week', async (t) => {
    const shop = await openShop(t);
    await shop.stocked({ A: 5 });
    const { id, url } = await read(shop, '{ products { edges { node { id } } } }');
    const list = async (query) =>
        (
            await shop.data(
                'query ($query: String) { bulkOperations(first: 5, query: $query, sortKey: CREATED_AT, reverse: true) { nodes { id status } } }',
                { query },
            )
        ).bulkOperations.nodes;
    assert.deepEqual(await list('operation_type:query status:completed'), [{ id, status: 'COMPLETED' }]);
    assert.deepEqual(await list('operation_type:mutation'), []);
    await shop.control('clock', { advance_s: 7 * 24 * 3600 });
    const op = await poll(shop, id);
    assert.deepEqual([op.status, op.url], ['EXPIRED', null]);
    assert.equal((await fetch(url)).status, 404);
});

test('a bulk mutation writes line by line and reports each line', async (t) => {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 5, B: 5 });
    const line = (key, item, delta, more) =>
        JSON.stringify({ key, input: shop.adjustment(item, location, delta, more) });
    const path = await upload(
        shop,
        [
            line('1', items.A, 2),
            line('2', items.B, 1, { changeFromQuantity: 4 }),
            '{ torn',
            line('1', items.A, 2),
            '',
            line('3', items.B, 3),
        ].join('\n'),
    );
    const {
        bulkOperation: { id },
    } = (await shop.data(RUN, { mutation: ADJUST, path })).bulkOperationRunMutation;
    const op = await ended(shop, id);
    const rows = await rowsOf(op.url);
    assert.deepEqual(
        rows.map((row) => row.__lineNumber),
        [0, 1, 2, 3, 5],
    );
    assert.deepEqual(
        rows.map((row) =>
            row.data ? row.data.inventoryAdjustQuantities.userErrors.map((e) => e.code) : row.errors.length,
        ),
        [[], ['CHANGE_FROM_QUANTITY_STALE'], 1, [], []],
    );
    assert.deepEqual([op.type, op.objectCount], ['MUTATION', '5']);
    assert.deepEqual(
        [await shop.held('A', location), await shop.held('B', location)],
        [
            [7, 0, 7],
            [8, 0, 8],
        ],
    );
    const { currentBulkOperation } = await shop.data('{ currentBulkOperation(type: MUTATION) { id } }');
    assert.equal(currentBulkOperation.id, id);
});

test('bulk_fail in a mutation: half of the lines are written', async (t) => {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 5, B: 5 });
    const path = await upload(
        shop,
        [items.A, items.B]
            .map((item, i) => JSON.stringify({ key: String(i), input: shop.adjustment(item, location, 1) }))
            .join('\n'),
    );
    await shop.control('faults', { kind: 'bulk_fail', count: 1 });
    const {
        bulkOperation: { id },
    } = (await shop.data(RUN, { mutation: ADJUST, path })).bulkOperationRunMutation;
    const op = await ended(shop, id, 'FAILED');
    assert.deepEqual(
        [op.errorCode, op.url, (await rowsOf(op.partialDataUrl)).length],
        ['INTERNAL_SERVER_ERROR', null, 1],
    );
    assert.deepEqual(
        [await shop.held('A', location), await shop.held('B', location)],
        [
            [6, 0, 6],
            [5, 0, 5],
        ],
    );
});

test('an upload needs the form that its target asks for', async (t) => {
    const shop = await openShop(t);
    const one = await target(shop);
    const send = async (form) => {
        const answer = await fetch(one.url, { method: 'POST', body: form });
        return [answer.status, /<Code>(.*?)</.exec(await answer.text())?.[1]];
    };
    const turned = new FormData();
    turned.append('file', new Blob(['{}']), 'in.jsonl');
    for (const { name, value } of one.parameters) turned.append(name, value);
    assert.deepEqual(await send(turned), [400, 'InvalidArgument']);
    const changed = (name, value) => ({
        parameters: one.parameters.map((p) => (p.name === name ? { name, value } : p)),
    });
    assert.deepEqual(await send(formOf(changed('key', 'tmp/1/bulk/other/in.jsonl'), '{}')), [403, 'AccessDenied']);
    assert.deepEqual(await send(formOf(changed('Content-Type', 'text/plain'), '{}')), [403, 'AccessDenied']);
    assert.deepEqual(await send(formOf(changed('x-goog-signature', '00'), '{}')), [403, 'SignatureDoesNotMatch']);
    assert.deepEqual(await send(formOf(one, '')), [400, 'EntityTooSmall']);
    assert.deepEqual(await send('no form'), [400, 'MalformedPOSTRequest']);
    await shop.control('clock', { advance_s: 25 * 3600 });
    assert.deepEqual(await send(formOf(one, '{}')), [400, 'ExpiredToken']);
    const { url } = await target(shop, 'PUT');
    assert.equal((await fetch(url.replace('in.jsonl', 'other.jsonl'), { method: 'PUT', body: '{}' })).status, 403);
    assert.equal((await fetch(url, { method: 'PUT', body: '{}' })).status, 200);
    assert.equal((await fetch(url)).status, 404, 'an upload is not given out');
    assert.equal((await fetch(url, { method: 'DELETE' })).status, 405);
});

test('documents that may not run in bulk are violations; what is not modelled is named', async (t) => {
    const shop = await openShop(t);
    assert.equal((await run(shop, '{ shop { id } }')).userErrors[0].code, 'INVALID');
    assert.match(
        (await run(shop, '{ products { edges { node { identity } } } }')).userErrors[0].message,
        /Invalid bulk query: Field 'identity' doesn't exist on type 'Product'/,
    );
    assert.match(
        (await run(shop, 'query ($q: String) { products(query: $q) { edges { node { id } } } }')).userErrors[0].message,
        /variables are not supported/,
    );
    const { errors, data } = await shop.api(
        'mutation { bulkOperationRunQuery(query: "{ customers { edges { node { id } } } }") { userErrors { message } } }',
    );
    assert.deepEqual(
        [errors[0].message, data],
        ['The sandbox does not model QueryRoot.customers.', { bulkOperationRunQuery: null }],
    );
    const refused = (await shop.data(RUN, { mutation: ADJUST, path: 'tmp/none' })).bulkOperationRunMutation;
    assert.equal(refused.userErrors[0].code, 'NO_SUCH_FILE');
    assert.deepEqual(await shop.violations(), [
        'invalid_bulk_query',
        'invalid_bulk_query',
        'invalid_bulk_query',
        'not_modelled_here',
    ]);
});

test('thousands of items are read in a moment, and other calls have their turn', async (t) => {
    const shop = await openShop(t);
    const { id: location } = await shop.control('locations', { name: 'Web' });
    await shop.control(
        'products',
        Array.from({ length: MANY }, (_, i) => ({ sku: `S-${i}`, stocked: [location] })),
    );
    const started = performance.now();
    const op = await read(
        shop,
        '{ inventoryItems { edges { node { id inventoryLevels { edges { node { id } } } } } } }',
    );
    assert.equal(op.objectCount, String(2 * MANY));
    assert.equal((await rowsOf(op.url)).length, 2 * MANY);
    assert.ok(performance.now() - started < 5_000);
});
