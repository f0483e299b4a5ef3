// The control API: what people, other apps and fate do to a shop. One row for each call.
import { PLANS } from './assumptions.js';
import { BODIES, bodyOf } from './bodies.js';
import { KINDS } from './faults.js';
import { addLocation, relocate, removeLocation, setLocationActive } from './locations.js';
import {
    archiveOrder,
    cancelOrder,
    editOrder,
    fulfilOrder,
    moveOrder,
    openReturn,
    processReturn,
    refundOrder,
    unfulfilOrder,
} from './order_changes.js';
import { changed, placeOrder, route } from './orders.js';
import { addProduct, deleteItem } from './products.js';
import { WRITABLE, levelAt, levelsOf, move, setActive } from './quantities.js';
import { changeItem } from './resolvers/inventory_mutations.js';
import { scopesOf } from './resolvers/shop.js';
import { Refused } from './refused.js';
import { completeDraft, deleteDraft, newDraft, newTransfer, receiveTransfer, shipTransfer } from './reservations.js';
import { setTruth } from './truth.js';
import { iso } from './world.js';

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

function decoded(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        throw new Refused(400, `"${part}" is not well encoded`);
    }
}

function orderOf(world, part) {
    const text = decoded(part);
    const id = text.startsWith('gid:') ? text : `gid://shopify/Order/${text}`;
    const order = world.orders.get(id) ?? [...world.orders.values()].find((o) => o.name === text);
    if (!order) throw new Refused(404, `order ${text} does not exist`);
    return order;
}

function setLevels(world, body) {
    const rows = body.map((row) => [itemOf(world, row.sku), locationOf(world, row.location), row.available]);
    for (const [item, location, available] of rows) {
        const level = levelAt(world, item.id, location.id, true);
        move(
            world,
            level,
            { available: available - level.q.available },
            { activity: 'Initial', who: 'Staff: Initial', reason: 'correction' },
        );
    }
    return { set: rows.length };
}

/** A foreign write: staff in the admin, or another app. */
function edit(
    world,
    {
        sku,
        location,
        delta,
        available,
        on_hand,
        name = 'available',
        move: moving,
        who = 'Staff: Unknown',
        reason = 'correction',
        reference = null,
        app = null,
    },
) {
    const item = itemOf(world, sku);
    const level = levelAt(world, item.id, locationOf(world, location).id, false);
    const act = {
        activity: moving ? 'Inventory moved' : 'Manually adjusted',
        who: app ? `App: ${app}` : who,
        reason,
        reference,
    };
    if (moving) {
        const { from, to, quantity } = moving;
        if (!WRITABLE.includes(from) || !WRITABLE.includes(to) || from === to)
            throw new Refused(400, `move: from and to are two different ones of ${WRITABLE.join(', ')}`);
        move(world, level, { [from]: -quantity, [to]: quantity }, act);
    } else if (available !== undefined) move(world, level, { available: available - level.q.available }, act);
    else if (on_hand !== undefined) move(world, level, { available: on_hand - level.q.on_hand }, act);
    else {
        if (!WRITABLE.includes(name)) throw new Refused(400, `name: one of ${WRITABLE.join(', ')}`);
        if (delta === undefined) throw new Refused(400, 'one of delta, available, on_hand, move is needed');
        move(world, level, { [name]: delta }, act);
    }
    return levelRow(world, level);
}

function levelRow(world, level) {
    return {
        sku: world.items.get(level.item)?.sku ?? null,
        location: level.location,
        item: level.item,
        active: level.active,
        ...level.q,
        updated_at: iso(level.updatedAt),
    };
}

function changeOneItem(world, { sku, tracked, deleted, stocked, new_sku }) {
    const item = itemOf(world, sku);
    if (deleted) {
        deleteItem(world, item);
        return { deleted: true };
    }
    for (const id of stocked ?? []) locationOf(world, id);
    if (tracked !== undefined || new_sku !== undefined) changeItem(world, item, { tracked, sku: new_sku });
    if (stocked) {
        for (const id of stocked) setActive(world, levelAt(world, item.id, id, true), true);
        for (const level of levelsOf(world, item.id))
            if (!stocked.includes(level.location)) setActive(world, level, false);
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
    return source
        .filter((level) => !query.location || level.location === query.location)
        .map((level) => levelRow(world, level));
}

function history(world, query) {
    const out = [];
    const items = query.sku !== undefined ? (world.itemsOfSku.get(query.sku) ?? []) : null;
    for (const level of items ? items.flatMap((id) => levelsOf(world, id, true)) : world.levels.values()) {
        if (query.location && level.location !== query.location) continue;
        for (const row of world.history.get(level.id) ?? [])
            out.push({
                ...row,
                at: iso(row.at),
                at_ms: row.at,
                location: level.location,
                sku: world.items.get(level.item)?.sku ?? null,
            });
    }
    return out.sort((a, b) => a.step - b.step);
}

function stats(world) {
    const kept = world.meta.get('stats');
    return { ...kept, violations: [...world.violations.values()] };
}

function setFault(shop, body) {
    const { kind, count, rate } = body;
    if (kind !== 'none' && !KINDS.includes(kind)) throw new Refused(400, `kind: one of none, ${KINDS.join(', ')}`);
    if (count < 1) throw new Refused(400, 'count must be at least 1');
    if (rate > 1) throw new Refused(400, 'rate must be between 0 and 1');
    shop.faults.set(body);
    if (kind === 'token_revoked' && (count ?? rate) === undefined) shop.tokens.revokeAll();
    if (kind === 'none') shop.bulk.release();
    return { active: shop.faults.state.active };
}

function advance(shop, { advance_s }) {
    const meta = shop.world.meta.get('shop');
    meta.offset += advance_s * 1000;
    shop.world.touch('meta', 'shop');
    shop.webhooks.wake();
    shop.bulk.wake();
    return { now: new Date(shop.world.now()).toISOString() };
}

function reset(shop, body) {
    const { plan = 'standard', seed = 1 } = body;
    if (!PLANS[plan]) throw new Refused(400, `plan: one of ${Object.keys(PLANS).join(', ')}`);
    shop.reset({ plan, seed });
    return { plan };
}

/** Scopes that the app has been granted, or has lost, beside those that it has from the start. */
function setScopes(world, { granted = [], withdrawn = [] }) {
    world.meta.get('shop').scopes = { granted, withdrawn };
    world.touch('meta', 'shop');
    return { scopes: scopesOf(world) };
}

/** How far Shopify's analytics are behind, and whether they answer at all. */
function setAnalytics(world, { delay_s = 0, throttled = false }) {
    world.meta.get('shop').analytics = { delay: delay_s * 1000, throttled };
    world.touch('meta', 'shop');
    return { delay_s, throttled };
}

/** Truth of pairs, and what each had counted before. */
function truth(world, body) {
    const rows = body.map((row) => [itemOf(world, row.sku), locationOf(world, row.location), row.units]);
    const before = { oversold: 0, raised: 0 };
    for (const [item, location, units] of rows) {
        const had = setTruth(world, item.id, location.id, units);
        before.oversold += had.oversold;
        before.raised += had.raised;
    }
    return { set: rows.length, before };
}

/** A race: checked now, so that a misspelt call is not found out in the middle of a request. */
function when(shop, { field, nth = 1, when: side = 'before', do: calls }) {
    if (nth < 1) throw new Refused(400, 'nth counts from 1');
    if (
        !Array.isArray(calls) ||
        calls.length === 0 ||
        !calls.every((call) => Array.isArray(call) && typeof call[0] === 'string')
    )
        throw new Refused(400, 'do: a list of ["call", {...}] is needed');
    for (const [path, body] of calls) {
        const found = find('POST', path);
        if (!found) throw new Refused(400, `when: there is no control call "${path}"`);
        bodyOf(found.shape, body);
    }
    return shop.faults.addWhen({ field, nth, when: side, do: calls });
}

function addAddress(shop, body) {
    if (!/^https?:\/\/[^/\s]+/.test(body.address)) throw new Refused(400, `${body.address} is no address`);
    return shop.webhooks.addAddress(body);
}

function addProducts(world, rows) {
    for (const { sku, stocked = [] } of rows)
        for (const id of stocked)
            if (!world.locations.has(id)) throw new Refused(400, `product ${sku}: location ${id} does not exist`);
    const byHandle = new Map();
    if (rows.some((row) => row.handle))
        for (const product of world.products.values()) byHandle.set(product.handle, product);
    return rows.map((row) => addProduct(world, row, byHandle));
}

function newOrder(world, body) {
    const order = placeOrder(world, body);
    return { id: order.id, name: order.name, location: order.location };
}

function completed(world, id) {
    const order = completeDraft(world, decoded(id));
    return { id: order.id, name: order.name };
}

const orderCall =
    (act) =>
    ({ world }, body, [id]) => {
        const order = orderOf(world, id);
        const made = act(world, order, body);
        return { id: order.id, name: order.name, ...(made?.id ? { made: made.id } : {}) };
    };

function routeOrder(world, order, { location }) {
    route(world, order, location ? locationOf(world, location).id : order.location);
    changed(world, order);
}

const POSTS = [
    [/^reset$/, BODIES.reset, reset],
    [/^locations$/, BODIES.locations, ({ world }, body) => ({ id: addLocation(world, body).id })],
    [/^products$/, BODIES.products, ({ world }, body) => addProducts(world, body)],
    [/^levels$/, BODIES.levels, ({ world }, body) => setLevels(world, body)],
    [/^orders$/, BODIES.order, ({ world }, body) => newOrder(world, body)],
    [/^orders\/(.+)\/cancel$/, BODIES.cancel, orderCall(cancelOrder)],
    [/^orders\/(.+)\/fulfil$/, BODIES.fulfil, orderCall(fulfilOrder)],
    [/^orders\/(.+)\/unfulfil$/, BODIES.unfulfil, orderCall(unfulfilOrder)],
    [/^orders\/(.+)\/move$/, BODIES.move, orderCall(moveOrder)],
    [/^orders\/(.+)\/edit$/, BODIES.edit_order, orderCall(editOrder)],
    [/^orders\/(.+)\/refund$/, BODIES.refund, orderCall(refundOrder)],
    [/^orders\/(.+)\/return$/, BODIES.return, orderCall(openReturn)],
    [/^orders\/(.+)\/process_return$/, BODIES.process_return, orderCall(processReturn)],
    [/^orders\/(.+)\/touch$/, BODIES.none, orderCall((world, order) => changed(world, order))],
    [/^orders\/(.+)\/archive$/, BODIES.none, orderCall(archiveOrder)],
    [/^orders\/(.+)\/route$/, BODIES.route, orderCall(routeOrder)],
    [/^drafts$/, BODIES.draft, ({ world }, body) => newDraft(world, body)],
    [/^drafts\/(.+)\/complete$/, BODIES.none, ({ world }, _, [id]) => completed(world, id)],
    [/^drafts\/(.+)\/delete$/, BODIES.none, ({ world }, _, [id]) => deleteDraft(world, decoded(id))],
    [/^transfers$/, BODIES.transfer, ({ world }, body) => newTransfer(world, body)],
    [/^transfers\/(.+)\/ship$/, BODIES.none, ({ world }, _, [id]) => shipTransfer(world, decoded(id))],
    [/^transfers\/(.+)\/receive$/, BODIES.none, ({ world }, _, [id]) => receiveTransfer(world, decoded(id))],
    [/^edit$/, BODIES.edit, ({ world }, body) => edit(world, body)],
    [/^item$/, BODIES.item, ({ world }, body) => changeOneItem(world, body)],
    [/^location$/, BODIES.location, ({ world }, body) => changeLocation(world, body)],
    [/^when$/, BODIES.when, when],
    [/^faults$/, BODIES.faults, setFault],
    [/^clock$/, BODIES.clock, advance],
    [/^scopes$/, BODIES.scopes, ({ world }, body) => setScopes(world, body)],
    [/^analytics$/, BODIES.analytics, ({ world }, body) => setAnalytics(world, body)],
    [/^truth$/, BODIES.truth, ({ world }, body) => truth(world, body)],
    [/^webhooks$/, BODIES.webhooks, addAddress],
];

const GETS = [
    [/^locations$/, ({ world }) => [...world.locations.values()].map(({ id, name, active }) => ({ id, name, active }))],
    [/^levels$/, ({ world }, query) => levels(world, query)],
    [/^history$/, ({ world }, query) => history(world, query)],
    [/^stats$/, ({ world }) => stats(world)],
    [/^when$/, ({ faults }) => faults.state.whens],
    [/^faults$/, ({ faults }) => faults.state.active],
    [/^clock$/, ({ world }) => ({ now: new Date(world.now()).toISOString() })],
];

function find(method, path) {
    for (const [pattern, ...rest] of { POST: POSTS, GET: GETS }[method] ?? []) {
        const match = pattern.exec(path);
        if (match) return { call: rest.at(-1), shape: rest[0], parts: match.slice(1) };
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
        const answer =
            method === 'GET' ? found.call(shop, query) : found.call(shop, bodyOf(found.shape, body), found.parts);
        return { status: 200, body: answer };
    } catch (error) {
        if (error instanceof Refused) return { status: error.status, body: { error: error.message } };
        throw error;
    }
}
