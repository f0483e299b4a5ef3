// Random worlds against the stand-in shop: orders of several lines in every turn of their lives, drafts, staff, faults.
// At rest both sides are equal and the shop has no complaint. EVENSTOCK_STORM=FIRST-LAST chooses seeds.
import assert from 'node:assert';
import test from 'node:test';
import { LONG, retailer } from '../lib/harness.js';

const SKUS = ['A', 'B', 'C', 'D'];
const STEPS = 45;
const FAULTS = ['http_500', 'http_503', 'cut_before', 'cut_after', 'lost_answer', 'throttled'];
const [FIRST, LAST] = (process.env.EVENSTOCK_STORM ?? (LONG ? '1-30' : '1-4')).split('-').map(Number);

/** Splitmix32: the same seed, the same world. */
function dice(seed) {
    let state = seed >>> 0;
    return (sides) => {
        state = (state + 0x9e3779b9) >>> 0;
        let z = state;
        z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
        z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
        return ((z ^ (z >>> 15)) >>> 0) % sides;
    };
}

/** One turn of the world. Refusals (409) are turns that a shop does not allow just now. */
function turn(world) {
    const { shop, roll, orders, elsewhere } = world;
    const sku = SKUS[roll(SKUS.length)];
    const order = orders.length ? orders[roll(orders.length)] : null;
    const lines = () => Array.from({ length: 1 + roll(3) }, () => ({ sku: SKUS[roll(SKUS.length)], quantity: 1 + roll(2) }));
    switch (roll(13)) {
    case 0: case 1: case 2: case 3: {
        const pos = roll(6) === 0;
        const placed = shop.post('orders', { lines: lines(), location: shop.location, pos, routed: pos || roll(6) > 0 });
        if (placed.id) orders.push(placed.id);
        break;
    }
    case 4: if (order) shop.post(`orders/${order}/fulfil`, { lines: null, location: shop.location }); break;
    case 5: if (order) shop.post(`orders/${order}/cancel`, { restock: true, refund_record: roll(3) > 0 }); break;
    case 6: if (order && world.moves) shop.post(`orders/${order}/move`, { location: roll(2) ? elsewhere : shop.location }); break;
    case 7: if (order) shop.post(`orders/${order}/edit`, { lines: [{ sku, quantity: 1 + roll(3) }], restock: true }); break;
    case 8: if (order) shop.post(`orders/${order}/refund`, { restock: roll(2) ? 'return' : 'cancel', location: shop.location }); break;
    case 9: {
        const draft = shop.post('drafts', { lines: [{ sku, quantity: 1 }], location: shop.location, reserve: true });
        if (draft.id && roll(2)) orders.push(shop.post(`drafts/${draft.id}/complete`).id);
        break;
    }
    case 10: if (order) shop.post(`orders/${order}/route`); break;
    case 11: if (world.staff) shop.post('edit', { sku, location: shop.location, delta: -1, who: 'Staff: Kim' }); break;
    default: shop.post('faults', { kind: FAULTS[roll(FAULTS.length)], count: 1 + roll(2) });
    }
}

async function synchronise({ at, roll }) {
    const [job, ...rest] = [['recent'], ['orders'], ['hard'], ['orders']][roll(4)];
    const { status, err } = await at.run(['sync', job, ...rest, '--json']);
    assert.ok(status <= 1 || /HTTP_5|answer|cut|lost|throttl/i.test(err), `sync ${job}: ${status} ${err}`);
}

for (let seed = FIRST; seed <= LAST; seed++)
    test(`storm ${seed}: both sides are equal when it is over`, async (t) => {
        const roll = dice(seed);
        const units = Object.fromEntries(SKUS.map((sku) => [sku, 8 + roll(12)]));
        const { at, shop, available } = await retailer(t, { skus: units });
        const elsewhere = shop.post('locations', { name: 'Elsewhere' }).id;
        const world = { at, shop, roll, elsewhere, orders: [], moves: seed % 2 === 0, staff: seed % 2 === 1 };
        shop.post('truth', SKUS.map((sku) => ({ sku, location: shop.location, units: units[sku] })));
        for (let step = 0; step < STEPS; step++) {
            if (roll(4) === 0) await synchronise(world); else turn(world);
            if (roll(12) === 0) await at.adjust([[SKUS[roll(SKUS.length)], 'WH', -1]]);
            shop.post('clock', { advance_s: 1 + roll(20) });
        }
        shop.post('faults', { kind: 'none' });
        for (const order of world.orders) shop.post(`orders/${order}/route`);
        for (let round = 0; round < 3; round++) {
            shop.post('clock', { advance_s: 300 });
            await at.json(['sync', 'hard'], [0, 1]);
        }
        shop.post('clock', { advance_s: 300 });
        const last = await at.json(['sync', 'hard'], [0, 1]);
        assert.deepStrictEqual([last.left, last.pushed, last.drifted, last.in_doubt], [[], 0, 0, 0]);
        await at.verify();
        for (const sku of SKUS) {
            const level = shop.get(`levels?sku=${sku}&location=${encodeURIComponent(shop.location)}`)[0];
            assert.strictEqual(available(sku) + level.reserved, await at.atp(sku), `seed ${seed}: ${sku}`);
        }
        const { violations, raised } = shop.get('stats');
        assert.deepStrictEqual({ violations, raised }, { violations: [], raised: 0 });
    });
