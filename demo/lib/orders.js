// The buyers' order file: lines of an invoice become one order, negative lines refunds of earlier ones.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

/**
 * Reads StockCode, Quantity, InvoiceDate and, where there is one, InvoiceNo (else lines of one time are one order).
 * @param {string} path a CSV file, plain or gzip
 * @returns {{ orders: { at: string, lines: Map<string, number> }[], titles: Map<string, string>, demand: Map<string, number>, lines: number, unusable: number }}
 */
export function readOrders(path) {
    const bytes = readFileSync(path);
    const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
    const rows = parse(text, { columns: true, bom: true, relax_column_count: true });
    for (const name of ['StockCode', 'Quantity', 'InvoiceDate'])
        if (rows.length && !(name in rows[0])) throw new Error(`${path}: the column ${name} is missing`);
    const orders = new Map(), titles = new Map(), demand = new Map();
    let unusable = 0;
    for (const row of rows) {
        const sku = row.StockCode.trim(), quantity = Number(row.Quantity);
        if (!sku || !Number.isInteger(quantity) || quantity === 0) {
            unusable++;
            continue;
        }
        if (row.Description?.trim() && !titles.has(sku)) titles.set(sku, row.Description.trim());
        if (!demand.has(sku)) demand.set(sku, 0);
        if (quantity > 0) demand.set(sku, demand.get(sku) + quantity);
        const key = `${row.InvoiceNo ?? row.InvoiceDate}${quantity < 0 ? '-' : '+'}`;
        if (!orders.has(key)) orders.set(key, { at: row.InvoiceDate, lines: new Map() });
        const { lines } = orders.get(key);
        lines.set(sku, (lines.get(sku) ?? 0) + quantity);
    }
    const sorted = [...orders.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    return { orders: sorted, titles, demand, lines: rows.length, unusable };
}
