// Oversold and raised: counted against a truth that the test has set, by the rule of the contract.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop } from '../harness.js';

async function withTruth(t, units, available = 10) {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: available });
    await shop.control('truth', [{ sku: 'A', location, units }]);
    const counts = async () => {
        const { oversold, raised } = await shop.control('stats');
        return { oversold, raised };
    };
    return { shop, location, item: items.A, counts };
}

const cancel = (id) => `orders/${encodeURIComponent(id)}/cancel`;

test('units sold past the truth are oversold, whatever way they were sold', async (t) => {
    const { shop, location, counts } = await withTruth(t, 4);
    await shop.order(location, { A: 3 });
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 });
    await shop.order(location, { A: 3 });
    assert.deepEqual(await counts(), { oversold: 2, raised: 0 });
    await shop.order(location, { A: 1 }, { pos: true });
    await shop.order(location, { A: 2 }, { claims: false });
    assert.deepEqual(await counts(), { oversold: 5, raised: 0 });
});

test('restocked units may be sold again; what is not restocked may not', async (t) => {
    const { shop, location, counts } = await withTruth(t, 4);
    const { id } = await shop.order(location, { A: 4 });
    await shop.control(cancel(id), { lines: [{ sku: 'A', quantity: 2 }], restock: true });
    await shop.control(cancel(id), { restock: false });
    await shop.order(location, { A: 2 });
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 });
    await shop.order(location, { A: 1 });
    assert.deepEqual(await counts(), { oversold: 1, raised: 0 });
});

test('a move of an order is no sale', async (t) => {
    const { shop, location, counts } = await withTruth(t, 4);
    const { id: store } = await shop.control('locations', { name: 'Store' });
    await shop.control('truth', [{ sku: 'A', location: store, units: 0 }]);
    const { id } = await shop.order(location, { A: 4 });
    await shop.control(`orders/${encodeURIComponent(id)}/move`, { location: store });
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 });
    await shop.order(location, { A: 4 });
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 }, 'its units are free again where it left');
});

test('a write of the client that puts available above the truth is raised; a lowering or a foreign write is not', async (t) => {
    const { shop, location, item, counts } = await withTruth(t, 12);
    await shop.adjust(item, location, 2);
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 });
    await shop.adjust(item, location, 3);
    assert.deepEqual(await counts(), { oversold: 0, raised: 3 });
    await shop.adjust(item, location, -1);
    await shop.control('edit', { sku: 'A', location, delta: 50 });
    assert.deepEqual(await counts(), { oversold: 0, raised: 3 });
    await shop.adjust(item, location, 1);
    assert.deepEqual(await counts(), { oversold: 0, raised: 4 }, 'above it already: what the write added');
});

test('sales since the truth was set lower it, restocks raise it', async (t) => {
    const { shop, location, item, counts } = await withTruth(t, 10);
    const { id } = await shop.order(location, { A: 4 });
    await shop.adjust(item, location, 4);
    assert.deepEqual(await counts(), { oversold: 0, raised: 4 }, 'sold units put back on sale');
    await shop.control('truth', [{ sku: 'A', location, units: 6 }]);
    await shop.control(cancel(id), { restock: true });
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 });
    await shop.adjust(item, location, -10);
    await shop.adjust(item, location, 6);
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 }, '6 and the 4 that came back');
    await shop.adjust(item, location, 1);
    assert.deepEqual(await counts(), { oversold: 0, raised: 1 });
});

test('below zero the truth counts as zero', async (t) => {
    const { shop, location, item, counts } = await withTruth(t, 1, 5);
    await shop.order(location, { A: 3 });
    assert.deepEqual(await counts(), { oversold: 2, raised: 0 });
    await shop.adjust(item, location, -2);
    await shop.adjust(item, location, 1);
    assert.deepEqual(await counts(), { oversold: 2, raised: 1 });
    await shop.order(location, { A: 1 });
    assert.deepEqual(await counts(), { oversold: 3, raised: 1 }, 'a unit is oversold once');
});

test('every kind of write counts, and a new truth starts anew and tells the old count', async (t) => {
    const { shop, location, item, counts } = await withTruth(t, 10);
    const set = (key, quantity) =>
        shop.data(
            `mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "${key}") { userErrors { message } } }`,
            {
                input: {
                    name: 'available',
                    reason: 'correction',
                    quantities: [{ inventoryItemId: item, locationId: location, quantity, changeFromQuantity: null }],
                },
            },
        );
    await set('s', 13);
    assert.deepEqual(await counts(), { oversold: 0, raised: 3 });
    const { before } = await shop.control('truth', [{ sku: 'A', location, units: 13 }]);
    assert.deepEqual(before, { oversold: 0, raised: 3 });
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 });
    const { id: store } = await shop.control('locations', { name: 'Store' });
    await shop.control('truth', [{ sku: 'A', location: store, units: 1 }]);
    await shop.data(
        'mutation ($item: ID!, $loc: ID!) { inventoryActivate(inventoryItemId: $item, locationId: $loc, available: 3) @idempotent(key: "a") { userErrors { message } } }',
        { item, loc: store },
    );
    assert.deepEqual(await counts(), { oversold: 0, raised: 2 });
});

test('a pair without a truth is not counted, a truth of something unknown is refused', async (t) => {
    const { shop, location, item, counts } = await withTruth(t, 10);
    await shop.stock(location, { B: 5 });
    await shop.order(location, { B: 5 });
    assert.deepEqual(await counts(), { oversold: 0, raised: 0 });
    assert.match(await shop.refused(404, 'truth', [{ sku: 'none', location, units: 1 }]), /no product/);
    assert.match(await shop.refused(400, 'truth', [{ sku: 'A', location, units: 'many' }]), /whole number/);
    assert.ok(item);
});
