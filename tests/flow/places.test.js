// Items and locations that are not what they were: seen, told, and mended as far as a program may.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';

const SETTLED_S = 5;
const later = (shop, seconds = SETTLED_S) => shop.post('clock', { advance_s: seconds });
const states = async (at) => Object.fromEntries((await at.json(['quarantine', 'list'], [0, 1])).map((one) => [one.sku, one.state]));
const itemOf = (shop, sku) => shop.get(`levels?sku=${sku}`)[0].item;

/** A second Hard Sync finds nothing and writes nothing. */
async function done({ at, shop }) {
    later(shop);
    const { mutations } = shop.get('stats');
    const again = await at.json(['sync', 'hard']);
    assert.deepStrictEqual([again.drifted, again.pushed, again.activated, again.left, again.relinked], [0, 0, 0, [], []]);
    assert.strictEqual(shop.get('stats').mutations, mutations);
    assert.deepStrictEqual(shop.get('stats').violations, []);
    await at.verify();
}

test('an item that is not stocked at the location is stocked there when the channel says so, and only then', async (t) => {
    const world = await retailer(t, { skus: ['A', 'B'] });
    const { at, shop, available } = world;
    const other = shop.post('locations', { name: 'Else' }).id;
    shop.post('products', [{ sku: 'N', title: 'New', tracked: true, stocked: [other] }]);
    shop.post('item', { sku: 'A', stocked: [other] });
    await at.config({ products: [{ sku: 'N', title: 'New' }] });
    await at.levels('sku,facility,quantity\nN,WH,4\n');
    assert.deepStrictEqual((await at.json(['shop', 'link', 'main'], [1])).not_stocked, ['A', 'N']);
    later(shop);
    assert.strictEqual((await at.json(['sync', 'hard'], [0, 1])).activated, 0);
    assert.deepStrictEqual(await states(at), { A: 'not_stocked', N: 'not_stocked' });

    await at.config({ channels: [{ code: 'web', mode: 'aggregate', activate_items: true }] });
    assert.strictEqual((await at.json(['sync', 'hard', '--dry-run'], [0, 1])).activated, 0, 'a dry run writes nothing');
    const hard = await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual([hard.activated, hard.left], [2, []]);
    assert.deepStrictEqual([available('A'), available('N'), await states(at)], [10, 4, {}]);
    const stocked = shop.get(`levels?location=${encodeURIComponent(shop.location)}`).filter((row) => row.active).map((row) => row.sku);
    assert.deepStrictEqual(stocked.sort(), ['A', 'B', 'N']);
    await done(world);
});

test('an item that was deleted and made again is linked by its SKU, read anew, and filled', async (t) => {
    const world = await retailer(t, { skus: ['A', 'B'] });
    const { at, shop, available } = world;
    const before = itemOf(shop, 'A');
    shop.post('item', { sku: 'A', deleted: true });
    later(shop);
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual(await states(at), { A: 'item_gone' });
    shop.post('products', [{ sku: 'A', title: 'Again', tracked: true, stocked: [shop.location] }]);
    later(shop);
    const hard = await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual(hard.relinked, [{ sku: 'A', from: before, to: itemOf(shop, 'A') }]);
    assert.deepStrictEqual([available('A'), available('B'), await states(at)], [10, 10, {}]);
    await done(world);
});

test('SKUs that were exchanged between two items: each product follows its own', async (t) => {
    const world = await retailer(t, { skus: { A: 10, B: 3 } });
    const { at, shop, available } = world;
    const [a, b] = [itemOf(shop, 'A'), itemOf(shop, 'B')];
    shop.post('item', { sku: 'A', new_sku: 'swap' });
    shop.post('item', { sku: 'B', new_sku: 'A' });
    shop.post('item', { sku: 'swap', new_sku: 'B' });
    later(shop);
    const hard = await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual(hard.relinked[0], { sku: 'A', from: a, to: b });
    assert.deepStrictEqual([itemOf(shop, 'A'), available('A'), itemOf(shop, 'B'), available('B')], [b, 10, a, 3]);
    await done(world);
});

test('a SKU that moved to an item of another product: that product has it alone', async (t) => {
    const world = await retailer(t, { skus: { A: 10, B: 3 } });
    const { at, shop, available } = world;
    shop.post('item', { sku: 'B', deleted: true });
    shop.post('item', { sku: 'A', new_sku: 'B' });
    later(shop);
    const hard = await at.json(['sync', 'hard'], [0, 1]);
    assert.ok(hard.relinked.some((one) => one.sku === 'A' && one.to === ''), JSON.stringify(hard.relinked));
    assert.strictEqual(available('B'), 3, 'and A, which has no item any more, does not push to it');
    await at.adjust([['A', 'WH', 5]]);
    await at.json(['sync', 'recent']);
    assert.strictEqual(available('B'), 3);
    await done(world);
});

test('a link by hand gives way to the SKU, and the link tells so', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A', 'B'] });
    const [a, b] = [itemOf(shop, 'A'), itemOf(shop, 'B')];
    shop.post('item', { sku: 'B', new_sku: 'other' });
    await at.config({ product_channels: [{ sku: 'B', channel: 'web', item: b }] });
    assert.deepStrictEqual((await at.json(['shop', 'link', 'main'])).relinked, [], 'no product has that SKU');
    shop.post('item', { sku: 'A', deleted: true });
    shop.post('item', { sku: 'other', new_sku: 'A' });
    const { relinked } = await at.json(['shop', 'link', 'main'], [0, 1]);
    assert.deepStrictEqual(relinked, [{ sku: 'A', from: a, to: b }, { sku: 'B', from: b, to: '' }]);
    await at.verify();
});

test('a location that closes, or is deleted, stops its channel only; the check names it', async (t) => {
    for (const how of [{ active: false }, { deleted: true }]) {
        const world = await retailer(t, { skus: ['A'] });
        const { at, shop, available } = world;
        const nyc = shop.post('locations', { name: 'Store' }).id;
        shop.post('item', { sku: 'A', stocked: [shop.location, nyc] });
        await at.config({ channels: [{ code: 'nyc', shop: 'main', location: nyc, mode: 'physical', facility: 'NYC' }] });
        await at.levels('sku,facility,quantity\nA,NYC,2\n');
        await at.json(['shop', 'link', 'main']);
        later(shop);
        await at.json(['sync', 'hard'], [0, 1]);
        assert.strictEqual(available('A'), 12);
        assert.deepStrictEqual((await at.json(['shop', 'check', 'main'])).channels, []);

        shop.post('location', { id: nyc, ...how });
        await at.adjust([['A', 'WH', 1], ['A', 'NYC', 1]]);
        later(shop);
        await at.json(['sync', 'hard'], [0, 1]);
        assert.strictEqual(available('A'), 14);
        const aside = await at.json(['quarantine', 'list'], [1]);
        assert.deepStrictEqual(aside.map((one) => [one.channel, one.state]), [['nyc', 'location_inactive']]);
        const check = await at.json(['shop', 'check', 'main'], [1]);
        assert.deepStrictEqual([check.ok, check.channels.map((one) => one.channel)], [false, ['nyc']]);
        assert.match(check.channels[0].trouble, /not active|does not exist/);
        assert.strictEqual((await at.json(['sync', 'hard'], [0, 1])).pushed, 0);
        if (how.deleted) continue;
        shop.post('location', { id: nyc, active: true });
        later(shop);
        await at.json(['sync', 'hard'], [0, 1]);
        assert.deepStrictEqual(await states(at), {});
        const row = shop.get(`levels?sku=A&location=${encodeURIComponent(nyc)}`)[0];
        assert.strictEqual(row.available, 3);
    }
});

/** `web` (an aggregate of the warehouse alone), the physical channel `nyc`, and `popup`, which nobody maps. */
async function threePlaces(t) {
    const world = await retailer(t, { skus: ['A'], adopt: false });
    const { at, shop } = world;
    const [nyc, popup] = ['Store', 'Popup'].map((name) => shop.post('locations', { name }).id);
    shop.post('item', { sku: 'A', stocked: [shop.location, nyc, popup] });
    await at.config({
        groups: [{ code: 'ONLINE', members: [{ facility: 'WH' }] }],
        channels: [{ code: 'nyc', shop: 'main', location: nyc, mode: 'physical', facility: 'NYC' }],
    });
    await at.levels('sku,facility,quantity\nA,NYC,10\n');
    shop.post('levels', [{ sku: 'A', location: popup, available: 10 }]);
    later(shop);
    await at.json(['shop', 'link', 'main']);
    await at.json(['shop', 'adopt', 'main']);
    await at.json(['sync', 'recent']);
    later(shop);
    const shown = (location) => shop.get(`levels?sku=A&location=${encodeURIComponent(location)}`)[0].available;
    return { ...world, web: shop.location, nyc, popup, shown };
}

test('a location that closes with a destination takes its stock and its open orders there, and no order tells', async (t) => {
    for (const imported of [true, false]) {
        const { at, shop, buy, web, nyc, shown } = await threePlaces(t);
        const order = buy('A', 3, { location: nyc });
        later(shop);
        if (imported) await at.json(['sync', 'orders']);
        later(shop, 600);
        const before = shop.world.orders.get(order.id).updatedAt;
        shop.post('location', { id: nyc, active: false, destination: web });
        assert.strictEqual(shop.world.orders.get(order.id).updatedAt, before, 'as at Shopify');
        assert.strictEqual(shown(web), 17, 'seven that were on sale there came along');
        later(shop);
        const hard = await at.json(['sync', 'hard'], [0, 1]);
        assert.deepStrictEqual(hard.incidents.map((one) => [one.channel, one.drift]), [['web', 10]]);
        assert.deepStrictEqual([shown(web), await at.atp('A')], [7, 7], 'its three units are promised from here now');
        shop.post('truth', [{ sku: 'A', location: web, units: 7 }]);
        shop.post(`orders/${encodeURIComponent(order.id)}/fulfil`);
        await at.json(['sync', 'orders']);
        later(shop);
        await done({ at, shop });
        assert.strictEqual(shown(web), 7);
        assert.strictEqual(shop.get('stats').raised, 0);
    }
});

test('a location that nobody maps closes onto one that is mapped: its orders are promised from there', async (t) => {
    const { at, shop, buy, web, popup, shown } = await threePlaces(t);
    buy('A', 3, { location: popup });
    later(shop);
    await at.json(['sync', 'orders']);
    await at.json(['sync', 'recent']);
    assert.deepStrictEqual([shown(web), await at.atp('A')], [7, 7], 'as demand of the first channel');
    later(shop);
    shop.post('location', { id: popup, active: false, destination: web });
    assert.strictEqual(shown(web), 14);
    later(shop);
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual([shown(web), await at.atp('A')], [7, 7]);
    await done({ at, shop });
});

test('a mapped location closes onto one that nobody maps: nothing is promised from there, and all is right when it opens again', async (t) => {
    const { at, shop, buy, web, nyc, popup, shown } = await threePlaces(t);
    buy('A', 3, { location: nyc });
    later(shop);
    await at.json(['sync', 'orders']);
    later(shop);
    shop.post('location', { id: nyc, active: false, destination: popup });
    later(shop);
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual([await at.atp('A'), await at.atp('A', 'nyc'), shown(web)], [7, 10, 7], 'demand of no mapped location');
    await done({ at, shop });
    shop.post('location', { id: nyc, active: true });
    later(shop);
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual([shown(nyc), shown(web)], [10, 7]);
    await done({ at, shop });
});

test('a SKU that differs for good costs a search, not a read of all items; a link that may change is still found', async (t) => {
    const world = await retailer(t, { skus: ['A', 'B', 'C'] });
    const { at, shop, available } = world;
    const b = itemOf(shop, 'B');
    shop.post('item', { sku: 'B', new_sku: 'other' });
    await at.config({ product_channels: [{ sku: 'B', channel: 'web', item: b }] });
    shop.post('item', { sku: 'C', deleted: true });
    later(shop);
    const reads = () => shop.world.bulks.size;
    const hard = async () => { later(shop); return at.json(['sync', 'hard'], [0, 1]); };
    await hard();
    const before = reads();
    for (let again = 0; again < 2; again++) assert.deepStrictEqual((await hard()).relinked, []);
    assert.strictEqual(reads(), before, 'no bulk query for what stays as it is');
    shop.post('products', [1, 2].map(() => ({ sku: 'C', title: 'Twice', tracked: true, stocked: [shop.location] })));
    assert.deepStrictEqual((await hard()).relinked, []);
    assert.strictEqual(reads(), before, 'which of two it is, nobody can tell');
    shop.post('products', [{ sku: 'B', title: 'Again', tracked: true, stocked: [shop.location] }]);
    assert.deepStrictEqual((await hard()).relinked, [{ sku: 'B', from: b, to: itemOf(shop, 'B') }]);
    assert.strictEqual(available('B'), 10);
    await at.verify();
});
