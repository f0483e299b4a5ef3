// A small retailer without a shop, and what tests of file imports ask of it again and again.
import assert from 'node:assert';
import { existsSync } from 'node:fs';
import { workspace } from './harness.js';

export const CONFIG = {
    facilities: [{ code: 'NYC', type: 'store' }, { code: 'BOS', type: 'store' }, { code: 'WH', type: 'warehouse' }],
    groups: [{ code: 'ONLINE', members: [{ facility: 'NYC' }, { facility: 'WH' }] }],
    channels: [{ code: 'web', mode: 'aggregate', group: 'ONLINE' }, { code: 'nyc', mode: 'physical', facility: 'NYC' }],
    products: [{ sku: 'A', identifiers: [{ type: 'UPCA', value: '012345678905' }] }, { sku: 'B' }, { sku: 'C' },
        { sku: 'KIT', kit: [{ sku: 'B', quantity: 2 }, { sku: 'C', quantity: 1 }] }],
};

let files = 0;

/** Imports `content` from a file of its own; gives the summary with `status` and `file`, and holds it to the contract. */
export async function take(at, kind, content, ...options) {
    const file = at.file(`${kind}-${++files}`, content);
    const summary = await at.json(['import', kind, file, ...options], [0, 1]);
    addsUp(summary);
    return { ...summary, file };
}

export function addsUp(summary) {
    const { rows, applied, unchanged, refused, waiting, status } = summary;
    assert.strictEqual(rows, applied + unchanged + refused + waiting, JSON.stringify(summary));
    assert.strictEqual(status, refused > 0 ? 1 : 0);
    assert.ok(summary.movements >= 0 && summary.seconds >= 0);
}

/** The counts that matter, in a form that a test can compare at once. */
export const counts = ({ applied, unchanged, refused, waiting, movements }) => ({ applied, unchanged, refused, waiting, movements });

export const resets = (at, rows, mode = 'qoh', ...options) =>
    take(at, 'levels', 'sku,facility,quantity\n' + rows.map((row) => row.join(',') + '\n').join(''), '--mode', mode, ...options);

export const orders = (at, events, ...options) => take(at, 'orders', events, ...options);

/** QOH and ATP of one product at one facility, as the export has them; `null` where nothing ever moved. */
export async function level(at, sku = 'A', facility = 'NYC') {
    const row = (await at.lines(['export', 'levels'])).find((one) => one.sku === sku && one.facility === facility);
    if (!row) return null;
    assert.strictEqual(row.qoh - row.reserved, row.atp);
    return [row.qoh, row.atp];
}

/** The rows of the errors file of `file`, or null when there is none. */
export const errorsOf = (at, file) => existsSync(`${file}.errors.csv`) ? at.read(`${file.slice(at.folder.length + 1)}.errors.csv`) : null;

export async function retail(t, more = {}) {
    const at = workspace(t);
    await at.config({ ...CONFIG, ...more });
    return at;
}
