// ./dev demo: a day of real orders between a shop and a retailer, from an empty database to "in sync: N of N"; then the
// service runs on what the day has left.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Evenstock, startSandbox, startService } from './lib/children.js';
import { Day } from './lib/day.js';
import { Turns } from './lib/lock.js';
import { readOrders } from './lib/orders.js';
import { Promises } from './lib/promise.js';
import { writeConfig, writeLevels, writeProducts, writeSettings } from './lib/retailer.js';
import { productTable, totals } from './lib/summary.js';

const USAGE = `usage: ./dev demo [--once] [--orders FILE] [--plan PLAN] [--no-faults] [--keep DIR]

  --once         end after the summary; without it the service and the shop stay up to look at
  --orders FILE  another order file (CSV, may be gzip; columns StockCode, Quantity, InvoiceDate, InvoiceNo)
  --plan PLAN    the shop's plan, and so its API budget: standard, advanced, plus, enterprise
                 (standard; plus for more than 10,000 lines)
  --no-faults    a shop and a network without faults
  --keep DIR     leave the database and all files there`;

const FAULTS = [
    { kind: 'latency', rate: 0.3, ms: 25 }, { kind: 'http_500', rate: 0.02 }, { kind: 'http_503', rate: 0.01 }, { kind: 'throttled', rate: 0.02 },
    { kind: 'lost_answer', rate: 0.03 }, { kind: 'cut_before', rate: 0.01 }, { kind: 'cut_after', rate: 0.02 },
];

const say = (text) => process.stderr.write(text + '\n');

function options() {
    try {
        const { values } = parseArgs({ options: {
            once: { type: 'boolean', default: false }, orders: { type: 'string' }, plan: { type: 'string' },
            'no-faults': { type: 'boolean', default: false }, keep: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } } });
        return values;
    } catch (error) {
        say(`./dev demo: ${error.message}\n\n${USAGE}`);
        return process.exit(2);
    }
}

/** Catalogue, configuration and stock into an empty database; the same catalogue into the shop. */
async function open({ evenstock, shop, folder, orders, plan }) {
    const { control } = shop;
    await control.post('reset', { plan, seed: 1 });
    const { id: location } = await control.post('locations', { name: 'Web' });
    await evenstock.json('import', 'config', writeConfig(folder, shop, location));
    await evenstock.json('import', 'products', fileURLToPath(new URL('data/products.csv', import.meta.url)));
    await evenstock.json('import', 'products', writeProducts(folder, orders));
    const { products } = JSON.parse((await evenstock.text('export', 'config')).text);
    const skus = products.map((product) => product.sku);
    await control.post('products', products.map(({ sku, title }) => ({ sku, title, tracked: true, stocked: [location] })));
    await evenstock.json('import', 'config', writeSettings(folder, skus));
    const levels = await evenstock.json('import', 'levels', writeLevels(folder, skus, orders.demand), '--mode', 'qoh');
    say(`${skus.length} products, ${levels.applied} levels at 6 facilities`);
    return { location, skus };
}

/** From the first connection to a shop that shows our numbers. */
async function connect(evenstock) {
    const check = await evenstock.json('shop', 'check', 'main');
    if (!check.ok) throw new Error(`shop check: ${JSON.stringify(check)}`);
    const { linked } = await evenstock.json('shop', 'link', 'main');
    const { adopted, differences } = await evenstock.json('shop', 'adopt', 'main');
    const first = await evenstock.json('sync', 'recent');
    say(`plan ${check.plan}, ${check.restore_rate} points/s: ${linked} linked, ${adopted} adopted, ${differences} different, ${first.pushed} pushed in ${first.calls} calls`);
}

/** Somebody at the shop changes numbers by hand; Hard Sync finds it, names it and mends it. */
async function staffEdit(day, { control, location, evenstock, skus }) {
    const sku = skus[0];
    await control.post('edit', { sku, location, delta: 7, who: 'Staff: Kim' });
    const hard = await day.syncHard();
    const again = await day.syncHard();
    const named = hard.incidents.map((one) => `${one.sku} in ${one.channel}: ${one.drift > 0 ? '+' : ''}${one.drift}, not by us, between ${one.after ?? '?'} and ${one.before ?? '?'}`);
    say(`staff edit of ${sku} by +7: Hard Sync found ${hard.drifted}, mended ${hard.pushed}; the next one wrote ${again.pushed}`);
    if (hard.drifted !== 1 || again.pushed !== 0) throw new Error(`Hard Sync did not find and mend the one edit: ${JSON.stringify(hard)}`);
    return named;
}

async function compare(evenstock, control, location) {
    const shopNumbers = new Map((await control.get(`levels?location=${encodeURIComponent(location)}`)).map((row) => [row.sku, row.available]));
    const rows = await evenstock.lines('export', 'atp');
    const wrong = rows.filter((row) => row.online_atp !== shopNumbers.get(row.sku));
    for (const row of wrong.slice(0, 10)) say(`  differs: ${row.sku}: online ATP ${row.online_atp}, Shopify ${shopNumbers.get(row.sku) ?? 'unknown'}`);
    return { shopNumbers, rows, inSync: rows.length - wrong.length };
}

/** Products worth looking at: with reserved units, a queue, safety stock, sold out. */
async function views(evenstock, rows, promises) {
    const busy = [...rows].sort((a, b) => (promises.units.get(a.sku) ?? 0) - (promises.units.get(b.sku) ?? 0));
    const few = [busy[0], busy[busy.length >> 2], busy[busy.length >> 1], busy.at(-1), rows[0]].map((row) => row.sku);
    return Promise.all([...new Set(few)].map((sku) => evenstock.json('atp', sku, '--channel', 'web')));
}

async function demo(values, shop, folder) {
    const started = Date.now();
    const orders = readOrders(values.orders ?? fileURLToPath(new URL('data/day.csv', import.meta.url)));
    const plan = values.plan ?? (orders.lines > 10_000 ? 'plus' : 'standard');
    const evenstock = new Evenstock(join(folder, 'demo.db'), { DEMO_CLIENT_ID: shop.client_id, DEMO_CLIENT_SECRET: shop.secret });
    const { control } = shop;
    say(`${orders.lines} order lines, ${orders.orders.length} orders and returns, ${orders.demand.size} stock codes`);
    const { location, skus } = await open({ evenstock, shop, folder, orders, plan });
    await connect(evenstock);

    const promises = new Promises(control, location);
    await promises.begin(await evenstock.lines('export', 'atp'));
    const day = new Day({ evenstock, control, location, promises, turns: new Turns(), orders: orders.orders, skus, folder, say });
    if (!values['no-faults']) for (const fault of FAULTS) await control.post('faults', fault);
    await day.run();
    await control.post('faults', { kind: 'none' });
    await day.settle();
    const named = await staffEdit(day, { control, location, evenstock, skus });

    const { shopNumbers, rows, inSync } = await compare(evenstock, control, location);
    const stats = await control.get('stats');
    const verify = await evenstock.json('verify');
    const astray = rows.filter((row) => row.raw !== promises.units.get(row.sku));
    const account = promises.account(await control.get('history'));
    const oversold = promises.oversold.reduce((sum, one) => sum + one.units, 0);
    for (const violation of stats.violations.slice(0, 10)) say(`  violation: ${JSON.stringify(violation)}`);
    for (const row of astray.slice(0, 10)) say(`  the demo's own books say ${promises.units.get(row.sku)} for ${row.sku}, Evenstock ${row.raw}`);
    process.stdout.write(`\n${productTable(await views(evenstock, rows, promises), shopNumbers)}\n\n`);
    for (const line of named) process.stdout.write(`foreign change: ${line}\n`);
    const t = { ...day.counts, sold: promises.sold, oversold, raised: stats.raised + promises.counted.raised, throttled: stats.throttled, violations: stats.violations,
        account, differences: verify.differences, inSync, targets: rows.length };
    process.stdout.write(`${totals(t)}\n`);
    say(`${((Date.now() - started) / 1000).toFixed(0)} s`);
    const right = inSync === rows.length && t.raised === 0 && t.violations.length === 0 && account.unexplained === 0 && verify.differences === 0 &&
        astray.length === 0 && oversold === stats.oversold + promises.counted.oversold;
    return { right, evenstock };
}

/** The service on the demo's database and shop, with all jobs scheduled. */
async function stayUp(evenstock, shop) {
    for (const [job, ...when] of [['recent', '--as-changes-happen'], ['orders', '--as-changes-happen'], ['hard', '--daily-at', '03:00']])
        await evenstock.json('job', 'schedule', job, ...when);
    const service = await startService(evenstock);
    process.stdout.write(`\npages: ${service.url} (to run and schedule jobs, sign in with ${service.token})\n` +
        `the shop's admin: ${shop.url}/admin\nCtrl-C ends both\n`);
    await Promise.race([service.ended, new Promise((resolve) => { process.once('SIGINT', resolve); process.once('SIGTERM', resolve); })]);
    await service.stop();
}

const values = options();
if (values.help) {
    process.stdout.write(USAGE + '\n');
    process.exit(0);
}
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'evenstock-demo-'));
const shop = await startSandbox();
let status = 3;
try {
    const { right, evenstock } = await demo(values, shop, folder);
    status = right ? 0 : 1;
    if (!values.once && right) await stayUp(evenstock, shop);
} catch (error) {
    say(`./dev demo: ${error.message}`);
} finally {
    await shop.stop();
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
