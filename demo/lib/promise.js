// The demo's own books, independent of Evenstock's: for each SKU the units that may still be sold. They start as what
// is promised; a sale takes units, a restock gives them back, a change of stock here moves them by as much as the
// promise moved. Sales past zero are oversold units, each told with the loss that had not reached the shop yet.

export class Promises {
    /** @param {{ post(path: string, body: any): Promise<any> }} control @param {string} location */
    constructor(control, location) {
        this.control = control;
        this.location = location;
        this.units = new Map();
        this.changedAt = new Map(); // SKU -> when a change here began to be owed (ms)
        this.changes = [];          // { sku, at, fall } for the latency
        this.counted = { oversold: 0, raised: 0 };
        this.oversold = [];         // { sku, units, lossAt, soldAt }
        this.sold = 0;
    }

    async begin(rows) {
        for (const row of rows) this.units.set(row.sku, row.raw);
        await this.#tell([...this.units.keys()]);
    }

    async #tell(skus) {
        if (skus.length === 0) return;
        const { before } = await this.control.post('truth', skus.map((sku) => ({ sku, location: this.location, units: this.units.get(sku) })));
        this.counted.oversold += before.oversold;
        this.counted.raised += before.raised;
    }

    /** A change of stock here: rows of `export atp` before and after it. */
    async changed(before, after, at) {
        const was = new Map(before.map((row) => [row.sku, row]));
        const touched = [];
        for (const row of after) {
            const delta = row.raw - was.get(row.sku).raw;
            if (delta === 0) continue;
            this.units.set(row.sku, this.units.get(row.sku) + delta);
            touched.push(row.sku);
            if (row.online_atp !== was.get(row.sku).online_atp) this.changes.push({ sku: row.sku, at, fall: delta < 0 });
            if (delta < 0) this.changedAt.set(row.sku, at);
        }
        await this.#tell(touched);
    }

    sale(sku, quantity, soldAt) {
        const left = this.units.get(sku);
        const past = Math.min(quantity, Math.max(0, quantity - Math.max(0, left)));
        if (past > 0) this.oversold.push({ sku, units: past, lossAt: this.changedAt.get(sku) ?? null, soldAt });
        this.units.set(sku, left - quantity);
        this.sold += quantity;
    }

    restock(sku, quantity) { this.units.set(sku, this.units.get(sku) + quantity); }

    /** Splits the oversold units, and times each change, by the shop's own history of our pushes. */
    account(history) {
        const pushes = new Map();
        for (const row of history)
            if (row.name === 'available' && String(row.reference ?? '').startsWith('gid://evenstock/'))
                (pushes.get(row.sku) ?? pushes.set(row.sku, []).get(row.sku)).push(row.at_ms);
        const pushedAfter = (sku, at) => pushes.get(sku)?.find((t) => t >= at) ?? null;
        let explained = 0, unexplained = 0;
        for (const one of this.oversold) {
            const landed = one.lossAt === null ? null : pushedAfter(one.sku, one.lossAt);
            if (one.lossAt !== null && (landed === null || one.soldAt <= landed + 1)) explained += one.units;
            else unexplained += one.units;
        }
        const waits = this.changes.map(({ sku, at }) => { const t = pushedAfter(sku, at); return t === null ? null : t - at; }).filter((ms) => ms !== null).sort((a, b) => a - b);
        return { explained, unexplained, waits, changes: this.changes.length };
    }
}
