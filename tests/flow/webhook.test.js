// Webhooks of the shop to `evenstock serve`: they only say which order to look at, so late, doubled, reordered and lost
// ones change nothing but when.
import assert from 'node:assert';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { retailer } from '../lib/harness.js';

const DEADLINE_MS = 60_000;
const TOPICS = ['orders/create', 'orders/updated', 'orders/cancelled', 'orders/edited', 'refunds/create', 'fulfillments/create',
    'fulfillments/update', 'fulfillment_orders/moved', 'returns/process'];

async function until(what, is) {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await is())) {
        assert.ok(Date.now() < deadline, `not within ${DEADLINE_MS} ms: ${what}`);
        await after(20);
    }
}

/** A retailer whose shop signs its webhooks, and the service that hears them. */
async function hearing(t, skus, lag) {
    const all = await retailer(t, { skus, shop: { webhook_secret_env: 'HOOK_SECRET' } });
    all.at.env.HOOK_SECRET = all.shop.secret;
    await all.at.json(['job', 'schedule', 'orders', '--as-changes-happen']);
    if (lag) all.shop.post('faults', { kind: 'index_lag', rate: 1, ms: 3_600_000 }); // polling sees no order of this hour
    const child = all.at.start(['serve']);
    t.after(async () => { child.kill('SIGKILL'); await child.result; });
    const { url } = await new Promise((resolve, reject) => {
        child.stdout.once('data', (chunk) => resolve(JSON.parse(chunk)));
        child.result.then(({ status, err }) => reject(new Error(`serve ended with ${status}: ${err}`)));
    });
    const address = `${url}/webhooks/shopify/main`;
    const tell = async (body, { topic = 'orders/create', secret = all.shop.secret, to = address } = {}) => {
        const answer = await fetch(to, { method: 'POST', body, headers: { Connection: 'close', 'Content-Type': 'application/json',
            'X-Shopify-Topic': topic, 'X-Shopify-Hmac-Sha256': createHmac('sha256', secret).update(body).digest('base64') } });
        return { status: answer.status, json: await answer.json() };
    };
    const stop = async () => {
        child.kill('SIGTERM');
        const { status, err } = await child.result;
        assert.strictEqual(status, 0, err);
    };
    return { ...all, address, tell, stop };
}

test('an order that the search does not show yet is imported because the shop told of it', async (t) => {
    const { at, shop, buy, address, stop } = await hearing(t, ['A', 'B'], true);
    shop.post('webhooks', { address, topics: TOPICS });
    const { id } = buy('A', 3);
    await until('A is promised 7', async () => (await at.atp('A')) === 7);
    shop.post(`orders/${encodeURIComponent(id)}/cancel`, {});
    await until('A is promised 10', async () => (await at.atp('A')) === 10);
    buy('B', 1);
    await until('B is promised 9', async () => (await at.atp('B')) === 9);
    await stop();
    assert.deepStrictEqual(shop.get('stats').violations, []);
    await at.verify();
});

test('late, doubled, reordered and lost webhooks book everything once; polling finds the rest', async (t) => {
    const { at, shop, buy, available, address, stop } = await hearing(t, { A: 100 });
    shop.post('webhooks', { address, topics: TOPICS });
    shop.post('faults', { kind: 'webhook_late', rate: 0.3, ms: 200 });
    for (const kind of ['webhook_twice', 'webhook_lost', 'webhook_reorder']) shop.post('faults', { kind, rate: 0.3 });
    const bought = Array.from({ length: 20 }, () => buy('A', 1).id);
    for (const id of bought.slice(0, 8)) shop.post(`orders/${encodeURIComponent(id)}/fulfil`, {});
    for (const id of bought.slice(8, 12)) shop.post(`orders/${encodeURIComponent(id)}/cancel`, {});
    await until('everything is imported', async () => (await at.atp('A')) === 84);
    await stop();
    await at.json(['sync', 'orders']);
    assert.deepStrictEqual([await at.atp('A'), available('A')], [84, 84]);
    await at.verify();
});

test('what is not signed, not JSON or for nobody is told so, and what is not about an order is taken', async (t) => {
    const { at, shop, tell, address, stop } = await hearing(t, ['A']);
    assert.deepStrictEqual(await tell('{"id": 7}', { secret: 'guess' }).then(({ status }) => status), 401);
    assert.strictEqual((await tell('{"id": 7}', { to: address.replace('main', 'other') })).status, 404);
    assert.strictEqual((await tell('[7')).status, 400);
    assert.strictEqual((await tell('{"id": "seven"}')).status, 400);
    assert.deepStrictEqual(await tell('{"id": 7}', { topic: 'products/update' }), { status: 200, json: { kept: false } });
    assert.deepStrictEqual(await tell('{"id": 7}'), { status: 200, json: { kept: true } }); // it does not exist, or not any more
    assert.strictEqual((await fetch(address, { headers: { Connection: 'close' } })).status, 405);
    await until('the order was looked for', async () => (await at.json(['job', 'history', 'orders'])).some(({ state }) => state === 'finished'));
    await stop();
    assert.deepStrictEqual(shop.get('stats').violations, []);
    await at.verify();
});
