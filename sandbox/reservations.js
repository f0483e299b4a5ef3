// Stock that is held back without an order: drafts and transfers.
import { SALES_APPS, placeOrder, resolveLines } from './orders.js';
import { levelAt, move } from './quantities.js';
import { Refused } from './refused.js';

function placeOf(world, id) {
    const location = world.locations.get(id);
    if (!location?.active) throw new Refused(400, `location ${id} does not exist or is not active`);
    return location;
}

/** Items and units of a call, tracked ones only, all of them available at the location. */
function needAvailable(world, lines, location) {
    const need = new Map();
    for (const line of resolveLines(world, lines))
        if (line.item && world.items.get(line.item).tracked)
            need.set(line.item, (need.get(line.item) ?? 0) + line.quantity);
    for (const [item, units] of need) {
        const there = world.level(item, location)?.q.available ?? 0;
        if (there < units)
            throw new Refused(409, `not enough of ${world.items.get(item).sku}: ${units} wanted, ${there} available`);
    }
    return [...need];
}

export function newDraft(world, { lines, location, reserve = false }) {
    resolveLines(world, lines);
    placeOf(world, location);
    const id = world.gid('DraftOrder');
    const reserved = reserve ? needAvailable(world, lines, location) : [];
    for (const [item, units] of reserved)
        move(
            world,
            levelAt(world, item, location, true),
            { available: -units, reserved: units },
            { activity: 'Draft order reserved', who: SALES_APPS.draft.name, reference: id },
        );
    world.put('drafts', id, { id, lines, location, reserved, state: 'open' });
    return { id };
}

function openDraft(world, id) {
    const draft = world.drafts.get(id) ?? world.drafts.get(`gid://shopify/DraftOrder/${id}`);
    if (!draft) throw new Refused(404, `draft ${id} does not exist`);
    if (draft.state !== 'open') throw new Refused(409, `draft ${draft.id} is ${draft.state}`);
    return draft;
}

/** The draft becomes an order: what it had reserved is committed now. */
export function completeDraft(world, id) {
    const draft = openDraft(world, id);
    const order = placeOrder(world, { lines: draft.lines, location: draft.location, draft: new Map(draft.reserved) });
    draft.state = 'completed';
    world.touch('drafts', draft.id);
    return order;
}

export function deleteDraft(world, id) {
    const draft = openDraft(world, id);
    for (const [item, units] of draft.reserved)
        if (world.items.has(item))
            move(
                world,
                levelAt(world, item, draft.location, true),
                { available: units, reserved: -units },
                { activity: 'Draft order deleted', who: SALES_APPS.draft.name, reference: draft.id },
            );
    draft.state = 'deleted';
    world.touch('drafts', draft.id);
    return { id: draft.id };
}

export function newTransfer(world, { lines, from, to }) {
    placeOf(world, from);
    placeOf(world, to);
    const units = needAvailable(world, lines, from);
    const id = world.gid('InventoryTransfer');
    for (const [item, n] of units)
        move(
            world,
            levelAt(world, item, from, true),
            { available: -n, reserved: n },
            { activity: 'Transfer ready to ship', who: 'Shopify', reason: 'reservation_created', reference: id },
        );
    world.put('transfers', id, { id, units, from, to, state: 'ready' });
    return { id };
}

function transferIn(world, id, state) {
    const transfer = world.transfers.get(id) ?? world.transfers.get(`gid://shopify/InventoryTransfer/${id}`);
    if (!transfer) throw new Refused(404, `transfer ${id} does not exist`);
    if (transfer.state !== state) throw new Refused(409, `transfer ${transfer.id} is ${transfer.state}, not ${state}`);
    return transfer;
}

export function shipTransfer(world, id) {
    const transfer = transferIn(world, id, 'ready');
    const act = { activity: 'Transfer in transit', who: 'Shopify', reason: 'movement_created', reference: transfer.id };
    for (const [item, n] of transfer.units) {
        move(world, levelAt(world, item, transfer.from, true), { reserved: -n }, act);
        move(world, levelAt(world, item, transfer.to, true), { incoming: n }, act);
    }
    transfer.state = 'in_transit';
    world.touch('transfers', transfer.id);
    return { id: transfer.id };
}

export function receiveTransfer(world, id) {
    const transfer = transferIn(world, id, 'in_transit');
    for (const [item, n] of transfer.units)
        move(
            world,
            levelAt(world, item, transfer.to, true),
            { incoming: -n, available: n },
            { activity: 'Transfer received', who: 'Shopify', reason: 'movement_received', reference: transfer.id },
        );
    transfer.state = 'received';
    world.touch('transfers', transfer.id);
    return { id: transfer.id };
}
