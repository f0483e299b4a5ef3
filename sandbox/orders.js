// What happens to an order, and how each event moves quantities (the table in the reference, section 6).
// Units that are ordered and not gone are "open": they stand in fulfilment orders, or, before routing, at the planned
// location.
import { POS_REFUSES_SHORT_STOCK, RETURN_SALE_SIGN } from './assumptions.js';
import { levelAt, move } from './quantities.js';
import { orderPayload } from './payloads.js';
import { counted } from './truth.js';
import { Refused } from './refused.js';

export const SALES_APPS = {
    online: { id: 'gid://shopify/App/580111', name: 'Online Store' },
    pos: { id: 'gid://shopify/App/129785', name: 'Point of Sale' },
    other: { id: 'gid://shopify/App/7001', name: 'Marketplace Connector' },
    draft: { id: 'gid://shopify/App/1354745', name: 'Draft Orders' },
};

/** Whether events of this line move numbers now. */
export const moves = (world, line) => line.claims && (world.items.get(line.item)?.tracked ?? false);

/** Changes quantities at one place for one line of an order. */
export function shift(world, order, line, location, deltas, activity, who = order.app.name) {
    if (!moves(world, line)) return;
    move(world, levelAt(world, line.item, location, false), deltas, { activity, who, reference: order.id });
}

/** The order changed: new time, webhooks. */
export function changed(world, order, ...topics) {
    order.updatedAt = world.now();
    order.updates = [...order.updates.slice(-19), order.updatedAt];
    world.touch('orders', order.id);
    for (const topic of [...topics, 'orders/updated']) world.announce(topic, () => orderPayload(world, order));
}

export const fulfilledUnits = (order, line) =>
    order.fulfillments
        .filter((f) => f.status === 'SUCCESS')
        .reduce((sum, f) => sum + f.lines.filter((l) => l.line === line.id).reduce((s, l) => s + l.quantity, 0), 0);

/** @returns {object} the order as it stands right after it was placed */
export function placeOrder(world, spec) {
    const { pos = false, claims = true, routed = true, take_away = pos } = spec;
    if (take_away && !pos) throw new Refused(400, 'take_away: only what is sold over a counter is taken away at once');
    const lines = resolveLines(world, spec.lines);
    const location = pickLocation(world, lines, spec);
    const now = world.now();
    const n = world.number('Order');
    const app = !claims ? SALES_APPS.other : pos ? SALES_APPS.pos : spec.draft ? SALES_APPS.draft : SALES_APPS.online;
    const order = {
        kind: 'Order',
        id: `gid://shopify/Order/${n}`,
        name: `#${1000 + n}`,
        createdAt: now,
        processedAt: spec.at ? Date.parse(spec.at) : now,
        updatedAt: now,
        updates: [now],
        cancelledAt: null,
        cancelReason: null,
        closedAt: null,
        test: spec.test ?? false,
        hidden: spec.hidden ?? false,
        edited: false,
        sourceName:
            spec.source ?? (pos ? 'pos' : claims ? (spec.draft ? 'shopify_draft_order' : 'web') : 'marketplace'),
        retailLocation: pos ? retailLocation(world, spec, location) : null,
        app: spec.app ? { id: SALES_APPS.other.id, name: spec.app } : app,
        claims,
        paid: spec.paid ?? true,
        location,
        routed: false,
        lines: [],
        fos: [],
        fulfillments: [],
        refunds: [],
        agreements: [],
        returns: [],
    };
    for (const line of lines) order.lines.push(newLine(world, order, line));
    agree(
        world,
        order,
        'OrderAgreement',
        'ORDER',
        order.lines.map((line) => [line, 'ORDER', line.quantity]),
    );
    world.put('orders', order.id, order);
    for (const line of order.lines) claim(world, order, line, location, line.quantity, spec.draft);
    if (take_away || routed) route(world, order, location);
    world.announce('orders/create', () => orderPayload(world, order));
    if (take_away)
        fulfil(
            world,
            order,
            order.lines.map((line) => [line, line.quantity]),
            location,
            false,
        );
    return order;
}

/** The counter: where the goods are, unless they are sent from elsewhere. */
function retailLocation(world, { take_away = true, retail_location = null }, location) {
    if (retail_location === null || retail_location === location) return location;
    if (take_away) throw new Refused(400, 'retail_location: what is taken away is taken from its own counter');
    if (!world.locations.has(retail_location)) throw new Refused(400, `location ${retail_location} does not exist`);
    return retail_location;
}

/** Takes units at a location: from what is available, or from what a draft reserved. */
export function claim(world, order, line, location, units, reserved = null) {
    if (!line.item || units === 0) return;
    counted.sale(world, line.item, location, units);
    const held = Math.min(units, reserved?.get(line.item) ?? 0);
    shift(
        world,
        order,
        line,
        location,
        { available: -(units - held), reserved: -held, committed: units },
        'Order created',
    );
}

export function newLine(world, order, { item, variant, sku, title, quantity, group = null, custom = false }) {
    const record = item ? world.items.get(item) : null;
    const product = variant ? world.products.get(world.variants.get(variant).product) : null;
    return {
        kind: 'LineItem',
        id: world.gid('LineItem'),
        item,
        variant,
        sku,
        title,
        quantity,
        current: quantity,
        open: quantity,
        group,
        claims: order.claims && (record?.tracked ?? false),
        requiresShipping: record?.requiresShipping ?? false,
        giftCard: product?.giftCard ?? false,
        custom,
    };
}

/** Lines of a control call to variants; a bundle becomes its components. */
export function resolveLines(world, lines) {
    if (!Array.isArray(lines) || lines.length === 0)
        throw new Refused(400, 'lines: at least one {"sku", "quantity"} is needed');
    return lines.flatMap((line) => {
        if (!Number.isInteger(line.quantity) || line.quantity < 1)
            throw new Refused(400, `line ${line.sku ?? line.title}: quantity must be a whole number of at least 1`);
        if (line.sku === undefined && line.title)
            return [{ item: null, variant: null, sku: null, title: line.title, quantity: line.quantity, custom: true }];
        const itemId = world.itemsOfSku.get(line.sku)?.[0];
        if (!itemId) throw new Refused(409, `no product has the SKU "${line.sku}"`);
        const variant = world.variants.get(world.items.get(itemId).variant);
        const product = world.products.get(variant.product);
        if (!variant.bundle)
            return [
                { item: itemId, variant: variant.id, sku: line.sku, title: product.title, quantity: line.quantity },
            ];
        if (!variant.components?.length) throw new Refused(409, `the bundle "${line.sku}" has no components`);
        const group = {
            kind: 'LineItemGroup',
            id: world.gid('LineItemGroup'),
            title: product.title,
            quantity: line.quantity,
            variantId: variant.id,
            variantSku: variant.sku,
        };
        return resolveLines(
            world,
            variant.components.map((c) => ({ sku: c.sku, quantity: c.quantity * line.quantity })),
        ).map((part) => ({ ...part, group }));
    });
}

/** Where routing will send the order; refuses what the shop would not have sold. */
function pickLocation(world, lines, { location, claims = true, pos = false, force = false, draft = null }) {
    const need = new Map();
    for (const line of lines) if (line.item) need.set(line.item, (need.get(line.item) ?? 0) + line.quantity);
    const short = (id) =>
        [...need].find(([itemId, units]) => {
            const item = world.items.get(itemId);
            if (!item.tracked || world.variants.get(item.variant).policy === 'CONTINUE') return false;
            const level = world.level(itemId, id);
            return !level?.active || level.q.available + (draft?.get(itemId) ?? 0) < units;
        });
    const free = force || !claims || (pos && !POS_REFUSES_SHORT_STOCK);
    const shops = [...world.locations.values()].filter((l) => l.active && (l.online || pos));
    if (location) {
        const found = world.locations.get(location);
        if (!found) throw new Refused(400, `location ${location} does not exist`);
        if (!found.active) throw new Refused(409, `location ${found.name} is not active`);
        const lacking = free ? null : short(location);
        if (lacking) {
            const [itemId, units] = lacking;
            const there = world.level(itemId, location)?.q.available ?? 0;
            const { sku } = world.items.get(itemId);
            throw new Refused(409, `not enough of ${sku} at ${found.name}: ${units} wanted, ${there} available`);
        }
        return location;
    }
    if (shops.length === 0) throw new Refused(409, 'no active location sells online');
    const able = shops.find((l) => free || !short(l.id));
    if (!able) throw new Refused(409, 'no location has enough of every line');
    return able.id;
}

/** Makes the fulfilment order at `location`; units claimed at the planned location go with it. */
export function route(world, order, location) {
    if (order.routed) throw new Refused(409, `order ${order.name} is routed already`);
    const now = world.now();
    for (const line of order.lines)
        if (location !== order.location && line.open)
            relocateUnits(world, order, line, order.location, location, line.open);
    order.location = location;
    order.routed = true;
    const lines = order.lines.filter((line) => line.open > 0 && !line.custom && !line.giftCard);
    if (lines.length)
        order.fos.push(
            newFulfilmentOrder(
                world,
                location,
                now,
                lines.map((line) => [line, line.open]),
            ),
        );
    world.announce('fulfillment_orders/order_routing_complete', () => ({
        fulfillment_order: order.fos[0] ? { id: order.fos[0].id, status: 'open' } : null,
        order_id: order.id,
    }));
}

export function newFulfilmentOrder(world, location, now, entries) {
    return {
        kind: 'FulfillmentOrder',
        id: world.gid('FulfillmentOrder'),
        status: 'OPEN',
        requestStatus: 'UNSUBMITTED',
        createdAt: now,
        updatedAt: now,
        fulfillAt: now,
        location,
        lines: entries.map(([line, units]) => ({
            kind: 'FulfillmentOrderLineItem',
            id: world.gid('FulfillmentOrderLineItem'),
            line: line.id,
            total: units,
            remaining: units,
        })),
    };
}

/** Claimed units of a line go from one location to another; no order quantity changes. */
export function relocateUnits(world, order, line, from, to, units) {
    if (from === to) return;
    if (line.item) counted.moved(world, line.item, from, to, units);
    shift(
        world,
        order,
        line,
        from,
        { available: units, committed: -units },
        'Order moved to another location',
        'Shopify',
    );
    shift(
        world,
        order,
        line,
        to,
        { available: -units, committed: units },
        'Order moved from another location',
        'Shopify',
    );
}

/**
 * Takes open units of a line out of its fulfilment orders (or of the planned location before routing).
 * @param {(location: string, units: number, foLine: object | null, fo: object | null) => void} each
 */
export function takeOpen(world, order, line, units, { prefer = null, removed = true }, each) {
    if (units > line.open) throw new Refused(409, `line ${line.sku}: ${units} wanted, ${line.open} open`);
    let left = units;
    line.open -= units;
    if (!order.routed || line.custom || line.giftCard) return each(order.location, left, null, null);
    const fos = [...order.fos].sort((a, b) => (b.location === prefer) - (a.location === prefer));
    for (const fo of fos)
        for (const foLine of fo.lines) {
            if (foLine.line !== line.id || foLine.remaining === 0 || left === 0) continue;
            const here = Math.min(left, foLine.remaining);
            foLine.remaining -= here;
            if (removed) foLine.total -= here;
            left -= here;
            settle(world, fo);
            each(fo.location, here, foLine, fo);
        }
    return undefined;
}

/** A fulfilment order's status follows from what remains. */
export function settle(world, fo) {
    const remaining = fo.lines.reduce((sum, line) => sum + line.remaining, 0);
    const total = fo.lines.reduce((sum, line) => sum + line.total, 0);
    fo.status = remaining === 0 ? 'CLOSED' : remaining < total ? 'IN_PROGRESS' : 'OPEN';
    fo.updatedAt = world.now();
}

/** Ships units: they leave committed and on hand where they were claimed. */
export function fulfil(world, order, entries, location, announce = true) {
    const parts = new Map();
    for (const [line, units] of entries) {
        if (units === 0) continue;
        takeOpen(world, order, line, units, { prefer: location, removed: false }, (at, here) => {
            const to = location ?? at;
            relocateUnits(world, order, line, at, to, here);
            shift(world, order, line, to, { committed: -here }, 'Order fulfilled');
            if (!parts.has(to)) parts.set(to, []);
            parts
                .get(to)
                .push({
                    kind: 'FulfillmentLineItem',
                    id: world.gid('FulfillmentLineItem'),
                    line: line.id,
                    quantity: here,
                });
        });
    }
    if (parts.size === 0) throw new Refused(409, `order ${order.name} has nothing to fulfil`);
    const now = world.now();
    const made = [...parts].map(([at, lines]) => ({
        kind: 'Fulfillment',
        id: world.gid('Fulfillment'),
        status: 'SUCCESS',
        createdAt: now,
        updatedAt: now,
        location: at,
        lines,
    }));
    order.fulfillments.push(...made);
    if (order.lines.every((line) => line.open === 0)) order.closedAt = now;
    changed(world, order, ...(announce ? ['orders/fulfilled'] : []));
    for (const f of made) world.announce('fulfillments/create', () => fulfilmentPayload(order, f));
    return made;
}

export const fulfilmentPayload = (order, f) => ({
    id: Number(f.id.split('/').pop()),
    order_id: Number(order.id.split('/').pop()),
    status: f.status.toLowerCase(),
    admin_graphql_api_id: f.id,
});

/** Records what was agreed: `entries` are [line, action, units]. */
export function agree(world, order, kind, reason, entries) {
    order.agreements.push({
        kind,
        id: world.gid('SalesAgreement'),
        happenedAt: world.now(),
        reason,
        sales: entries
            .filter(([, , units]) => units !== 0)
            .map(([line, action, units]) => ({
                kind: line.custom ? 'UnknownSale' : line.giftCard ? 'GiftCardSale' : 'ProductSale',
                id: world.gid('Sale'),
                actionType: action,
                lineType: line.custom ? 'UNKNOWN' : line.giftCard ? 'GIFT_CARD' : 'PRODUCT',
                quantity: action === 'RETURN' ? RETURN_SALE_SIGN * units : units,
                line: line.id,
            })),
    });
}
