// What the order mutations do to stock, and what they refuse; their texts are held to recorded answers in ../conformance.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serve } from '../server.js';

let running;
before(async () => {
    running = await serve();
});
after(() => running.close());

async function control(call, body) {
    const answer = await fetch(
        `${running.url}/_control/${call}`,
        body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
    );
    return answer.json();
}

async function api(query, variables = {}) {
    const answer = await fetch(`${running.url}/admin/api/2026-10/graphql.json`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-shopify-access-token': running.ready.token },
        body: JSON.stringify({ query, variables }),
    });
    return answer.json();
}

/** A fresh shop with 10 units of A and an order of 3; answers how to read it. */
async function sold() {
    await control('reset', {});
    const { id: location } = await control('locations', { name: 'Web' });
    await control('products', [{ sku: 'A', stocked: [location] }]);
    await control('levels', [{ sku: 'A', location, available: 10 }]);
    const { id } = await control('orders', { lines: [{ sku: 'A', quantity: 3 }], location });
    const { data } = await api(
        'query O($id: ID!) { order(id: $id) { lineItems(first: 1) { nodes { id } } fulfillmentOrders(first: 1) { nodes { id lineItems(first: 1) { nodes { id } } } } } }',
        { id },
    );
    const fo = data.order.fulfillmentOrders.nodes[0];
    const held = async () => {
        const [row] = await control('levels?sku=A');
        return [row.available, row.committed, row.on_hand];
    };
    return { id, location, line: data.order.lineItems.nodes[0].id, fo: fo.id, foLine: fo.lineItems.nodes[0].id, held };
}

const CANCEL =
    'mutation C($id: ID!, $restock: Boolean!) { orderCancel(orderId: $id, restock: $restock, reason: OTHER) { job { id } orderCancelUserErrors { code message } } }';
const SHIP =
    'mutation S($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { fulfillment { id status } userErrors { message } } }';
const BACK = 'mutation B($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { status } userErrors { message } } }';
const REFUND =
    'mutation R($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) { refund { id } userErrors { message } } }';

test('a cancelled order gives its units back, or takes them out of the books', async () => {
    const one = await sold();
    assert.deepEqual(await one.held(), [7, 3, 10]);
    assert.deepEqual((await api(CANCEL, { id: one.id, restock: true })).data.orderCancel.orderCancelUserErrors, []);
    assert.deepEqual(await one.held(), [10, 0, 10]);
    const two = await sold();
    await api(CANCEL, { id: two.id, restock: false });
    assert.deepEqual(await two.held(), [7, 0, 7]);
});

test('an order that is not there, or has shipped, is not cancelled', async () => {
    const { id, fo, held } = await sold();
    assert.equal(
        (await api(CANCEL, { id: 'gid://shopify/Order/999', restock: true })).data.orderCancel.orderCancelUserErrors[0]
            .code,
        'NOT_FOUND',
    );
    await api(SHIP, { f: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: fo }] } });
    const { job, orderCancelUserErrors } = (await api(CANCEL, { id, restock: true })).data.orderCancel;
    assert.equal(job, null);
    assert.match(orderCancelUserErrors[0].message, /outstanding fulfillments/);
    assert.deepEqual(await held(), [7, 0, 7]);
});

test('a part is shipped, the shipment is cancelled once, and cancelling again moves nothing', async () => {
    const { fo, foLine, held } = await sold();
    const part = (quantity) =>
        api(SHIP, {
            f: {
                lineItemsByFulfillmentOrder: [
                    { fulfillmentOrderId: fo, fulfillmentOrderLineItems: [{ id: foLine, quantity }] },
                ],
            },
        });
    assert.equal((await part(4)).data.fulfillmentCreate.fulfillment, null);
    assert.deepEqual(await held(), [7, 3, 10]);
    const { fulfillment } = (await part(2)).data.fulfillmentCreate;
    assert.deepEqual(await held(), [7, 1, 8]);
    for (let i = 0; i < 2; i++) {
        assert.equal((await api(BACK, { id: fulfillment.id })).data.fulfillmentCancel.fulfillment.status, 'CANCELLED');
        assert.deepEqual(await held(), [7, 3, 10]);
    }
    assert.equal((await api(BACK, { id: 'gid://shopify/Fulfillment/999' })).data.fulfillmentCancel.fulfillment, null);
});

test('a refund restocks once for one key, and is refused beyond what was shipped', async () => {
    const { id, location, line, fo, held } = await sold();
    const refund = (key, quantity, more = {}) =>
        api(REFUND, {
            key,
            input: {
                orderId: id,
                refundLineItems: [{ lineItemId: line, quantity, restockType: 'RETURN', locationId: location }],
                ...more,
            },
        });
    assert.match((await refund('early', 1)).data.refundCreate.userErrors[0].message, /1 wanted, 0 possible/);
    await api(SHIP, { f: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: fo }] } });
    const first = (await refund('k', 2)).data.refundCreate.refund.id;
    assert.equal((await refund('k', 2)).data.refundCreate.refund.id, first);
    assert.deepEqual(await held(), [9, 0, 9]);
    assert.match((await refund('more', 2)).data.refundCreate.userErrors[0].message, /2 wanted, 1 possible/);
    assert.match(
        (
            await refund('money', 1, {
                transactions: [{ amount: '1.00', gateway: 'manual', kind: 'REFUND', orderId: id }],
            })
        ).errors[0].message,
        /does not model RefundInput.transactions/,
    );
    assert.deepEqual(await held(), [9, 0, 9]);
});
