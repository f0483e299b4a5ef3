// Everything the shop knows, in Maps; its clock; its numbering. Records are plain JSON values that are
// changed in place and then touched, so that the journal can keep them over a restart.
import { randomBytes } from 'node:crypto';
import { PLANS } from './assumptions.js';

/** Tables whose records are kept one by one. `meta` holds the single records of the shop itself. */
const TABLES = [
    'meta',
    'locations',
    'products',
    'variants',
    'items',
    'levels',
    'orders',
    'drafts',
    'transfers',
    'groups',
    'keys',
    'hooks',
    'deliveries',
    'bulks',
    'uploads',
    'tokens',
    'truths',
    'violations',
];

export const SHOP_DOMAIN = 'evenstock-sandbox.myshopify.com';
export const APP = { id: 'gid://shopify/App/1', title: 'Evenstock' };

export class World {
    /** @param {{ append(lines: string[]): void } | null} journal null keeps nothing */
    constructor(journal = null) {
        this.journal = journal;
        /** @type {Map<string, Set<string>>} what changed since the last commit */
        this.dirty = new Map();
        this.newHistory = [];
        /** called with (topic, payload maker) for each thing that webhooks tell of */
        this.announce = () => {};
        for (const table of TABLES) this[table] = new Map();
        this.clearIndexes();
    }

    clearIndexes() {
        /** level id -> history rows, oldest first */
        this.history = new Map();
        /** item id -> (location id -> level) */
        this.levelsOfItem = new Map();
        /** exact SKU -> item ids, not deleted */
        this.itemsOfSku = new Map();
        /** lower-case piece of a SKU -> set of variant ids */
        this.variantsOfToken = new Map();
        /** bumped by each change of an order, for cached searches */
        this.ordersVersion = 0;
    }

    /** An empty shop. Token and secret survive, everything else goes. */
    reset({ plan = 'standard', seed = 1 } = {}) {
        const credentials = this.meta.get('credentials') ?? newCredentials();
        for (const table of TABLES) this[table].clear();
        this.clearIndexes();
        this.dirty.clear();
        this.newHistory = [];
        const limits = PLANS[plan];
        this.put('meta', 'credentials', credentials);
        this.put('meta', 'shop', { plan, seed, random: seed >>> 0, offset: 0 });
        this.put('meta', 'counters', {});
        this.put('meta', 'bucket', { available: limits.bucket, at: this.now() });
        this.put('meta', 'stats', {
            calls: 0,
            mutations: 0,
            quantities: 0,
            points: 0,
            throttled: 0,
            oversold: 0,
            raised: 0,
        });
        this.put('meta', 'faults', { active: {}, whens: [] });
    }

    /** Milliseconds on the shop's clock. */
    now() {
        return Date.now() + (this.meta.get('shop')?.offset ?? 0);
    }

    /** The next number of a kind of thing, from 1. */
    number(kind) {
        const counters = this.meta.get('counters');
        counters[kind] = (counters[kind] ?? 0) + 1;
        this.touch('meta', 'counters');
        return counters[kind];
    }

    gid(kind) {
        return `gid://shopify/${kind}/${this.number(kind)}`;
    }

    /** A number in [0, 1) from the shop's seed (mulberry32), so that random faults can be repeated. */
    random() {
        const shop = this.meta.get('shop');
        shop.random = (shop.random + 0x6d2b79f5) >>> 0;
        this.touch('meta', 'shop');
        let t = shop.random;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    get stats() {
        this.touch('meta', 'stats');
        return this.meta.get('stats');
    }
    get plan() {
        return PLANS[this.meta.get('shop').plan];
    }

    put(table, id, record) {
        this[table].set(id, record);
        this.touch(table, id);
        return record;
    }

    drop(table, id) {
        this[table].delete(id);
        this.touch(table, id);
    }

    touch(table, id) {
        if (table === 'orders') this.ordersVersion++;
        if (!this.journal) return;
        let ids = this.dirty.get(table);
        if (!ids) this.dirty.set(table, (ids = new Set()));
        ids.add(id);
    }

    addHistory(levelId, row) {
        let rows = this.history.get(levelId);
        if (!rows) this.history.set(levelId, (rows = []));
        rows.push(row);
        if (this.journal) this.newHistory.push([levelId, row]);
    }

    level(itemId, locationId) {
        return this.levelsOfItem.get(itemId)?.get(locationId) ?? null;
    }

    indexLevel(level) {
        let levels = this.levelsOfItem.get(level.item);
        if (!levels) this.levelsOfItem.set(level.item, (levels = new Map()));
        levels.set(level.location, level);
    }

    indexVariant(variant) {
        push(this.itemsOfSku, variant.sku, variant.item);
        for (const token of skuTokens(variant.sku)) {
            let set = this.variantsOfToken.get(token);
            if (!set) this.variantsOfToken.set(token, (set = new Set()));
            set.add(variant.id);
        }
    }

    unindexVariant(variant) {
        const left = (this.itemsOfSku.get(variant.sku) ?? []).filter((id) => id !== variant.item);
        if (left.length) this.itemsOfSku.set(variant.sku, left);
        else this.itemsOfSku.delete(variant.sku);
        for (const token of skuTokens(variant.sku)) this.variantsOfToken.get(token)?.delete(variant.id);
    }

    /** Makes what changed durable, all or nothing; called before an answer leaves. */
    commit() {
        if (!this.journal || (this.dirty.size === 0 && this.newHistory.length === 0)) return;
        const lines = [];
        for (const [table, ids] of this.dirty)
            for (const id of ids) lines.push(JSON.stringify(['t', table, id, this[table].get(id) ?? null]));
        for (const [levelId, row] of this.newHistory) lines.push(JSON.stringify(['h', levelId, row]));
        this.dirty.clear();
        this.newHistory = [];
        this.journal.append(lines);
    }

    /** Every record as journal lines: a snapshot. */
    *lines() {
        for (const table of TABLES)
            for (const [id, record] of this[table]) yield JSON.stringify(['t', table, id, record]);
        for (const [levelId, rows] of this.history) for (const row of rows) yield JSON.stringify(['h', levelId, row]);
    }

    /** Takes one journal line back in; indexes are rebuilt afterwards with `reindex`. */
    restore([kind, a, b, record]) {
        if (kind === 'h') {
            const rows = this.history.get(a);
            if (rows) rows.push(b);
            else this.history.set(a, [b]);
        } else if (record === null) this[a].delete(b);
        else this[a].set(b, record);
    }

    reindex() {
        for (const level of this.levels.values()) this.indexLevel(level);
        for (const variant of this.variants.values()) this.indexVariant(variant);
    }

    /** Notes that the client broke a rule of the real API. */
    violation(rule, detail) {
        const n = this.number('Violation');
        this.put('violations', String(n), { at: iso(this.now()), rule, detail });
    }
}

function newCredentials() {
    return {
        token: 'shpat_' + randomBytes(16).toString('hex'),
        client_id: randomBytes(16).toString('hex'),
        secret: 'shpss_' + randomBytes(16).toString('hex'),
    };
}

function push(map, key, value) {
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
}

/** The pieces a search finds a SKU by: letters and digits, lower case. */
export function skuTokens(sku) {
    return (sku ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** RFC 3339 in UTC, whole seconds, as Shopify prints times. */
export function iso(ms) {
    return ms === null || ms === undefined
        ? null
        : new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** The number at the end of a gid. */
export function numberOf(gid) {
    return Number(/\/(\d+)(\?|$)/.exec(gid)?.[1]);
}
