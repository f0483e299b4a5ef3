// Keys and compares: what makes a write apply once, and only on the picture it was planned with.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ADJUST, openShop } from '../harness.js';

const DAY_S = 24 * 3600;

async function withStock(t) {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 10, B: 10 });
    return { shop, location, item: items.A, other: items.B };
}

const codes = (payload) => payload.userErrors.map((e) => e.code);

test('the same key with the same arguments applies once and answers from the records of today', async (t) => {
    const { shop, location, item } = await withStock(t);
    const first = await shop.adjust(item, location, 2, { key: 'k' });
    const again = await shop.adjust(item, location, 2, { key: 'k' });
    assert.deepEqual(again, first);
    assert.deepEqual(await shop.held('A', location), [12, 0, 12]);
    const { mutations, quantities } = await shop.control('stats');
    assert.deepEqual([mutations, quantities], [2, 1]);
    await shop.adjust(item, location, 2, { key: 'other' });
    assert.deepEqual(await shop.held('A', location), [14, 0, 14]);
});

test('the same key with other arguments, or in another order of members, is a mismatch', async (t) => {
    const { shop, location, item } = await withStock(t);
    await shop.adjust(item, location, 2, { key: 'k' });
    assert.deepEqual(codes(await shop.adjust(item, location, 3, { key: 'k' })), ['IDEMPOTENCY_KEY_PARAMETER_MISMATCH']);
    const { changes, ...rest } = shop.adjustment(item, location, 2);
    const turned = await shop.data(ADJUST, { key: 'k', input: { changes, ...rest } });
    assert.deepEqual(codes(turned.inventoryAdjustQuantities), ['IDEMPOTENCY_KEY_PARAMETER_MISMATCH']);
    assert.deepEqual(await shop.held('A', location), [12, 0, 12]);
    assert.deepEqual(await shop.violations(), ['idempotency_key_reused', 'idempotency_key_reused']);
});

test('the selection and the version do not belong to what a key is bound to', async (t) => {
    const { shop, location, item } = await withStock(t);
    const input = shop.adjustment(item, location, 2);
    await shop.data(ADJUST, { key: 'k', input });
    const lean = ADJUST.replace(/inventoryAdjustmentGroup \{.*\}\n/, 'inventoryAdjustmentGroup { id }\n');
    assert.deepEqual(
        codes((await shop.data(lean, { key: 'k', input }, { version: '2026-07' })).inventoryAdjustQuantities),
        [],
    );
    assert.deepEqual(await shop.held('A', location), [12, 0, 12]);
});

test('a key whose first attempt failed stays failed', async (t) => {
    const { shop, location, item } = await withStock(t);
    const stale = () => shop.adjust(item, location, 2, { key: 'k', changeFromQuantity: 11 });
    assert.deepEqual(codes(await stale()), ['CHANGE_FROM_QUANTITY_STALE']);
    assert.deepEqual(codes(await stale()), ['IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED']);
    assert.deepEqual(await shop.held('A', location), [10, 0, 10]);
});

test('a second request while the first runs is told so, and applies nothing', async (t) => {
    const { shop, location, item } = await withStock(t);
    await shop.control('faults', { kind: 'latency', count: 1, ms: 1000 });
    const slow = shop.adjust(item, location, 2, { key: 'k' });
    for (const deadline = Date.now() + 10_000; !shop.shop.running.has('k'); await setImmediate())
        assert.ok(Date.now() < deadline, 'the first request came');
    assert.deepEqual(codes(await shop.adjust(item, location, 2, { key: 'k' })), ['IDEMPOTENCY_CONCURRENT_REQUEST']);
    assert.deepEqual(codes(await slow), []);
    assert.deepEqual(await shop.held('A', location), [12, 0, 12]);
});

test('a key is forgotten a day after its first request: it applies again, and that is a violation', async (t) => {
    const { shop, location, item } = await withStock(t);
    const push = () => shop.adjust(item, location, 2, { key: 'k' });
    await push();
    await shop.control('clock', { advance_s: DAY_S - 60 });
    await push();
    assert.deepEqual(await shop.held('A', location), [12, 0, 12]);
    await shop.control('clock', { advance_s: 61 });
    await push();
    assert.deepEqual(await shop.held('A', location), [14, 0, 14], 'the retry in between did not prolong it');
    assert.deepEqual(await shop.violations(), ['idempotency_key_expired']);
});

test('without a key, or with a blank one, nothing runs', async (t) => {
    const { shop, location, item } = await withStock(t);
    const bare = ADJUST.replace(', $key: String!', '').replace(' @idempotent(key: $key)', '');
    const { errors, data } = await shop.api(bare, { input: shop.adjustment(item, location, 2) });
    assert.deepEqual([errors[0].extensions.code, data], ['BAD_REQUEST', { inventoryAdjustQuantities: null }]);
    assert.match(errors[0].message, /@idempotent directive is required/);
    const blank = await shop.api(ADJUST, { key: ' ', input: shop.adjustment(item, location, 2) });
    assert.equal(blank.errors[0].extensions.code, 'BAD_REQUEST');
    assert.deepEqual(await shop.violations(), ['idempotent_missing', 'idempotency_key_blank']);
    assert.deepEqual(await shop.held('A', location), [10, 0, 10]);
});

test('changeFromQuantity compares each line, and one stale line refuses the call', async (t) => {
    const { shop, location, item, other } = await withStock(t);
    const input = { ...shop.adjustment(item, location, 1, { changeFromQuantity: 10 }) };
    input.changes.push({ inventoryItemId: other, locationId: location, delta: 1, changeFromQuantity: 9 });
    const { inventoryAdjustQuantities: stale } = await shop.data(ADJUST, { key: 'k1', input });
    assert.deepEqual(stale.userErrors, [
        {
            code: 'CHANGE_FROM_QUANTITY_STALE',
            field: ['input', 'changes', '1', 'changeFromQuantity'],
            message: 'The changeFromQuantity argument no longer matches the persisted quantity.',
        },
    ]);
    assert.deepEqual(await shop.held('A', location), [10, 0, 10]);
    input.changes[1].changeFromQuantity = 10;
    const { inventoryAdjustQuantities: fresh } = await shop.data(ADJUST, { key: 'k2', input });
    assert.deepEqual(fresh.userErrors, []);
    assert.deepEqual(
        [await shop.held('A', location), await shop.held('B', location)],
        [
            [11, 0, 11],
            [11, 0, 11],
        ],
    );
    assert.deepEqual(await shop.violations(), [], 'an old picture is no broken rule');
});

test('changeFromQuantity left out is an error of the document, also when only one line lacks it', async (t) => {
    const { shop, location, item, other } = await withStock(t);
    const input = shop.adjustment(item, location, 1);
    input.changes.push({ inventoryItemId: other, locationId: location, delta: 1 });
    const { errors, data } = await shop.api(ADJUST, { key: 'k', input });
    assert.equal(errors[0].message, 'InventoryChangeInput must include the following argument: changeFromQuantity.');
    assert.deepEqual(
        [errors[0].extensions.code, data],
        ['INVALID_FIELD_ARGUMENTS', { inventoryAdjustQuantities: null }],
    );
    assert.deepEqual(await shop.violations(), ['change_from_quantity_missing']);
    input.changes[1].changeFromQuantity = null;
    assert.deepEqual(
        codes((await shop.data(ADJUST, { key: 'k', input })).inventoryAdjustQuantities),
        [],
        'the key was not used up',
    );
});

test('a zero delta is no change; an unknown item refuses all', async (t) => {
    const { shop, location, item } = await withStock(t);
    assert.deepEqual(await shop.adjust(item, location, 0), { inventoryAdjustmentGroup: null, userErrors: [] });
    const input = shop.adjustment(item, location, 4);
    input.changes.push({
        inventoryItemId: 'gid://shopify/InventoryItem/99',
        locationId: 'gid://shopify/Location/99',
        delta: 1,
        changeFromQuantity: null,
    });
    const { inventoryAdjustQuantities: refused } = await shop.data(ADJUST, { key: 'k', input });
    assert.deepEqual(codes(refused), ['INVALID_INVENTORY_ITEM', 'INVALID_LOCATION']);
    assert.deepEqual(await shop.held('A', location), [10, 0, 10]);
});

test('a quantity written where the item is not stocked is kept, and does not stock it', async (t) => {
    const { shop, item } = await withStock(t);
    const { id: store } = await shop.control('locations', { name: 'Store' });
    assert.deepEqual(codes(await shop.adjust(item, store, 3)), []);
    const level = () =>
        shop.data(
            'query ($item: ID!, $loc: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $loc, includeInactive: true) { isActive quantities(names: ["available"]) { quantity } } } }',
            { item, loc: store },
        );
    assert.deepEqual((await level()).inventoryItem.inventoryLevel, { isActive: false, quantities: [{ quantity: 3 }] });
    await shop.data(
        'mutation ($item: ID!, $loc: ID!) { inventoryActivate(inventoryItemId: $item, locationId: $loc) @idempotent(key: "a") { userErrors { message } } }',
        { item, loc: store },
    );
    assert.deepEqual((await level()).inventoryItem.inventoryLevel, { isActive: true, quantities: [{ quantity: 3 }] });
});
