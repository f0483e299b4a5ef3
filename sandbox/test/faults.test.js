// Faults on demand: each kind as a client meets it, how often it hits, and what it leaves behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADJUST, openShop, until } from '../harness.js';

const PROBE = '{ shop { id } }';

async function withStock(t, options) {
    const shop = await openShop(t, options);
    const { location, items } = await shop.stocked({ A: 10 });
    const push = (key, delta = 1) => shop.post(ADJUST, { key, input: shop.adjustment(items.A, location, delta) });
    return { shop, location, items, push };
}

test('a count hits that many calls, a rate some of them, none ends all', async (t) => {
    const { shop } = await withStock(t);
    const statuses = async (n) => {
        const out = [];
        for (let i = 0; i < n; i++) out.push((await shop.post(PROBE)).status);
        return out;
    };
    await shop.control('faults', { kind: 'http_500', count: 2 });
    assert.deepEqual(await statuses(3), [500, 500, 200]);
    await shop.control('faults', { kind: 'http_500', rate: 0.5 });
    const some = (await statuses(40)).filter((s) => s === 500).length;
    assert.ok(some > 5 && some < 35, `${some} of 40`);
    await shop.control('reset', { seed: 3 });
    await shop.control('faults', { kind: 'http_500', rate: 0.5 });
    const first = await statuses(20);
    await shop.control('reset', { seed: 3 });
    await shop.control('faults', { kind: 'http_500', rate: 0.5 });
    assert.deepEqual(await statuses(20), first, 'the same seed, the same fate');
    await shop.control('faults', { kind: 'http_500' });
    assert.deepEqual(await statuses(2), [500, 500]);
    await shop.control('faults', { kind: 'none' });
    assert.deepEqual(await statuses(1), [200]);
    assert.equal((await fetch(`${shop.url}/_control/stats`)).status, 200);
});

test('control calls are never hit', async (t) => {
    const { shop } = await withStock(t);
    await shop.control('faults', { kind: 'http_500', count: 1 });
    await shop.control('stats');
    assert.equal((await shop.post(PROBE)).status, 500);
});

test('latency holds the answer back', async (t) => {
    const { shop } = await withStock(t);
    await shop.control('faults', { kind: 'latency', count: 1, ms: 120 });
    const started = performance.now();
    await shop.data(PROBE);
    assert.ok(performance.now() - started >= 115);
});

test('an early failure has done nothing', async (t) => {
    const { shop, location, push } = await withStock(t);
    for (const [kind, status] of [
        ['http_500', 500],
        ['http_503', 503],
        ['http_429', 429],
    ]) {
        await shop.control('faults', { kind, count: 1, ms: 1_500 });
        const answer = await push('k');
        assert.equal(answer.status, status);
        assert.ok((await answer.json()).errors);
        if (kind === 'http_429') assert.equal(answer.headers.get('retry-after'), '1.5');
    }
    await shop.control('faults', { kind: 'cut_before', count: 1 });
    await assert.rejects(push('k'));
    await shop.control('faults', { kind: 'maintenance', count: 1 });
    const page = await push('k');
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type'), /text\/html/);
    assert.match(await page.text(), /Maintenance/);
    assert.deepEqual(await shop.held('A', location), [10, 0, 10]);
    assert.equal((await push('k')).status, 200, 'the key is still free');
    assert.deepEqual(await shop.held('A', location), [11, 0, 11]);
});

test('a throttled call costs nothing and does nothing', async (t) => {
    const { shop, location, push } = await withStock(t);
    await shop.control('faults', { kind: 'throttled', count: 1 });
    const { errors, data, extensions } = await (await push('k')).json();
    assert.equal(data, undefined);
    assert.equal(errors[0].extensions.code, 'THROTTLED');
    assert.equal(extensions.cost.actualQueryCost, null);
    assert.ok(extensions.cost.throttleStatus.currentlyAvailable < 10);
    assert.deepEqual(await shop.held('A', location), [10, 0, 10]);
    assert.equal((await shop.control('stats')).throttled, 1);
});

for (const kind of ['cut_after', 'lost_answer'])
    test(`${kind}: the write is done, its answer is not heard, the same key does not write twice`, async (t) => {
        const { shop, location, push } = await withStock(t);
        await shop.control('faults', { kind, count: 1 });
        await assert.rejects(push('k').then((answer) => answer.json()));
        assert.deepEqual(await shop.held('A', location), [11, 0, 11]);
        const { data } = await (await push('k')).json();
        assert.deepEqual(data.inventoryAdjustQuantities.userErrors, []);
        assert.equal(data.inventoryAdjustQuantities.inventoryAdjustmentGroup.changes[0].delta, 1);
        assert.deepEqual(await shop.held('A', location), [11, 0, 11]);
    });

test('read_only refuses writes and shows it in the scopes', async (t) => {
    const { shop, location, push } = await withStock(t);
    await shop.control('faults', { kind: 'read_only' });
    const { data, errors } = await (await push('k')).json();
    assert.deepEqual([data, errors[0].extensions.code], [{ inventoryAdjustQuantities: null }, 'ACCESS_DENIED']);
    const scopes = (
        await shop.data('{ currentAppInstallation { accessScopes { handle } } }')
    ).currentAppInstallation.accessScopes.map((s) => s.handle);
    assert.ok(scopes.includes('read_inventory') && !scopes.includes('write_inventory'));
    assert.deepEqual(await shop.held('A', location), [10, 0, 10]);
});

test('index_lag: the search for orders does not know of the newest, the order itself is there', async (t) => {
    const { shop, location } = await withStock(t);
    const { id: old } = await shop.order(location, { A: 1 });
    await shop.control('clock', { advance_s: 300 });
    const { id } = await shop.order(location, { A: 1 });
    const found = async () =>
        (await shop.data('{ orders(first: 5, sortKey: UPDATED_AT) { nodes { id } } }')).orders.nodes.map((o) => o.id);
    await shop.control('faults', { kind: 'index_lag', ms: 100_000 });
    assert.deepEqual(await found(), [old]);
    assert.equal((await shop.data('query ($id: ID!) { order(id: $id) { id } }', { id })).order.id, id);
    await shop.control('clock', { advance_s: 101 });
    assert.deepEqual(await found(), [old, id]);
});

test('token_revoked with a count hits single calls', async (t) => {
    const { shop } = await withStock(t);
    await shop.control('faults', { kind: 'token_revoked', count: 1 });
    assert.equal((await shop.post(PROBE)).status, 401);
    assert.equal((await shop.post(PROBE)).status, 200);
});

test('bulk_fail ends in a part of the rows', async (t) => {
    const { shop } = await withStock(t);
    await shop.control('products', [{ sku: 'B' }, { sku: 'C' }, { sku: 'D' }]);
    await shop.control('faults', { kind: 'bulk_fail', count: 1 });
    const {
        bulkOperationRunQuery: {
            bulkOperation: { id },
        },
    } = await shop.data(
        'mutation { bulkOperationRunQuery(query: "{ inventoryItems { edges { node { id } } } }") { bulkOperation { id } } }',
    );
    const op = await until(
        async () =>
            (
                await shop.data(
                    'query ($id: ID!) { bulkOperation(id: $id) { status errorCode url partialDataUrl objectCount } }',
                    { id },
                )
            ).bulkOperation,
        (o) => o.status === 'FAILED',
    );
    assert.deepEqual([op.errorCode, op.url, op.objectCount], ['INTERNAL_SERVER_ERROR', null, '2']);
    assert.equal((await (await fetch(op.partialDataUrl)).text()).trim().split('\n').length, 2);
});
