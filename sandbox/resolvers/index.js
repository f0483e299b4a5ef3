// Which types and fields of Shopify's schema the sandbox has, and how each is answered. What is not in these
// tables is refused before anything runs.
import analytics from './analytics.js';
import bulk from './bulk.js';
import inventory from './inventory.js';
import mutations from './inventory_mutations.js';
import locations from './locations.js';
import orderMutations from './order_mutations.js';
import orders from './orders.js';
import products from './products.js';
import shop from './shop.js';
import webhooks from './webhooks.js';

/** @typedef {(source: any, args: any, ctx: any, info: import('graphql').GraphQLResolveInfo) => any} Resolver */

export class Model {
    constructor() {
        /** @type {Record<string, Record<string, Resolver & { takes?: string[] }>>} */
        this.types = {};
        for (const part of [shop, locations, products, inventory, mutations, orders, orderMutations, webhooks, bulk, analytics])
            for (const [type, fields] of Object.entries(part)) this.types[type] = { ...this.types[type], ...fields };
    }

    knows(type) {
        return type in this.types || pageType(type) !== null;
    }

    has(type, field) {
        return this.types[type] ? field in this.types[type] : (pageType(type)?.includes(field) ?? false);
    }

    takes(type, field, argument) {
        return this.types[type]?.[field]?.takes?.includes(argument) ?? false;
    }

    /** The one field resolver that graphql-js is given. */
    resolver() {
        const types = this.types;
        return (source, args, ctx, info) => {
            const resolve = types[info.parentType.name]?.[info.fieldName];
            if (resolve) return resolve(source, args, ctx, info);
            const value = source[info.fieldName];
            return typeof value === 'function' ? value() : value;
        };
    }
}

/** Connections and their edges are all alike. */
function pageType(type) {
    if (type.endsWith('Connection')) return ['nodes', 'edges', 'pageInfo'];
    if (type.endsWith('Edge')) return ['node', 'cursor'];
    if (type === 'PageInfo') return ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'];
    if (type.endsWith('UserError')) return ['field', 'message', 'code'];
    return null;
}
