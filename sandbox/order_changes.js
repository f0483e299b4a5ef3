// Everything that happens to an order after it was placed: cancelled, shipped, moved, edited, refunded, returned.
import {
    agree,
    changed,
    claim,
    fulfil,
    fulfilledUnits,
    fulfilmentPayload,
    newFulfilmentOrder,
    newLine,
    relocateUnits,
    resolveLines,
    settle,
    shift,
    takeOpen,
} from './orders.js';
import { counted } from './truth.js';
import { Refused } from './refused.js';
import { numberOf } from './world.js';

/** [line, units] of a control call; several lines of one SKU are used up in order. Null means all of `available`. */
function entriesOf(order, lines, available) {
    if (lines === null || lines === undefined)
        return order.lines.map((line) => [line, available(line)]).filter(([, n]) => n > 0);
    return lines.flatMap(({ sku, line: id, quantity }) => {
        const candidates = order.lines.filter((l) => (id ? l.id === id : l.sku === sku));
        if (candidates.length === 0) throw new Refused(404, `order ${order.name} has no line ${id ?? sku}`);
        if (!Number.isInteger(quantity) || quantity < 1)
            throw new Refused(400, `line ${id ?? sku}: quantity must be a whole number of at least 1`);
        let left = quantity;
        const out = [];
        for (const line of candidates) {
            const units = Math.min(left, available(line));
            if (units > 0) out.push([line, units]);
            left -= units;
        }
        if (left > 0)
            throw new Refused(
                409,
                `order ${order.name}, ${id ?? sku}: ${quantity} wanted, ${quantity - left} possible`,
            );
        return out;
    });
}

const open = (line) => line.open;

/**
 * Open units leave the order; restocked at `to` (null: where they were claimed).
 * @returns {[string, number][]} location and units of each part
 */
function remove(world, order, line, units, restock, to, activity) {
    const parts = [];
    line.current -= units;
    takeOpen(world, order, line, units, { prefer: to }, (at, here) => {
        const back = to ?? at;
        if (restock && world.locations.get(back)?.active) {
            if (line.item) counted.restock(world, line.item, back, here);
            if (back === at) shift(world, order, line, at, { committed: -here, available: here }, activity);
            else {
                shift(world, order, line, at, { committed: -here }, activity);
                shift(world, order, line, back, { available: here }, activity);
            }
        } else shift(world, order, line, at, { committed: -here }, activity);
        parts.push([back, here]);
    });
    return parts;
}

/** A paid order is not cancelled with restock where its location is closed; an unpaid one is, and restocks nowhere. */
function needActivePlace(world, order, entries, to = null) {
    if (!order.paid) return;
    for (const [line] of entries) {
        const claimed = order.routed
            ? order.fos.filter((fo) => fo.lines.some((l) => l.line === line.id && l.remaining)).map((fo) => fo.location)
            : [order.location];
        for (const at of to ? [to] : claimed)
            if (!world.locations.get(at)?.active)
                throw new Refused(
                    409,
                    `the location of order ${order.name} is not active: a paid order is not restocked there`,
                );
    }
}

function addRefund(world, order, rows, returnId = null) {
    const now = world.now();
    const refund = {
        kind: 'Refund',
        id: world.gid('Refund'),
        createdAt: now,
        processedAt: now,
        return: returnId,
        lines: rows.map(([line, location, units, restockType]) => ({
            kind: 'RefundLineItem',
            id: world.gid('RefundLineItem'),
            line: line.id,
            quantity: units,
            restockType,
            restocked: restockType !== 'NO_RESTOCK',
            location: restockType === 'NO_RESTOCK' ? null : location,
        })),
    };
    order.refunds.push(refund);
    agree(
        world,
        order,
        'RefundAgreement',
        'REFUND',
        rows.map(([line, , units]) => [line, 'RETURN', units]),
    );
    world.announce('refunds/create', () => ({
        id: numberOf(refund.id),
        order_id: numberOf(order.id),
        created_at: new Date(now).toISOString(),
        admin_graphql_api_id: refund.id,
    }));
}

export function cancelOrder(world, order, { restock = true, lines = null, refund_record = true }) {
    if (order.cancelledAt) throw new Refused(409, `order ${order.name} is cancelled already`);
    if (!lines && order.fulfillments.some((f) => f.status === 'SUCCESS'))
        throw new Refused(409, `order ${order.name} has shipped units: cancel lines, or refund`);
    const entries = entriesOf(order, lines, open);
    if (entries.length === 0) throw new Refused(409, `order ${order.name} has nothing left to cancel`);
    if (restock) needActivePlace(world, order, entries);
    const rows = entries.flatMap(([line, units]) =>
        remove(world, order, line, units, restock, null, 'Order canceled').map(([at, n]) => [
            line,
            at,
            n,
            restock ? 'CANCEL' : 'NO_RESTOCK',
        ]),
    );
    if (refund_record) addRefund(world, order, rows);
    const whole = !lines || order.lines.every((line) => line.current === 0);
    if (whole) {
        order.cancelledAt = world.now();
        order.cancelReason = 'OTHER';
        order.closedAt = world.now();
        for (const fo of order.fos) {
            fo.status = 'CLOSED';
            fo.updatedAt = world.now();
        }
    }
    changed(world, order, ...(whole ? ['orders/cancelled'] : []));
}

export function fulfilOrder(world, order, { lines = null, location = null }) {
    if (order.cancelledAt) throw new Refused(409, `order ${order.name} is cancelled`);
    if (!order.routed) throw new Refused(409, `order ${order.name} is not routed yet`);
    if (location !== null && !world.locations.get(location)?.active)
        throw new Refused(409, `location ${location} does not exist or is not active`);
    return fulfil(world, order, entriesOf(order, lines, open), location);
}

/** A shipment taken back: its units are committed again, in a new fulfilment order at the same place. */
export function unfulfilOrder(world, order, { fulfillment = null }) {
    const one = order.fulfillments.find((f) => f.status === 'SUCCESS' && (!fulfillment || f.id === fulfillment));
    if (!one) throw new Refused(409, `order ${order.name} has no shipment to cancel`);
    one.status = 'CANCELLED';
    one.updatedAt = world.now();
    const entries = [];
    for (const part of one.lines) {
        const line = order.lines.find((l) => l.id === part.line);
        line.open += part.quantity;
        shift(world, order, line, one.location, { committed: part.quantity }, 'Fulfillment canceled');
        entries.push([line, part.quantity]);
    }
    for (const fo of order.fos) settle(world, fo);
    order.fos.push(newFulfilmentOrder(world, one.location, world.now(), entries));
    order.closedAt = null;
    changed(world, order);
    world.announce('fulfillments/update', () => fulfilmentPayload(order, one));
}

/** Put away as done; whether it is shipped or not, nothing else changes. */
export function archiveOrder(world, order) {
    order.closedAt ??= world.now();
    changed(world, order);
}

/** Open units go to another location: a whole untouched fulfilment order keeps its id, a part becomes a new one. */
export function moveOrder(world, order, { location, lines = null }) {
    const target = world.locations.get(location);
    if (!target?.active) throw new Refused(409, `location ${location} does not exist or is not active`);
    if (!order.routed) throw new Refused(409, `order ${order.name} is not routed yet`);
    const entries = new Map(entriesOf(order, lines, open));
    let any = false;
    for (const fo of [...order.fos]) {
        if (fo.location === location) continue;
        const moved = [];
        for (const foLine of fo.lines) {
            const line = order.lines.find((l) => l.id === foLine.line);
            const units = Math.min(foLine.remaining, entries.get(line) ?? 0);
            if (units === 0) continue;
            entries.set(line, entries.get(line) - units);
            relocateUnits(world, order, line, fo.location, location, units);
            moved.push([line, units, foLine]);
        }
        if (moved.length === 0) continue;
        any = true;
        const whole =
            fo.lines.every((l) => l.total === l.remaining) &&
            moved.length === fo.lines.length &&
            moved.every(([, units, l]) => units === l.remaining);
        if (whole) fo.location = location;
        else {
            for (const [, units, foLine] of moved) {
                foLine.total -= units;
                foLine.remaining -= units;
            }
            order.fos.push(newFulfilmentOrder(world, location, world.now(), moved));
        }
        settle(world, fo);
        world.announce('fulfillment_orders/moved', () => ({
            moved_fulfillment_order: {
                id: whole ? fo.id : order.fos.at(-1).id,
                order_id: order.id,
                assigned_location_id: location,
            },
            original_fulfillment_order: { id: fo.id },
        }));
    }
    if (!any) throw new Refused(409, `order ${order.name} has no open units elsewhere`);
    changed(world, order);
}

/** Lines are set to a new quantity (or added); what goes is restocked or lost. */
export function editOrder(world, order, { lines, restock = true, refund_record = true }) {
    if (order.cancelledAt) throw new Refused(409, `order ${order.name} is cancelled`);
    const agreed = [];
    const refunded = [];
    const steps = []; // nothing is changed before every line is known to be possible
    for (const { sku, line: id, quantity } of lines ?? []) {
        if (!Number.isInteger(quantity) || quantity < 0)
            throw new Refused(400, `line ${id ?? sku}: quantity must be a whole number of at least 0`);
        const line =
            order.lines.find((l) => (id ? l.id === id : l.sku === sku && l.current > 0)) ??
            order.lines.find((l) => l.sku === sku);
        if (!line && quantity > 0) {
            const specs = resolveLines(world, [{ sku, quantity }]);
            steps.push(() => agreed.push(...addLines(world, order, specs)));
        } else if (!line) throw new Refused(404, `order ${order.name} has no line ${id ?? sku}`);
        else if (quantity > line.current)
            steps.push(() => agreed.push(raise(world, order, line, quantity - line.current)));
        else if (quantity < line.current) {
            const units = line.current - quantity;
            if (units > line.open)
                throw new Refused(409, `line ${line.sku}: only ${line.open} open units can be removed`);
            if (restock) needActivePlace(world, order, [[line, units]]);
            steps.push(() => {
                const parts = remove(world, order, line, units, restock, null, 'Order edited');
                agreed.push([line, 'RETURN', units]);
                if (refund_record)
                    refunded.push(...parts.map(([at, n]) => [line, at, n, restock ? 'CANCEL' : 'NO_RESTOCK']));
            });
        }
    }
    for (const step of steps) step();
    if (agreed.length === 0) throw new Refused(409, `order ${order.name}: the edit changes nothing`);
    order.edited = true;
    agree(world, order, 'OrderEditAgreement', 'ORDER_EDIT', agreed);
    if (refunded.length) addRefund(world, order, refunded);
    changed(world, order, 'orders/edited');
}

function addLines(world, order, specs) {
    return specs.map((spec) => {
        const line = newLine(world, order, { ...spec, quantity: 0 });
        order.lines.push(line);
        return raise(world, order, line, spec.quantity);
    });
}

function raise(world, order, line, units) {
    const fo = order.fos.find((f) => f.status !== 'CLOSED') ?? null;
    const location = fo?.location ?? order.location;
    line.quantity += units;
    line.current += units;
    line.open += units;
    claim(world, order, line, location, units);
    order.closedAt = null;
    const known = fo?.lines.find((l) => l.line === line.id);
    if (known) {
        known.total += units;
        known.remaining += units;
        settle(world, fo);
    } else if (fo) {
        fo.lines.push(newFulfilmentOrder(world, location, world.now(), [[line, units]]).lines[0]);
        settle(world, fo);
    } else if (order.routed) order.fos.push(newFulfilmentOrder(world, location, world.now(), [[line, units]]));
    return [line, 'ORDER', units];
}

/** Units shipped and not yet given back. */
const returnable = (order, line) => fulfilledUnits(order, line) - (line.returned ?? 0);

/** The refund types of Shopify by the words of a control call: `shipped` and `open` units are restocked or not. */
const RESTOCKS = {
    return: { type: 'RETURN', shipped: true, open: null },
    cancel: { type: 'CANCEL', shipped: null, open: true },
    no_restock: { type: 'NO_RESTOCK', shipped: false, open: false },
    legacy: { type: 'LEGACY_RESTOCK', shipped: true, open: true }, // of old orders: shipped or not, it does not say
};

/** Shipped units go first, where the type takes both. */
export function refundOrder(world, order, { lines = null, restock = 'return', location = null }) {
    const kind = RESTOCKS[restock];
    if (!kind) throw new Refused(400, `restock: one of ${Object.keys(RESTOCKS).join(', ')}`);
    if (location !== null && !world.locations.has(location))
        throw new Refused(400, `location ${location} does not exist`);
    const shippedOf = (l) => (kind.shipped === null ? 0 : returnable(order, l));
    const openOf = (l) => (kind.open === null ? 0 : l.open);
    const entries = entriesOf(order, lines, (l) => shippedOf(l) + openOf(l));
    if (entries.length === 0) throw new Refused(409, `order ${order.name} has nothing to refund so`);
    const unshipped = entries.filter(([line, units]) => units > shippedOf(line));
    if (kind.open && unshipped.length) needActivePlace(world, order, unshipped, location);
    const rows = [];
    for (const [line, units] of entries) {
        const shipped = Math.min(units, shippedOf(line));
        if (shipped)
            rows.push([
                line,
                giveBack(world, order, line, shipped, kind.shipped, location, 'Order refunded'),
                shipped,
                kind.type,
            ]);
        if (units > shipped)
            for (const [at, n] of remove(world, order, line, units - shipped, kind.open, location, 'Order refunded'))
                rows.push([line, at, n, kind.type]);
    }
    addRefund(world, order, rows);
    changed(world, order);
}

/** Shipped units come back; with restock they are available where they arrive. Answers that location. */
function giveBack(world, order, line, units, restock, location, activity) {
    const to =
        location ?? order.fulfillments.find((f) => f.lines.some((l) => l.line === line.id))?.location ?? order.location;
    line.returned = (line.returned ?? 0) + units;
    line.current -= units;
    if (restock) {
        if (line.item) counted.restock(world, line.item, to, units);
        shift(world, order, line, to, { available: units }, activity);
    }
    return to;
}

export function openReturn(world, order, { lines = null }) {
    const entries = entriesOf(order, lines, (line) => returnable(order, line));
    if (entries.length === 0) throw new Refused(409, `order ${order.name} has nothing to return`);
    const one = {
        kind: 'Return',
        id: world.gid('Return'),
        status: 'OPEN',
        lines: entries.map(([line, units]) => ({ line: line.id, quantity: units })),
    };
    order.returns.push(one);
    changed(world, order, 'returns/approve');
    return one;
}

/** The goods arrived and are dealt with; a refund is a thing of its own. */
export function processReturn(world, order, { id = null, restock = true, location = null, refund_record = true }) {
    const one = order.returns.find((r) => r.status === 'OPEN' && (!id || r.id === id));
    if (!one) throw new Refused(409, `order ${order.name} has no open return`);
    const rows = one.lines.map(({ line: lineId, quantity }) => {
        const line = order.lines.find((l) => l.id === lineId);
        return [
            line,
            giveBack(world, order, line, quantity, restock, location, 'Return processed'),
            quantity,
            restock ? 'RETURN' : 'NO_RESTOCK',
        ];
    });
    one.status = 'CLOSED';
    if (refund_record) addRefund(world, order, rows, one.id);
    else
        agree(
            world,
            order,
            'ReturnAgreement',
            'RETURN',
            rows.map(([line, , units]) => [line, 'RETURN', units]),
        );
    changed(world, order);
    world.announce('returns/process', () => ({
        id: numberOf(one.id),
        order_id: numberOf(order.id),
        admin_graphql_api_id: one.id,
    }));
}
