// The shop, our app in it, and lookups of any record by id.
import { VERSIONS } from '../schema.js';
import { APP, SHOP_DOMAIN, numberOf } from '../world.js';
import { NAMES, UNAVAILABLE } from '../quantities.js';
import { always, notModelled, own, takes } from './common.js';

export const SCOPES = [
    'read_inventory',
    'read_fulfillments',
    'write_inventory',
    'read_products',
    'read_locations',
    'write_locations',
    'read_orders',
    'read_all_orders',
    'read_merchant_managed_fulfillment_orders',
    'read_assigned_fulfillment_orders',
    'read_third_party_fulfillment_orders',
    'read_returns',
    'read_inventory_transfers',
    'write_orders',
    'write_merchant_managed_fulfillment_orders',
];

/** What the app may do: the list above, as the control API changed it. */
export function scopesOf(world) {
    const { granted = [], withdrawn = [] } = world.meta.get('shop').scopes ?? {};
    return [...SCOPES, ...granted].filter((one) => !withdrawn.includes(one));
}

/** Table of each kind that `node(id:)` finds. */
const NODE_TABLES = {
    Location: 'locations',
    Product: 'products',
    ProductVariant: 'variants',
    InventoryItem: 'items',
    InventoryLevel: 'levels',
    InventoryAdjustmentGroup: 'groups',
    Order: 'orders',
    BulkOperation: 'bulks',
    WebhookSubscription: 'hooks',
};

/** Kinds that live inside an order, each with its list there. */
const ORDER_PARTS = { LineItem: 'lines', FulfillmentOrder: 'fos', Fulfillment: 'fulfillments', Refund: 'refunds' };

/** @returns {object | null} null for a deleted or foreign id, as Shopify answers */
function nodeById(world, id) {
    const kind = /^gid:\/\/shopify\/(\w+)\//.exec(id)?.[1];
    if (NODE_TABLES[kind]) return world[NODE_TABLES[kind]].get(id) ?? null;
    if (!ORDER_PARTS[kind]) throw notModelled(`node ids of the kind ${kind}`);
    for (const order of world.orders.values()) {
        const part = order[ORDER_PARTS[kind]].find((one) => one.id === id);
        if (part) return { ...part, order };
    }
    return null;
}

const quantityName = (name) => ({
    name,
    isInUse: true,
    displayName: name.replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase()),
    belongsTo: ['available', 'committed', ...UNAVAILABLE].includes(name) ? ['on_hand'] : [],
    comprises:
        name === 'on_hand' ? ['available', 'committed', 'damaged', 'quality_control', 'reserved', 'safety_stock'] : [],
});

export default {
    QueryRoot: {
        shop: (_, __, ctx) => ctx.world,
        currentAppInstallation: (_, __, ctx) => ({ readOnly: ctx.readOnly, scopes: scopesOf(ctx.world) }),
        publicApiVersions: always(VERSIONS.map((handle) => ({ handle, displayName: handle, supported: true }))),
        inventoryProperties: always({}),
        node: takes(['id'], (_, { id }, ctx) => nodeById(ctx.world, id)),
        nodes: takes(['ids'], (_, { ids }, ctx) => ids.map((id) => nodeById(ctx.world, id))),
    },
    Shop: {
        id: always('gid://shopify/Shop/1'),
        name: always('Evenstock sandbox'),
        myshopifyDomain: always(SHOP_DOMAIN),
        currencyCode: always('USD'),
        ianaTimezone: always('America/New_York'),
        plan: (world) => world.plan,
        url: always(`https://${SHOP_DOMAIN}`),
        email: always('owner@example.com'),
    },
    ShopPlan: { publicDisplayName: own('name'), partnerDevelopment: always(false), shopifyPlus: own('plus') },
    AppInstallation: {
        id: always('gid://shopify/AppInstallation/1'),
        app: always(APP),
        accessScopes: ({ readOnly, scopes }) =>
            scopes.filter((s) => !readOnly || !s.startsWith('write_')).map((handle) => ({ handle })),
    },
    AccessScope: { handle: own('handle') },
    App: { id: own('id'), title: own('title') },
    ApiVersion: { handle: own('handle'), displayName: own('displayName'), supported: own('supported') },
    InventoryProperties: { quantityNames: () => NAMES.map(quantityName) },
    InventoryQuantityName: {
        name: own('name'),
        displayName: own('displayName'),
        isInUse: own('isInUse'),
        belongsTo: own('belongsTo'),
        comprises: own('comprises'),
    },
    Count: { count: own('count'), precision: always('EXACT') },
};

export const legacyId = (record) => String(numberOf(record.id));
