// The calls of the control API: what each does, and what it refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop } from '../harness.js';

const MANY = 4_000;

test('a reset leaves an empty shop of the wanted plan, and keeps token and secret', async (t) => {
    const shop = await openShop(t);
    const { location } = await shop.stocked({ A: 5 });
    await shop.order(location, { A: 1 });
    await shop.control('faults', { kind: 'http_500' });
    assert.deepEqual(await shop.control('reset', { plan: 'plus', seed: 7 }), { plan: 'plus' });
    assert.deepEqual(await shop.control('levels'), []);
    assert.deepEqual(await shop.control('locations'), []);
    assert.deepEqual(await shop.control('faults'), {});
    const answer = await shop.api('{ shop { id plan { shopifyPlus } } }');
    assert.equal(answer.data.shop.plan.shopifyPlus, true);
    assert.equal(answer.extensions.cost.throttleStatus.maximumAvailable, 20_000);
    assert.match(await shop.refused(400, 'reset', { plan: 'gold' }), /one of standard/);
    assert.equal(
        (await shop.api('{ shop { id } }')).data.shop.id,
        'gid://shopify/Shop/1',
        'a refused reset changes nothing',
    );
});

test('products get ids of their own and stand where they are stocked', async (t) => {
    const shop = await openShop(t);
    const { id: location } = await shop.control('locations', { name: 'Web', active: true });
    const made = await shop.control('products', [
        { sku: 'A', title: 'Shirt', barcode: '012345678905', stocked: [location] },
        { sku: 'B', tracked: false },
        { sku: 'C', bundle: true },
    ]);
    assert.deepEqual(
        made.map(({ sku }) => sku),
        ['A', 'B', 'C'],
    );
    assert.equal(new Set(made.map(({ item }) => item)).size, 3);
    const { node } = await shop.data(
        'query ($id: ID!) { node(id: $id) { ... on ProductVariant { sku barcode requiresComponents product { title } inventoryItem { id tracked } } } }',
        { id: made[0].variant },
    );
    assert.deepEqual(node, {
        sku: 'A',
        barcode: '012345678905',
        requiresComponents: false,
        product: { title: 'Shirt' },
        inventoryItem: { id: made[0].item, tracked: true },
    });
    assert.deepEqual(
        (await shop.control('levels')).map(({ sku, available, active }) => [sku, available, active]),
        [['A', 0, true]],
    );
    const { productVariants } = await shop.data(
        '{ productVariants(first: 5) { nodes { sku requiresComponents inventoryItem { tracked } } } }',
    );
    assert.deepEqual(
        productVariants.nodes.slice(1).map((v) => [v.sku, v.requiresComponents, v.inventoryItem.tracked]),
        [
            ['B', false, false],
            ['C', true, true],
        ],
    );
});

test('one product may have several variants, by its handle', async (t) => {
    const shop = await openShop(t);
    const made = await shop.control('products', [
        { sku: 'S', handle: 'shirt', variant: 'Small' },
        { sku: 'L', handle: 'shirt', variant: 'Large' },
    ]);
    assert.equal(made[0].product, made[1].product);
    assert.notEqual(made[0].item, made[1].item);
});

test('levels are set as an edit of the staff', async (t) => {
    const shop = await openShop(t);
    const { location } = await shop.stocked({ A: 5 });
    await shop.control('levels', [{ sku: 'A', location, available: 8 }]);
    assert.deepEqual(await shop.held('A', location), [8, 0, 8]);
    const rows = (await shop.control('history?sku=A')).filter((row) => row.name === 'available');
    assert.deepEqual(
        rows.map(({ delta, after, activity, reference }) => [delta, after, activity, reference]),
        [
            [5, 5, 'Initial', null],
            [3, 8, 'Initial', null],
        ],
    );
});

test('the history names each change, who made it and the document of our writes', async (t) => {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 5 });
    const { id } = await shop.order(location, { A: 2 });
    await shop.adjust(items.A, location, 3);
    await shop.control('edit', { sku: 'A', location, delta: -1, who: 'Staff: Kim' });
    const rows = (await shop.control(`history?sku=A&location=${encodeURIComponent(location)}`))
        .filter((row) => row.name === 'available')
        .slice(1);
    assert.deepEqual(
        rows.map(({ delta, after, who, reason, reference }) => ({ delta, after, who, reason, reference })),
        [
            { delta: -2, after: 3, who: 'Online Store', reason: null, reference: id },
            { delta: 3, after: 6, who: 'Evenstock', reason: 'correction', reference: 'gid://evenstock/Push/1' },
            { delta: -1, after: 5, who: 'Staff: Kim', reason: 'correction', reference: null },
        ],
    );
    assert.match(rows[0].at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(await shop.control('history?sku=other'), []);
});

test('a foreign write sets or adds, also other quantities than available', async (t) => {
    const shop = await openShop(t);
    const { location } = await shop.stocked({ A: 10 });
    const edit = (more) => shop.control('edit', { sku: 'A', location, ...more });
    assert.equal((await edit({ delta: -3, who: 'Staff: Kim' })).available, 7);
    assert.equal((await edit({ available: 20 })).available, 20);
    assert.equal((await edit({ on_hand: 15 })).available, 15);
    const damaged = await edit({ move: { from: 'available', to: 'damaged', quantity: 4 } });
    assert.deepEqual([damaged.available, damaged.damaged, damaged.on_hand], [11, 4, 15]);
    assert.equal((await edit({ name: 'incoming', delta: 6 })).incoming, 6);
    assert.match(await shop.refused(400, 'edit', { sku: 'A', location }), /delta, available/);
    assert.match(await shop.refused(400, 'edit', { sku: 'A', location, name: 'committed', delta: 1 }), /name: one of/);
    assert.match(
        await shop.refused(400, 'edit', {
            sku: 'A',
            location,
            move: { from: 'available', to: 'available', quantity: 1 },
        }),
        /two different/,
    );
    assert.match(await shop.refused(404, 'edit', { sku: 'none', location, delta: 1 }), /no product/);
    assert.match(
        await shop.refused(404, 'edit', { sku: 'A', location: 'gid://shopify/Location/9', delta: 1 }),
        /does not exist/,
    );
});

test('an item is renamed, untracked, stocked elsewhere and deleted', async (t) => {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 5 });
    const { id: other } = await shop.control('locations', { name: 'Store' });
    assert.deepEqual(await shop.control('item', { sku: 'A', tracked: false, stocked: [other], new_sku: 'A2' }), {
        sku: 'A2',
        tracked: false,
        stocked: [other],
    });
    const rows = await shop.control('levels?sku=A2');
    assert.deepEqual(
        rows.map((row) => [row.location, row.active, row.available]),
        [
            [location, false, 5],
            [other, true, 0],
        ],
    );
    assert.deepEqual(await shop.control('item', { sku: 'A2', deleted: true }), { deleted: true });
    assert.deepEqual(await shop.control('levels'), []);
    assert.deepEqual(await shop.data('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [items.A] }), {
        nodes: [null],
    });
    assert.match(await shop.refused(404, 'item', { sku: 'A2', tracked: true }), /no product/);
});

test('a location is closed, with its stock moved when a destination is named, and deleted', async (t) => {
    const shop = await openShop(t);
    const { location } = await shop.stocked({ A: 9 });
    const { location: store } = await shop.stocked({ B: 5 }, 'Store');
    assert.deepEqual(await shop.control('location', { id: location, active: false }), { id: location, active: false });
    assert.deepEqual(await shop.held('A', location), [9, 0, 9]);
    assert.match(await shop.refused(409, 'orders', { location, lines: [{ sku: 'A', quantity: 1 }] }), /not active/);
    await shop.control('location', { id: location, active: true });
    await shop.order(location, { A: 2 });
    await shop.control('location', { id: location, active: false, destination: store });
    assert.deepEqual(await shop.held('A', store), [7, 2, 9]);
    assert.deepEqual(await shop.held('A', location), [0, 0, 0]);
    await shop.control('location', { id: location, deleted: true });
    assert.deepEqual(
        (await shop.control('levels?sku=A')).map((row) => row.location),
        [store],
    );
    assert.match(await shop.refused(404, 'location', { id: location, active: true }), /does not exist/);
});

test('the clock moves every time that is shown', async (t) => {
    const shop = await openShop(t);
    const { now } = await shop.control('clock', { advance_s: 90_000 });
    assert.ok(Math.abs(Date.parse(now) - Date.now() - 90_000_000) < 5_000);
    const answer = await shop.post('{ shop { id } }');
    assert.ok(Math.abs(Date.parse(answer.headers.get('date')) - Date.parse(now)) < 5_000);
    assert.match(await shop.refused(400, 'clock', { advance_s: -1 }), /at least 0/);
    assert.match(await shop.refused(400, 'clock', {}), /"advance_s" is needed/);
});

test('a bad body changes nothing and says what is wrong', async (t) => {
    const shop = await openShop(t);
    const { location } = await shop.stocked({ A: 5 });
    const bad = [
        ['products', { sku: 'B' }, /list/],
        ['products', [{ title: 'no sku' }], /entry 0: "sku" is needed/],
        ['products', [null], /object/],
        ['products', [{ sku: 'B' }, { sku: 'C', stocked: ['gid://shopify/Location/99'] }], /does not exist/],
        ['levels', [{ sku: 'A', location, available: 1.5 }], /whole number/],
        ['levels', [{ sku: 'A', location }], /"available" is needed/],
        ['orders', { location, line: [] }, /"line" is not known here/],
        ['orders', { location, lines: 'A' }, /list/],
        ['orders', {}, /at least one/],
        ['orders', { location, lines: [{ sku: 'A', quantity: 0 }] }, /at least 1/],
        ['orders', { location, lines: [{ sku: 'A', quantity: -1 }] }, /at least 0/],
        ['orders', { location: 7, lines: [{ sku: 'A', quantity: 1 }] }, /a text is needed/],
        ['orders', { location: 'gid://shopify/Location/99', lines: [{ sku: 'A', quantity: 1 }] }, /does not exist/],
        ['orders', { location, at: 'yesterday', lines: [{ sku: 'A', quantity: 1 }] }, /a time/],
        ['locations', {}, /"name" is needed/],
        ['faults', { kind: 'gremlin' }, /one of none, latency/],
        ['faults', { kind: 'latency', count: 0 }, /at least 1/],
        ['faults', { kind: 'latency', rate: 2 }, /between 0 and 1/],
        ['faults', { kind: 'latency', ms: -1 }, /at least 0/],
        ['webhooks', { address: 'mailbox' }, /no address/],
        ['truth', { sku: 'A' }, /list/],
        ['clock', [], /object/],
    ];
    for (const [call, body, why] of bad) assert.match(await shop.refused(400, call, body), why, call);
    const raw = await fetch(`${shop.url}/_control/orders`, { method: 'POST', body: '{"lines": [' });
    assert.equal(raw.status, 400);
    assert.match((await raw.json()).error, /not JSON/);
    assert.deepEqual(
        (await shop.control('levels')).map(({ sku, available }) => [sku, available]),
        [['A', 5]],
    );
    assert.equal(shop.shop.world.products.size, 1);
});

test('an unknown call is not found', async (t) => {
    const shop = await openShop(t);
    assert.match(await shop.refused(404, 'order', {}), /no control call POST order/);
    assert.match(await shop.refused(404, 'orders/17/cancel', {}), /order 17 does not exist/);
    assert.match(await shop.refused(400, 'orders/%E0%A4%A/cancel', {}), /encoded/);
    assert.match(await shop.refused(404, 'drafts/1/complete', {}), /draft/);
    assert.equal((await shop.call('orders')).status, 404, 'orders are not read here');
    assert.equal((await fetch(`${shop.url}/elsewhere`)).status, 404);
});

test('thousands of products and levels are no wait', async (t) => {
    const shop = await openShop(t);
    const { id: location } = await shop.control('locations', { name: 'Web' });
    const started = performance.now();
    const rows = Array.from({ length: MANY }, (_, i) => ({ sku: `S-${i}`, stocked: [location] }));
    await shop.control('products', rows);
    await shop.control(
        'levels',
        rows.map(({ sku }) => ({ sku, location, available: 3 })),
    );
    const ms = performance.now() - started;
    assert.equal((await shop.control('levels')).filter((row) => row.available === 3).length, MANY);
    assert.ok(ms < 5_000, `${Math.round(ms)} ms`);
});
