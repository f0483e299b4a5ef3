// What happens to an order moves quantities as in a shop: where, which, and not at all where the shop would refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop } from '../harness.js';

const ORDER = `query Order($id: ID!) { order(id: $id) { cancelledAt closed edited sourceName displayFulfillmentStatus retailLocation { id } app { name }
  lineItems(first: 10) { nodes { sku quantity currentQuantity unfulfilledQuantity } }
  fulfillmentOrders(first: 10) { nodes { id status assignedLocation { location { id } } lineItems(first: 10) { nodes { totalQuantity remainingQuantity } } } }
  refunds(first: 10) { refundLineItems(first: 10) { nodes { quantity restockType restocked location { id } } } }
  agreements(first: 10) { nodes { __typename sales(first: 10) { nodes { actionType quantity } } } } returns(first: 5) { nodes { status } } } }`;

const read = async (shop, id) => (await shop.data(ORDER, { id })).order;
const at = (id, path) => `orders/${encodeURIComponent(id)}/${path}`;
const lines = (quantity) => ({ lines: [{ sku: 'A', quantity }] });

async function twoPlaces(t, stock = { A: 10 }) {
    const shop = await openShop(t);
    const { location: web, items } = await shop.stocked(stock);
    const { id: store } = await shop.control('locations', { name: 'Store' });
    await shop.control('item', { sku: 'A', stocked: [web, store] });
    return { shop, web, store, items };
}

test('an order takes from available and is committed; fulfilled units leave', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const { id, name } = await shop.order(web, { A: 3 });
    assert.match(name, /^#\d+$/);
    assert.deepEqual(await shop.held('A', web), [7, 3, 10]);
    await shop.control(at(id, 'fulfil'), lines(1));
    assert.deepEqual(await shop.held('A', web), [7, 2, 9]);
    await shop.control(at(name, 'fulfil'), { lines: null });
    assert.deepEqual(await shop.held('A', web), [7, 0, 7]);
    const order = await read(shop, id);
    assert.equal(order.displayFulfillmentStatus, 'FULFILLED');
    assert.equal(order.closed, true);
    assert.match(await shop.refused(409, at(id, 'fulfil'), {}), /nothing to fulfil/);
    assert.match(await shop.refused(409, at(id, 'cancel'), {}), /shipped/);
});

test('a shop does not sell what it has not', async (t) => {
    const { shop, web, store } = await twoPlaces(t);
    const sell = (body) => shop.refused(409, 'orders', body);
    assert.match(await sell({ location: web, ...lines(11) }), /11 wanted, 10 available/);
    assert.match(await sell({ location: store, ...lines(1) }), /not enough of A at Store/);
    assert.match(
        await sell({
            location: web,
            lines: [
                { sku: 'A', quantity: 6 },
                { sku: 'A', quantity: 6 },
            ],
        }),
        /12 wanted/,
    );
    assert.match(await sell({ location: web, lines: [{ sku: 'unknown', quantity: 1 }] }), /no product/);
    assert.match(await sell({ lines: [{ sku: 'A', quantity: 11 }] }), /no location has enough/);
    assert.match(await sell({ location: web, pos: true, ...lines(11) }), /not enough/);
    assert.deepEqual(await shop.held('A', web), [10, 0, 10]);
    const { location } = await shop.control('orders', lines(1));
    assert.equal(location, web, 'without a location the shop chooses one that has it');
    await shop.control('orders', { location: web, force: true, ...lines(20) });
    assert.deepEqual(await shop.held('A', web), [-11, 21, 10]);
});

test('a sale at the till lowers on hand at once', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 2 }, { pos: true });
    assert.deepEqual(await shop.held('A', web), [8, 0, 8]);
    const order = await read(shop, id);
    assert.deepEqual(
        [order.sourceName, order.retailLocation.id, order.displayFulfillmentStatus],
        ['pos', web, 'FULFILLED'],
    );
});

test('what is sold at the till and sent later is committed until it is shipped, from wherever', async (t) => {
    const { shop, web, store } = await twoPlaces(t);
    const sell = { ...lines(2), location: web, pos: true, take_away: false, retail_location: store };
    const { id } = await shop.control('orders', sell);
    assert.deepEqual(await shop.held('A', web), [8, 2, 10]);
    const order = await read(shop, id);
    assert.deepEqual([order.sourceName, order.retailLocation.id, order.displayFulfillmentStatus], ['pos', store, 'UNFULFILLED']);
    assert.equal(order.fulfillmentOrders.nodes[0].assignedLocation.location.id, web);
    await shop.control(at(id, 'fulfil'), {});
    assert.deepEqual(await shop.held('A', web), [8, 0, 8]);
    assert.match(await shop.refused(400, 'orders', { ...sell, take_away: true }), /its own counter/);
    assert.match(await shop.refused(400, 'orders', { ...lines(1), take_away: true }), /over a counter/);
});

test('an old restock does not say whether its units were shipped', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 3 });
    await shop.control(at(id, 'fulfil'), lines(1));
    await shop.control(at(id, 'refund'), { ...lines(2), restock: 'legacy' });
    assert.deepEqual(await shop.held('A', web), [9, 1, 10], 'the shipped unit came back, an open one was not taken');
    const rows = (await read(shop, id)).refunds[0].refundLineItems.nodes;
    assert.deepEqual(rows.map((row) => [row.quantity, row.restockType, row.restocked, row.location.id]), [
        [1, 'LEGACY_RESTOCK', true, web],
        [1, 'LEGACY_RESTOCK', true, web],
    ]);
});

test('an order of an app that takes no stock moves nothing, also later', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 4 }, { claims: false, app: 'Bazaar' });
    assert.deepEqual(await shop.held('A', web), [10, 0, 10]);
    assert.equal((await read(shop, id)).app.name, 'Bazaar');
    await shop.control(at(id, 'fulfil'), {});
    assert.deepEqual(await shop.held('A', web), [10, 0, 10]);
});

test('before routing there is no fulfilment order, and routing may choose another place', async (t) => {
    const { shop, web, store } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 2 }, { routed: false });
    assert.deepEqual((await read(shop, id)).fulfillmentOrders.nodes, []);
    assert.deepEqual(await shop.held('A', web), [8, 2, 10]);
    assert.match(await shop.refused(409, at(id, 'fulfil'), {}), /not routed/);
    await shop.control(at(id, 'route'), { location: store });
    const [fo] = (await read(shop, id)).fulfillmentOrders.nodes;
    assert.equal(fo.assignedLocation.location.id, store);
    assert.deepEqual(await shop.held('A', web), [10, 0, 10]);
    assert.deepEqual(await shop.held('A', store), [-2, 2, 0]);
    assert.match(await shop.refused(409, at(id, 'route'), {}), /routed already/);
});

test('a cancelled order restocks or not, whole or in part, with or without a refund', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 5 });
    await shop.control(at(id, 'cancel'), { lines: [{ sku: 'A', quantity: 2 }], restock: true });
    assert.deepEqual(await shop.held('A', web), [7, 3, 10]);
    let order = await read(shop, id);
    assert.equal(order.cancelledAt, null);
    assert.deepEqual(order.refunds[0].refundLineItems.nodes, [
        { quantity: 2, restockType: 'CANCEL', restocked: true, location: { id: web } },
    ]);
    await shop.control(at(id, 'cancel'), { restock: false, refund_record: false });
    assert.deepEqual(await shop.held('A', web), [7, 0, 7]);
    order = await read(shop, id);
    assert.ok(order.cancelledAt);
    assert.equal(order.refunds.length, 1, 'the second left no refund');
    assert.deepEqual(order.lineItems.nodes, [{ sku: 'A', quantity: 5, currentQuantity: 0, unfulfilledQuantity: 0 }]);
    assert.match(await shop.refused(409, at(id, 'cancel'), {}), /cancelled already/);
});

test('open units are moved to another location, whole and in part', async (t) => {
    const { shop, web, store } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 4 });
    const [before] = (await read(shop, id)).fulfillmentOrders.nodes;
    await shop.control(at(id, 'move'), { location: store, lines: [{ sku: 'A', quantity: 1 }] });
    assert.deepEqual(
        [await shop.held('A', web), await shop.held('A', store)],
        [
            [7, 3, 10],
            [-1, 1, 0],
        ],
    );
    const order = await read(shop, id);
    assert.deepEqual(
        order.fulfillmentOrders.nodes.map((fo) => [
            fo.assignedLocation.location.id,
            fo.lineItems.nodes[0].remainingQuantity,
        ]),
        [
            [web, 3],
            [store, 1],
        ],
    );
    assert.equal(order.lineItems.nodes[0].currentQuantity, 4, 'no quantity of the order tells');
    await shop.control(at(id, 'move'), { location: store });
    assert.deepEqual(
        [await shop.held('A', web), await shop.held('A', store)],
        [
            [10, 0, 10],
            [-4, 4, 0],
        ],
    );
    assert.equal((await read(shop, id)).fulfillmentOrders.nodes[0].id, before.id, 'what is moved whole keeps its id');
    assert.match(await shop.refused(409, at(id, 'move'), { location: store }), /no open units elsewhere/);
    assert.match(await shop.refused(409, at(id, 'move'), { location: 'gid://shopify/Location/9' }), /not active/);
    assert.match(await shop.refused(400, at(id, 'move'), {}), /"location" is needed/);
});

test('fulfilled elsewhere: the units are moved and gone in one', async (t) => {
    const { shop, web, store } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 2 });
    await shop.control(at(id, 'fulfil'), { location: store });
    assert.deepEqual(
        [await shop.held('A', web), await shop.held('A', store)],
        [
            [10, 0, 10],
            [-2, 0, -2],
        ],
    );
});

test('a shipment taken back is committed again', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 2 });
    await shop.control(at(id, 'fulfil'), {});
    await shop.control(at(id, 'unfulfil'), {});
    assert.deepEqual(await shop.held('A', web), [8, 2, 10]);
    assert.match(await shop.refused(409, at(id, 'unfulfil'), {}), /no shipment/);
});

test('an edit lowers, raises and adds lines; without a refund record no refund tells', async (t) => {
    const { shop, web } = await twoPlaces(t, { A: 10, B: 10 });
    const { id } = await shop.order(web, { A: 5 });
    await shop.control(at(id, 'edit'), { ...lines(2), restock: true, refund_record: false });
    assert.deepEqual(await shop.held('A', web), [8, 2, 10]);
    await shop.control(at(id, 'edit'), { ...lines(1), restock: false, refund_record: false });
    assert.deepEqual(await shop.held('A', web), [8, 1, 9]);
    await shop.control(at(id, 'edit'), {
        lines: [
            { sku: 'A', quantity: 3 },
            { sku: 'B', quantity: 4 },
        ],
    });
    assert.deepEqual(
        [await shop.held('A', web), await shop.held('B', web)],
        [
            [6, 3, 9],
            [6, 4, 10],
        ],
    );
    const order = await read(shop, id);
    assert.deepEqual([order.edited, order.refunds], [true, []]);
    assert.deepEqual(
        order.agreements.nodes.map((a) => a.__typename),
        ['OrderAgreement', 'OrderEditAgreement', 'OrderEditAgreement', 'OrderEditAgreement'],
    );
    await shop.control(at(id, 'edit'), { lines: [{ sku: 'B', quantity: 1 }] });
    assert.deepEqual(
        (await read(shop, id)).refunds[0].refundLineItems.nodes.map((r) => [r.quantity, r.restockType]),
        [[3, 'CANCEL']],
    );
    assert.match(await shop.refused(409, at(id, 'edit'), { lines: [{ sku: 'B', quantity: 1 }] }), /changes nothing/);
    assert.match(await shop.refused(404, at(id, 'edit'), { lines: [{ sku: 'none', quantity: 0 }] }), /no line/);
    await shop.control(at(id, 'fulfil'), {});
    assert.match(await shop.refused(409, at(id, 'edit'), { lines: [{ sku: 'A', quantity: 0 }] }), /only 0 open units/);
});

test('refunds restock as their type says', async (t) => {
    const { shop, web, store } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 6 });
    assert.match(await shop.refused(409, at(id, 'refund'), { ...lines(1), restock: 'return' }), /1 wanted, 0 possible/);
    await shop.control(at(id, 'refund'), { ...lines(2), restock: 'cancel' });
    assert.deepEqual(await shop.held('A', web), [6, 4, 10]);
    await shop.control(at(id, 'fulfil'), {});
    await shop.control(at(id, 'refund'), { ...lines(1), restock: 'return', location: store });
    await shop.control(at(id, 'refund'), { ...lines(1), restock: 'no_restock' });
    assert.deepEqual(
        [await shop.held('A', web), await shop.held('A', store)],
        [
            [6, 0, 6],
            [1, 0, 1],
        ],
    );
    assert.deepEqual(
        (await read(shop, id)).refunds.map((r) => r.refundLineItems.nodes[0].restockType),
        ['CANCEL', 'RETURN', 'NO_RESTOCK'],
    );
    assert.match(await shop.refused(400, at(id, 'refund'), { ...lines(1), restock: 'all' }), /one of return/);
});

test('a return changes stock only when it is processed, perhaps without a refund', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 3 });
    await shop.control(at(id, 'fulfil'), {});
    const { made } = await shop.control(at(id, 'return'), lines(2));
    assert.deepEqual(await shop.held('A', web), [7, 0, 7]);
    await shop.control(at(id, 'process_return'), { id: made, restock: true, refund_record: false });
    assert.deepEqual(await shop.held('A', web), [9, 0, 9]);
    const order = await read(shop, id);
    assert.deepEqual(
        [order.refunds, order.returns.nodes, order.agreements.nodes.at(-1).__typename],
        [[], [{ status: 'CLOSED' }], 'ReturnAgreement'],
    );
    assert.match(await shop.refused(409, at(id, 'process_return'), {}), /no open return/);
});

test('a draft reserves when it is told to, and commits what it had reserved', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const row = async () => {
        const [r] = await shop.control(`levels?sku=A&location=${web}`);
        return [r.available, r.reserved, r.committed, r.on_hand];
    };
    const { id: plain } = await shop.control('drafts', { location: web, ...lines(2) });
    assert.deepEqual(await row(), [10, 0, 0, 10]);
    const { id } = await shop.control('drafts', { location: web, reserve: true, ...lines(4) });
    assert.deepEqual(await row(), [6, 4, 0, 10]);
    await shop.control(`drafts/${encodeURIComponent(id)}/complete`, {});
    assert.deepEqual(await row(), [6, 0, 4, 10]);
    await shop.control(`drafts/${encodeURIComponent(plain)}/complete`, {});
    assert.deepEqual(await row(), [4, 0, 6, 10]);
    assert.match(await shop.refused(409, `drafts/${encodeURIComponent(id)}/complete`, {}), /is completed/);
    assert.match(
        await shop.refused(409, 'drafts', { location: web, reserve: true, ...lines(5) }),
        /5 wanted, 4 available/,
    );
    const { id: third } = await shop.control('drafts', { location: web, reserve: true, ...lines(3) });
    await shop.control(`drafts/${encodeURIComponent(third)}/delete`, {});
    assert.deepEqual(await row(), [4, 0, 6, 10]);
});

test('a transfer reserves, is on its way, and arrives', async (t) => {
    const { shop, web, store } = await twoPlaces(t);
    const row = async (place) => {
        const [r] = await shop.control(`levels?sku=A&location=${place}`);
        return [r.available, r.reserved, r.incoming, r.on_hand];
    };
    const { id } = await shop.control('transfers', { from: web, to: store, ...lines(3) });
    assert.deepEqual(await row(web), [7, 3, 0, 10]);
    await shop.control(`transfers/${encodeURIComponent(id)}/ship`, {});
    assert.deepEqual(
        [await row(web), await row(store)],
        [
            [7, 0, 0, 7],
            [0, 0, 3, 0],
        ],
    );
    await shop.control(`transfers/${encodeURIComponent(id)}/receive`, {});
    assert.deepEqual(await row(store), [3, 0, 0, 3]);
    assert.match(await shop.refused(409, `transfers/${encodeURIComponent(id)}/ship`, {}), /not ready/);
});

test('an untracked item sells without limit and moves nothing', async (t) => {
    const { shop, web } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 2 });
    await shop.control('item', { sku: 'A', tracked: false });
    await shop.order(web, { A: 500 });
    await shop.control(at(id, 'fulfil'), {});
    assert.deepEqual(await shop.held('A', web), [8, 2, 10], 'also an order of before');
});

test('a bundle is sold by its parts', async (t) => {
    const { shop, web } = await twoPlaces(t, { A: 10, B: 10 });
    await shop.control('products', [
        {
            sku: 'SET',
            bundle: true,
            components: [
                { sku: 'A', quantity: 1 },
                { sku: 'B', quantity: 2 },
            ],
        },
    ]);
    await shop.order(web, { SET: 2 });
    assert.deepEqual(
        [await shop.held('A', web), await shop.held('B', web)],
        [
            [8, 2, 10],
            [6, 4, 10],
        ],
    );
    assert.match(
        await shop.refused(409, 'orders', { location: web, lines: [{ sku: 'SET', quantity: 4 }] }),
        /not enough of B/,
    );
});

test('a paid order of a closed location is not cancelled with restock', async (t) => {
    const { shop, web, store } = await twoPlaces(t);
    const { id } = await shop.order(web, { A: 2 });
    await shop.control('location', { id: web, active: false });
    assert.match(await shop.refused(409, at(id, 'cancel'), { restock: true }), /not active/);
    await shop.control(at(id, 'cancel'), { restock: false });
    assert.deepEqual(await shop.held('A', web), [8, 0, 8]);
    await shop.control('edit', { sku: 'A', location: store, available: 5 });
    const { id: unpaid } = await shop.order(store, { A: 1 }, { paid: false });
    await shop.control('location', { id: store, active: false });
    await shop.control(at(unpaid, 'cancel'), { restock: true });
    assert.deepEqual(await shop.held('A', store), [4, 0, 4], 'an unpaid one restocks nowhere');
});
