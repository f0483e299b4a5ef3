// The shop module over the real net, against the stand-in shop, without the rest of the program: what it reads is what
// the shop says, every fault on the way ends as the class it should, and no rule of Shopify is broken.
import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROGRAM, shopOf } from '../lib/harness.js';

const PROBE = join(dirname(PROGRAM), 'tests/flow/shop-probe');
const PROBE_MS = 60_000;

/** Runs the probe; one object for each word. */
async function probe(url, words, env) {
    const child = spawn(PROBE, [url, '2026-10', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = [],
        err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    const limit = setTimeout(() => child.kill('SIGKILL'), PROBE_MS);
    const [status, signal] = await once(child, 'close');
    clearTimeout(limit);
    assert.strictEqual(status, 0, `shop-probe ${words.join(' ')}: ${signal ?? status}\n${Buffer.concat(err)}`);
    return Buffer.concat(out)
        .toString('utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
}

/** A shop with products A and B, five of A, and the probe bound to it. */
async function shopWithStock(t, options) {
    const shop = await shopOf(t, options);
    const [a, b] = shop.post(
        'products',
        ['A', 'B'].map((sku) => ({ sku, title: `Product ${sku}`, tracked: true, stocked: [shop.location] })),
    );
    shop.post('levels', [{ sku: 'A', location: shop.location, available: 5 }]);
    const ask = (...words) => probe(shop.url, words, { SHOP_TOKEN: shop.token });
    const one = async (...words) => (await ask(...words))[0];
    const adjust = (key, delta, from = 'null') => one('adjust', key, a.item, shop.location, String(delta), from);
    const available = () => shop.get('levels?sku=A')[0].available;
    return { shop, a, b, ask, one, adjust, available };
}

const violations = (shop) => shop.get('stats').violations;

test('check tells the shop, its version, scopes, budget and locations', async (t) => {
    const { shop, one } = await shopWithStock(t, { plan: 'plus' });
    const facts = await one('check');
    assert.strictEqual(facts.domain, 'evenstock-sandbox.myshopify.com');
    assert.strictEqual(facts.api_version, '2026-10');
    assert.deepStrictEqual(facts.missing_scopes, []);
    assert.deepStrictEqual([facts.restore_rate, facts.bucket], [1000, 20000]);
    assert.deepStrictEqual(facts.locations, [{ id: shop.location, name: 'Web', active: true }]);
    assert.deepStrictEqual(violations(shop), []);
});

test('items and levels are what the shop has, one by one and in bulk', async (t) => {
    const { shop, a, b, ask } = await shopWithStock(t);
    shop.post('orders', { lines: [{ sku: 'A', quantity: 2 }], location: shop.location });
    shop.post('item', { sku: 'B', tracked: false });
    const [items, level, all] = await ask('items', 'levels', shop.location, a.item, 'levels-all', shop.location);
    assert.deepStrictEqual(
        items.items.map(({ sku, item, tracked, bundle }) => ({ sku, item, tracked, bundle })),
        [
            { sku: 'A', item: a.item, tracked: true, bundle: false },
            { sku: 'B', item: b.item, tracked: false, bundle: false },
        ],
    );
    const [got] = level.levels;
    assert.deepStrictEqual(
        [got.available.value, got.committed.value, got.on_hand.value, got.incoming.value],
        [3, 2, 5, 0],
    );
    assert.ok(got.active && got.tracked && got.level_exists && got.available.at);
    assert.strictEqual(got.on_hand.at, null);
    assert.deepStrictEqual(all.levels[0], got);
    assert.strictEqual(all.levels[1].tracked, false);
    assert.deepStrictEqual(violations(shop), []);
});

test('an item that does not exist, and a pair that never had a level', async (t) => {
    const { shop, a, ask } = await shopWithStock(t);
    const other = shop.post('locations', { name: 'Other' }).id;
    const [gone, never] = await ask(
        'levels',
        shop.location,
        'gid://shopify/InventoryItem/999',
        'levels',
        other,
        a.item,
    );
    assert.strictEqual(gone.levels[0].item_exists, false);
    assert.deepStrictEqual(
        [never.levels[0].item_exists, never.levels[0].level_exists, never.levels[0].available.value],
        [true, false, null],
    );
});

test('an order is read through its whole life', async (t) => {
    const { shop, one } = await shopWithStock(t);
    const { id } = shop.post('orders', { lines: [{ sku: 'A', quantity: 4 }], location: shop.location });
    let order = await one('order', id);
    assert.strictEqual(order.in_time, true);
    assert.deepStrictEqual(order.lines[0].fulfilment_orders, [
        { location: shop.location, total: 4, remaining: 4, closed: false },
    ]);
    shop.post(`orders/${id.split('/').pop()}/fulfil`, { lines: [{ sku: 'A', quantity: 1 }], location: shop.location });
    shop.post(`orders/${id.split('/').pop()}/refund`, {
        lines: [{ sku: 'A', quantity: 1 }],
        restock: 'return',
        location: shop.location,
    });
    order = await one('order', id);
    const [line] = order.lines;
    assert.deepStrictEqual(line.fulfilled, [{ location: shop.location, units: 1 }]);
    assert.deepStrictEqual(line.refunds, [{ type: 'return', units: 1, restocked: true, location: shop.location }]);
    assert.deepStrictEqual([line.ordered, line.current], [4, 3]);
    const other = shop.post('orders', { lines: [{ sku: 'A', quantity: 1 }], location: shop.location }).id;
    shop.post(`orders/${other.split('/').pop()}/cancel`, { restock: true });
    assert.strictEqual((await one('order', other)).cancelled, true);
    assert.strictEqual((await one('order', 'gid://shopify/Order/999')).some, false);
    assert.deepStrictEqual(violations(shop), []);
});

test('an order of 120 lines comes whole', async (t) => {
    const { shop, one } = await shopWithStock(t);
    const skus = Array.from({ length: 120 }, (_, i) => `L${i}`);
    shop.post(
        'products',
        skus.map((sku) => ({ sku, title: sku, tracked: true, stocked: [shop.location] })),
    );
    shop.post(
        'levels',
        skus.map((sku) => ({ sku, location: shop.location, available: 1 })),
    );
    const { id } = shop.post('orders', { lines: skus.map((sku) => ({ sku, quantity: 1 })), location: shop.location });
    const order = await one('order', id);
    assert.strictEqual(order.error, undefined);
    assert.deepStrictEqual(
        order.lines.map((line) => line.sku),
        skus,
    );
    assert.ok(
        order.lines.every((line) => line.fulfilment_orders.length === 1 && line.fulfilment_orders[0].remaining === 1),
    );
    assert.deepStrictEqual(violations(shop), []);
});

test('orders are listed by page, all and open ones', async (t) => {
    const { shop, ask } = await shopWithStock(t);
    shop.post('levels', [{ sku: 'A', location: shop.location, available: 500 }]);
    const ids = Array.from(
        { length: 120 },
        () => shop.post('orders', { lines: [{ sku: 'A', quantity: 1 }], location: shop.location }).id,
    );
    shop.post(`orders/${ids[7].split('/').pop()}/cancel`, { restock: true });
    const [all, open] = await ask('orders', 'open-orders');
    assert.deepStrictEqual([...all.orders].sort(), [...ids].sort());
    assert.strictEqual(all.calls, 2);
    assert.deepStrictEqual([...open.orders].sort(), ids.filter((id) => id !== ids[7]).sort());
    assert.deepStrictEqual(violations(shop), []);
});

test('a push is applied once, names us, and compares when told to', async (t) => {
    const { shop, adjust, available } = await shopWithStock(t);
    const first = await adjust('key-1', -2);
    assert.deepStrictEqual([first.class, first.ticket, first.answered], ['done', 7, true]);
    assert.match(first.group, /InventoryAdjustmentGroup/);
    assert.strictEqual(available(), 3);
    assert.strictEqual((await adjust('key-1', -2)).class, 'done'); // the same key again
    assert.strictEqual(available(), 3);
    assert.deepStrictEqual([(await adjust('key-2', 1, '7')).class, available()], ['look', 3]);
    assert.deepStrictEqual([(await adjust('key-3', 1, '3')).class, available()], ['done', 4]);
    const zero = await adjust('key-4', 0);
    assert.deepStrictEqual([zero.class, zero.group], ['done', '']);
    assert.ok(shop.get('history?sku=A').some((row) => row.reference === 'gid://evenstock/Push/1'));
    assert.deepStrictEqual(violations(shop), []);
});

test('a line that is refused is named', async (t) => {
    const { shop, one, available } = await shopWithStock(t);
    const answer = await one('adjust', 'key-1', 'gid://shopify/InventoryItem/999', shop.location, '1', 'null');
    assert.deepStrictEqual([answer.class, answer.answered, answer.bad], ['line', true, ['INVALID_INVENTORY_ITEM']]);
    assert.strictEqual(available(), 5);
});

test('an item is stocked where it was not, and its history has an address', async (t) => {
    const { shop, a, ask } = await shopWithStock(t);
    const other = shop.post('locations', { name: 'Other' }).id;
    const [activated, level, history] = await ask(
        'activate',
        'key-9',
        a.item,
        other,
        'levels',
        other,
        a.item,
        'history',
        a.item,
    );
    assert.strictEqual(activated.error, undefined);
    assert.strictEqual(level.levels[0].active, true);
    assert.match(history.url, /^https?:\/\/.*inventory_history$/);
    assert.deepStrictEqual(violations(shop), []);
});

// Whatever is lost on the way: sent again with its own key, it is applied once.
for (const [kind, more] of [
    ['http_500', {}],
    ['http_503', {}],
    ['throttled', {}],
    ['http_429', { ms: 300 }],
    ['cut_before', {}],
    ['cut_after', {}],
    ['lost_answer', {}],
    ['maintenance', {}],
    ['latency', { ms: 300 }],
])
    test(`a push survives ${kind}, and a read does`, async (t) => {
        const { shop, adjust, one, available } = await shopWithStock(t);
        shop.post('faults', { kind, count: 1, ...more });
        const answer = await adjust('key-1', -2);
        assert.deepStrictEqual([answer.class, available()], ['done', 3]);
        assert.strictEqual(answer.sends, kind === 'latency' ? 1 : 2);
        shop.post('faults', { kind, count: 1, ...more });
        assert.strictEqual((await one('check')).error, undefined);
        assert.deepStrictEqual(violations(shop), []);
    });

test('a shop that lets nobody write stops the push and says what is missing', async (t) => {
    const { shop, adjust, one } = await shopWithStock(t);
    shop.post('faults', { kind: 'read_only' });
    const answer = await adjust('key-1', -2);
    assert.deepStrictEqual([answer.class, answer.code, answer.answered], ['stop', 'ACCESS_DENIED', true]);
    assert.match(answer.message, /write_inventory/);
    assert.deepStrictEqual((await one('check')).missing_scopes, ['write_inventory']);
});

test('a fixed token that is revoked stops', async (t) => {
    const { shop, adjust, one } = await shopWithStock(t);
    shop.post('faults', { kind: 'token_revoked' });
    const answer = await adjust('key-1', -2);
    assert.deepStrictEqual([answer.class, answer.code], ['stop', 'HTTP_401']);
    assert.match((await one('check')).error, /token is not accepted/);
    assert.ok(!JSON.stringify(answer).includes(shop.token));
});

test('client credentials fetch a token, and another after a 401', async (t) => {
    const { shop } = await shopWithStock(t);
    const env = { SHOP_CLIENT_ID: shop.client_id, SHOP_CLIENT_SECRET: shop.secret };
    shop.post('faults', { kind: 'token_revoked', count: 1 });
    const [facts] = await probe(shop.url, ['check'], env);
    assert.strictEqual(facts.error, undefined);
    const [refused] = await probe(shop.url, ['check'], { ...env, SHOP_CLIENT_SECRET: 'wrong' });
    assert.match(refused.error, /check the client id and secret/);
});

test('a bulk query that fails is an error, and the next one is whole', async (t) => {
    const { shop, one } = await shopWithStock(t);
    shop.post('faults', { kind: 'bulk_fail', count: 1 });
    assert.match((await one('items')).error, /ended as FAILED: INTERNAL_SERVER_ERROR/);
    assert.strictEqual((await one('items')).items.length, 2);
    assert.deepStrictEqual(violations(shop), []);
});

test('a catalogue of 30,000 comes line by line', async (t) => {
    const { shop, one } = await shopWithStock(t);
    const rows = Array.from({ length: 30_000 }, (_, i) => ({
        sku: `N${i}`,
        title: 'x'.repeat(200),
        tracked: true,
        stocked: [shop.location],
    }));
    for (let i = 0; i < rows.length; i += 5_000) shop.post('products', rows.slice(i, i + 5_000));
    const { items, error } = await one('items');
    assert.strictEqual(error, undefined);
    assert.strictEqual(items.length, 30_002);
    assert.strictEqual(items.at(-1).sku, 'N29999');
});

/** A server of our own: its address, and what it has seen. */
async function listen(t, server, scheme) {
    const seen = { connections: 0 };
    server.on('connection', () => seen.connections++);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = () => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
    };
    t.after(close);
    return { url: `${scheme}://127.0.0.1:${server.address().port}`, seen, close };
}

const WRITE = ['adjust', 'k', 'gid://shopify/InventoryItem/1', 'gid://shopify/Location/1', '1', 'null'];

test('a certificate that nobody vouches for ends before anything is sent', async (t) => {
    const [key, cert] = ['key', 'crt'].map((end) =>
        readFileSync(fileURLToPath(new URL(`tls/nobody.${end}`, import.meta.url))),
    );
    let requests = 0;
    const { url, seen } = await listen(
        t,
        createTlsServer({ key, cert }, (_, response) => {
            requests++;
            response.end('{}');
        }),
        'https',
    );
    const [answer] = await probe(url, WRITE, { SHOP_TOKEN: 'x' });
    assert.deepStrictEqual([answer.class, answer.not_sent, requests], ['retry', true, 0]);
    assert.match(answer.message, /certificate/);
    assert.ok(seen.connections > 0);
});

test('calls share a connection', async (t) => {
    const answer = JSON.stringify({ data: { inventoryItem: { inventoryHistoryUrl: 'https://x' } } });
    const server = createServer((request, response) => {
        request.resume().on('end', () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(answer));
    });
    const { url, seen } = await listen(t, server, 'http');
    const answers = await probe(url, ['history', 'a', 'history', 'b', 'history', 'c'], { SHOP_TOKEN: 'x' });
    assert.deepStrictEqual(
        answers.map((one) => one.url),
        ['https://x', 'https://x', 'https://x'],
    );
    assert.strictEqual(seen.connections, 1);
});

test('an address that redirects, and one where nobody listens', async (t) => {
    const moved = createServer((_, response) =>
        response.writeHead(301, { Location: 'http://127.0.0.1:9/elsewhere' }).end(),
    );
    const { url, close } = await listen(t, moved, 'http');
    const [stopped] = await probe(url, WRITE, { SHOP_TOKEN: 'x' });
    assert.deepStrictEqual([stopped.class, stopped.code], ['stop', 'HTTP_301']);
    assert.match(stopped.message, /myshopify\.com/);
    await close();
    const [refused] = await probe(url, WRITE, { SHOP_TOKEN: 'x' });
    assert.deepStrictEqual([refused.class, refused.not_sent], ['retry', true]);
});

test('a proxy of the environment is not asked for this machine', async (t) => {
    const { shop } = await shopWithStock(t);
    const proxy = 'http://127.0.0.1:9';
    const [facts] = await probe(shop.url, ['check'], {
        SHOP_TOKEN: shop.token,
        http_proxy: proxy,
        https_proxy: proxy,
        all_proxy: proxy,
    });
    assert.strictEqual(facts.error, undefined);
});
