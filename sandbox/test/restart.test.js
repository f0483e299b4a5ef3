// With --data the shop is the same after a restart, also one that came in the middle of a write.
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, until } from '../harness.js';
import { serve } from '../server.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

function folder(t) {
    const data = mkdtempSync(join(tmpdir(), 'sandbox-'));
    t.after(() => rmSync(data, { recursive: true }));
    return data;
}

/** Opens the shop in a folder; the test ends it, if it does not itself. */
async function open(t, data) {
    const shop = new Client(await serve({ data }));
    t.after(() => shop.shop.webhooks.stopped || shop.close());
    return shop;
}

async function filled(t, data) {
    const shop = await open(t, data);
    const { location, items } = await shop.stocked({ A: 10 });
    const { id } = await shop.order(location, { A: 3 });
    await shop.adjust(items.A, location, 2, { key: 'k' });
    return { shop, location, item: items.A, id };
}

const state = async (shop) => ({
    levels: await shop.control('levels'),
    history: await shop.control('history'),
    stats: await shop.control('stats'),
});

test('everything is there again: numbers, history, orders, keys, tokens, faults, clock, counters', async (t) => {
    const data = folder(t);
    const { shop, location, item, id } = await filled(t, data);
    await shop.control('faults', { kind: 'http_500', count: 2 });
    await shop.control('clock', { advance_s: 5_000 });
    await shop.control('truth', [{ sku: 'A', location, units: 4 }]);
    await shop.control('orders', { location, lines: [{ sku: 'A', quantity: 5 }] });
    const before = await state(shop);
    await shop.close();
    const again = await open(t, data);
    assert.equal(again.token, shop.token);
    assert.deepEqual(await state(again), before);
    assert.equal(before.stats.oversold, 1);
    assert.ok(Date.parse((await again.control('clock')).now) - Date.now() > 4_990_000);
    assert.deepEqual(await again.control('faults'), { http_500: { count: 2, rate: null, ms: null } });
    await again.control('faults', { kind: 'none' });
    await again.adjust(item, location, 2, { key: 'k' });
    assert.deepEqual(await again.held('A', location), [4, 8, 12], 'the key is remembered');
    await again.control(`orders/${encodeURIComponent(id)}/cancel`, {});
    assert.deepEqual(await again.held('A', location), [7, 5, 12]);
    const { id: next } = await again.order(location, { A: 1 });
    assert.equal(next, 'gid://shopify/Order/3', 'numbers go on');
    assert.equal(
        (await again.data('{ productVariants(first: 1, query: "sku:A") { nodes { sku } } }')).productVariants.nodes[0]
            .sku,
        'A',
    );
});

test('the torn end of a killed write is left out', async (t) => {
    const data = folder(t);
    const { shop } = await filled(t, data);
    const before = await state(shop);
    await shop.close();
    appendFileSync(
        join(data, 'shop.jsonl'),
        '["t","levels","gid://shopify/InventoryLevel/1?inventory_item_id=1",{"q":{"avail',
    );
    const again = await open(t, data);
    assert.deepEqual(await state(again), before);
});

test('a batch without its end mark was never answered for, so it is not there', async (t) => {
    const data = folder(t);
    const { shop, location } = await filled(t, data);
    const before = await state(shop);
    await shop.order(location, { A: 1 });
    await shop.close();
    const file = join(data, 'shop.jsonl');
    const text = readFileSync(file, 'utf8');
    assert.ok(text.endsWith('["c"]\n'));
    writeFileSync(file, text.slice(0, -'["c"]\n'.length));
    const again = await open(t, data);
    assert.deepEqual(await state(again), before);
});

test('a reset empties the kept shop too', async (t) => {
    const data = folder(t);
    const { shop } = await filled(t, data);
    await shop.control('reset', {});
    await shop.close();
    const again = await open(t, data);
    assert.deepEqual(await again.control('levels'), []);
    assert.equal(again.token, shop.token);
});

test('a bulk operation that was running goes on', async (t) => {
    const data = folder(t);
    const { shop } = await filled(t, data);
    await shop.control('faults', { kind: 'bulk_stuck', count: 1 });
    const {
        bulkOperationRunQuery: {
            bulkOperation: { id },
        },
    } = await shop.data(
        'mutation { bulkOperationRunQuery(query: "{ inventoryItems { edges { node { id sku } } } }") { bulkOperation { id } } }',
    );
    const poll = (one) => async () =>
        (await one.data('query ($id: ID!) { bulkOperation(id: $id) { status url } }', { id })).bulkOperation;
    await until(poll(shop), (op) => op.status === 'RUNNING');
    await shop.close();
    const again = await open(t, data);
    assert.equal((await poll(again)()).status, 'RUNNING');
    await again.control('faults', { kind: 'none' });
    const { url } = await until(poll(again), (op) => op.status === 'COMPLETED');
    assert.equal(JSON.parse(await (await fetch(url)).text()).sku, 'A');
});

test('the program prints one line, keeps its data over SIGKILL, and says what is wrong with its command line', async (t) => {
    const data = folder(t);
    const start = async (...more) => {
        const child = spawn(process.execPath, [MAIN, '--port', '0', '--quiet', '--data', data, ...more], {
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        t.after(() => child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'));
        const lines = createInterface({ input: child.stdout });
        const [line] = await Promise.race([
            once(lines, 'line'),
            once(child, 'exit').then(([code]) => [JSON.stringify({ code })]),
        ]);
        return { child, ready: JSON.parse(line) };
    };
    const first = await start();
    assert.deepEqual(Object.keys(first.ready), ['url', 'token', 'client_id', 'secret', 'api_versions']);
    await fetch(`${first.ready.url}/_control/locations`, { method: 'POST', body: '{"name": "Web"}' });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await start();
    assert.deepEqual(
        (await (await fetch(`${second.ready.url}/_control/locations`)).json()).map((l) => l.name),
        ['Web'],
    );
    second.child.kill('SIGTERM');
    assert.deepEqual(await once(second.child, 'exit'), [0, null]);
    assert.deepEqual((await start('--port', 'many')).ready, { code: 2 });
    assert.deepEqual((await start('--colour')).ready, { code: 2 });
});
