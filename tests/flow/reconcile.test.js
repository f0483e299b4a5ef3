// Hard Sync and what stands around it, against the stand-in shop: what it finds, what it leaves alone, what it tells.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';

/** Stamps that are so old are taken for settled (R1). */
const SETTLED_S = 5;
const later = (shop, seconds = SETTLED_S) => shop.post('clock', { advance_s: seconds });
const order = (shop, one, what, body = {}) => shop.post(`orders/${encodeURIComponent(one.id)}/${what}`, body);

async function writes(shop, run) {
    const before = shop.get('stats').mutations;
    await run();
    return shop.get('stats').mutations - before;
}

async function nothingIsLeftToDo({ at, shop }) {
    const count = await writes(shop, async () => {
        const again = await at.json(['sync', 'hard']);
        assert.deepStrictEqual([again.drifted, again.pushed, again.left, again.incidents], [0, 0, [], []]);
    });
    assert.strictEqual(count, 0, 'a second Hard Sync writes nothing');
    const { raised, violations } = shop.get('stats');
    assert.deepStrictEqual({ raised, violations }, { raised: 0, violations: [] });
    await at.verify();
}

test('14 units sold and not imported, one lost here: the shop shows T - U at every step, in whatever order they come', async (t) => {
    const steps = [['sync', 'recent'], ['sync', 'hard'], ['sync', 'orders']];
    for (const first of steps)
        for (const second of steps.filter((one) => one !== first)) {
            const { at, shop, available, buy } = await retailer(t, { skus: { A: 20 } });
            const holds = async (when) => {
                const { expected, unseen } = await at.json(['diagnose', 'A', '--channel', 'web'], [0, 1]);
                assert.strictEqual(available('A'), expected - unseen, when);
            };
            later(shop);
            buy('A', 14);
            await holds('sold');
            await at.adjust([['A', 'WH', -1]]);
            shop.post('truth', [{ sku: 'A', location: shop.location, units: 5 }]);
            const third = steps.find((one) => one !== first && one !== second);
            let pushed = false;
            for (const step of [first, second, third]) {
                await at.json(step);
                pushed ||= step[1] !== 'orders';
                if (pushed) await holds(`${first[1]}, ${second[1]}, ${third[1]}: after ${step[1]}`);
            }
            assert.deepStrictEqual([available('A'), await at.atp('A')], [5, 5]);
            assert.strictEqual(shop.get('stats').oversold, 0);
            later(shop);
            await nothingIsLeftToDo({ at, shop });
        }
});

test('an order that was archived with units to ship is found when the shop is adopted', async (t) => {
    const { at, shop, available, buy } = await retailer(t, { skus: ['A'], adopt: false });
    shop.post('levels', [{ sku: 'A', location: shop.location, available: 10 }]);
    order(shop, buy('A', 3), 'archive');
    later(shop, 600);
    await at.json(['shop', 'link', 'main']);
    const adopted = await at.json(['shop', 'adopt', 'main']);
    assert.deepStrictEqual([adopted.adopted, adopted.not_adopted], [1, []]);
    await at.json(['sync', 'recent']);
    assert.deepStrictEqual([available('A'), await at.atp('A')], [7, 7]);
    await nothingIsLeftToDo({ at, shop });
});

test('a sale between the reads of a diagnosis is a sale, and nobody else is blamed', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A'] });
    later(shop);
    shop.post('when', { field: 'orders', do: [['orders', { lines: [{ sku: 'A', quantity: 2 }], location: shop.location }]] });
    const found = await at.json(['diagnose', 'A', '--channel', 'web'], [1]);
    assert.deepStrictEqual([found.verdict, found.available, found.unseen], ['in_flight', 8, 2]);
});

test('the search of orders may lag: what it hides is never put on sale again', async (t) => {
    for (const pos of [false, true]) {
        const { at, shop, available, buy } = await retailer(t, { skus: ['A'] });
        await at.config({ shops: [{ code: 'main', index_lag_s: 60 }] });
        later(shop, 600);
        shop.post('faults', { kind: 'index_lag', ms: 50_000 });
        shop.post('truth', [{ sku: 'A', location: shop.location, units: 10 }]);
        buy('A', 4, { pos });
        later(shop, 20);
        const hard = await at.json(['sync', 'hard'], [1]);
        assert.deepStrictEqual([hard.drifted, hard.left.map((one) => one.sku)], [0, ['A']]);
        assert.strictEqual(available('A'), 6);
        later(shop, 60);
        await at.json(['sync', 'hard']);
        assert.deepStrictEqual([available('A'), await at.atp('A')], [6, 6]);
        await nothingIsLeftToDo({ at, shop });
    }
});
