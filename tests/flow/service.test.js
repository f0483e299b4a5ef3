// The service of jobs beside the command line, on one database, against stand-in shops: as changes happen, by the clock,
// through faults.
import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { PROGRAM, retailer, shopOf } from '../lib/harness.js';
import { until } from '../lib/service.js';

const PROBE = join(dirname(PROGRAM), 'tests/flow/service-probe');

/** Starts the service; it ends with the test at the latest. */
async function serve(t, at) {
    const child = at.start([`sqlite:${at.db}`], { program: PROBE });
    t.after(async () => { child.kill('SIGKILL'); await child.result; });
    await new Promise((resolve, reject) => {
        child.stdout.once('data', resolve);
        child.result.then(({ status, err }) => reject(new Error(`the service ended with ${status}: ${err}`)));
    });
    return child;
}

async function stop(child) {
    child.kill('SIGTERM');
    const { status, signal, err } = await child.result;
    assert.deepStrictEqual({ status, signal }, { status: 0, signal: null }, err);
}

const schedule = (at, name, ...how) => at.json(['job', 'schedule', name, '--shop', 'main', ...how]);
const history = (at, name) => at.json(['job', 'history', name, '--shop', 'main']);

test('what the command line changes is at the shop in a moment, and what the shop sells is imported', async (t) => {
    const { at, shop, available, buy } = await retailer(t, { skus: ['A', 'B'] });
    await schedule(at, 'recent', '--as-changes-happen');
    await schedule(at, 'Import orders', '--as-changes-happen');
    const child = await serve(t, at);
    await at.adjust([['A', 'WH', 7]]);
    const changed = Date.now();
    await until('A shows 17', () => available('A') === 17);
    t.diagnostic(`shown ${Date.now() - changed} ms after the import had ended`);
    buy('B', 3);
    await until('B is promised less', async () => (await at.atp('B')) === 7);
    const [run] = await history(at, 'recent');
    assert.deepStrictEqual([run.state, run.cause, run.actor, run.counts.pushed], ['finished', 'changes', 'service', 1]);
    await until('all is paid', async () => (await at.json(['job', 'list']))[0].owed === 0);
    await stop(child);
    assert.strictEqual(available('B'), 7);
    assert.deepStrictEqual(shop.get('stats').violations, []);
    await at.verify();
});

test('of polls that found nothing only the latest is kept', async (t) => {
    const { at } = await retailer(t, { skus: ['A'] });
    await schedule(at, 'orders', '--as-changes-happen');
    const child = await serve(t, at);
    const seen = new Set();
    await until('three polls', async () => {
        const runs = await history(at, 'orders');
        assert.ok(runs.filter((run) => run.state === 'finished').length <= 2, 'the older one goes right after the newer has ended');
        for (const run of runs) seen.add(run.id);
        return seen.size >= 3;
    });
    await stop(child);
    const runs = await history(at, 'orders');
    assert.ok(runs.filter((run) => run.state === 'finished').length <= 2);
});

test('a schedule that was missed runs once; a paused job does not; the command line runs beside it', async (t) => {
    const { at, available } = await retailer(t, { skus: ['A'] });
    await schedule(at, 'recent', '--every', '30m', '--paused');
    await schedule(at, 'hard', '--hourly');
    await at.adjust([['A', 'WH', 1]]);
    execFileSync('sqlite3', [at.db, 'UPDATE job SET next_at = 1']);
    const child = await serve(t, at);
    await until('the hard sync has run', async () => (await history(at, 'hard'))[0]?.state === 'finished');
    assert.strictEqual((await history(at, 'hard')).length, 1);
    assert.deepStrictEqual(await history(at, 'recent'), []);
    const report = await at.json(['job', 'run', 'recent']);
    assert.ok(report.pushed <= 1);
    assert.strictEqual(available('A'), 11);
    const [recent, , hard] = await at.json(['job', 'list']);
    assert.deepStrictEqual([recent.status, recent.next_run_at, hard.last_run.cause], ['paused', null, 'schedule']);
    assert.ok(Date.parse(hard.next_run_at) > Date.now());
    await stop(child);
    await at.verify();
});

test('a shop that does not answer delays no other, and the service ends all the same', async (t) => {
    const { at, available } = await retailer(t, { skus: ['A', 'B'] });
    const other = await shopOf(t);
    const [{ item }] = other.post('products', [{ sku: 'B', title: 'B', tracked: true, stocked: [other.location] }]);
    await at.config({
        shops: [{ code: 'eu', url: other.url, api_version: '2026-10', token_env: 'EU_TOKEN', index_lag_s: 0 }],
        channels: [{ code: 'eu', shop: 'eu', location: other.location, mode: 'aggregate', group: 'ONLINE' }],
        product_channels: [{ sku: 'B', channel: 'eu', item }, { sku: 'A', channel: 'eu', sellable: false }],
    });
    at.env.EU_TOKEN = other.token;
    await at.json(['shop', 'adopt', 'eu'], [0, 1]);
    await at.json(['sync', 'recent', '--shop', 'eu']);
    other.post('faults', { kind: 'latency', rate: 1, ms: 25_000 });
    for (const code of ['eu', 'main']) await at.json(['job', 'schedule', 'recent', '--shop', code, '--as-changes-happen']);
    const child = await serve(t, at);
    await at.adjust([['B', 'WH', 5]]);
    await until('main shows 15', () => available('B') === 15);
    await at.adjust([['A', 'WH', 2]]);
    await until('main shows 12', () => available('A') === 12);
    const eu = (await at.json(['job', 'list', '--shop', 'eu']))[0];
    assert.strictEqual(eu.running?.state, 'running');
    const asked = Date.now();
    await stop(child);
    assert.ok(Date.now() - asked < 20_000);
    other.post('faults', { kind: 'none' });
    const again = await serve(t, at);
    await until('eu shows 15', () => other.get(`levels?sku=B&location=${encodeURIComponent(other.location)}`)[0].available === 15);
    await until('eu is settled', async () => (await at.json(['job', 'list', '--shop', 'eu']))[0].last_run?.counts?.in_doubt === 0);
    await stop(again);
    assert.deepStrictEqual(other.get('stats').violations, []);
    await at.verify();
});
