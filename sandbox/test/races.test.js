// `when`: control calls that happen right before or right after a certain request.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADJUST, openShop } from '../harness.js';

async function withStock(t) {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 10 });
    const sale = (quantity) => ['orders', { location, lines: [{ sku: 'A', quantity }] }];
    return { shop, location, item: items.A, sale };
}

test('before the nth request: its compare is stale already', async (t) => {
    const { shop, location, item, sale } = await withStock(t);
    await shop.control('when', { field: 'inventoryAdjustQuantities', nth: 2, when: 'before', do: [sale(1)] });
    const push = async (from) =>
        (await shop.adjust(item, location, 1, { changeFromQuantity: from })).userErrors.map((e) => e.code);
    assert.deepEqual(await push(10), []);
    await shop.data('{ shop { id } }');
    assert.deepEqual(await shop.held('A', location), [11, 0, 11]);
    assert.deepEqual(await push(11), ['CHANGE_FROM_QUANTITY_STALE']);
    assert.deepEqual(await push(10), [], 'it happens once');
    assert.deepEqual(await shop.held('A', location), [11, 1, 12]);
});

test('after the request: the answer shows the old number', async (t) => {
    const { shop, location, item, sale } = await withStock(t);
    await shop.control('when', {
        field: 'inventoryItem',
        when: 'after',
        do: [sale(4), ['edit', { sku: 'A', location, delta: -1 }]],
    });
    const read = async () =>
        (
            await shop.data(
                'query ($id: ID!, $loc: ID!) { inventoryItem(id: $id) { inventoryLevel(locationId: $loc) { quantities(names: ["available"]) { quantity } } } }',
                { id: item, loc: location },
            )
        ).inventoryItem.inventoryLevel.quantities[0].quantity;
    assert.deepEqual([await read(), await read()], [10, 5]);
});

test('a race and a lost answer together', async (t) => {
    const { shop, location, item, sale } = await withStock(t);
    await shop.control('when', { field: 'inventoryAdjustQuantities', when: 'after', do: [sale(3)] });
    await shop.control('faults', { kind: 'lost_answer', count: 1 });
    await assert.rejects(shop.post(ADJUST, { key: 'k', input: shop.adjustment(item, location, 5) }));
    assert.deepEqual(await shop.held('A', location), [12, 3, 15]);
    await shop.adjust(item, location, 5, { key: 'k' });
    assert.deepEqual(await shop.held('A', location), [12, 3, 15]);
});

test('what could not be done is told', async (t) => {
    const { shop, location, item, sale } = await withStock(t);
    await shop.control('when', { field: 'inventoryAdjustQuantities', do: [sale(99), sale(1)] });
    await shop.adjust(item, location, 1);
    const [{ answers, left }] = await shop.control('when');
    assert.equal(left, 0);
    assert.deepEqual(
        answers.map((a) => a.status),
        [409, 200],
    );
    assert.deepEqual(await shop.held('A', location), [10, 1, 11]);
});

test('a race that cannot be is refused when it is set', async (t) => {
    const { shop } = await withStock(t);
    const field = 'inventoryAdjustQuantities';
    assert.match(await shop.refused(400, 'when', { field, do: [['order', {}]] }), /no control call "order"/);
    assert.match(await shop.refused(400, 'when', { field, do: [['orders', { line: [] }]] }), /"line" is not known/);
    assert.match(await shop.refused(400, 'when', { field, nth: 0, do: [['reset', {}]] }), /counts from 1/);
    assert.match(await shop.refused(400, 'when', { field, do: [] }), /do: a list/);
    assert.match(
        await shop.refused(400, 'when', { field, when: 'during', do: [['reset', {}]] }),
        /one of before, after/,
    );
    assert.deepEqual(await shop.control('when'), []);
});
