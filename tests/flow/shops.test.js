// Many shops, one lane each: a shop that hangs, is frozen, has lost its token, is closed or talks nonsense never delays
// another, and is right again as soon as it answers.
import assert from 'node:assert';
import { createServer } from 'node:http';
import test from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { shopOf, workspace } from '../lib/harness.js';

const SHOPS = 20;
const BOUND_MS = 15_000; // half of what one call may hang, so no good shop has waited for a bad one
const HEAL_MS = 120_000; // the pauses after failures grow to a minute
const PARALLEL = 4;

/** How each of the bad ones answers. */
const BAD = {
    hangs: () => {},
    frozen: (response) => response.writeHead(402, { 'Content-Type': 'application/json' }).end('{"errors":"Unavailable Shop"}'),
    'lost its token': (response) => response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"errors":"[API] Invalid API key or access token"}'),
    closed: (response) => response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"errors":"Not Found"}'),
    'talks nonsense': (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"data":{"inventoryAdjustQuantities":['),
};

async function badServer(t, answer) {
    const server = createServer((request, response) => request.resume().on('end', () => answer(response)));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = () => { server.closeAllConnections(); return new Promise((resolve) => server.close(resolve)); };
    t.after(close);
    return { url: `http://127.0.0.1:${server.address().port}`, close };
}

/** Milliseconds until `is` holds. */
async function untilAll(what, ms, is) {
    const began = Date.now();
    while (!is()) {
        assert.ok(Date.now() - began < ms, `not within ${ms} ms: ${what()}`);
        await after(20);
    }
    return Date.now() - began;
}

async function inParallel(list, work) {
    const rest = [...list];
    await Promise.all(Array.from({ length: PARALLEL }, async () => { while (rest.length) await work(rest.shift()); }));
}

async function service(t, at) {
    const child = at.start(['serve']);
    t.after(async () => { child.kill('SIGKILL'); await child.result; });
    await new Promise((resolve, reject) => {
        child.stdout.once('data', resolve);
        child.result.then(({ status, err }) => reject(new Error(`serve ended with ${status}: ${err}`)));
    });
    return child;
}

test(`${SHOPS} shops, ${Object.keys(BAD).length} of them bad: the others are in sync as if they were alone`, async (t) => {
    const shops = [];
    for (let i = 0; i < SHOPS; i++) shops.push({ code: `shop${i}`, ...await shopOf(t) });
    const at = workspace(t, Object.fromEntries(shops.map((shop, i) => [`TOKEN_${i}`, shop.token])));
    const row = (shop, i, url = shop.url) => ({ code: shop.code, url, api_version: '2026-10', token_env: `TOKEN_${i}`, index_lag_s: 0 });
    for (const shop of shops) shop.post('products', [{ sku: 'A', title: 'A', tracked: true, stocked: [shop.location] }]);
    await at.config({
        facilities: [{ code: 'WH', type: 'warehouse' }], products: [{ sku: 'A' }], shops: shops.map((shop, i) => row(shop, i)),
        channels: shops.map((shop) => ({ code: shop.code, shop: shop.code, location: shop.location, mode: 'physical', facility: 'WH' })),
    });
    await inParallel(shops, async ({ code }) => {
        await at.json(['shop', 'link', code]);
        await at.json(['shop', 'adopt', code]);
        await at.json(['job', 'schedule', 'recent', '--shop', code, '--as-changes-happen']);
    });
    const shown = (shop) => shop.get(`levels?sku=A&location=${encodeURIComponent(shop.location)}`)[0].available;
    const wrong = (list, units) => list.filter((shop) => shown(shop) !== units);
    const told = (list, units) => () => wrong(list, units).map((shop) => `${shop.code} shows ${shown(shop)}, not ${units}`).join(', ');

    const child = await service(t, at);
    await at.adjust([['A', 'WH', 10]]);
    const alone = await untilAll(told(shops, 10), BOUND_MS, () => wrong(shops, 10).length === 0);

    const bad = shops.slice(0, Object.keys(BAD).length), good = shops.slice(bad.length);
    const servers = await Promise.all(Object.values(BAD).map((answer) => badServer(t, answer)));
    await at.config({ shops: bad.map((shop, i) => row(shop, i, servers[i].url)) });
    await at.adjust([['A', 'WH', -4]]);
    const beside = await untilAll(told(good, 6), BOUND_MS, () => wrong(good, 6).length === 0);
    await at.adjust([['A', 'WH', -1]]); /* the bad ones are at it: they hang, pause or have stopped */
    const again = await untilAll(told(good, 5), BOUND_MS, () => wrong(good, 5).length === 0);
    t.diagnostic(`in sync after ${alone} ms with all good, ${beside} and ${again} ms beside ${bad.length} bad shops`);
    assert.deepStrictEqual(bad.map(shown), bad.map(() => 10), 'nothing reached the bad ones');

    await Promise.all(servers.map((server) => server.close())); /* what hangs ends */
    await at.config({ shops: bad.map((shop, i) => row(shop, i)) });
    await untilAll(told(bad, 5), HEAL_MS, () => wrong(bad, 5).length === 0);
    child.kill('SIGTERM');
    const { status, err } = await child.result;
    assert.strictEqual(status, 0, err);
    assert.ok(!shops.some((shop) => err.includes(shop.token)), 'no token in the log');
    for (const shop of shops) {
        const { violations, raised } = shop.get('stats');
        assert.deepStrictEqual({ violations, raised }, { violations: [], raised: 0 });
    }
    await at.verify();
});
