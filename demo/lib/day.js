// One day at the retailer: buyers in the shop, sales and damage in the stores, a late ERP file, and Evenstock between.
import { randomOf } from './random.js';
import { STORES, writeCsv } from './retailer.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SHORT = /^not enough of (.*) at .*: \d+ wanted, (-?\d+) available$/;

export class Day {
    /**
     * @param {{ evenstock: import('./children.js').Evenstock, control: any, location: string, promises: any, turns: any, orders: any[], skus: string[], folder: string, say(text: string): void }} parts
     */
    constructor(parts) {
        Object.assign(this, parts);
        this.random = randomOf(23);
        this.over = false;
        this.counts = { orders: 0, turnedAway: 0, refunded: 0, skipped: 0, changes: 0, pushed: 0, calls: 0, points: 0 };
        this.bought = new Map(); // SKU -> [{ order, left, fulfilled }], oldest first
        this.files = 0;
    }

    /** Buyers, the retailer's own world and the jobs, side by side; ends when the day's orders are through. */
    async run() {
        const jobs = this.#jobs();
        try {
            await this.#buyers();
        } finally {
            this.over = true;
            await jobs;
        }
    }

    // -- the shop's buyers, and between them what happens in the stores

    async #buyers() {
        const every = Math.max(4, Math.ceil(this.orders.length / 40));
        for (const [n, order] of this.orders.entries()) {
            if ([...order.lines.values()][0] < 0) await this.turns.share(() => this.#refund(order));
            else await this.turns.share(() => this.#buy(order));
            if (n % every === every - 1) await this.#storeHour(n / this.orders.length);
            if (n % 25 === 24) this.say(`  ${n + 1} of ${this.orders.length} orders`);
        }
    }

    async #buy(order) {
        const lines = new Map([...order.lines].filter(([, quantity]) => quantity > 0));
        while (lines.size > 0) {
            const answer = await this.control.post('orders', { lines: [...lines].map(([sku, quantity]) => ({ sku, quantity })), location: this.location });
            if (!answer.refused) {
                const soldAt = Date.now();
                for (const [sku, quantity] of lines) {
                    this.promises.sale(sku, quantity, soldAt);
                    (this.bought.get(sku) ?? this.bought.set(sku, []).get(sku)).push({ order: answer.id, left: quantity, fulfilled: false });
                }
                this.counts.orders++;
                if (this.random.chance(0.3)) await this.#ship(answer.id);
                return;
            }
            const short = SHORT.exec(answer.refused);
            if (!short) throw new Error(`the shop refused an order: ${answer.refused}`);
            const have = Math.max(0, Number(short[2]));
            this.counts.turnedAway += lines.get(short[1]) - have;
            if (have > 0) lines.set(short[1], have);
            else lines.delete(short[1]);
        }
    }

    /** The shop's staff ship an order at once; which facility lost the units is not told here, so they stay demand. */
    async #ship(order) {
        const answer = await this.control.post(`orders/${encodeURIComponent(order)}/fulfil`, {});
        if (answer.refused) throw new Error(`the shop could not ship: ${answer.refused}`);
        for (const list of this.bought.values()) for (const one of list) if (one.order === order) one.fulfilled = true;
    }

    /** A negative line refunds an earlier order of the same product, or is skipped and counted. */
    async #refund(order) {
        for (const [sku, quantity] of order.lines) {
            const units = -quantity, from = this.bought.get(sku)?.find((one) => one.left >= units);
            if (!from) {
                this.counts.skipped++;
                continue;
            }
            const answer = await this.control.post(`orders/${encodeURIComponent(from.order)}/refund`,
                { lines: [{ sku, quantity: units }], restock: from.fulfilled ? 'return' : 'cancel', location: this.location });
            if (answer.refused) throw new Error(`the shop refused a refund: ${answer.refused}`);
            from.left -= units;
            this.counts.refunded += units;
            this.promises.restock(sku, units);
        }
    }

    // -- what happens here

    /** Runs an import alone, so that the promises before and after it are known. */
    async #change(act) {
        await this.turns.alone(async () => {
            const before = await this.evenstock.lines('export', 'atp');
            const summary = await act();
            const at = Date.now();
            if (summary.refused > 0) throw new Error(`an import refused ${summary.refused} rows`);
            this.counts.changes += summary.applied;
            await this.promises.changed(before, await this.evenstock.lines('export', 'atp'), at);
        });
    }

    async #storeHour(share) {
        await this.#change(() => this.#posAndDamage());
        if (this.random.chance(0.5)) await this.#change(() => this.#phoneOrders());
        if (!this.snapshot && share >= 0.4) this.snapshot = await this.#erpSnapshot();
        if (this.snapshot && !this.snapshot.delivered && share >= 0.7) await this.#change(() => this.#lateErpFile());
    }

    #posAndDamage() {
        const rows = [];
        for (let i = 0; i < 12; i++) {
            const key = `pos-${this.files}-${i}`;
            if (this.random.chance(0.15)) rows.push([this.random.pick(this.skus), this.random.pick(STORES), -1, 'VAR_DAMAGED', key]);
            else rows.push([this.random.pick(this.skus), this.random.pick(STORES), -1 - this.random.below(2), 'POS_SALE', key]);
        }
        const file = writeCsv(this.folder, `pos-${this.files++}.csv`, ['sku', 'facility', 'delta', 'reason', 'key'], rows);
        return this.evenstock.json('import', 'adjustments', file);
    }

    /** Orders by telephone: reserved at a store at once, some of them fetched. */
    #phoneOrders() {
        const events = [];
        for (let i = 0; i < 4; i++) {
            const order = `phone-${this.files}-${i}`, sku = this.random.pick(this.skus), facility = this.random.pick(STORES), quantity = 1 + this.random.below(2);
            const event = (kind) => ({ event_id: `${order}-${kind}`, order, line: '1', sku, quantity, kind, channel: 'web', facility });
            events.push(event('placed'));
            if (this.random.chance(0.4)) events.push(event('fulfilled'));
        }
        const file = join(this.folder, `phone-${this.files++}.jsonl`);
        writeFileSync(file, events.map((event) => JSON.stringify(event)).join('\n') + '\n');
        return this.evenstock.json('import', 'orders', file);
    }

    /** The ERP counts the warehouse now; its file arrives hours later. A delivery has come in, some units are missing. */
    async #erpSnapshot() {
        const asOf = new Date().toISOString();
        const levels = (await this.evenstock.lines('export', 'levels')).filter((row) => row.facility === 'WAREHOUSE');
        const rows = levels.filter(() => this.random.chance(0.3)).map((row) => [row.sku, 'WAREHOUSE', Math.max(0, row.qoh + this.random.below(9) - 3)]);
        return { asOf, rows, delivered: false };
    }

    #lateErpFile() {
        this.snapshot.delivered = true;
        const file = writeCsv(this.folder, 'erp-late.csv', ['sku', 'facility', 'quantity'], this.snapshot.rows);
        return this.evenstock.json('import', 'levels', file, '--mode', 'qoh', '--as-of', this.snapshot.asOf);
    }

    // -- Evenstock's jobs: as changes happen

    #add(report) {
        this.counts.pushed += report.pushed ?? 0;
        this.counts.calls += report.calls;
        this.counts.points += report.points;
        return report;
    }

    async syncOrders() { return this.#add(await this.turns.share(() => this.evenstock.json('sync', 'orders'))); }
    /* Not while stock changes here: units that come in must be known to the demo's books before the shop may show them. */
    async syncRecent() { return this.#add(await this.turns.share(() => this.evenstock.json('sync', 'recent'))); }
    async syncHard() { return this.#add(await this.evenstock.json('sync', 'hard')); }

    async #jobs() {
        while (!this.over) {
            await this.syncOrders();
            await this.syncRecent();
        }
    }

    /** Imports and pushes until nothing is new and nothing is owed. */
    async settle() {
        for (let round = 0; round < 100; round++) {
            const orders = await this.syncOrders(), recent = await this.syncRecent();
            if (orders.new === 0 && recent.selected === 0 && recent.in_doubt === 0 && round > 0) return;
        }
        throw new Error('the shop does not come to rest: orders keep coming or lines stay owed');
    }
}
