// kill -9 at random moments: after the next run everything is as if it had run once, and the books add up.
// 30 kills in the usual run, 200 with ./dev test --long.
import assert from 'node:assert';
import test from 'node:test';
import { LONG, retailer, workspace } from '../lib/harness.js';

const KILLS = LONG ? 100 : 15; // of imports, and as many of syncs

/** Starts a command and kills it at a random moment of `ms`; gives whether it was still running. */
async function killed(at, args, ms) {
    const child = at.start(args);
    const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * ms);
    const { signal } = await child.result;
    clearTimeout(timer);
    return signal === 'SIGKILL';
}

const CONFIG = {
    facilities: ['F1', 'F2', 'F3'].map((code) => ({ code, type: 'store' })), groups: [{ code: 'G', members: ['F1', 'F2', 'F3'].map((facility) => ({ facility })) }],
    channels: [{ code: 'web', mode: 'aggregate', group: 'G' }], products: Array.from({ length: 4_000 }, (_, i) => ({ sku: `S${i}` })),
};
const table = (header, row) => header + '\n' + CONFIG.products.flatMap(({ sku }, i) => CONFIG.facilities.map(({ code }, f) => row(sku, code, i, f))).join('\n') + '\n';
const EVENTS = CONFIG.products.flatMap(({ sku }, i) => [
    { event_id: `p${i}`, order: `o${i >> 2}`, line: `${i & 3}`, sku, quantity: 2, kind: 'placed', channel: 'web' },
    { event_id: `a${i}`, order: `o${i >> 2}`, line: `${i & 3}`, sku, quantity: 2, kind: 'allocated', channel: 'web', facility: 'F1' },
]);

/** The three imports of the test, each with a bad row; their files are the same bytes in every workspace. */
function files(at) {
    return [
        ['import', 'levels', at.file('levels.csv', table('sku,facility,quantity', (sku, code, i, f) => `${sku},${code},${i === 77 && f === 0 ? 'x' : (i * 7 + f) % 40}`)), '--mode', 'qoh'],
        ['import', 'adjustments', at.file('adjust.csv', table('sku,facility,delta,key', (sku, code, i, f) => `${sku},${code},${i === 99 && f === 1 ? '1.5' : ((i + f) % 9) - 4},k${i}-${f}`))],
        ['import', 'orders', at.file('orders.jsonl', EVENTS)],
    ];
}

/** All that the imports made, less times and ledger numbers. */
async function outcome(at) {
    const ledger = (await at.lines(['export', 'ledger'])).map(({ sku, facility, qoh_delta, atp_delta, reason }) => `${sku} ${facility} ${qoh_delta} ${atp_delta} ${reason}`).sort();
    return { levels: await at.lines(['export', 'levels']), atp: await at.lines(['export', 'atp']), ledger };
}

test(`${KILLS} kills of imports: nothing lost, nothing twice`, async (t) => {
    const calm = workspace(t), wild = workspace(t);
    for (const at of [calm, wild]) await at.config(CONFIG);
    const calmCommands = files(calm), wildCommands = files(wild), took = [], summaries = [];
    for (const args of calmCommands) {
        const started = Date.now();
        summaries.push(await calm.json(args, [0, 1]));
        took.push(Date.now() - started);
    }
    let kills = 0;
    for (const [n, args] of wildCommands.entries()) {
        for (let tries = 0; kills < (KILLS * (n + 1)) / 3 && tries < KILLS * 4; tries++)
            kills += await killed(wild, args, took[n] * 1.1);
        const done = await wild.json(args, [0, 1]);
        const { rows, applied, unchanged, refused, waiting } = done;
        assert.strictEqual(rows, applied + unchanged + refused + waiting);
        await wild.verify();
    }
    assert.ok(kills >= KILLS / 2, `only ${kills} kills hit a running import`);
    assert.deepStrictEqual(await outcome(wild), await outcome(calm));
    for (const name of ['levels.csv.errors.csv', 'adjust.csv.errors.csv']) assert.strictEqual(wild.read(name), calm.read(name));
    assert.deepStrictEqual(summaries.map((s) => s.refused), [1, 1, 0]);
});

test(`${KILLS} kills of syncs: applied once, the shop right after the next run`, async (t) => {
    const skus = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`S${i}`, 40]));
    const { at, shop, buy } = await retailer(t, { skus });
    const names = Object.keys(skus);
    shop.post('faults', { kind: 'latency', rate: 1, ms: 15 });
    let kills = 0;
    for (let n = 0; kills < KILLS && n < KILLS * 4; n++) {
        const pick = () => names[Math.floor(Math.random() * names.length)];
        await at.adjust(Array.from({ length: 300 }, (_, i) => [names[(n * 37 + i) % 600], 'WH', (n + i) % 2 ? 1 : -1]));
        for (let i = 0; i < 3; i++) buy(pick(), 1 + Math.floor(Math.random() * 2));
        if (n % 5 === 4) shop.post('edit', { sku: pick(), location: shop.location, delta: 3 });
        kills += await killed(at, ['sync', ['recent', 'orders', 'hard'][n % 3]], n % 3 === 2 ? 600 : 200);
    }
    assert.ok(kills >= KILLS / 2, `only ${kills} kills hit a running sync`);
    shop.post('faults', { kind: 'none' });
    await at.json(['sync', 'hard'], [0, 1]);
    const calm = await at.json(['sync', 'hard']);
    assert.deepStrictEqual([calm.drifted, calm.pushed, calm.left], [0, 0, []]);
    await at.verify();
    const shown = new Map(shop.get(`levels?location=${encodeURIComponent(shop.location)}`).map((row) => [row.sku, row.available]));
    for (const { sku, online_atp } of await at.lines(['export', 'atp'])) assert.strictEqual(shown.get(sku), online_atp, sku);
    const { violations, raised } = shop.get('stats');
    assert.deepStrictEqual({ violations, raised }, { violations: [], raised: 0 });
    const seen = new Map();
    for (const row of shop.get('history')) // each of our entries stands once for each push and product
        if (row.name === 'available' && String(row.reference).startsWith('gid://evenstock/')) {
            const key = `${row.reference} ${row.sku}`;
            assert.ok(!seen.has(key), `${key} was applied twice`);
            seen.set(key, true);
        }
});
