// What reaches a client that subscribed: signed, at least once, in any order, and sometimes never.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { openShop, until } from '../harness.js';

/** A receiver that answers `status` and keeps what came. */
async function receiver(t) {
    const got = [];
    const one = { got, status: 200 };
    const server = createServer(async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const raw = Buffer.concat(chunks);
        got.push({
            topic: request.headers['x-shopify-topic'],
            headers: request.headers,
            raw,
            body: JSON.parse(raw.toString('utf8')),
            answered: one.status,
        });
        response.writeHead(one.status).end();
    });
    await new Promise((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
    });
    t.after(() => {
        server.closeAllConnections();
        server.close();
    });
    one.address = `http://127.0.0.1:${server.address().port}/hooks`;
    one.some = (n, topic = null) =>
        until(
            () => got.filter((m) => !topic || m.topic === topic),
            (list) => list.length >= n,
        );
    return one;
}

async function heard(t, topics) {
    const shop = await openShop(t);
    const ear = await receiver(t);
    const { location, items } = await shop.stocked({ A: 10 });
    await shop.control('webhooks', { address: ear.address, topics });
    return { shop, ear, location, items };
}

/** Until nothing is waiting to be sent any more. */
const sent = (shop) =>
    until(
        () => shop.shop.world.deliveries.size,
        (n) => n === 0,
    );

test('messages are signed over their bytes and carry the headers of a shop', async (t) => {
    const { shop, ear, location } = await heard(t);
    const { id } = await shop.order(location, { A: 2 });
    const [created] = await ear.some(1, 'orders/create');
    const mac = createHmac('sha256', shop.ready.secret).update(created.raw).digest('base64');
    assert.equal(created.headers['x-shopify-hmac-sha256'], mac);
    assert.equal(created.body.admin_graphql_api_id, id);
    assert.equal(created.body.line_items[0].quantity, 2);
    for (const name of ['webhook-id', 'event-id', 'triggered-at', 'shop-domain', 'api-version'])
        assert.ok(created.headers[`x-shopify-${name}`], name);
    const [level] = await ear.some(1, 'inventory_levels/update');
    assert.equal(level.body.available, 8);
});

test('each event has its topic', async (t) => {
    const { shop, ear, location, items } = await heard(t);
    const { id: store } = await shop.control('locations', { name: 'Store' });
    const { id } = await shop.order(location, { A: 4 });
    const at = (path) => `orders/${encodeURIComponent(id)}/${path}`;
    await shop.control(at('edit'), { lines: [{ sku: 'A', quantity: 3 }] });
    await shop.control(at('move'), { location: store });
    await shop.control(at('fulfil'), { lines: [{ sku: 'A', quantity: 1 }] });
    await shop.control(at('cancel'), { lines: [{ sku: 'A', quantity: 2 }] });
    await shop.control('item', { sku: 'A', tracked: false });
    await shop.control('item', { sku: 'A', deleted: true });
    await shop.control('location', { id: store, active: false });
    await sent(shop);
    const topics = new Set(ear.got.map((m) => m.topic));
    for (const topic of [
        'orders/create',
        'orders/updated',
        'orders/edited',
        'refunds/create',
        'fulfillments/create',
        'fulfillment_orders/moved',
        'inventory_levels/update',
        'inventory_items/update',
        'inventory_items/delete',
        'products/delete',
        'locations/create',
        'locations/deactivate',
    ])
        assert.ok(topics.has(topic), `${topic} is not in ${[...topics]}`);
    assert.ok(items.A);
});

test('our own writes echo back, and only the wanted topics come', async (t) => {
    const { shop, ear, location, items } = await heard(t, ['inventory_levels/update']);
    await shop.adjust(items.A, location, 5);
    await shop.order(location, { A: 1 });
    await ear.some(2);
    await sent(shop);
    assert.deepEqual(
        ear.got.map((m) => m.topic),
        ['inventory_levels/update', 'inventory_levels/update'],
    );
    assert.deepEqual(ear.got.map((m) => m.body.available).sort(), [14, 15]);
});

test("webhook_late waits on the shop's clock, webhook_lost never comes, webhook_twice comes twice", async (t) => {
    const { shop, ear, location } = await heard(t, ['orders/create']);
    await shop.control('faults', { kind: 'webhook_late', count: 1, ms: 600_000 });
    const { id: late } = await shop.order(location, { A: 1 });
    await shop.control('faults', { kind: 'none' });
    await shop.control('faults', { kind: 'webhook_lost', count: 1 });
    await shop.order(location, { A: 1 });
    await shop.control('faults', { kind: 'webhook_twice', count: 1 });
    const { id: twice } = await shop.order(location, { A: 1 });
    await ear.some(2);
    assert.deepEqual(
        ear.got.map((m) => m.body.admin_graphql_api_id),
        [twice, twice],
    );
    assert.equal(ear.got[0].headers['x-shopify-webhook-id'], ear.got[1].headers['x-shopify-webhook-id']);
    await shop.control('clock', { advance_s: 601 });
    await ear.some(3);
    await sent(shop);
    assert.deepEqual(
        ear.got.map((m) => m.body.admin_graphql_api_id),
        [twice, twice, late],
    );
});

test('webhook_reorder lets a later message pass', async (t) => {
    const { shop, ear, location } = await heard(t, ['orders/create']);
    await shop.control('faults', { kind: 'webhook_reorder', count: 1 });
    const { id: first } = await shop.order(location, { A: 1 });
    const { id: second } = await shop.order(location, { A: 1 });
    await ear.some(2);
    assert.deepEqual(
        ear.got.map((m) => m.body.admin_graphql_api_id),
        [second, first],
    );
});

test('a refused message is sent again with the same body and id', async (t) => {
    const { shop, ear, location } = await heard(t, ['orders/create']);
    ear.status = 500;
    await shop.order(location, { A: 1 });
    await ear.some(1);
    ear.status = 200;
    await until(
        () => [...shop.shop.world.deliveries.values()],
        ([d]) => d.attempt === 1 && !d.sending,
    );
    await shop.control('clock', { advance_s: 10 });
    await ear.some(2);
    await sent(shop);
    assert.equal(ear.got.length, 2);
    assert.deepEqual(ear.got[0].raw, ear.got[1].raw);
    assert.equal(ear.got[0].headers['x-shopify-webhook-id'], ear.got[1].headers['x-shopify-webhook-id']);
});

test('a subscription of the API is deleted after eight retries', async (t) => {
    const { shop, ear, location } = await heard(t, ['none/such']);
    ear.status = 503;
    const { webhookSubscriptionCreate: made } = await shop.data(
        'mutation ($sub: WebhookSubscriptionInput!) { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: $sub) { webhookSubscription { id } userErrors { message } } }',
        { sub: { uri: ear.address, format: 'JSON' } },
    );
    assert.deepEqual(made.userErrors, []);
    await shop.order(location, { A: 1 });
    for (let tries = 1; tries <= 9; tries++) {
        await ear.some(tries);
        await until(
            () => [...shop.shop.world.deliveries.values()],
            (list) => list.every((d) => !d.sending),
        );
        await shop.control('clock', { advance_s: 5_030 });
    }
    await sent(shop);
    assert.equal(ear.got.length, 9);
    assert.deepEqual(
        (await shop.data('{ webhookSubscriptions(first: 5) { nodes { id } } }')).webhookSubscriptions.nodes,
        [],
    );
});
