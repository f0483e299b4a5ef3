// What an app with the right scopes may do to an order: cancel it, refund it, ship it, take a shipment back. Evenstock
// sends none of these; they are here so that the rules can be held to recorded answers. The work is done where the
// control API does it.
import { underKey } from '../idempotency.js';
import { cancelOrder, refundOrder, unfulfilOrder } from '../order_changes.js';
import { changed, fulfil } from '../orders.js';
import { Refused } from '../refused.js';
import { numberOf } from '../world.js';
import { at, find, notModelled, onlyMembers, own, takes } from './common.js';

const STAFF_NOTE_MAX = 255;
const error = (field, message) => ({ field, message });

function cancelRefusal(order, { staffNote, refund, refundMethod }) {
    if (!order) return error(['orderId'], 'Order does not exist');
    if (staffNote && staffNote.length > STAFF_NOTE_MAX)
        return error(['staffNote'], `Staff note is too long. Maximum length is ${STAFF_NOTE_MAX} characters.`);
    if (typeof refund === 'boolean' && refundMethod)
        return error(['refund'], 'Only one of the arguments `refund` or `refund_method` is allowed.');
    if (order.cancelledAt) return error(['orderId'], 'Cannot cancel an order that has already been canceled');
    if (order.fulfillments.some((f) => f.status === 'SUCCESS'))
        return error(['orderId'], 'Cannot cancel an order that has outstanding fulfillments');
    return null;
}

/** Answers with a job that is still to be done, though it is done when the answer is read. */
function cancel(_, args, ctx) {
    const { world } = ctx;
    const order = find(ctx, 'orders', args.orderId);
    const refuse = (one) => ({
        job: null,
        orderCancelUserErrors: [{ ...one, code: order ? 'INVALID' : 'NOT_FOUND' }],
        userErrors: [one],
    });
    const refusal = cancelRefusal(order, args);
    if (refusal) return refuse(refusal);
    const money = order.paid && Boolean(args.refund || args.refundMethod);
    try {
        cancelOrder(world, order, { restock: args.restock, refund_record: money });
    } catch (problem) {
        if (problem instanceof Refused) return refuse(error(['orderId'], problem.message));
        throw problem;
    }
    order.cancelReason = args.reason;
    order.staffNote = args.staffNote ?? null;
    return { job: { id: world.gid('Job'), done: false }, orderCancelUserErrors: [], userErrors: [] };
}

const orderOf = (world, list, id) =>
    [...world.orders.values()].find((order) => order[list].some((part) => part.id === id));
const shipment = (order, one, userErrors = []) => ({ fulfillment: one ? { ...one, order } : null, userErrors });
const tracked = (info) =>
    info ? [{ number: info.number ?? null, url: info.url ?? null, company: info.company ?? null }] : [];

/** [fulfilment order line, units] of an input, or the error that refuses it. */
function chosen(fo, lines, field) {
    if (!lines?.length) return { entries: fo.lines.filter((l) => l.remaining > 0).map((l) => [l, l.remaining]) };
    const entries = [];
    for (const [i, { id, quantity }] of lines.entries()) {
        if (quantity <= 0)
            return { refusal: error([...field, String(i), 'quantity'], 'Quantity must be greater than 0') };
        const line = fo.lines.find((l) => l.id === id);
        if (!line || quantity > line.remaining)
            return { refusal: error(['fulfillment'], 'Invalid fulfillment order line item quantity requested.') };
        entries.push([line, quantity]);
    }
    return { entries };
}

function create(_, { fulfillment: input }, ctx) {
    const { world } = ctx;
    onlyMembers(input, 'FulfillmentInput', ['lineItemsByFulfillmentOrder', 'trackingInfo', 'notifyCustomer']);
    const refuse = (one) => shipment(null, null, [one]);
    const asked = input.lineItemsByFulfillmentOrder;
    if (asked.length !== 1) throw notModelled('several fulfillment orders in one fulfillmentCreate');
    const order = orderOf(world, 'fos', asked[0].fulfillmentOrderId);
    const fo = order?.fos.find((one) => one.id === asked[0].fulfillmentOrderId);
    if (!fo) return refuse(error(['fulfillment'], 'Fulfillment order does not exist.'));
    if (fo.status === 'CLOSED')
        return refuse(
            error(['fulfillment'], `Fulfillment order ${numberOf(fo.id)} has an unfulfillable status= closed.`),
        );
    const { refusal, entries } = chosen(fo, asked[0].fulfillmentOrderLineItems, [
        'fulfillment',
        'lineItemsByFulfillmentOrder',
        '0',
        'fulfillmentOrderLineItems',
    ]);
    if (refusal) return refuse(refusal);
    for (const [line] of entries)
        if (
            order.fos.find(
                (one) => one.location === fo.location && one.lines.some((l) => l.line === line.line && l.remaining > 0),
            ) !== fo
        )
            throw notModelled('one of several open fulfillment orders of a line at a location');
    const [made] = fulfil(
        world,
        order,
        entries.map(([part, units]) => [order.lines.find((l) => l.id === part.line), units]),
        fo.location,
    );
    made.tracking = tracked(input.trackingInfo);
    return shipment(order, made);
}

/** One call on a shipment that exists; the text for one that does not is ours. */
const onShipment = (idName, act) => (_, args, ctx) => {
    const id = args[idName];
    const order = orderOf(ctx.world, 'fulfillments', id);
    const one = order?.fulfillments.find((f) => f.id === id);
    if (!one) return shipment(null, null, [error([idName], 'Fulfillment does not exist.')]);
    act(ctx.world, order, one, args);
    return shipment(order, one);
};

/** Cancelling twice succeeds twice. */
const cancelShipment = onShipment('id', (world, order, one) => {
    if (one.status === 'SUCCESS') unfulfilOrder(world, order, { fulfillment: one.id });
});

const updateTracking = onShipment('fulfillmentId', (world, order, one, { trackingInfoInput }) => {
    onlyMembers(trackingInfoInput, 'FulfillmentTrackingInput', ['number', 'url', 'company']);
    one.tracking = tracked(trackingInfoInput);
    one.updatedAt = world.now();
    changed(world, order);
});

function createEvent(_, { fulfillmentEvent: input }, ctx) {
    const { world } = ctx;
    onlyMembers(input, 'FulfillmentEventInput', ['fulfillmentId', 'status', 'message', 'happenedAt']);
    const order = orderOf(world, 'fulfillments', input.fulfillmentId);
    const one = order?.fulfillments.find((f) => f.id === input.fulfillmentId);
    if (!one)
        return {
            fulfillmentEvent: null,
            userErrors: [error(['fulfillmentEvent', 'fulfillmentId'], 'Fulfillment does not exist.')],
        };
    const event = {
        kind: 'FulfillmentEvent',
        id: world.gid('FulfillmentEvent'),
        status: input.status,
        message: input.message ?? null,
        createdAt: world.now(),
        happenedAt: input.happenedAt ? Date.parse(input.happenedAt) : world.now(),
    };
    one.events = [...(one.events ?? []), event];
    changed(world, order);
    return { fulfillmentEvent: event, userErrors: [] };
}

function reportProgress(_, { id }, ctx) {
    const { world } = ctx;
    const order = orderOf(world, 'fos', id);
    const fo = order?.fos.find((one) => one.id === id);
    if (!fo || fo.status === 'CLOSED')
        return {
            fulfillmentOrder: null,
            userErrors: [error(['id'], fo ? 'The fulfillment order is closed.' : 'Fulfillment order does not exist.')],
        };
    fo.status = 'IN_PROGRESS';
    fo.updatedAt = world.now();
    changed(world, order);
    return { fulfillmentOrder: { ...fo, order }, userErrors: [] };
}

/** A refund that moves stock, one kind of restocking at one place for a call; money is not modelled. */
function refund(_, { input }, ctx, info) {
    const { world } = ctx;
    const asked = Object.entries(input).filter(
        ([, value]) => value !== false && !(Array.isArray(value) && value.length === 0),
    ); // not what the schema's defaults add
    onlyMembers(Object.fromEntries(asked), 'RefundInput', ['orderId', 'note', 'notify', 'refundLineItems']);
    const lines = input.refundLineItems ?? [];
    if (lines.length === 0) throw notModelled('a refund of money alone');
    const [{ restockType = 'NO_RESTOCK', locationId = null }] = lines;
    if (lines.some((l) => (l.restockType ?? 'NO_RESTOCK') !== restockType || (l.locationId ?? null) !== locationId))
        throw notModelled('several kinds or places of restocking in one refund');
    if (restockType === 'LEGACY_RESTOCK') throw notModelled('the restock type LEGACY_RESTOCK');
    const order = find(ctx, 'orders', input.orderId);
    const payload = (made, userErrors = []) => ({ refund: made ? { ...made, order } : null, order, userErrors });
    return underKey(
        ctx,
        info.fieldNodes[0],
        () => {
            const refuse = (one) => ({ result: payload(null, [one]), failed: true, memory: {} });
            if (!order) return refuse(error(['orderId'], 'Order does not exist'));
            try {
                refundOrder(world, order, {
                    lines: lines.map((l) => ({ line: l.lineItemId, quantity: l.quantity })),
                    restock: restockType.toLowerCase(),
                    location: locationId,
                });
            } catch (problem) {
                if (problem instanceof Refused) return refuse(error(['refundLineItems'], problem.message));
                throw problem;
            }
            const made = order.refunds.at(-1);
            return { result: payload(made), failed: false, memory: { refund: made.id } };
        },
        (memory) => payload(order?.refunds.find((r) => r.id === memory.refund)),
        ({ message }) => payload(null, [error(null, message)]),
    );
}

const shipmentPayload = { fulfillment: own('fulfillment'), userErrors: own('userErrors') };

export default {
    Mutation: {
        orderCancel: takes(
            ['orderId', 'restock', 'reason', 'notifyCustomer', 'refund', 'refundMethod', 'staffNote'],
            cancel,
        ),
        refundCreate: takes(['input'], refund),
        fulfillmentCreate: takes(['fulfillment', 'message'], create),
        fulfillmentCancel: takes(['id'], cancelShipment),
        fulfillmentTrackingInfoUpdate: takes(['fulfillmentId', 'trackingInfoInput', 'notifyCustomer'], updateTracking),
        fulfillmentEventCreate: takes(['fulfillmentEvent'], createEvent),
        fulfillmentOrderReportProgress: takes(['id', 'progressReport'], reportProgress),
    },
    OrderCancelPayload: {
        job: own('job'),
        orderCancelUserErrors: own('orderCancelUserErrors'),
        userErrors: own('userErrors'),
    },
    RefundCreatePayload: { refund: own('refund'), order: own('order'), userErrors: own('userErrors') },
    Job: { id: own('id'), done: own('done') },
    Order: { cancellation: (order) => (order.cancelledAt ? order : null) },
    OrderCancellation: { staffNote: (order) => order.staffNote ?? null },
    Fulfillment: {
        displayStatus: (f) => (f.status === 'CANCELLED' ? 'CANCELED' : (f.events?.at(-1)?.status ?? 'FULFILLED')),
        trackingInfo: takes(['first'], (f, { first }) => (f.tracking ?? []).slice(0, first ?? undefined)),
    },
    FulfillmentTrackingInfo: { number: own('number'), url: own('url'), company: own('company') },
    FulfillmentEvent: {
        id: own('id'),
        status: own('status'),
        message: own('message'),
        happenedAt: at('happenedAt'),
        createdAt: at('createdAt'),
    },
    FulfillmentCreatePayload: shipmentPayload,
    FulfillmentCancelPayload: shipmentPayload,
    FulfillmentTrackingInfoUpdatePayload: shipmentPayload,
    FulfillmentEventCreatePayload: { fulfillmentEvent: own('fulfillmentEvent'), userErrors: own('userErrors') },
    FulfillmentOrderReportProgressPayload: { fulfillmentOrder: own('fulfillmentOrder'), userErrors: own('userErrors') },
};
