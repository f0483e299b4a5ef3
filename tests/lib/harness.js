// What whole-program tests share: a folder with a database of its own, the program, a stand-in shop on a free port.
import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { control } from '../../sandbox/control.js';
import { serve } from '../../sandbox/server.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAM = process.env.EVENSTOCK ?? join(ROOT, 'build/evenstock');
export const LONG = process.env.EVENSTOCK_LONG === '1';

/** How long one command may take before its test fails. */
const COMMAND_MS = 120_000;

export class Workspace {
    constructor(folder, env) {
        this.folder = folder;
        this.db = join(folder, 'evenstock.db');
        this.env = { PATH: process.env.PATH, TZ: 'UTC', ASAN_OPTIONS: 'detect_leaks=1', EVENSTOCK_DB: `sqlite:${this.db}`, ...env };
    }

    path(name) { return join(this.folder, name); }

    /** Writes a file of the workspace; objects as JSON, lists of objects as JSON lines. Gives its path. */
    file(name, content) {
        const text = typeof content === 'string' || Buffer.isBuffer(content) ? content
            : Array.isArray(content) ? content.map((row) => JSON.stringify(row)).join('\n') + '\n' : JSON.stringify(content);
        writeFileSync(this.path(name), text);
        return this.path(name);
    }

    read(name) { return readFileSync(this.path(name), 'utf8'); }

    /** Starts the program; for tests that end it themselves. */
    start(args, { input = null, env = {}, program = PROGRAM } = {}) {
        const child = spawn(program, args, { cwd: this.folder, env: { ...this.env, ...env }, stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
        const out = [], err = [];
        child.stdout.on('data', (chunk) => out.push(chunk));
        child.stderr.on('data', (chunk) => err.push(chunk));
        if (input !== null) child.stdin.on('error', () => {}).end(input);
        child.result = once(child, 'close').then(([status, signal]) => ({ status, signal, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') }));
        return child;
    }

    /** Runs the program to its end. @returns {Promise<{ status: number, signal: string | null, out: string, err: string }>} */
    async run(args, options = {}) {
        const child = this.start(args, options);
        const limit = setTimeout(() => child.kill('SIGKILL'), options.ms ?? COMMAND_MS);
        try { return await child.result; } finally { clearTimeout(limit); }
    }

    /** Runs a command that must end with one of `statuses`; gives its JSON document with `status` beside it. */
    async json(args, statuses = [0], options = {}) {
        const { status, signal, out, err } = await this.run([...args, '--json'], options);
        assert.ok(statuses.includes(status), `evenstock ${args.join(' ')}: ${signal ?? `exit ${status}`}\n${err}${out}`);
        const document = JSON.parse(out);
        return Array.isArray(document) ? document : { ...document, status };
    }

    async lines(args) {
        const { status, out, err } = await this.run([...args, '--jsonl']);
        assert.strictEqual(status, 0, `evenstock ${args.join(' ')}: exit ${status}\n${err}`);
        return out.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    }

    /** Runs a command that must fail: nothing on standard output, one line on standard error that matches. */
    async refuses(args, status, pattern, options = {}) {
        const done = await this.run(args, options);
        assert.strictEqual(done.status, status, `evenstock ${args.join(' ')}: exit ${done.status} ${done.signal ?? ''}\n${done.err}${done.out}`);
        assert.strictEqual(done.out, '', 'standard output stays empty on an error');
        assert.match(done.err, pattern);
        assert.strictEqual(done.err.trimEnd().split('\n').length, 1, `one line is enough:\n${done.err}`);
    }

    config(content) { return this.json(['import', 'config', this.file('config.json', content)]); }

    levels(csv, ...options) { return this.json(['import', 'levels', this.file(`levels-${this.#next()}.csv`, csv), '--mode', 'qoh', ...options]); }

    adjust(rows) {
        const text = 'sku,facility,delta\n' + rows.map((row) => row.join(',')).join('\n') + '\n';
        return this.json(['import', 'adjustments', this.file(`adjust-${this.#next()}.csv`, text), '--again']);
    }

    #next() { return (this.number = (this.number ?? 0) + 1); }

    async atp(sku, channel = 'web') { return (await this.json(['atp', sku, '--channel', channel])).online_atp; }

    /** The books add up. */
    async verify() {
        const report = await this.json(['verify'], [0, 1]);
        assert.deepStrictEqual({ differences: report.differences, details: report.details }, { differences: 0, details: [] });
        return report;
    }
}

/** @param {import('node:test').TestContext} t */
export function workspace(t, env = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'evenstock-test-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    return new Workspace(folder, env);
}

/** A shop of its own for one test. `post` and `get` are control calls, made in this process. */
export async function shopOf(t, { plan = 'plus' } = {}) {
    const running = await serve({ port: 0 });
    t.after(() => running.close());
    const call = (method, path, body) => {
        const [name, query] = path.split('?');
        const { status, body: answer } = control(running.shop, method, name, body, Object.fromEntries(new URLSearchParams(query)));
        running.shop.world.commit();
        if (status === 409) return { refused: answer.error };
        assert.strictEqual(status, 200, `${method} ${path}: ${answer.error}`);
        return answer;
    };
    const shop = { url: running.url, world: running.shop.world, ...running.ready, post: (path, body = {}) => call('POST', path, body), get: (path) => call('GET', path) };
    shop.post('reset', { plan, seed: 1 });
    shop.location = shop.post('locations', { name: 'Web' }).id;
    return shop;
}

/**
 * One retailer with two stores, a warehouse and the channel `web`, linked to a shop of its own and adopted.
 * @param {{ skus: string[] | Record<string, number>, shop?: object, channel?: object, plan?: string, adopt?: boolean }} options
 *   `skus`: names, or names with the units at the warehouse (10 unless told)
 */
export async function retailer(t, { skus, shop: shopRow = {}, channel = {}, plan, adopt = true }) {
    const units = Array.isArray(skus) ? Object.fromEntries(skus.map((sku) => [sku, 10])) : skus;
    const names = Object.keys(units);
    const shop = await shopOf(t, { plan });
    const at = workspace(t, { SHOP_TOKEN: shop.token });
    shop.post('products', names.map((sku) => ({ sku, title: `Product ${sku}`, tracked: true, stocked: [shop.location] })));
    await at.config({
        facilities: [{ code: 'WH', type: 'warehouse' }, { code: 'NYC', type: 'store' }, { code: 'BOS', type: 'store' }],
        groups: [{ code: 'ONLINE', members: ['WH', 'NYC', 'BOS'].map((facility) => ({ facility })) }],
        shops: [{ code: 'main', url: shop.url, api_version: '2026-10', token_env: 'SHOP_TOKEN', index_lag_s: 0, ...shopRow }],
        channels: [{ code: 'web', shop: 'main', location: shop.location, mode: 'aggregate', group: 'ONLINE', ...channel }],
        products: names.map((sku) => ({ sku, title: `Product ${sku}` })),
    });
    await at.levels('sku,facility,quantity\n' + names.map((sku) => `${sku},WH,${units[sku]}`).join('\n') + '\n');
    if (adopt) {
        await at.json(['shop', 'link', 'main']);
        const adopted = await at.json(['shop', 'adopt', 'main']);
        assert.deepStrictEqual(adopted.not_adopted, []);
        await at.json(['sync', 'recent']);
    }
    const available = (sku) => shop.get(`levels?sku=${encodeURIComponent(sku)}&location=${encodeURIComponent(shop.location)}`)[0]?.available;
    const buy = (sku, quantity = 1, more = {}) => shop.post('orders', { lines: [{ sku, quantity }], location: shop.location, ...more });
    return { at, shop, available, buy };
}
