// The protocol against the stand-in shop: each test is one story, told through the command line.
import assert from 'node:assert';
import test from 'node:test';
import { retailer, shopOf, workspace } from '../lib/harness.js';

const clean = (shop) => {
    const { violations, raised } = shop.get('stats');
    assert.deepStrictEqual({ violations, raised }, { violations: [], raised: 0 });
};
const ours = (shop, sku) => shop.get(`history?sku=${sku}`).filter((row) => row.name === 'available' && String(row.reference).startsWith('gid://evenstock/'));

test('a change here shows in the shop, by as much as it was, in one entry that names us', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B'] });
    assert.deepStrictEqual([available('A'), available('B')], [10, 10]);
    await at.adjust([['A', 'WH', -3]]);
    const report = await at.json(['sync', 'recent']);
    assert.deepStrictEqual([report.selected, report.pushed, report.calls, report.in_doubt], [1, 1, 1, 0]);
    assert.strictEqual(available('A'), 7);
    assert.deepStrictEqual(ours(shop, 'A').map((row) => row.delta), [10, -3]);
    assert.strictEqual((await at.json(['sync', 'recent'])).calls, 0);
    clean(shop);
    await at.verify();
});

test('owed lines go out 250 a call, no call more', async (t) => {
    const skus = Object.fromEntries(Array.from({ length: 2_600 }, (_, i) => [`S${i}`, 5]));
    const { at, shop } = await retailer(t, { skus });
    await at.adjust(Object.keys(skus).map((sku) => [sku, 'WH', 1]));
    const report = await at.json(['sync', 'recent']);
    assert.deepStrictEqual([report.pushed, report.calls], [2_600, 11]);
    assert.ok(shop.get(`levels?location=${encodeURIComponent(shop.location)}`).every((row) => row.available === 6));
    clean(shop);
});

test('a sale that we have not seen is never undone: 14 sold there, one lost here', async (t) => {
    const { at, shop, available, buy } = await retailer(t, { skus: { A: 20 } });
    shop.post('truth', [{ sku: 'A', location: shop.location, units: 20 }]);
    buy('A', 14);
    assert.strictEqual(available('A'), 6);
    await at.adjust([['A', 'WH', -1]]);
    shop.post('truth', [{ sku: 'A', location: shop.location, units: 5 }]);
    await at.json(['sync', 'recent']);
    assert.strictEqual(available('A'), 5, 'T - U: 19 - 14');
    const hard = await at.json(['sync', 'hard']);
    assert.deepStrictEqual([hard.drifted, hard.pushed], [0, 0], 'the unseen order was found and imported, not overwritten');
    assert.strictEqual(available('A'), 5);
    assert.strictEqual(await at.atp('A'), 5);
    await at.json(['sync', 'orders']);
    await at.json(['sync', 'recent']);
    assert.strictEqual(available('A'), 5);
    assert.strictEqual(shop.get('stats').oversold, 0);
    clean(shop);
    await at.verify();
});

test('orders move our books and the explained number together, so nothing is pushed for them', async (t) => {
    const { at, shop, available, buy } = await retailer(t, { skus: ['A'] });
    buy('A', 4);
    const orders = await at.json(['sync', 'orders']);
    assert.deepStrictEqual([orders.job, orders.new], ['orders', 1]);
    assert.strictEqual(await at.atp('A'), 6);
    assert.strictEqual((await at.json(['sync', 'recent'])).selected, 0);
    assert.strictEqual((await at.json(['sync', 'orders'])).new, 0);
    assert.strictEqual(available('A'), 6);
    clean(shop);
    await at.verify();
});

test('a lost answer: the same bytes again, applied once', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A'] });
    for (const kind of ['lost_answer', 'cut_after', 'cut_before', 'http_500', 'http_503', 'throttled', 'http_429']) {
        shop.post('faults', { kind, count: 1 });
        await at.adjust([['A', 'WH', 1]]);
        await at.json(['sync', 'recent'], [0, 1]);
        await at.json(['sync', 'recent']);
        shop.post('faults', { kind: 'none' });
        assert.strictEqual(available('A'), await at.atp('A'), kind);
    }
    assert.deepStrictEqual(ours(shop, 'A').map((row) => row.delta), [10, 1, 1, 1, 1, 1, 1, 1]);
    clean(shop);
    await at.verify();
});

test('a line that the shop refuses is put aside with its reason, the rest goes out', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B', 'C'] });
    shop.post('item', { sku: 'B', deleted: true });
    await at.adjust([['A', 'WH', 1], ['B', 'WH', 1], ['C', 'WH', 1]]);
    const report = await at.json(['sync', 'recent'], [1]);
    assert.deepStrictEqual([report.pushed, report.refused], [2, 1]);
    assert.deepStrictEqual([available('A'), available('C')], [11, 11]);
    const again = await at.json(['sync', 'recent']);
    assert.deepStrictEqual([again.selected, again.calls], [0, 0], 'not tried for ever');
    await at.verify();
});

test('a staff edit is found by Hard Sync, named and mended once', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B'] });
    shop.post('edit', { sku: 'A', location: shop.location, delta: 5, who: 'Staff: Kim' });
    assert.strictEqual((await at.json(['sync', 'recent'])).selected, 0);
    const hard = await at.json(['sync', 'hard'], [1]);
    assert.deepStrictEqual([hard.drifted, hard.pushed], [1, 1]);
    assert.deepStrictEqual(hard.incidents.map((one) => [one.sku, one.channel, one.drift]), [['A', 'web', 5]]);
    assert.strictEqual(available('A'), 10);
    const { mutations } = shop.get('stats');
    const again = await at.json(['sync', 'hard']);
    assert.deepStrictEqual([again.drifted, again.pushed, again.left], [0, 0, []]);
    assert.strictEqual(shop.get('stats').mutations, mutations, 'a second one writes nothing');
    await at.verify();
});

test('a dry run says what would be written and writes nothing', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B'] });
    await at.adjust([['A', 'WH', -2]]);
    shop.post('edit', { sku: 'B', location: shop.location, delta: 5 });
    const { mutations } = shop.get('stats');
    const recent = await at.json(['sync', 'recent', '--dry-run']);
    assert.deepStrictEqual(recent.lines.map((line) => [line.sku, line.channel, line.target, line.explained, line.delta]), [['A', 'web', 8, 10, -2]]);
    const hard = await at.json(['sync', 'hard', '--dry-run'], [0, 1]);
    assert.deepStrictEqual(hard.lines.map((line) => [line.sku, line.delta]).sort(), [['A', -2], ['B', -5]]);
    assert.strictEqual(shop.get('stats').mutations, mutations);
    assert.deepStrictEqual([available('A'), available('B')], [10, 15]);
});

test('a shop that was never adopted, or is read-only, gets no write and says what mends it', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A'], adopt: false });
    const { mutations } = shop.get('stats');
    await at.refuses(['sync', 'recent'], 3, /shop adopt main/);
    await at.refuses(['sync', 'hard'], 3, /shop adopt main/);
    await at.json(['shop', 'link', 'main']);
    await at.json(['shop', 'adopt', 'main']);
    await at.config({ shops: [{ code: 'main', writable: false }] });
    await at.refuses(['sync', 'recent', '--json'], 3, /writable/);
    assert.strictEqual(shop.get('stats').mutations, mutations);
    await at.config({ shops: [{ code: 'main', writable: true }] });
    await at.json(['sync', 'recent']);
});

test('adopt reports differences and writes nothing; the next push mends them', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: { A: 10, B: 4 }, adopt: false });
    shop.post('levels', [{ sku: 'A', location: shop.location, available: 3 }, { sku: 'B', location: shop.location, available: 4 }]);
    await at.json(['shop', 'link', 'main']);
    const { mutations } = shop.get('stats');
    const adopted = await at.json(['shop', 'adopt', 'main']);
    assert.deepStrictEqual([adopted.adopted, adopted.differences, adopted.not_adopted], [2, 1, []]);
    assert.deepStrictEqual(adopted.largest.map((one) => [one.sku, one.target, one.available]), [['A', 10, 3]]);
    assert.strictEqual(shop.get('stats').mutations, mutations);
    await at.json(['sync', 'recent']);
    assert.deepStrictEqual([available('A'), available('B')], [10, 4]);
});

test('check, link: what is missing, doubled, untracked or not stocked is told', async (t) => {
    const shop = await shopOf(t);
    const at = workspace(t, { SHOP_TOKEN: shop.token });
    const row = (sku, more = {}) => ({ sku, title: sku, tracked: true, stocked: [shop.location], ...more });
    const other = shop.post('locations', { name: 'Store' }).id;
    shop.post('products', [row('A'), row('twice'), row('twice'), row('free', { tracked: false }), row('else', { stocked: [other] }), row('a')]);
    await at.config({
        facilities: [{ code: 'WH', type: 'warehouse' }], shops: [{ code: 'main', url: shop.url, api_version: '2026-10', token_env: 'SHOP_TOKEN' }],
        channels: [{ code: 'web', shop: 'main', location: shop.location, mode: 'physical', facility: 'WH' }],
        products: ['A', 'twice', 'free', 'else', 'nowhere'].map((sku) => ({ sku })),
    });
    const check = await at.json(['shop', 'check', 'main']);
    assert.deepStrictEqual([check.ok, check.api_version, check.missing_scopes, check.locations.length], [true, '2026-10', [], 2]);
    const link = await at.json(['shop', 'link', 'main'], [1]);
    assert.deepStrictEqual(link.unlinked, ['nowhere']);
    assert.deepStrictEqual([link.duplicates, link.untracked, link.not_stocked], [['twice'], ['free'], ['else']]);
    await at.refuses(['shop', 'check', 'other'], 3, /no shop 'other'/);
});

test('a shop that is down, or refuses the token, is told in one line; work goes on afterwards', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A'] });
    await at.adjust([['A', 'WH', -1]]);
    const down = { env: { SHOP_TOKEN: 'shpat_wrong' } };
    await at.refuses(['shop', 'check', 'main'], 3, /token/i, down);
    await at.refuses(['shop', 'check', 'main'], 3, /SHOP_TOKEN/, { env: { SHOP_TOKEN: '' } });
    const wrong = await at.run(['sync', 'recent', '--json'], down);
    assert.notStrictEqual(wrong.status, 0);
    assert.doesNotMatch(wrong.out + wrong.err, /shpat_/, 'a token reaches no output');
    assert.strictEqual(available('A'), 10);
    await at.json(['sync', 'recent']);
    assert.strictEqual(available('A'), 9);
    await at.verify();
});

test('client credentials: a token is fetched, renewed before it ends, and once after it is refused', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A'], shop: { token_env: undefined, client_id_env: 'ID', client_secret_file: 'secret' }, adopt: false });
    at.file('secret', `${shop.secret}\n`);
    const env = { ID: shop.client_id };
    await at.json(['shop', 'link', 'main'], [0], { env });
    await at.json(['shop', 'adopt', 'main'], [0], { env });
    shop.post('faults', { kind: 'token_revoked', count: 1 });
    await at.json(['sync', 'recent'], [0], { env });
    assert.strictEqual(available('A'), 10);
});

test('cancelled, edited, shipped and refunded orders come home exactly once', async (t) => {
    const { at, shop, available, buy } = await retailer(t, { skus: { A: 50, B: 50 } });
    const stories = [
        () => shop.post(`orders/${encodeURIComponent(buy('A', 3).id)}/cancel`, { restock: true }),
        () => shop.post(`orders/${encodeURIComponent(buy('A', 3).id)}/cancel`, { restock: false }),
        () => shop.post(`orders/${encodeURIComponent(buy('A', 5).id)}/edit`, { lines: [{ sku: 'A', quantity: 2 }], restock: true }),
        () => shop.post(`orders/${encodeURIComponent(buy('A', 2).id)}/fulfil`, {}),
        () => { const { id } = buy('A', 4); shop.post(`orders/${encodeURIComponent(id)}/fulfil`, {}); shop.post(`orders/${encodeURIComponent(id)}/refund`, { lines: [{ sku: 'A', quantity: 1 }], restock: 'return', location: shop.location }); },
        () => shop.post(`orders/${encodeURIComponent(buy('B', 4).id)}/refund`, { lines: [{ sku: 'B', quantity: 2 }], restock: 'cancel', location: shop.location }),
        () => buy('B', 1, { pos: true }),
    ];
    for (const [n, story] of stories.entries()) {
        story();
        await at.json(['sync', 'orders']);
        await at.json(['sync', 'recent'], [0, 1]);
        for (const sku of ['A', 'B']) assert.strictEqual(available(sku), await at.atp(sku), `story ${n}, ${sku}`);
    }
    assert.strictEqual((await at.json(['sync', 'orders'])).new, 0);
    clean(shop);
    await at.verify();
});
