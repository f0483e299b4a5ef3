// The writes of a client: quantities under idempotency keys, stocking, tracking.
import { underKey } from '../idempotency.js';
import { adjustInput, moveInput, setInput, setOnHandInput } from '../adjust.js';
import { levelAt, levelsOf, move, setActive } from '../quantities.js';
import { APP, iso, numberOf } from '../world.js';
import { find, onlyMembers, own, takes } from './common.js';

/** One of the four quantity mutations: `plan` gives errors or the moves to make. */
const quantityMutation = (plan) =>
    takes(['input'], (_, { input }, ctx, info) => {
        const fieldNode = info.fieldNodes[0];
        ctx.world.stats.mutations++;
        const refuse = (error) => ({ group: null, userErrors: [error] });
        return underKey(
            ctx,
            fieldNode,
            () => {
                const { errors, moves } = plan(ctx.world, input, ctx, info);
                if (errors.length) return { result: { group: null, userErrors: errors }, failed: true, memory: {} };
                const group = apply(ctx.world, input, moves);
                return { result: { group, userErrors: [] }, failed: false, memory: { group: group?.id ?? null } };
            },
            (memory) => ({ group: memory.group ? find(ctx, 'groups', memory.group) : null, userErrors: [] }),
            refuse,
        );
    });

/** Makes the moves and the group that records them; null when nothing moved. */
function apply(world, input, moves) {
    const real = moves.filter((m) => Object.values(m.deltas).some((d) => d !== 0));
    if (real.length === 0) return null;
    const act = {
        activity: 'Inventory adjusted',
        who: APP.title,
        reason: input.reason,
        reference: input.referenceDocumentUri ?? null,
        client: true,
    };
    const named = [];
    const mirrors = [];
    for (const { item, location, deltas, ledger } of real) {
        const level = levelAt(world, item, location, false);
        const before = level.q.on_hand;
        move(world, level, deltas, act);
        for (const [name, delta] of Object.entries(deltas))
            if (delta) named.push({ name, delta, item, location, ledger: ledger?.[name] ?? null });
        const onHand = level.q.on_hand - before;
        if (onHand) mirrors.push({ name: 'on_hand', delta: onHand, item, location, ledger: null });
    }
    world.stats.quantities += real.length;
    const group = {
        kind: 'InventoryAdjustmentGroup',
        id: world.gid('InventoryAdjustmentGroup'),
        createdAt: world.now(),
        reason: input.reason,
        reference: input.referenceDocumentUri ?? null,
        changes: [...named, ...mirrors],
    };
    return world.put('groups', group.id, group);
}

const userError = (field, message, code) => ({ field, message, code });

function activate(_, args, ctx, info) {
    const { world } = ctx;
    world.stats.mutations++;
    const payload = (level, userErrors) => ({ inventoryLevel: level, userErrors });
    const present = () => world.level(args.inventoryItemId, args.locationId);
    return underKey(
        ctx,
        info.fieldNodes[0],
        () => {
            const { errors, level } = activation(world, args);
            return { result: payload(level, errors), failed: errors.length > 0 && level === null, memory: {} };
        },
        () => payload(present(), []),
        ({ message }) => payload(null, [userError(null, message)]),
    );
}

function activation(world, { inventoryItemId, locationId, available, onHand }) {
    const item = world.items.get(inventoryItemId);
    const location = world.locations.get(locationId);
    const fail = (field, why) =>
        userError(field, `The product couldn't be stocked${location ? ` at ${location.name}` : ''} because ${why}`);
    if (!item) return { errors: [fail(null, 'the product was deleted.')], level: null };
    if (!location) return { errors: [fail(null, 'the location was deleted.')], level: null };
    const given = [
        ['available', available, 'available quantity'],
        ['onHand', onHand, 'an on_hand quantity'],
    ].filter(([, n]) => n !== undefined && n !== null);
    if (given.length === 2)
        return {
            errors: given.map(([name]) =>
                fail([name], 'not allowed to set available and on_hand quantities at the same time.'),
            ),
            level: null,
        };
    const known = world.level(item.id, location.id);
    if (known?.active)
        return {
            errors: given.map(([name, , words]) =>
                userError([name], `Not allowed to set ${words} when the item is already active at the location.`),
            ),
            level: known,
        };
    for (const [name, n] of given)
        if (Math.abs(n) > 1_000_000_000)
            return {
                errors: [fail([name], 'the quantity needs to be between -1 billion and 1 billion.')],
                level: null,
            };
    const level = levelAt(world, item.id, location.id, true);
    setActive(world, level, true);
    const act = { activity: 'Inventory activated', who: APP.title, reason: 'other', client: true };
    for (const [name, n] of given)
        move(world, level, { available: n - (name === 'available' ? level.q.available : level.q.on_hand) }, act);
    return { errors: [], level };
}

function deactivate(_, { inventoryLevelId }, ctx) {
    const { world } = ctx;
    world.stats.mutations++;
    const level = world.levels.get(inventoryLevelId);
    const location = level && world.locations.get(level.location);
    if (!level) {
        const item = /inventory_item_id=(\d+)/.exec(inventoryLevelId)?.[1];
        const why =
            item && world.items.has(`gid://shopify/InventoryItem/${item}`)
                ? 'the location was deleted.'
                : 'the product was deleted.';
        return { userErrors: [userError(null, `The product couldn't be unstocked because ${why}`)] };
    }
    if (level.active && levelsOf(world, level.item).length === 1)
        return {
            userErrors: [
                userError(
                    null,
                    `The product couldn't be unstocked from ${location.name} because products need to be stocked at a minimum of 1 location.`,
                ),
            ],
        };
    setActive(world, level, false);
    return { userErrors: [] };
}

function toggle(_, { inventoryItemId, inventoryItemUpdates }, ctx) {
    const { world } = ctx;
    world.stats.mutations++;
    const item = world.items.get(inventoryItemId);
    const refuse = (userErrors) => ({ inventoryItem: item ?? null, inventoryLevels: null, userErrors });
    if (!item)
        return refuse([
            userError(['inventoryItemId'], 'The inventory item was not found.', 'INVENTORY_ITEM_NOT_FOUND'),
        ]);
    const errors = [];
    const active = new Set(levelsOf(world, item.id).map((level) => level.location));
    inventoryItemUpdates.forEach(({ locationId, activate: on }, i) => {
        const location = world.locations.get(locationId);
        const field = (name) => ['inventoryItemUpdates', String(i), name];
        if (!location) errors.push(userError(field('locationId'), 'The location was not found.', 'LOCATION_NOT_FOUND'));
        else if (on) active.add(locationId);
        else active.delete(locationId);
        if (location && active.size === 0)
            errors.push(
                userError(
                    field('locationId'),
                    `The product couldn't be unstocked from ${location.name} because products need to be stocked at a minimum of 1 location.`,
                    'CANNOT_DEACTIVATE_FROM_ONLY_LOCATION',
                ),
            );
    });
    if (errors.length) return refuse(errors);
    const touched = inventoryItemUpdates.map(({ locationId, activate: on }) => {
        const level = levelAt(world, item.id, locationId, on);
        setActive(world, level, on);
        return level;
    });
    return { inventoryItem: item, inventoryLevels: touched, userErrors: [] };
}

function updateItem(_, { id, input }, ctx) {
    const { world } = ctx;
    world.stats.mutations++;
    onlyMembers(input, 'InventoryItemInput', ['tracked', 'sku', 'requiresShipping']);
    const item = world.items.get(id);
    if (!item)
        return {
            inventoryItem: null,
            userErrors: [userError(['id'], "The product couldn't be updated because it does not exist.")],
        };
    changeItem(world, item, input);
    return { inventoryItem: item, userErrors: [] };
}

/** Changes of an item's own fields; also used by the control API. */
export function changeItem(world, item, { tracked, sku, requiresShipping }) {
    const variant = world.variants.get(item.variant);
    if (sku !== undefined && sku !== item.sku) {
        world.unindexVariant(variant);
        item.sku = variant.sku = sku;
        world.indexVariant(variant);
        world.touch('variants', variant.id);
    }
    if (tracked !== undefined && tracked !== null) item.tracked = tracked;
    if (requiresShipping !== undefined && requiresShipping !== null) item.requiresShipping = requiresShipping;
    item.updatedAt = world.now();
    world.touch('items', item.id);
    world.announce('inventory_items/update', () => ({
        id: numberOf(item.id),
        sku: item.sku,
        tracked: item.tracked,
        updated_at: iso(item.updatedAt),
        admin_graphql_api_id: item.id,
    }));
}

const quantityPayload = { inventoryAdjustmentGroup: own('group'), userErrors: own('userErrors') };

export default {
    Mutation: {
        inventoryAdjustQuantities: quantityMutation(adjustInput),
        inventorySetQuantities: quantityMutation(setInput),
        inventorySetOnHandQuantities: quantityMutation(setOnHandInput),
        inventoryMoveQuantities: quantityMutation(moveInput),
        inventoryActivate: takes(['inventoryItemId', 'locationId', 'available', 'onHand'], activate),
        inventoryDeactivate: takes(['inventoryLevelId'], deactivate),
        inventoryBulkToggleActivation: takes(['inventoryItemId', 'inventoryItemUpdates'], toggle),
        inventoryItemUpdate: takes(['id', 'input'], updateItem),
    },
    InventoryAdjustQuantitiesPayload: quantityPayload,
    InventorySetQuantitiesPayload: quantityPayload,
    InventorySetOnHandQuantitiesPayload: quantityPayload,
    InventoryMoveQuantitiesPayload: quantityPayload,
    InventoryActivatePayload: { inventoryLevel: own('inventoryLevel'), userErrors: own('userErrors') },
    InventoryDeactivatePayload: { userErrors: own('userErrors') },
    InventoryBulkToggleActivationPayload: {
        inventoryItem: own('inventoryItem'),
        inventoryLevels: own('inventoryLevels'),
        userErrors: own('userErrors'),
    },
    InventoryItemUpdatePayload: { inventoryItem: own('inventoryItem'), userErrors: own('userErrors') },
    UserError: { field: own('field'), message: own('message') },
};
