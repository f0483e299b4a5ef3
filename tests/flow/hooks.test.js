// Webhook subscriptions: which of the topics that tell of orders go where, and registering those that do not.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';

const ADDRESS = 'https://stock.example.com/webhooks/shopify/main';
const topics = (list) => list.filter((one) => one.address === ADDRESS).map((one) => one.topic);

test('what is missing is registered once; the check tells where each topic goes', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A'], adopt: false });
    const before = await at.json(['shop', 'check', 'main']);
    assert.ok(before.webhooks.length >= 9);
    assert.deepStrictEqual(before.webhooks.filter((one) => one.address || one.lacks), [], 'nothing is subscribed, all could be');
    assert.strictEqual((await at.json(['shop', 'webhooks', 'main'], [1])).missing, before.webhooks.length);

    const made = await at.json(['shop', 'webhooks', 'main', '--register', '--address', ADDRESS]);
    assert.deepStrictEqual([made.registered, made.missing], [before.webhooks.length, 0]);
    assert.deepStrictEqual(topics(made.webhooks), before.webhooks.map((one) => one.topic));
    const again = await at.json(['shop', 'webhooks', 'main', '--register', '--address', ADDRESS]);
    assert.deepStrictEqual([again.registered, again.missing], [0, 0]);
    assert.deepStrictEqual(again.webhooks, made.webhooks);
    assert.deepStrictEqual((await at.json(['shop', 'check', 'main'])).webhooks, made.webhooks);

    const [id, hook] = [...shop.world.hooks].find(([, one]) => one.topic === 'ORDERS_UPDATED');
    assert.deepStrictEqual(hook.includeFields, ['id', 'updated_at'], 'of a large body no more than is needed');
    shop.world.drop('hooks', id); // as Shopify does after hours of failures
    const lost = await at.json(['shop', 'webhooks', 'main', '--address', ADDRESS], [1]);
    assert.deepStrictEqual([lost.registered, lost.missing], [0, 1]);
    assert.strictEqual((await at.json(['shop', 'webhooks', 'main', '--register', '--address', ADDRESS])).registered, 1);

    const elsewhere = 'https://other.example.com/webhooks/shopify/main';
    assert.strictEqual((await at.json(['shop', 'webhooks', 'main', '--address', elsewhere], [1])).missing, before.webhooks.length);
    const { out } = await at.run(['shop', 'check', 'main']);
    assert.match(out, new RegExp(`webhook orders/create goes to ${ADDRESS}`));
    assert.deepStrictEqual(shop.get('stats').violations, []);
});

test('what a registered topic sends is what the service needs to find the order', async (t) => {
    const { at, shop, buy } = await retailer(t, { skus: ['A'], shop: { webhook_secret_env: 'HOOK_SECRET' } });
    at.env.HOOK_SECRET = shop.secret;
    const child = at.start(['serve']);
    t.after(async () => { child.kill('SIGKILL'); await child.result; });
    const { url } = await new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(JSON.parse(chunk))));
    await at.json(['job', 'schedule', 'orders', '--as-changes-happen']);
    await at.json(['shop', 'webhooks', 'main', '--register', '--address', `${url}/webhooks/shopify/main`]);
    shop.post('faults', { kind: 'index_lag', rate: 1, ms: 3_600_000 }); // polling sees nothing
    buy('A', 3);
    const deadline = Date.now() + 60_000;
    while ((await at.atp('A')) !== 7) assert.ok(Date.now() < deadline, 'imported within a minute');
});

test('an address that Shopify refuses, one that is not ours, and a scope that lacks are told in words', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A'], adopt: false });
    const register = (address) => ['shop', 'webhooks', 'main', '--register', '--address', address];
    await at.refuses(['shop', 'webhooks', 'main', '--register'], 2, /--address/);
    await at.refuses(register('https://stock.example.com/other'), 2, /must end with \/webhooks\/shopify\/main/);
    await at.refuses(register('http://stock.example.com/webhooks/shopify/main'), 3, /orders\/create: .*protocol http:\/\/ is not supported/);
    await at.refuses(register('https://evil.myshopify.com/webhooks/shopify/main'), 3, /cannot be a Shopify or an internal domain/);
    assert.strictEqual(shop.world.hooks.size, 0);

    shop.post('scopes', { withdrawn: ['read_returns'] });
    const partly = await at.json(register(ADDRESS), [1]);
    assert.strictEqual(partly.missing, 1);
    const lacking = partly.webhooks.filter((one) => one.lacks);
    assert.deepStrictEqual(lacking, [{ topic: 'returns/process', address: null, lacks: 'read_returns' }]);
    const { out } = await at.run(['shop', 'webhooks', 'main']);
    assert.match(out, /returns\/process cannot be subscribed: the app lacks the scope read_returns/);
});
