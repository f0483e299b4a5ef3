// Pushing to the stand-in shop: how much of the restore rate is used while more is owed, and how long a change takes.
//
//     sync_bench.js [changes] [PLAN ...]        what to measure; all unless told
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Evenstock, startSandbox } from '../demo/lib/children.js';

const LINES_MAX = 250; // of one call
const POINTS = 10; // of one call of any size
const RATES = { standard: 100, advanced: 200, plus: 1_000, enterprise: 2_000 }; // points a second
const JUDGED = ['standard', 'advanced']; // the others depend on how fast this machine plays the shop
const SECONDS = 15; // that a plan's backlog keeps its rate busy
const LINES_MOST = 100_000; // a bigger backlog only measures the stand-in
const ITEMS = 12_500; // each at as many locations as the backlog takes
const USED_LEAST = 0.98;
const CALLS_MOST = 1.02; // times the least possible

const CHANGES = [1, 100, 1_000, 2_000]; // a second
const CHANGE_SECONDS = 10;
const NETWORK_MS = 5;
const P99_MS = 1_000;

const failures = [];
const judge = (good, what) => { if (!good) failures.push(what); };

/** A shop on `plan` with `items` items at each of some locations, linked and adopted by a database of its own. */
async function retailer(plan, items, places = 1) {
    const folder = mkdtempSync(join(tmpdir(), 'evenstock-bench-'));
    const shop = await startSandbox();
    const { control } = shop;
    await control.post('reset', { plan, seed: 1 });
    const locations = [];
    for (let i = 0; i < places; i++) locations.push((await control.post('locations', { name: `Web ${i}` })).id);
    const skus = Array.from({ length: items }, (_, i) => `S${i}`);
    const products = skus.map((sku) => ({ sku, title: sku, tracked: true, stocked: locations }));
    for (let from = 0; from < items; from += 10_000) await control.post('products', products.slice(from, from + 10_000));
    const db = join(folder, 'bench.db');
    const evenstock = new Evenstock(db, { BENCH_TOKEN: shop.token });
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({
        facilities: [{ code: 'WH', type: 'warehouse' }], products: skus.map((sku) => ({ sku })),
        shops: [{ code: 'main', url: shop.url, api_version: '2026-10', token_env: 'BENCH_TOKEN', index_lag_s: 0 }],
        channels: locations.map((location, i) => ({ code: `web${i}`, shop: 'main', location, mode: 'physical', facility: 'WH' })),
    }));
    await evenstock.json('import', 'config', config);
    await evenstock.json('shop', 'link', 'main');
    await evenstock.json('shop', 'adopt', 'main');
    return { folder, shop, control, db, evenstock, skus, async end() { await shop.stop(); rmSync(folder, { recursive: true, force: true }); } };
}

/** Spends what the bucket holds, by reads under the same token; how many points are left, and when. */
async function drain(shop) {
    const query = '{ ' + Array.from({ length: 30 }, (_, i) => `a${i}: shop { name plan { publicDisplayName } }`).join(' ') + ' }';
    for (;;) {
        const response = await fetch(`${shop.url}/admin/api/2026-10/graphql.json`, {
            method: 'POST', body: JSON.stringify({ query }),
            headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': shop.token },
        });
        const { extensions: { cost } } = await response.json();
        const { currentlyAvailable: left } = cost.throttleStatus;
        if (left < 2 * cost.requestedQueryCost) return { left, at: Date.now() };
    }
}

async function backlog(plan) {
    const rate = RATES[plan];
    const lines = Math.min(LINES_MOST, (rate * SECONDS / POINTS) * LINES_MAX);
    const at = await retailer(plan, ITEMS, lines / ITEMS);
    try {
        const levels = join(at.folder, 'levels.csv');
        writeFileSync(levels, 'sku,facility,quantity\n' + at.skus.map((sku) => `${sku},WH,7`).join('\n') + '\n');
        await at.evenstock.json('import', 'levels', levels, '--mode', 'qoh');
        const { left, at: began } = await drain(at.shop);
        const before = await at.control.get('stats');
        const report = await at.evenstock.json('sync', 'recent');
        const seconds = (Date.now() - began) / 1000;
        const { throttled, violations } = await at.control.get('stats');
        const least = Math.ceil(lines / LINES_MAX), possible = left + rate * seconds, used = report.points / possible;
        console.log(`${plan}: ${lines} owed lines in ${seconds.toFixed(1)} s; ${report.calls} calls (least possible ${least}), ${report.points} points (${(report.points / report.calls).toFixed(1)} a call), ${(100 * used).toFixed(1)} % of what the shop restored; throttled ${throttled - before.throttled}, violations ${violations.length}`);
        judge(report.pushed === lines && violations.length === 0, `${plan}: not every line was pushed as documented`);
        judge(report.points <= CALLS_MOST * POINTS * least, `${plan}: ${report.points} points, at most ${CALLS_MOST * POINTS * least}`);
        judge(throttled === before.throttled, `${plan}: throttled ${throttled - before.throttled} times by its own doing`);
        if (JUDGED.includes(plan)) judge(used >= USED_LEAST, `${plan}: ${(100 * used).toFixed(1)} % of the restore rate was used, at least ${100 * USED_LEAST} %`);
    } finally {
        await at.end();
    }
}

/** The service pushes as changes happen; beside it so many changes a second are made. */
async function changes() {
    const at = await retailer('standard', Math.max(...CHANGES) * CHANGE_SECONDS);
    await at.evenstock.json('job', 'schedule', 'recent', '--shop', 'main', '--as-changes-happen');
    await at.control.post('faults', { kind: 'latency', ms: NETWORK_MS });
    const service = spawn(at.evenstock.program, ['serve'], { env: at.evenstock.env, stdio: ['ignore', 'pipe', 'ignore'] });
    try {
        await once(service.stdout, 'data');
        for (const rate of CHANGES) {
            const child = spawn(join(dirname(at.evenstock.program), 'bench/changes'), [`sqlite:${at.db}`, 'WH', 'web0', String(rate), String(CHANGE_SECONDS)], { stdio: ['ignore', 'pipe', 'inherit'] });
            let text = '';
            child.stdout.on('data', (chunk) => { text += chunk; });
            const [status] = await once(child, 'close');
            if (status !== 0) throw new Error(`bench/changes: exit ${status}`);
            const told = JSON.parse(text);
            console.log(`standard, ${NETWORK_MS} ms of network, ${rate} changes a second for ${CHANGE_SECONDS} s: change to Shopify p50 ${told.p50_ms} ms, p99 ${told.p99_ms} ms, longest ${told.most_ms} ms`);
            judge(told.p99_ms < P99_MS, `${rate} changes a second: p99 ${told.p99_ms} ms, at most ${P99_MS} ms`);
        }
        const { throttled, violations } = await at.control.get('stats');
        judge(throttled === 0 && violations.length === 0, `changes: throttled ${throttled}, violations ${violations.length}`);
    } finally {
        service.kill('SIGTERM');
        await once(service, 'exit');
        await at.end();
    }
}

const PARTS = process.argv.slice(2);
const wanted = (name) => PARTS.length === 0 || PARTS.includes(name);
if (wanted('changes')) await changes();
for (const plan of Object.keys(RATES)) if (wanted(plan)) await backlog(plan);
for (const failure of failures) console.log(`MISSED  ${failure}`);
process.exitCode = failures.length ? 1 : 0;
