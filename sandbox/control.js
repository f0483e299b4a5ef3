// The control API: what people, other apps and fate do to a shop. One row for each call.
import { PLANS } from './assumptions.js';
import { KINDS } from './faults.js';
import { addLocation, relocate, removeLocation, setLocationActive } from './locations.js';
import { cancelOrder, editOrder, fulfilOrder, moveOrder, openReturn, processReturn, refundOrder, unfulfilOrder } from './order_changes.js';
import { changed, placeOrder, route } from './orders.js';
import { addProduct, deleteItem } from './products.js';
import { WRITABLE, levelAt, levelsOf, move, setActive } from './quantities.js';
import { changeItem } from './resolvers/inventory_mutations.js';
import { Refused } from './refused.js';
import { completeDraft, deleteDraft, newDraft, newTransfer, receiveTransfer, shipTransfer } from './reservations.js';
import { setTruth } from './truth.js';
import { iso } from './world.js';

const listOf = (body, what) => { if (!Array.isArray(body)) throw new Refused(400, `a list of ${what} is needed`); return body; };
const whole = (n, what) => { if (!Number.isInteger(n)) throw new Refused(400, `${what} must be a whole number`); return n; };

function itemOf(world, sku) {
    const id = world.itemsOfSku.get(sku)?.[0];
    if (!id) throw new Refused(404, `no product has the SKU "${sku}"`);
    return world.items.get(id);
}

function locationOf(world, id) {
    const location = world.locations.get(id);
    if (!location) throw new Refused(404, `location ${id} does not exist`);
    return location;
}

function orderOf(world, part) {
    const text = decodeURIComponent(part);
    const id = text.startsWith('gid:') ? text : `gid://shopify/Order/${text}`;
    const order = world.orders.get(id) ?? [...world.orders.values()].find((o) => o.name === text);
    if (!order) throw new Refused(404, `order ${text} does not exist`);
    return order;
}

function setLevels(world, body) {
    const rows = listOf(body, '{"sku", "location", "available"}').map((row) =>
        [itemOf(world, row.sku), locationOf(world, row.location), whole(row.available, `level of ${row.sku}: available`)]);
    for (const [item, location, available] of rows) {
        const level = levelAt(world, item.id, location.id, true);
        move(world, level, { available: available - level.q.available }, { activity: 'Initial', who: 'Staff: Initial', reason: 'correction' });
    }
    return { set: rows.length };
}

/** A foreign write: staff in the admin, or another app. */
function edit(world, { sku, location, delta, available, on_hand, name = 'available', move: moving, who = 'Staff: Unknown', reason = 'correction', reference = null, app = null }) {
    const item = itemOf(world, sku);
    const level = levelAt(world, item.id, locationOf(world, location).id, false);
    const act = { activity: moving ? 'Inventory moved' : 'Manually adjusted', who: app ? `App: ${app}` : who, reason, reference };
    if (moving) {
        const { from, to, quantity } = moving;
        if (!WRITABLE.includes(from) || !WRITABLE.includes(to) || from === to) throw new Refused(400, `move: from and to are two different ones of ${WRITABLE.join(', ')}`);
        move(world, level, { [from]: -whole(quantity, 'move: quantity'), [to]: quantity }, act);
    } else if (available !== undefined) move(world, level, { available: whole(available, 'available') - level.q.available }, act);
    else if (on_hand !== undefined) move(world, level, { available: whole(on_hand, 'on_hand') - level.q.on_hand }, act);
    else {
        if (!WRITABLE.includes(name)) throw new Refused(400, `name: one of ${WRITABLE.join(', ')}`);
        move(world, level, { [name]: whole(delta, 'delta') }, act);
    }
    return levelRow(world, level);
}

function levelRow(world, level) {
    return { sku: world.items.get(level.item)?.sku ?? null, location: level.location, item: level.item, active: level.active, ...level.q, updated_at: iso(level.updatedAt) };
}

function changeOneItem(world, { sku, tracked, deleted, stocked, new_sku }) {
    const item = itemOf(world, sku);
    if (deleted) { deleteItem(world, item); return { deleted: true }; }
    for (const id of stocked ?? []) locationOf(world, id);
    if (tracked !== undefined || new_sku !== undefined) changeItem(world, item, { tracked, sku: new_sku });
    if (stocked) {
        for (const id of stocked) setActive(world, levelAt(world, item.id, id, true), true);
        for (const level of levelsOf(world, item.id)) if (!stocked.includes(level.location)) setActive(world, level, false);
    }
    return { sku: item.sku, tracked: item.tracked, stocked: levelsOf(world, item.id).map((level) => level.location) };
}

function changeLocation(world, { id, active, destination = null, deleted = false }) {
    const location = locationOf(world, id);
    if (deleted) removeLocation(world, location);
    else if (active !== undefined) {
        if (!active && destination) relocate(world, location, locationOf(world, destination));
        setLocationActive(world, location, active);
    }
    return { id, active: location.active };
}

function levels(world, query) {
    const items = query.sku !== undefined ? (world.itemsOfSku.get(query.sku) ?? []) : null;
    const source = items ? items.flatMap((id) => levelsOf(world, id, true)) : [...world.levels.values()];
    return source.filter((level) => !query.location || level.location === query.location).map((level) => levelRow(world, level));
}

function history(world, query) {
    const out = [];
    const items = query.sku !== undefined ? (world.itemsOfSku.get(query.sku) ?? []) : null;
    for (const level of items ? items.flatMap((id) => levelsOf(world, id, true)) : world.levels.values()) {
        if (query.location && level.location !== query.location) continue;
        for (const row of world.history.get(level.id) ?? [])
            out.push({ ...row, at: iso(row.at), location: level.location, sku: world.items.get(level.item)?.sku ?? null });
    }
    return out.sort((a, b) => a.step - b.step);
}

function stats(world) {
    const kept = world.meta.get('stats');
    return { ...kept, violations: [...world.violations.values()] };
}

function setFault(shop, body) {
    const { kind, count, rate, ms } = body;
    if (kind !== 'none' && !KINDS.includes(kind)) throw new Refused(400, `kind: one of none, ${KINDS.join(', ')}`);
    if (count !== undefined && count !== null && !(Number.isInteger(count) && count > 0)) throw new Refused(400, 'count must be a whole number above 0');
    if (rate !== undefined && rate !== null && !(rate >= 0 && rate <= 1)) throw new Refused(400, 'rate must be between 0 and 1');
    if (ms !== undefined && ms !== null && !(ms >= 0)) throw new Refused(400, 'ms must be 0 or more');
    shop.faults.set(body);
    if (kind === 'token_revoked' && (count ?? rate ?? null) === null) shop.tokens.revokeAll();
    if (kind === 'none') shop.bulk.release();
    return { active: shop.faults.state.active };
}

function advance(shop, { advance_s }) {
    if (!(advance_s >= 0)) throw new Refused(400, 'advance_s must be 0 or more');
    const meta = shop.world.meta.get('shop');
    meta.offset += advance_s * 1000;
    shop.world.touch('meta', 'shop');
    shop.webhooks.wake();
    shop.bulk.wake();
    return { now: new Date(shop.world.now()).toISOString() };
}

function reset(shop, body) {
    const { plan = 'standard', seed = 1 } = body ?? {};
    if (!PLANS[plan]) throw new Refused(400, `plan: one of ${Object.keys(PLANS).join(', ')}`);
    shop.reset({ plan, seed });
    return { plan };
}

/** Truth of pairs, and what each had counted before. */
function truth(world, body) {
    const rows = listOf(body, '{"sku", "location", "units"}').map((row) => [itemOf(world, row.sku), locationOf(world, row.location), whole(row.units, 'units')]);
    const before = { oversold: 0, raised: 0 };
    for (const [item, location, units] of rows) {
        const had = setTruth(world, item.id, location.id, units);
        before.oversold += had.oversold;
        before.raised += had.raised;
    }
    return { set: rows.length, before };
}

/** A race: checked now, so that a misspelt call is not found out in the middle of a request. */
function when(shop, body) {
    const { field, nth = 1, when: side = 'before', do: calls } = body ?? {};
    if (typeof field !== 'string' || !Number.isInteger(nth) || nth < 1 || !['before', 'after'].includes(side) || !Array.isArray(calls))
        throw new Refused(400, 'when needs {"field", "nth" from 1, "when": "before" or "after", "do": [["call", {...}]]}');
    for (const [path] of calls) if (!find('POST', path)) throw new Refused(400, `when: there is no control call "${path}"`);
    return shop.faults.addWhen({ field, nth, when: side, do: calls });
}

const orderCall = (act) => ({ world }, body, [id]) => {
    const order = orderOf(world, id);
    const made = act(world, order, body ?? {});
    return { id: order.id, name: order.name, ...(made?.id ? { made: made.id } : {}) };
};

/** @type {[string, RegExp, (shop: object, body: any, parts: string[], query: object) => any][]} */
const CALLS = [
    ['POST', /^reset$/, reset],
    ['POST', /^locations$/, ({ world }, body) => {
        if (typeof body?.name !== 'string' || !body.name) throw new Refused(400, 'a location needs a name');
        return { id: addLocation(world, body).id };
    }],
    ['GET', /^locations$/, ({ world }) => [...world.locations.values()].map(({ id, name, active }) => ({ id, name, active }))],
    ['POST', /^products$/, ({ world }, body) => {
        const byHandle = new Map();
        for (const row of listOf(body, 'products')) if (typeof row?.sku !== 'string') throw new Refused(400, 'every product needs a "sku" (it may be empty)');
        if (body.some((row) => row.handle)) for (const product of world.products.values()) byHandle.set(product.handle, product);
        return body.map((row) => addProduct(world, row, byHandle));
    }],
    ['POST', /^levels$/, ({ world }, body) => setLevels(world, body)],
    ['GET', /^levels$/, ({ world }, _, __, query) => levels(world, query)],
    ['GET', /^history$/, ({ world }, _, __, query) => history(world, query)],
    ['GET', /^stats$/, ({ world }) => stats(world)],
    ['POST', /^orders$/, ({ world }, body) => { const order = placeOrder(world, body ?? {}); return { id: order.id, name: order.name, location: order.location }; }],
    ['POST', /^orders\/(.+)\/cancel$/, orderCall(cancelOrder)],
    ['POST', /^orders\/(.+)\/fulfil$/, orderCall(fulfilOrder)],
    ['POST', /^orders\/(.+)\/unfulfil$/, orderCall(unfulfilOrder)],
    ['POST', /^orders\/(.+)\/move$/, orderCall(moveOrder)],
    ['POST', /^orders\/(.+)\/edit$/, orderCall(editOrder)],
    ['POST', /^orders\/(.+)\/refund$/, orderCall(refundOrder)],
    ['POST', /^orders\/(.+)\/return$/, orderCall(openReturn)],
    ['POST', /^orders\/(.+)\/process_return$/, orderCall(processReturn)],
    ['POST', /^orders\/(.+)\/touch$/, orderCall((world, order) => changed(world, order))],
    ['POST', /^orders\/(.+)\/route$/, orderCall((world, order, { location }) => {
        route(world, order, location ? locationOf(world, location).id : order.location);
        changed(world, order);
    })],
    ['POST', /^drafts$/, ({ world }, body) => newDraft(world, body ?? {})],
    ['POST', /^drafts\/(.+)\/complete$/, ({ world }, _, [id]) => { const order = completeDraft(world, decodeURIComponent(id)); return { id: order.id, name: order.name }; }],
    ['POST', /^drafts\/(.+)\/delete$/, ({ world }, _, [id]) => deleteDraft(world, decodeURIComponent(id))],
    ['POST', /^transfers$/, ({ world }, body) => newTransfer(world, body ?? {})],
    ['POST', /^transfers\/(.+)\/ship$/, ({ world }, _, [id]) => shipTransfer(world, decodeURIComponent(id))],
    ['POST', /^transfers\/(.+)\/receive$/, ({ world }, _, [id]) => receiveTransfer(world, decodeURIComponent(id))],
    ['POST', /^edit$/, ({ world }, body) => edit(world, body ?? {})],
    ['POST', /^item$/, ({ world }, body) => changeOneItem(world, body ?? {})],
    ['POST', /^location$/, ({ world }, body) => changeLocation(world, body ?? {})],
    ['POST', /^when$/, when],
    ['GET', /^when$/, ({ faults }) => faults.state.whens],
    ['POST', /^faults$/, (shop, body) => setFault(shop, body ?? {})],
    ['GET', /^faults$/, ({ faults }) => faults.state.active],
    ['POST', /^clock$/, (shop, body) => advance(shop, body ?? {})],
    ['GET', /^clock$/, ({ world }) => ({ now: new Date(world.now()).toISOString() })],
    ['POST', /^truth$/, ({ world }, body) => truth(world, body)],
    ['POST', /^webhooks$/, (shop, body) => shop.webhooks.addAddress(body ?? {})],
];

function find(method, path) {
    for (const [m, pattern, call] of CALLS) {
        const match = m === method && pattern.exec(path);
        if (match) return { call, parts: match.slice(1) };
    }
    return null;
}

/**
 * One control call.
 * @param {object} shop
 * @returns {{ status: number, body: any }}
 */
export function control(shop, method, path, body, query = {}) {
    const found = find(method, path);
    if (!found) return { status: 404, body: { error: `there is no control call ${method} ${path}` } };
    try {
        return { status: 200, body: found.call(shop, body, found.parts, query) };
    } catch (error) {
        if (error instanceof Refused) return { status: error.status, body: { error: error.message } };
        throw error;
    }
}

