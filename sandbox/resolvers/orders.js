// Orders as a client reads them: lines, fulfilment orders, shipments, refunds, agreements, returns.
import { compare } from '../connection.js';
import { fulfilledUnits } from '../orders.js';
import { numberMatches, parseSearch, timeMatches } from '../search.js';
import { numberOf } from '../world.js';
import { at, connection, find, notModelled, own, takes } from './common.js';
import { legacyId } from './shop.js';

function fulfilmentStatus(order) {
    const shipped = order.lines.reduce((sum, line) => sum + fulfilledUnits(order, line), 0);
    const open = order.lines.reduce((sum, line) => sum + line.open, 0);
    return shipped === 0 ? 'UNFULFILLED' : open === 0 ? 'FULFILLED' : 'PARTIALLY_FULFILLED';
}

function financialStatus(order) {
    if (!order.paid) return order.cancelledAt ? 'VOIDED' : 'PENDING';
    const refunded = order.refunds.reduce((sum, r) => sum + r.lines.reduce((s, l) => s + l.quantity, 0), 0);
    if (refunded === 0) return 'PAID';
    return order.lines.every((line) => line.current === 0) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
}

const STATUS = {
    open: (o) => o.closedAt === null && o.cancelledAt === null,
    closed: (o) => o.closedAt !== null && o.cancelledAt === null,
    cancelled: (o) => o.cancelledAt !== null,
    not_closed: (o) => o.closedAt === null,
    any: () => true,
};
const SHIPPED = {
    unfulfilled: 'UNFULFILLED',
    unshipped: 'UNFULFILLED',
    fulfilled: 'FULFILLED',
    shipped: 'FULFILLED',
    partial: 'PARTIALLY_FULFILLED',
    partially_fulfilled: 'PARTIALLY_FULFILLED',
};

/** Search fields; `updated` gives the time of the newest change that the index has seen. */
const searchFields = (updated) => ({
    default: (o, _, v) => o.name === v || o.name === `#${v}`,
    name: (o, _, v) => o.name === v || o.name === `#${v}`,
    id: (o, c, v) => numberMatches(numberOf(o.id), c, v),
    updated_at: (o, c, v) => timeMatches(updated(o), c, v),
    created_at: (o, c, v) => timeMatches(o.createdAt, c, v),
    processed_at: (o, c, v) => timeMatches(o.processedAt, c, v),
    test: (o, _, v) => String(o.test) === v,
    status: (o, _, v) => {
        if (!STATUS[v]) throw notModelled(`the order status "${v}"`);
        return STATUS[v](o);
    },
    fulfillment_status: (o, _, v) => {
        if (!SHIPPED[v]) throw notModelled(`the fulfillment status "${v}"`);
        return fulfilmentStatus(o) === SHIPPED[v];
    },
    source_name: (o, _, v) => o.sourceName === v,
    sku: (o, _, v) => o.lines.some((l) => (l.sku ?? '').toLowerCase() === v.toLowerCase()),
});

const SORT = {
    UPDATED_AT: (updated) => (o) => [updated(o), numberOf(o.id)],
    CREATED_AT: () => (o) => [o.createdAt, numberOf(o.id)],
    PROCESSED_AT: () => (o) => [o.processedAt, numberOf(o.id)],
    ID: () => (o) => [numberOf(o.id), 0],
    ORDER_NUMBER: () => (o) => [numberOf(o.id), 0],
};

/** The search index may lag: it knows of each order only the changes that are old enough. */
function indexed(ctx) {
    const lag = ctx.shop.faults?.indexLag() ?? 0;
    if (lag === 0) return (o) => o.updatedAt;
    const seen = ctx.world.now() - lag;
    return (o) => {
        const known = o.updates.filter((t) => t <= seen);
        return known.length ? known[known.length - 1] : null;
    };
}

const searches = new WeakMap();

/** The list of one search, kept while no order changes, so that walking its pages costs one sort. */
function search(_, args, ctx) {
    const sort = SORT[args.sortKey ?? 'PROCESSED_AT'];
    if (!sort) throw notModelled(`the sort key ${args.sortKey} of orders`);
    const updated = indexed(ctx);
    const lagging = (ctx.shop.faults?.indexLag() ?? 0) > 0;
    const key = `${args.query ?? ''}|${args.sortKey}`;
    let kept = searches.get(ctx.world);
    if (!kept || kept.version !== ctx.world.ordersVersion)
        searches.set(ctx.world, (kept = { version: ctx.world.ordersVersion, lists: new Map() }));
    if (!lagging && kept.lists.has(key)) return kept.lists.get(key);
    const { matches } = parseSearch(args.query, searchFields(updated));
    const keyOf = sort(updated);
    const list = [...ctx.world.orders.values()]
        .filter((o) => !o.hidden && updated(o) !== null && matches(o))
        .sort((a, b) => compare(keyOf(a), keyOf(b)));
    if (!lagging) kept.lists.set(key, list);
    return list;
}

const orders = takes(['first', 'last', 'after', 'before', 'reverse', 'query', 'sortKey'], (source, args, ctx, info) =>
    connection(search, { keyOf: { of: () => SORT[args.sortKey ?? 'PROCESSED_AT']?.(indexed(ctx)) } })(
        source,
        args,
        ctx,
        info,
    ),
);

const withOrder = (order, list) => list.map((part) => ({ ...part, order }));
const lineOf = (part) =>
    withOrder(
        part.order,
        part.order.lines.filter((line) => line.id === part.line),
    )[0];
const some = (list, first) => (first === undefined || first === null ? list : list.slice(0, first));
const place = (field) => (record, _, ctx) => (record[field] ? find(ctx, 'locations', record[field]) : null);

export default {
    QueryRoot: {
        orders,
        order: takes(['id'], (_, { id }, ctx) => {
            const order = find(ctx, 'orders', id);
            return order?.hidden ? null : order;
        }),
    },
    Order: {
        id: own('id'),
        name: own('name'),
        legacyResourceId: legacyId,
        createdAt: at('createdAt'),
        processedAt: at('processedAt'),
        updatedAt: at('updatedAt'),
        cancelledAt: at('cancelledAt'),
        cancelReason: own('cancelReason'),
        closedAt: at('closedAt'),
        closed: (o) => o.closedAt !== null,
        test: own('test'),
        edited: own('edited'),
        sourceName: own('sourceName'),
        displayFulfillmentStatus: fulfilmentStatus,
        displayFinancialStatus: financialStatus,
        retailLocation: place('retailLocation'),
        app: own('app'),
        lineItems: connection((o) => withOrder(o, o.lines)),
        fulfillmentOrders: connection((o) => withOrder(o, o.fos)),
        fulfillments: takes(['first'], (o, { first }) => some(withOrder(o, o.fulfillments), first)),
        refunds: takes(['first'], (o, { first }) => some(withOrder(o, o.refunds), first)),
        agreements: connection((o) => withOrder(o, o.agreements)),
        returns: connection((o) => o.returns),
    },
    OrderApp: { id: own('id'), name: own('name') },
    LineItem: {
        id: own('id'),
        sku: own('sku'),
        title: own('title'),
        name: own('title'),
        quantity: own('quantity'),
        currentQuantity: own('current'),
        unfulfilledQuantity: own('open'),
        fulfillableQuantity: own('open'),
        requiresShipping: own('requiresShipping'),
        isGiftCard: own('giftCard'),
        nonFulfillableQuantity: (line) => line.quantity - line.open - fulfilledUnits(line.order, line),
        variant: (line, _, ctx) => (line.variant ? find(ctx, 'variants', line.variant) : null),
        lineItemGroup: own('group'),
    },
    LineItemGroup: {
        id: own('id'),
        title: own('title'),
        quantity: own('quantity'),
        variantId: own('variantId'),
        variantSku: own('variantSku'),
    },
    FulfillmentOrder: {
        id: own('id'),
        status: own('status'),
        requestStatus: own('requestStatus'),
        createdAt: at('createdAt'),
        updatedAt: at('updatedAt'),
        fulfillAt: at('fulfillAt'),
        assignedLocation: own('location'),
        order: own('order'),
        orderId: (fo) => fo.order.id,
        orderName: (fo) => fo.order.name,
        lineItems: connection((fo) => withOrder(fo.order, fo.lines)),
    },
    FulfillmentOrderAssignedLocation: {
        name: (id, _, ctx) => find(ctx, 'locations', id)?.name ?? 'Deleted location',
        location: (id, _, ctx) => find(ctx, 'locations', id),
    },
    FulfillmentOrderLineItem: {
        id: own('id'),
        totalQuantity: own('total'),
        remainingQuantity: own('remaining'),
        lineItem: lineOf,
        inventoryItemId: (part) => lineOf(part).item,
        sku: (part) => lineOf(part).sku,
    },
    Fulfillment: {
        id: own('id'),
        status: own('status'),
        createdAt: at('createdAt'),
        updatedAt: at('updatedAt'),
        location: place('location'),
        fulfillmentLineItems: connection((f) => withOrder(f.order, f.lines)),
    },
    FulfillmentLineItem: { id: own('id'), quantity: own('quantity'), lineItem: lineOf },
    Refund: {
        id: own('id'),
        createdAt: at('createdAt'),
        processedAt: at('processedAt'),
        return: (r) => (r.return ? r.order.returns.find((one) => one.id === r.return) : null),
        refundLineItems: connection((r) => withOrder(r.order, r.lines)),
    },
    RefundLineItem: {
        id: own('id'),
        quantity: own('quantity'),
        restockType: own('restockType'),
        restocked: own('restocked'),
        location: place('location'),
        lineItem: lineOf,
    },
    Return: { id: own('id'), status: own('status'), name: (r) => `R${numberOf(r.id)}` },
    ...Object.fromEntries(
        ['OrderAgreement', 'OrderEditAgreement', 'RefundAgreement', 'ReturnAgreement'].map((type) => [
            type,
            {
                id: own('id'),
                happenedAt: at('happenedAt'),
                reason: own('reason'),
                sales: connection((a) => withOrder(a.order, a.sales)),
            },
        ]),
    ),
    ProductSale: {
        id: own('id'),
        actionType: own('actionType'),
        lineType: own('lineType'),
        quantity: own('quantity'),
        lineItem: lineOf,
    },
    GiftCardSale: {
        id: own('id'),
        actionType: own('actionType'),
        lineType: own('lineType'),
        quantity: own('quantity'),
        lineItem: lineOf,
    },
    UnknownSale: { id: own('id'), actionType: own('actionType'), lineType: own('lineType'), quantity: own('quantity') },
};
