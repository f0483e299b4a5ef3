// What calls cost, the bucket they are paid from, and the limits of one call.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADJUST, openShop } from '../harness.js';

const WIDE = '{ products(first: 250) { nodes { id variants(first: 50) { nodes { id inventoryItem { id } } } } } }';

test('a push costs the same whatever its lines; a refused one costs 10', async (t) => {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 5, B: 5, C: 5 });
    const input = shop.adjustment(items.A, location, 1);
    const cost = async (key) => {
        const { requestedQueryCost, actualQueryCost } = (await shop.api(ADJUST, { key, input })).extensions.cost;
        return [requestedQueryCost, actualQueryCost];
    };
    const one = await cost('one');
    input.changes.push(
        ...[items.B, items.C].map((item) => ({
            inventoryItemId: item,
            locationId: location,
            delta: 1,
            changeFromQuantity: null,
        })),
    );
    assert.deepEqual(await cost('three'), one);
    assert.equal(one[0], one[1]);
    input.changes[0].changeFromQuantity = 99;
    assert.equal((await cost('stale'))[1], 10);
});

test("the bucket empties, throttles, and fills on the shop's clock", async (t) => {
    const shop = await openShop(t);
    const first = (await shop.api(WIDE)).extensions.cost;
    assert.ok(
        first.requestedQueryCost > 50 && first.actualQueryCost < first.requestedQueryCost,
        'what was not needed is given back',
    );
    assert.deepEqual([first.throttleStatus.maximumAvailable, first.throttleStatus.restoreRate], [2_000, 100]);
    shop.shop.world.meta.get('bucket').available = 20;
    const refused = await shop.api(WIDE);
    assert.equal(refused.errors[0].extensions.code, 'THROTTLED');
    assert.equal(refused.data, undefined);
    await shop.control('clock', { advance_s: first.requestedQueryCost / 100 });
    assert.equal((await shop.api(WIDE)).errors, undefined);
    await shop.control('clock', { advance_s: 3_600 });
    assert.equal((await shop.api('{ shop { id } }')).extensions.cost.throttleStatus.currentlyAvailable, 1_999);
});

test('one query above 1,000 points is refused on every plan', async (t) => {
    const shop = await openShop(t);
    await shop.control('reset', { plan: 'enterprise' });
    const { errors, data } = await shop.api(
        WIDE.replace(
            'id variants',
            'id more: variants(first: 250) { nodes { id product { variants(first: 250) { nodes { id inventoryItem { id variant { id } } } } } } } variants',
        ),
    );
    assert.equal(data, undefined);
    assert.equal(errors[0].extensions.code, 'MAX_COST_EXCEEDED');
    assert.match(errors[0].message, /^Query cost is \d+, which exceeds the single query max cost limit \(1000\)\.$/);
    assert.deepEqual(await shop.violations(), ['max_cost_exceeded']);
});

test('250 lines are taken, 251 are not, in a mutation and in nodes', async (t) => {
    const shop = await openShop(t);
    const skus = Object.fromEntries(Array.from({ length: 251 }, (_, i) => [`S${i}`, 1]));
    const { location, items } = await shop.stocked(skus);
    const lines = Object.values(items).map((item) => ({
        inventoryItemId: item,
        locationId: location,
        delta: 1,
        changeFromQuantity: null,
    }));
    const push = (key, changes) =>
        shop.api(ADJUST, { key, input: { name: 'available', reason: 'correction', changes } });
    const { errors, data } = await push('k', lines);
    assert.deepEqual([errors[0].extensions.code, data], ['MAX_INPUT_SIZE_EXCEEDED', undefined]);
    assert.equal(
        (await shop.api('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Object.values(items) })).errors[0]
            .extensions.code,
        'MAX_INPUT_SIZE_EXCEEDED',
    );
    const taken = await push('k', lines.slice(1));
    assert.equal(taken.data.inventoryAdjustQuantities.inventoryAdjustmentGroup.changes.length, 250);
    assert.deepEqual(
        [await shop.held('S0', location), await shop.held('S250', location)],
        [
            [1, 0, 1],
            [2, 0, 2],
        ],
    );
});

test('the counters of stats', async (t) => {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 5 });
    await shop.data('{ shop { id } }');
    await shop.adjust(items.A, location, 1);
    await shop.data(
        'mutation ($id: ID!) { inventoryItemUpdate(id: $id, input: { tracked: false }) { userErrors { message } } }',
        { id: items.A },
    );
    await shop.data(
        'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") { userErrors { message } } }',
    );
    const { calls, mutations, quantities, points, throttled, violations } = await shop.control('stats');
    assert.deepEqual(
        { calls, mutations, quantities, throttled, violations },
        { calls: 4, mutations: 2, quantities: 1, throttled: 0, violations: [] },
    );
    assert.ok(points >= 31, String(points));
});
