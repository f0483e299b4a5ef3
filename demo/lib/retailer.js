// The retailer of the demo: its facilities, its catalogue, its stock, as the files that Evenstock imports.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomOf } from './random.js';

export const FACILITIES = [
    { code: 'WAREHOUSE', name: 'Central warehouse', type: 'warehouse' },
    { code: 'HIGH-STREET', name: 'High Street', type: 'store' },
    { code: 'HARBOUR', name: 'Harbour', type: 'store' },
    { code: 'STATION', name: 'Station', type: 'store' },
    { code: 'OLD-TOWN', name: 'Old Town', type: 'store' },
    { code: 'OUTLET', name: 'Outlet', type: 'outlet' }, // does not sell online: not in the group
];
export const ONLINE = FACILITIES.slice(0, 5).map((f) => f.code);
export const STORES = ONLINE.slice(1);

const csv = (rows) => rows.map((row) => row.map((v) => (/[",\n]/.test(v) ? `"${String(v).replaceAll('"', '""')}"` : v)).join(',')).join('\n') + '\n';

/** Writes a CSV file into the demo's folder; gives its path. */
export function writeCsv(folder, name, header, rows) {
    const path = join(folder, name);
    writeFileSync(path, csv([header, ...rows]));
    return path;
}

/** One product for each stock code of the order file. */
export function writeProducts(folder, orders) {
    const rows = [...orders.demand.keys()].map((sku) => [sku, orders.titles.get(sku) ?? sku, 'Gifts', 'Online Retail', '', '']);
    return writeCsv(folder, 'products.csv', ['sku', 'title', 'product_type', 'vendor', 'tags', 'upc'], rows);
}

/** Facilities, the group, the shop and its channel. */
export function writeConfig(folder, shop, location) {
    const config = {
        facilities: FACILITIES.map((f) => ({ ...f, active: true, time_zone: 'Europe/London' })),
        groups: [{ code: 'ONLINE', members: ONLINE.map((facility) => ({ facility, from: null, thru: null })) }],
        shops: [{ code: 'main', url: shop.url, api_version: '2026-10', client_id_env: 'DEMO_CLIENT_ID', client_secret_env: 'DEMO_CLIENT_SECRET', writable: true, index_lag_s: 1 }],
        channels: [{ code: 'web', shop: 'main', location, mode: 'aggregate', group: 'ONLINE' }],
    };
    return writeJson(folder, 'config.json', config);
}

/** Safety stock in stores, thresholds in the channel, for a part of the catalogue. */
export function writeSettings(folder, skus) {
    const random = randomOf(7);
    const config = { product_facilities: [], product_channels: [] };
    for (const sku of skus) {
        if (random.chance(0.4)) config.product_facilities.push({ sku, facility: random.pick(STORES), safety_stock: 1 + random.below(4) });
        if (random.chance(0.25)) config.product_channels.push({ sku, channel: 'web', threshold: 1 + random.below(5) });
    }
    return writeJson(folder, 'settings.json', config);
}

function writeJson(folder, name, value) {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value, null, 1));
    return path;
}

/** The ERP's file: enough for the day of most products, too little of some, so that they sell out. */
export function writeLevels(folder, skus, demand) {
    const random = randomOf(11);
    const rows = [];
    for (const sku of skus) {
        const wanted = demand.get(sku) ?? 20;
        const total = Math.max(4, Math.ceil(wanted * (0.7 + random.below(16) / 10)));
        const parts = FACILITIES.map(() => 1 + random.below(6)), sum = parts.reduce((a, b) => a + b);
        FACILITIES.forEach((f, i) => rows.push([sku, f.code, Math.floor((total * parts[i]) / sum) + 1]));
    }
    return writeCsv(folder, 'erp-levels.csv', ['sku', 'facility', 'quantity'], rows);
}
