// The numbers of one inventory level and the only function that changes them.
// on_hand = available + committed + reserved + damaged + safety_stock + quality_control, always; incoming stands apart.
import { iso, numberOf } from './world.js';
import { counted } from './truth.js';

export const NAMES = [
    'available',
    'committed',
    'incoming',
    'reserved',
    'damaged',
    'quality_control',
    'safety_stock',
    'on_hand',
];
/** What adjust and move may write. */
export const WRITABLE = ['available', 'damaged', 'incoming', 'quality_control', 'reserved', 'safety_stock'];
/** What the admin's history sums up as "unavailable". */
export const UNAVAILABLE = ['reserved', 'damaged', 'quality_control', 'safety_stock'];
const ON_HAND = new Set(['available', 'committed', ...UNAVAILABLE]);

export const REASONS = [
    'correction',
    'cycle_count_available',
    'damaged',
    'movement_canceled',
    'movement_created',
    'movement_received',
    'movement_updated',
    'other',
    'promotion',
    'quality_control',
    'received',
    'reservation_created',
    'reservation_deleted',
    'reservation_updated',
    'restock',
    'safety_stock',
    'shrinkage',
];

/**
 * @typedef {object} Act what a change is put down to
 * @property {string} activity as the admin's history says it
 * @property {string} who a person, an app or "Shopify"
 * @property {string} [reason]
 * @property {string | null} [reference] the document it belongs to
 * @property {boolean} [client] true for a write of the API client
 */

/** The level of a pair; made, with zeros, when there is none. @returns {object} */
export function levelAt(world, itemId, locationId, active) {
    let level = world.level(itemId, locationId);
    if (!level) {
        const now = world.now();
        const n = world.number('InventoryLevel');
        level = {
            kind: 'InventoryLevel',
            id: `gid://shopify/InventoryLevel/${n}?inventory_item_id=${numberOf(itemId)}`,
            item: itemId,
            location: locationId,
            active,
            createdAt: now,
            updatedAt: now,
            q: Object.fromEntries(NAMES.map((name) => [name, 0])),
            stamp: { available: now },
        };
        world.put('levels', level.id, level);
        world.indexLevel(level);
        if (active) world.announce('inventory_levels/connect', () => levelPayload(world, level));
    }
    return level;
}

/** Stocks or unstocks an item at a location; its numbers stay. */
export function setActive(world, level, active) {
    if (level.active === active) return;
    level.active = active;
    level.updatedAt = world.now();
    world.touch('levels', level.id);
    world.announce(active ? 'inventory_levels/connect' : 'inventory_levels/disconnect', () =>
        levelPayload(world, level),
    );
}

/**
 * Changes quantities of one level, writes its history and tells the webhooks.
 * @param {Record<string, number>} deltas units by name, never on_hand
 * @param {Act} act
 */
export function move(world, level, deltas, act) {
    const now = world.now();
    const before = level.q.available;
    const step = world.number('Step');
    let onHand = 0;
    for (const name of Object.keys(deltas)) {
        const delta = deltas[name];
        if (!delta) continue;
        level.q[name] += delta;
        level.stamp[name] = now;
        if (ON_HAND.has(name)) onHand += delta;
        write(world, level, step, now, name, delta, act);
    }
    if (onHand) {
        level.q.on_hand += onHand;
        write(world, level, step, now, 'on_hand', onHand, act);
    }
    level.updatedAt = now;
    world.touch('levels', level.id);
    if (level.q.available === before) return;
    if (act.client) counted.clientWrite(world, level, before);
    world.announce('inventory_levels/update', () => levelPayload(world, level));
}

function write(world, level, step, now, name, delta, act) {
    world.addHistory(level.id, {
        step,
        at: now,
        name,
        delta,
        after: level.q[name],
        who: act.who,
        activity: act.activity,
        reason: act.reason ?? null,
        reference: act.reference ?? null,
    });
}

function levelPayload(world, level) {
    const tracked = world.items.get(level.item)?.tracked;
    return {
        inventory_item_id: numberOf(level.item),
        location_id: numberOf(level.location),
        available: tracked ? level.q.available : null,
        updated_at: iso(level.updatedAt),
        admin_graphql_api_id: level.id,
    };
}

/** Active levels of an item, or all of them. */
export function levelsOf(world, itemId, includeInactive = false) {
    const levels = [...(world.levelsOfItem.get(itemId)?.values() ?? [])];
    return includeInactive ? levels : levels.filter((level) => level.active);
}
