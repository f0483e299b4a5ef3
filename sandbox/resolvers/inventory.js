// Items, levels, quantities and adjustment groups, as they are read.
import { GraphQLError } from 'graphql';
import { DUPLICATES_EXCLUDE_SELF } from '../assumptions.js';
import { NAMES, levelsOf } from '../quantities.js';
import { numberMatches, parseSearch, timeMatches } from '../search.js';
import { APP, iso, numberOf } from '../world.js';
import { at, connection, find, own, takes } from './common.js';
import { legacyId } from './shop.js';

const ITEM_SEARCH = {
    default: (i, _, v) => (i.sku ?? '').toLowerCase() === v.toLowerCase(),
    sku: (i, _, v) => (i.sku ?? '').toLowerCase() === v.toLowerCase(),
    id: (i, c, v) => numberMatches(numberOf(i.id), c, v),
    updated_at: (i, c, v) => timeMatches(i.updatedAt, c, v),
    created_at: (i, c, v) => timeMatches(i.createdAt, c, v),
};
const LEVEL_SEARCH = {
    default: () => true,
    id: (l, c, v) => numberMatches(numberOf(l.id), c, v),
    inventory_item_id: (l, c, v) => numberMatches(numberOf(l.item), c, v),
    updated_at: (l, c, v) => timeMatches(l.updatedAt, c, v),
    created_at: (l, c, v) => timeMatches(l.createdAt, c, v),
};

const visible = (level, args) => (level && (level.active || args.includeInactive) ? level : null);

function quantities(level, { names }) {
    for (const name of names)
        if (!NAMES.includes(name))
            throw new GraphQLError(`The specified quantity name is invalid: ${name}.`, {
                extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
            });
    return names.map((name) => ({ level, name }));
}

/** null for on_hand and for a state never used. */
const stampOf = ({ level, name }) => iso(level.stamp[name]);

function changes(group, { inventoryItemIds, locationIds, quantityNames }) {
    return group.changes.filter(
        (c) =>
            (!inventoryItemIds || inventoryItemIds.includes(c.item)) &&
            (!locationIds || locationIds.includes(c.location)) &&
            (!quantityNames || quantityNames.includes(c.name)),
    );
}

function duplicates(item, _, ctx) {
    if (!item.sku) return 0;
    return (ctx.world.itemsOfSku.get(item.sku)?.length ?? 0) - (DUPLICATES_EXCLUDE_SELF ? 1 : 0);
}

const productOf = (item, ctx) => ctx.world.products.get(ctx.world.variants.get(item.variant).product);

export default {
    QueryRoot: {
        inventoryItem: takes(['id'], (_, { id }, ctx) => find(ctx, 'items', id)),
        inventoryItems: connection(
            (_, args, ctx) => {
                const { matches } = parseSearch(args.query, ITEM_SEARCH);
                return args.query ? [...ctx.world.items.values()].filter(matches) : [...ctx.world.items.values()];
            },
            { extra: ['query'] },
        ),
        inventoryLevel: takes(['id'], (_, { id }, ctx) => find(ctx, 'levels', id)),
    },
    InventoryItem: {
        id: own('id'),
        sku: own('sku'),
        tracked: own('tracked'),
        requiresShipping: own('requiresShipping'),
        duplicateSkuCount: duplicates,
        trackedEditable: (item, _, ctx) =>
            ctx.world.variants.get(item.variant).bundle
                ? { locked: true, reason: 'Bundle parent' }
                : { locked: false, reason: null },
        locationsCount: (item, _, ctx) => ({ count: levelsOf(ctx.world, item.id).length }),
        legacyResourceId: legacyId,
        inventoryHistoryUrl: (item, _, ctx) =>
            `${ctx.shop.url}/admin/products/${numberOf(productOf(item, ctx).id)}/variants/${numberOf(item.variant)}/inventory_history`,
        createdAt: at('createdAt'),
        updatedAt: at('updatedAt'),
        variant: (item, _, ctx) => ctx.world.variants.get(item.variant),
        variants: connection((item, _, ctx) => [ctx.world.variants.get(item.variant)]),
        inventoryLevel: takes(['locationId', 'includeInactive'], (item, args, ctx) =>
            visible(ctx.world.level(item.id, args.locationId), args),
        ),
        inventoryLevels: connection(
            (item, args, ctx) =>
                levelsOf(ctx.world, item.id, args.includeInactive)
                    .filter(parseSearch(args.query, LEVEL_SEARCH).matches)
                    .sort((a, b) => numberOf(a.id) - numberOf(b.id)),
            { extra: ['includeInactive', 'query'] },
        ),
    },
    EditableProperty: { locked: own('locked'), reason: own('reason') },
    InventoryLevel: {
        id: own('id'),
        isActive: own('active'),
        createdAt: at('createdAt'),
        updatedAt: at('updatedAt'),
        item: (level, _, ctx) => ctx.world.items.get(level.item),
        location: (level, _, ctx) => ctx.world.locations.get(level.location),
        canDeactivate: (level, _, ctx) => level.active && levelsOf(ctx.world, level.item).length > 1,
        deactivationAlert: () => null,
        quantities: takes(['names'], quantities),
    },
    InventoryQuantity: {
        id: ({ level, name }) =>
            `gid://shopify/InventoryQuantity/${numberOf(level.id)}?inventory_item_id=${numberOf(level.item)}&name=${name}`,
        name: own('name'),
        quantity: ({ level, name }) => level.q[name],
        updatedAt: stampOf,
    },
    InventoryAdjustmentGroup: {
        id: own('id'),
        createdAt: at('createdAt'),
        reason: own('reason'),
        referenceDocumentUri: own('reference'),
        app: () => APP,
        staffMember: () => {
            throw new GraphQLError(
                'Access denied for staffMember field. Required access: `read_users` access scope. Also: The app must be a finance embedded app or installed on a Shopify Plus or Advanced store. Contact Shopify Support to enable this scope for your app.',
                {
                    extensions: {
                        code: 'ACCESS_DENIED',
                        documentation: 'https://shopify.dev/api/usage/access-scopes',
                        requiredAccess: '`read_users` access scope.',
                    },
                },
            );
        },
        changes: takes(['inventoryItemIds', 'locationIds', 'quantityNames'], changes),
    },
    StaffMember: { id: own('id') },
    InventoryChange: {
        name: own('name'),
        delta: own('delta'),
        quantityAfterChange: () => null,
        ledgerDocumentUri: own('ledger'),
        item: (c, _, ctx) => find(ctx, 'items', c.item),
        location: (c, _, ctx) => find(ctx, 'locations', c.location),
    },
};
