// Jobs on the command line: schedules, runs and their history, and what is refused.
import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { retailer, workspace } from '../lib/harness.js';

const job = (list, name) => list.find((one) => one.job === name);

async function quiet(t) {
    const at = workspace(t);
    await at.config({ shops: [{ code: 'main', url: 'http://127.0.0.1:9', api_version: '2026-10', token_env: 'SHOP_TOKEN' }] });
    return at;
}

test('every job of a shop is listed, scheduled or not', async (t) => {
    const at = await quiet(t);
    const list = await at.json(['job', 'list']);
    assert.deepStrictEqual(list.map((one) => [one.job, one.title, one.shop, one.status, one.schedule, one.next_run_at, one.running, one.last_run, one.owed]), [
        ['recent', 'Upload recent inventory change', 'main', 'unscheduled', 'none', null, null, null, 0],
        ['orders', 'Import orders', 'main', 'unscheduled', 'none', null, null, null, 0],
        ['hard', 'Hard Sync', 'main', 'unscheduled', 'none', null, null, null, 0],
    ]);
});

test('presets, titles of the studied system, pause and resume', async (t) => {
    const at = await quiet(t);
    await at.run(['job', 'schedule', 'Upload recent inventory change', '--shop', 'main', '--every', '15m']);
    await at.run(['job', 'schedule', 'HARD SYNC', '--daily-at', '02:00', '--paused']);
    await at.run(['job', 'schedule', 'orders', '--as-changes-happen']);
    let list = await at.json(['job', 'list', '--shop', 'main']);
    assert.deepStrictEqual(list.map((one) => [one.job, one.status, one.schedule]), [
        ['recent', 'scheduled', 'every 15 minutes'], ['orders', 'scheduled', 'as changes happen'], ['hard', 'paused', 'daily at 02:00 UTC'],
    ]);
    const next = Date.parse(job(list, 'recent').next_run_at);
    assert.ok(next > Date.now() - 1000 && next <= Date.now() + 900_000 && next % 900_000 === 0);
    assert.strictEqual(job(list, 'hard').next_run_at, null);
    await at.run(['job', 'pause', 'recent']);
    await at.run(['job', 'resume', 'hard']);
    list = await at.json(['job', 'list']);
    assert.deepStrictEqual([job(list, 'recent').status, job(list, 'hard').status], ['paused', 'scheduled']);
    assert.ok(Math.abs(Date.parse(job(list, 'recent').paused_at) - Date.now()) < 600_000);
    assert.strictEqual(new Date(job(list, 'hard').next_run_at).toISOString().slice(11, 16), '02:00');
});

const REFUSED = [
    [['job', 'schedule', 'recent'], 2, /one of --every/],
    [['job', 'schedule', 'recent', '--hourly', '--every', '5m'], 2, /one of --every/],
    [['job', 'schedule', 'recent', '--every', '7m'], 2, /'every 7m' is no schedule; write every 1m, 5m/],
    [['job', 'schedule', 'recent', '--daily-at', '25:00'], 2, /no schedule/],
    [['job', 'schedule', 'upload', '--hourly'], 3, /no job 'upload'; there are recent/],
    [['job', 'schedule', 'recent', '--shop', 'other', '--hourly'], 3, /no shop 'other'/],
    [['job', 'run', 'recent', '--shop', 'other'], 3, /no shop 'other'/],
    [['job', 'pause', 'recent'], 3, /not scheduled; 'evenstock job schedule recent'/],
    [['job', 'cancel', 'seven'], 2, /RUN is the number of a run/],
    [['job', 'cancel', '7'], 3, /no run 7/],
    [['job', 'log', '7'], 3, /no run 7/],
    [['job', 'history', 'recent', '--shop', 'other'], 3, /no shop 'other'/],
];
for (const [args, status, pattern] of REFUSED)
    test(`refused: ${args.join(' ')}`, async (t) => (await quiet(t)).refuses(args, status, pattern));

test('a run is recorded with its counts, a failed one with its error', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B'] });
    await at.adjust([['A', 'WH', -3]]);
    const report = await at.json(['job', 'run', 'recent', '--shop', 'main']);
    assert.deepStrictEqual([report.job, report.pushed], ['recent', 1]);
    assert.strictEqual(available('A'), 7);
    const failed = await at.run(['job', 'run', 'hard'], { env: { SHOP_TOKEN: 'wrong' } });
    assert.strictEqual(failed.status, 3);
    const [run] = await at.json(['job', 'history', 'recent']);
    assert.deepStrictEqual([run.state, run.cause, run.counts.pushed, run.error], ['finished', 'by hand', 1, null]);
    const [hard] = await at.json(['job', 'history', 'Hard Sync']);
    assert.deepStrictEqual([hard.state, hard.counts], ['failed', null]);
    assert.match(hard.error, /token/i);
    const log = await at.json(['job', 'log', String(hard.id)]);
    assert.strictEqual(log.lines[0].text, hard.error);
    const list = await at.json(['job', 'list']);
    assert.deepStrictEqual([job(list, 'recent').last_run.state, job(list, 'hard').last_run.state], ['finished', 'failed']);
    await at.refuses(['job', 'cancel', String(hard.id)], 3, /over already: failed/);
    await at.verify();
    void shop;
});

test('the table says what each shop is owed, and since when', async (t) => {
    const { at } = await retailer(t, { skus: ['A', 'B', 'C'] });
    await at.adjust([['A', 'WH', -3], ['B', 'WH', 1]]);
    const { oldest_owed_at, owed } = (await at.json(['job', 'list']))[0];
    assert.strictEqual(owed, 2);
    const { out } = await at.run(['job', 'list']);
    const since = oldest_owed_at.replace(/\.\d+Z$/, 'Z');
    assert.deepStrictEqual(out.split('\n').map((line) => line.split(/ {2,}/)[0] || line.trim()), ['recent', `owed 2 since ${since}`, 'orders', 'hard', '']);
    assert.match((await at.run(['job', 'show', 'Hard Sync'])).out, /^Hard Sync: Reads everything back.*\nhard .*\n +owed 2 since /);
    await at.json(['job', 'run', 'recent']);
    assert.doesNotMatch((await at.run(['job', 'list'])).out, /owed/);
});

test('what a hard sync found stands in its log', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A'] });
    shop.post('edit', { sku: 'A', location: shop.location, delta: 4 });
    const report = await at.json(['job', 'run', 'hard'], [1]);
    assert.strictEqual(report.drifted, 1);
    const [run] = await at.json(['job', 'history', 'hard']);
    const { lines } = await at.json(['job', 'log', String(run.id)]);
    assert.deepStrictEqual(lines.map((line) => line.text), ['A in web: changed by somebody else by +4']);
});

test('a killed run counts as crashed and does not block the next', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A'] });
    await at.adjust([['A', 'WH', 5]]);
    shop.post('faults', { kind: 'latency', rate: 1, ms: 4_000 });
    const child = at.start(['job', 'run', 'recent']);
    const running = async () => job(await at.json(['job', 'list']), 'recent').running;
    while (!(await running())) assert.strictEqual(child.exitCode, null);
    child.kill('SIGKILL');
    await child.result;
    shop.post('faults', { kind: 'none' });
    assert.strictEqual((await running()).state, 'running', 'nobody has looked yet');
    execFileSync('sqlite3', [at.db, `UPDATE run SET beat_at = beat_at - 60000000; UPDATE lane SET beat = beat - 60000000`]);
    await at.json(['job', 'run', 'recent']);
    const history = await at.json(['job', 'history', 'recent']);
    assert.deepStrictEqual(history.map((run) => run.state), ['finished', 'crashed']);
    assert.match(history[1].error, /no sign of life since/);
    assert.strictEqual(available('A'), 15);
    await at.verify();
});

test('cancel ends a run that is on its way; what is not sent stays owed', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A'] });
    await at.adjust([['A', 'WH', 5]]);
    shop.post('faults', { kind: 'http_503', rate: 1 });
    const child = at.start(['job', 'run', 'recent', '--json']);
    let running;
    while (!(running = job(await at.json(['job', 'list']), 'recent').running)) assert.strictEqual(child.exitCode, null);
    await at.json(['job', 'cancel', String(running.id)]);
    const { status } = await child.result;
    shop.post('faults', { kind: 'none' });
    assert.notStrictEqual(status, 0);
    const [run] = await at.json(['job', 'history', 'recent']);
    assert.ok(['cancelled', 'failed'].includes(run.state), run.state);
    await at.json(['job', 'run', 'recent']);
    await at.verify();
});
