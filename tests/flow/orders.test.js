// What the shop's orders do to the numbers (protocol section 3): one row for each way in which an order can live, told in
// four ways. However it is told, our books and the shop end equal, nothing is sold twice, and a Hard Sync afterwards
// finds nothing.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';

/**
 * A retailer with `web` (an aggregate of WH) at the shop's location, `nyc` (a physical channel) at a second one, and a
 * third location, `popup`, that nobody maps; 10 of each product at all of them. Stamps are old enough to be believed at
 * once: the shop's clock is moved on.
 */
async function places(t, skus, options = {}) {
    const world = await retailer(t, { skus, adopt: false, ...options });
    const { at, shop } = world;
    const [nyc, popup] = ['Store', 'Popup'].map((name) => shop.post('locations', { name }).id);
    const all = { web: shop.location, nyc, popup };
    for (const sku of skus) shop.post('item', { sku, stocked: Object.values(all) });
    await at.config({
        groups: [{ code: 'ONLINE', members: [{ facility: 'WH' }] }],
        channels: [{ code: 'nyc', shop: 'main', location: nyc, mode: 'physical', facility: 'NYC' }],
    });
    await at.levels('sku,facility,quantity\n' + skus.map((sku) => `${sku},WH,10\n${sku},NYC,10\n`).join(''));
    shop.post('levels', skus.map((sku) => ({ sku, location: popup, available: 10 })));
    shop.post('clock', { advance_s: SETTLED_S });
    await at.json(['shop', 'link', 'main']);
    assert.deepStrictEqual((await at.json(['shop', 'adopt', 'main'])).not_adopted, []);
    await at.json(['sync', 'recent']);
    shop.post('clock', { advance_s: SETTLED_S });
    return { ...world, all };
}

/** Stamps that are so old are taken for settled (R1). */
const SETTLED_S = 5;
/** A read so long after a known change is never called stale (R2). */
const NEVER_STALE_S = 130;

/** The words in which a story of one product is told; an order is what `buy` gave. */
function words({ shop, all }, sku, other) {
    const on = (order, what, body = {}) => shop.post(`orders/${encodeURIComponent(order.id)}/${what}`, body);
    const some = (quantity, of = sku) => [{ sku: of, quantity }];
    const draft = (quantity, more = {}) => shop.post('drafts', { lines: some(quantity), location: all.web, ...more });
    return {
        ...all,
        on,
        some,
        stockless: (more) => stockless(shop, more),
        other,
        draft,
        buy: (quantity, more = {}) => shop.post('orders', { lines: some(quantity), location: all.web, ...more }),
        complete: (one) => shop.post(`drafts/${encodeURIComponent(one.id)}/complete`),
        drop: (one) => void shop.post(`drafts/${encodeURIComponent(one.id)}/delete`),
        bundle: (quantity, more = {}) => shop.post('orders', { lines: some(quantity, bundleOf(shop, sku, other)), location: all.web, ...more }),
        incoming: (delta) => shop.post('edit', { sku, location: all.web, name: 'incoming', delta }),
        transfer: (quantity) => shop.post('transfers', { lines: some(quantity), from: all.web, to: all.nyc }),
        cancel: (order, body = {}) => on(order, 'cancel', body),
        fulfil: (order, body = {}) => on(order, 'fulfil', body),
        move: (order, location, body = {}) => on(order, 'move', { location, ...body }),
        edit: (order, quantity, body = {}) => on(order, 'edit', { lines: some(quantity), ...body }),
        refund: (order, quantity, restock, location) => on(order, 'refund', { lines: some(quantity), restock, location }),
    };
}

/** A product that is sold as two of one and one of another; it has no stock of its own. */
function bundleOf(shop, sku, other) {
    const bundle = `${sku}-set`;
    const components = [{ sku, quantity: 2 }, { sku: other, quantity: 1 }];
    shop.post('products', [{ sku: bundle, title: 'Set', bundle: true, components }]);
    return bundle;
}

/** A product that has no stock to take: lines of it move nothing. */
function stockless(shop, more) {
    const sku = `none-${shop.world.items.size}`;
    shop.post('products', [{ sku, tracked: false, ...more }]);
    return { sku, quantity: 1 };
}

/** In parts: a unit of the story's product. */
const one = (w) => ({ lines: w.some(1) });

/*
 * What may still be sold at [web, nyc] when all is told, and the steps; each gets what the last one gave. The shop has
 * done all of it by itself, so a push for it would be wrong. Otherwise it stands in the third place:
 *   pushed  we have to tell the shop: units stand, or go over the floor, where it did not take them
 *   doubt   no record tells what became of some units: less is shown until Hard Sync has looked
 *   late    as doubt when the steps were not told one by one; a list: and then this may be sold
 *   held    units that Shopify holds back by itself
 *   other   of the story's second product
 */
const STORIES = {
    'placed': [[7, 10], [(w) => w.buy(3)]],
    'placed by a test order': [[7, 10], [(w) => w.buy(3, { test: true })]],
    'placed and not paid': [[7, 10], [(w) => w.buy(3, { paid: false })]],
    'placed at the store': [[10, 7], [(w) => w.buy(3, { location: w.nyc })]],
    'placed where nobody maps': [[7, 10], [(w) => w.buy(3, { location: w.popup })], { pushed: true }],
    'placed beyond what is there': [[0, 10], [(w) => w.buy(12, { force: true })], { pushed: true }],
    'changed in a way that moves nothing': [[7, 10], [(w) => w.buy(3), (w, o) => w.on(o, 'touch')]],
    'shipped': [[7, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o)]],
    'shipped in parts': [[7, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o, one(w)), (w, o) => w.fulfil(o)]],
    'shipped from the store': [[10, 7], [(w) => w.buy(3, { location: w.nyc }), (w, o) => w.fulfil(o)]],
    'shipped from elsewhere': [[10, 7], [(w) => w.buy(3), (w, o) => w.fulfil(o, { location: w.nyc })]],
    'shipped in part from elsewhere': [[8, 9], [(w) => w.buy(3), (w, o) => w.fulfil(o, { location: w.nyc, ...one(w) })]],
    'shipped from where nobody maps': [[7, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o, { location: w.popup })], { pushed: true }],
    'shipment cancelled': [[7, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.on(o, 'unfulfil')]],
    'shipment of the store cancelled': [
        [10, 7],
        [(w) => w.buy(3, { location: w.nyc }), (w, o) => w.fulfil(o), (w, o) => w.on(o, 'unfulfil')],
    ],
    'shipment from elsewhere cancelled': [
        [10, 7],
        [(w) => w.buy(3), (w, o) => w.fulfil(o, { location: w.nyc }), (w, o) => w.on(o, 'unfulfil')],
    ],
    'shipment cancelled, then the order': [
        [10, 10],
        [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.on(o, 'unfulfil'), (w, o) => w.cancel(o)],
        { late: true },
    ],
    'moved': [[10, 7], [(w) => w.buy(3), (w, o) => w.move(o, w.nyc)]],
    'moved in part': [[8, 9], [(w) => w.buy(3), (w, o) => w.move(o, w.nyc, one(w))]],
    'moved there and back': [[7, 10], [(w) => w.buy(3), (w, o) => w.move(o, w.nyc), (w, o) => w.move(o, w.web)]],
    'moved to where nobody maps': [[7, 10], [(w) => w.buy(3), (w, o) => w.move(o, w.popup)], { pushed: true }],
    'moved from where nobody maps': [
        [7, 10],
        [(w) => w.buy(3, { location: w.popup }), (w, o) => w.move(o, w.web)],
        { pushed: true },
    ],
    'moved, then shipped': [[10, 7], [(w) => w.buy(3), (w, o) => w.move(o, w.nyc), (w, o) => w.fulfil(o)]],
    'moved, then cancelled': [[10, 10], [(w) => w.buy(3), (w, o) => w.move(o, w.nyc), (w, o) => w.cancel(o)]],
    'shipped in part, the rest moved and cancelled': [
        [9, 10],
        [(w) => w.buy(3), (w, o) => w.fulfil(o, one(w)), (w, o) => w.move(o, w.nyc), (w, o) => w.cancel(o, { lines: w.some(2) })],
        { late: true },
    ],
    'cancelled': [[10, 10], [(w) => w.buy(3), (w, o) => w.cancel(o)]],
    'cancelled at the store': [[10, 10], [(w) => w.buy(3, { location: w.nyc }), (w, o) => w.cancel(o)]],
    'cancelled without restock': [[7, 10], [(w) => w.buy(3), (w, o) => w.cancel(o, { restock: false })]],
    'cancelled without restock at the store': [
        [10, 7],
        [(w) => w.buy(3, { location: w.nyc }), (w, o) => w.cancel(o, { restock: false })],
    ],
    'cancelled in part': [[8, 10], [(w) => w.buy(3), (w, o) => w.cancel(o, one(w))]],
    'cancelled, and no record tells the restock': [
        [10, 10],
        [(w) => w.buy(3), (w, o) => w.cancel(o, { refund_record: false })],
        { doubt: true },
    ],
    'cancelled without restock, and no record tells it': [
        [7, 10],
        [(w) => w.buy(3), (w, o) => w.cancel(o, { restock: false, refund_record: false })],
        { doubt: true },
    ],
    'refunded before it was shipped': [[8, 10], [(w) => w.buy(3), (w, o) => w.refund(o, 1, 'cancel', w.web)]],
    'refunded before it was shipped, restocked at the store': [
        [7, 11],
        [(w) => w.buy(3), (w, o) => w.refund(o, 1, 'cancel', w.nyc)],
        { late: [8, 10] },
    ],
    'refunded before it was shipped, not restocked': [
        [7, 10],
        [(w) => w.buy(3), (w, o) => w.refund(o, 1, 'no_restock')],
        { late: true },
    ],
    'given back': [[8, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.refund(o, 1, 'return', w.web)]],
    'given back at the store': [[7, 11], [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.refund(o, 1, 'return', w.nyc)]],
    'given back where nobody maps': [[7, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.refund(o, 1, 'return', w.popup)]],
    'given back, as old orders tell it': [[8, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.refund(o, 1, 'legacy', w.web)]],
    'given back at the store, as old orders tell it': [
        [7, 11],
        [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.refund(o, 1, 'legacy', w.nyc)],
    ],
    'refunded before it was shipped, as old orders tell it': [
        [8, 10],
        [(w) => w.buy(3), (w, o) => w.refund(o, 1, 'legacy', w.web)],
        { late: true },
    ],
    'given back, not restocked': [[7, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.refund(o, 1, 'no_restock')]],
    'return opened': [[7, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.on(o, 'return', one(w))]],
    'return arrived at the store': [
        [7, 11],
        [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.on(o, 'return', one(w)), (w, o) => w.on(o, 'process_return', { location: w.nyc })],
    ],
    'return arrived, and no refund tells it': [
        [8, 10],
        [
            (w) => w.buy(3),
            (w, o) => w.fulfil(o),
            (w, o) => w.on(o, 'return', one(w)),
            (w, o) => w.on(o, 'process_return', { location: w.web, refund_record: false }),
        ],
        { doubt: true },
    ],
    'edited up': [[5, 10], [(w) => w.buy(3), (w, o) => w.edit(o, 5)]],
    'edited up after it was shipped': [[5, 10], [(w) => w.buy(3), (w, o) => w.fulfil(o), (w, o) => w.edit(o, 5)]],
    'edited down': [[9, 10], [(w) => w.buy(3), (w, o) => w.edit(o, 1)]],
    'edited down without restock': [[7, 10], [(w) => w.buy(3), (w, o) => w.edit(o, 1, { restock: false })], { late: true }],
    'edited down, and no record tells the restock': [
        [9, 10],
        [(w) => w.buy(3), (w, o) => w.edit(o, 1, { refund_record: false })],
        { doubt: true },
    ],
    'edited down without restock, and no record tells it': [
        [7, 10],
        [(w) => w.buy(3), (w, o) => w.edit(o, 1, { restock: false, refund_record: false })],
        { doubt: true },
    ],
    'edited down, then up again': [[6, 10], [(w) => w.buy(3), (w, o) => w.edit(o, 1), (w, o) => w.edit(o, 4)]],
    'a line added': [
        [7, 10],
        [(w) => w.buy(3), (w, o) => w.on(o, 'edit', { lines: w.some(2, w.other) })],
        { other: [8, 10] },
    ],
    'exchanged': [
        [8, 10],
        [
            (w) => w.buy(3),
            (w, o) => w.fulfil(o),
            (w, o) => w.refund(o, 1, 'return', w.web),
            (w, o) => w.on(o, 'edit', { lines: w.some(1, w.other) }),
        ],
        { other: [9, 10] },
    ],
    'of two lines one cancelled, one shipped from elsewhere': [
        [10, 10],
        [
            (w) => w.buy(0, { lines: [...w.some(2), ...w.some(2, w.other)] }),
            (w, o) => w.cancel(o, { lines: w.some(2) }),
            (w, o) => w.fulfil(o, { lines: w.some(2, w.other), location: w.nyc }),
        ],
        { other: [10, 8] },
    ],
    'two lines of one product, one cancelled': [
        [8, 10],
        [(w) => w.buy(0, { lines: [...w.some(2), ...w.some(1)] }), (w, o) => w.cancel(o, one(w))],
    ],
    'a custom line beside it': [[7, 10], [(w) => w.buy(0, { lines: [...w.some(3), { title: 'Gift wrap', quantity: 1 }] })]],
    'a gift card beside it': [[7, 10], [(w) => w.buy(0, { lines: [...w.some(3), w.stockless({ gift_card: true })] }), (w, o) => w.fulfil(o)]],
    'something untracked beside it': [
        [8, 10],
        [(w) => w.buy(0, { lines: [...w.some(3), w.stockless({})] }), (w, o) => w.cancel(o, one(w)), (w, o) => w.fulfil(o)],
    ],
    'sold as part of a bundle': [[6, 10], [(w) => w.bundle(2)], { other: [8, 10] }],
    'sold as part of a bundle and shipped': [[6, 10], [(w) => w.bundle(2), (w, o) => w.fulfil(o)], { other: [8, 10] }],
    'sold as part of a bundle and cancelled': [[10, 10], [(w) => w.bundle(2), (w, o) => w.cancel(o)]],
    'sold as part of a bundle and of two components one shipped from elsewhere': [
        [10, 6],
        [(w) => w.bundle(2), (w, o) => w.fulfil(o, { lines: w.some(4), location: w.nyc })],
        { other: [8, 10] },
    ],
    'sold over the counter, to be shipped': [[7, 10], [(w) => w.buy(3, { pos: true, take_away: false })]],
    'sold over the counter and shipped later': [
        [7, 10],
        [(w) => w.buy(3, { pos: true, take_away: false }), (w, o) => w.fulfil(o)],
    ],
    'sold over the counter of the store, shipped from the web location': [
        [7, 10],
        [(w) => w.buy(3, { pos: true, take_away: false, retail_location: w.nyc }), (w, o) => w.fulfil(o)],
    ],
    'sold over the counter of the store to be shipped, and cancelled': [
        [10, 10],
        [(w) => w.buy(3, { pos: true, take_away: false, retail_location: w.nyc }), (w, o) => w.cancel(o)],
    ],
    'sold over the counter of the store': [[10, 7], [(w) => w.buy(3, { pos: true, location: w.nyc })]],
    'sold over the counter at the web location': [[7, 10], [(w) => w.buy(3, { pos: true })]],
    'sold over a counter that nobody maps': [[7, 10], [(w) => w.buy(3, { pos: true, location: w.popup })], { pushed: true }],
    'sold over the counter and given back': [
        [10, 8],
        [(w) => w.buy(3, { pos: true, location: w.nyc }), (w, o) => w.refund(o, 1, 'return', w.nyc)],
    ],
    'routed later': [[7, 10], [(w) => w.buy(3, { routed: false }), (w, o) => w.on(o, 'route')]],
    'routed later, and elsewhere': [[10, 7], [(w) => w.buy(3, { routed: false }), (w, o) => w.on(o, 'route', { location: w.nyc })]],
    'edited up before it was routed': [[5, 10], [(w) => w.buy(3, { routed: false }), (w, o) => w.edit(o, 5), (w, o) => w.on(o, 'route')]],
    'edited down before it was routed': [
        [9, 10],
        [(w) => w.buy(3, { routed: false }), (w, o) => w.edit(o, 1), (w, o) => w.on(o, 'route')],
        { doubt: true },
    ],
    'a line added before it was routed': [
        [7, 10],
        [(w) => w.buy(3, { routed: false }), (w, o) => w.on(o, 'edit', { lines: w.some(2, w.other) }), (w, o) => w.on(o, 'route')],
        { other: [8, 10] },
    ],
    'cancelled before it was routed': [[10, 10], [(w) => w.buy(3, { routed: false }), (w, o) => w.cancel(o)], { doubt: true }],
    'a draft': [[10, 10], [(w) => w.draft(3)]],
    'a draft that became an order': [[7, 10], [(w) => w.draft(3), (w, d) => w.complete(d)]],
    'a delivery on its way': [[10, 10], [(w) => w.incoming(5)]],
    'a transfer made ready': [[10, 10], [(w) => w.transfer(3)], { held: 3 }],
    'a draft that holds stock': [[10, 10], [(w) => w.draft(3, { reserve: true })], { held: 3 }],
    'a draft that held stock and became an order': [[7, 10], [(w) => w.draft(3, { reserve: true }), (w, d) => w.complete(d)]],
    'a draft that held stock and was deleted': [[10, 10], [(w) => w.draft(3, { reserve: true }), (w, d) => w.drop(d)]],
};

const TELLINGS = {
    'step by step': () => true,
    'every second step': (step) => step % 2 === 1,
    'at the end': () => false,
    'by Hard Sync alone': null,
};

const told = (telling) => telling === 'step by step';

/** The world in which every story has been told; stories do not meet, as each has products of its own. */
async function tell(t, importsAfter) {
    const names = Object.keys(STORIES);
    const skus = names.flatMap((_, n) => [`S${n}`, `S${n}x`]);
    const world = await places(t, skus);
    const { at, shop } = world;
    const state = names.map((name, n) => ({ w: words(world, `S${n}`, `S${n}x`), steps: STORIES[name][1], last: undefined }));
    for (let step = 0; state.some((s) => step < s.steps.length); step++) {
        for (const story of state) {
            const next = story.steps[step]?.(story.w, story.last);
            assert.strictEqual(next?.refused, undefined, `${names[state.indexOf(story)]}, step ${step}: ${next?.refused}`);
            story.last = next?.id ? next : story.last;
        }
        shop.post('clock', { advance_s: SETTLED_S });
        if (importsAfter?.(step)) {
            await at.json(['sync', 'orders']);
            await at.json(['sync', 'recent']);
        }
    }
    if (importsAfter) await at.json(['sync', 'orders']);
    await at.json([...(importsAfter ? ['sync', 'recent'] : ['sync', 'hard'])], [0, 1]);
    return world;
}

/** What is shown, may be sold, and was pushed by us, of every product. */
async function numbers({ at, shop, all }) {
    const out = new Map();
    const of = (sku) => out.get(sku) ?? out.set(sku, { shown: {}, atp: {}, pushes: 0 }).get(sku);
    for (const row of await at.lines(['export', 'atp'])) of(row.sku).atp[row.channel] = row.online_atp;
    const channels = new Map(Object.entries(all).map(([code, id]) => [id, code]));
    for (const row of shop.get('levels')) of(row.sku).shown[channels.get(row.location)] = row.available;
    for (const row of shop.get('history'))
        if (row.name === 'available' && String(row.reference).startsWith('gid://evenstock/')) of(row.sku).pushes++;
    return out;
}
const FILLED = 2; // pushes that filled a product's two locations at the start
const pair = ({ web, nyc }) => [web, nyc];

for (const [telling, importsAfter] of Object.entries(TELLINGS))
    test(`told ${telling}`, async (t) => {
        const world = await tell(t, importsAfter);
        const { at, shop } = world;
        const soon = await numbers(world);
        shop.post('clock', { advance_s: NEVER_STALE_S });
        const looked = await at.json(['sync', 'hard'], [0, 1]);
        const after = await numbers(world);
        for (const [n, [name, [whole, , more = {}]]] of Object.entries(STORIES).entries())
            await t.test(name, () => {
                const late = more.late && !told(telling);
                const want = late && Array.isArray(more.late) ? more.late : whole;
                const held = more.held ?? 0;
                const [before, then, other] = [soon.get(`S${n}`), after.get(`S${n}`), after.get(`S${n}x`)];
                if (!late && !more.doubt) {
                    assert.deepStrictEqual([pair(before.atp), pair(before.shown)], [want, [want[0] - held, want[1]]], 'at once');
                    if (!more.pushed) assert.strictEqual(before.pushes, FILLED, 'nothing was pushed for it');
                }
                assert.deepStrictEqual([pair(then.atp), pair(then.shown)], [want, [want[0] - held, want[1]]], 'after Hard Sync');
                assert.deepStrictEqual([pair(other.atp), pair(other.shown)], [more.other ?? [10, 10], more.other ?? [10, 10]]);
                pair(before.shown).forEach((shown, i) => assert.ok(shown <= want[i], `never more than may be sold: ${shown}`));
            });
        assert.deepStrictEqual(looked.left, []);
        const { mutations } = shop.get('stats');
        const again = await at.json(['sync', 'hard']);
        assert.deepStrictEqual([again.drifted, again.pushed, again.left], [0, 0, []]);
        assert.strictEqual(shop.get('stats').mutations, mutations, 'a second Hard Sync writes nothing');
        assert.deepStrictEqual(shop.get('stats').violations, []);
        if (told(telling)) {
            const { assumed } = await at.json(['shop', 'check', 'main']);
            assert.deepStrictEqual(assumed.filter((one) => one.verdict !== 'as assumed' || one.otherwise > 0), []);
        }
        await at.verify();
    });

test('a shop that goes another way than is assumed is told apart by its check', async (t) => {
    const world = await places(t, ['A']);
    const { at, shop } = world;
    const w = words(world, 'A');
    const verdict = async () => {
        const { assumed } = await at.json(['shop', 'check', 'main']);
        return assumed.find((one) => one.name === 'not_restocked');
    };
    const order = w.buy(3);
    await at.json(['sync', 'orders']);
    assert.deepStrictEqual([(await verdict()).verdict, (await verdict()).held], ['not seen yet', 0]);
    shop.post('clock', { advance_s: SETTLED_S });
    w.cancel(order, { restock: false });
    shop.post('edit', { sku: 'A', location: w.web, delta: 3, who: 'Shopify' }); // such a shop would restock all the same
    await at.json(['sync', 'orders']);
    shop.post('clock', { advance_s: NEVER_STALE_S });
    await at.json(['sync', 'hard'], [0, 1]);
    const { verdict: way, held, otherwise } = await verdict();
    assert.deepStrictEqual([way, held, otherwise], ['otherwise', 0, 1]);
});
