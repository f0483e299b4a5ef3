// Trouble: other writers, a full disk, no rights, damaged files. Nothing is lost, and the next run goes on.
import assert from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LONG, PROGRAM, workspace } from '../lib/harness.js';
import { addsUp, CONFIG, level, resets, retail, take } from '../lib/stock.js';

const MANY = 4_000;
const SKUS = Array.from({ length: MANY }, (_, n) => `S${n}`);
const csv = (row) => 'sku,facility,quantity\n' + SKUS.map((sku, n) => `${sku},NYC,${row(n)}\n`).join('');
const many = (t) => retail(t, { products: ['A', 'B', 'C', ...SKUS].map((sku) => ({ sku })) });
const sql = (at, text) => {
    const { status, stdout, stderr } = spawnSync('sqlite3', [at.db, text], { encoding: 'utf8' });
    assert.strictEqual(status, 0, stderr);
    return stdout;
};

async function until(condition, what) {
    for (const deadline = Date.now() + 20_000; !condition(); await pause(2))
        assert.ok(Date.now() < deadline, `in vain waited for: ${what}`);
}

/** Another program that holds the write lock until `release` is called. */
async function locked(t, at) {
    const holder = spawn('sqlite3', [at.db], { stdio: ['pipe', 'pipe', 'ignore'] });
    t.after(() => holder.kill());
    let said = '';
    holder.stdout.on('data', (text) => { said += text; });
    holder.stdin.write('BEGIN IMMEDIATE;\nSELECT \'held\';\n');
    await until(() => said.includes('held'), 'the lock');
    return () => new Promise((done) => holder.on('close', done).stdin.end('ROLLBACK;\n'));
}

const opened = ({ pid }, name) => {
    try {
        return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith(name));
    } catch { return false; }
};

// ---- other writers

test('a writer waits for a database that another program has locked', async (t) => {
    const at = await retail(t);
    const release = await locked(t, at);
    const child = at.start(['import', 'levels', at.file('in.csv', 'sku,facility,quantity\nA,NYC,4\n'), '--mode', 'qoh', '--json']);
    await until(() => opened(child, 'evenstock.db') || child.exitCode !== null, 'the program at the database');
    assert.strictEqual(child.exitCode, null, 'it waits');
    const released = new Date().toISOString();
    await release();
    const { status, err } = await child.result;
    assert.strictEqual(status, 0, err);
    const [movement] = await at.lines(['export', 'ledger']);
    assert.ok(movement.recorded_at >= released.slice(0, 19), `${movement.recorded_at} is after ${released}`);
});

test('readers answer while another program holds the lock', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 4]]);
    const release = await locked(t, at);
    assert.strictEqual(await at.atp('A'), 4);
    assert.deepStrictEqual(await level(at), [4, 4]);
    await at.verify();
    await release();
});

test('many writers at once: every change counts once', async (t) => {
    const at = await retail(t);
    const files = Array.from({ length: 8 }, (_, n) => at.file(`a${n}.csv`, `sku,facility,delta\nA,NYC,${n + 1}\n`));
    const done = await Promise.all(files.map((file) => at.json(['import', 'adjustments', file])));
    done.forEach(addsUp);
    assert.deepStrictEqual(await level(at), [36, 36]);
    await at.verify();
});

test('a lock that outlasts the wait is told, and the next run does it all', { skip: !LONG && 'waits for 30 s' }, async (t) => {
    const at = await retail(t);
    const release = await locked(t, at), file = at.file('in.csv', 'sku,facility,quantity\nA,NYC,4\n');
    await at.refuses(['import', 'levels', file, '--mode', 'qoh', '--json'], 3, /lock|busy|another/i);
    await release();
    assert.strictEqual((await at.json(['import', 'levels', file, '--mode', 'qoh'])).applied, 1);
    await at.verify();
});

test('programs that make the database at once all find it whole', async (t) => {
    const at = workspace(t);
    const file = at.file('config.json', CONFIG);
    for (const { status, err } of await Promise.all(SKUS.slice(0, 4).map(() => at.run(['import', 'config', file])))) assert.strictEqual(status, 0, err);
    await at.verify();
});

test('a short import gets its turn beside a long one', async (t) => {
    const at = await many(t);
    const long = at.start(['import', 'levels', at.file('long.csv', csv((n) => n)), '--mode', 'qoh', '--json']);
    await until(() => opened(long, 'evenstock.db'), 'the long one at the database');
    for (let n = 0; n < 5; n++) assert.strictEqual((await take(at, 'adjustments', `sku,facility,delta,key\nA,NYC,1,k${n}\n`)).applied, 1);
    assert.strictEqual((await long.result).status, 0);
    assert.deepStrictEqual([await level(at), await level(at, 'S77')], [[5, 5], [77, 77]]);
    await at.verify();
});

test('the same file by two programs at once counts once', async (t) => {
    const at = await many(t);
    const file = at.file('twice.csv', 'sku,facility,delta\n' + SKUS.map((sku) => `${sku},NYC,1\n`).join(''));
    const both = await Promise.all([0, 1].map(() => at.run(['import', 'adjustments', file, '--json'])));
    for (const { status, err } of both) assert.strictEqual(status, 0, err);
    assert.deepStrictEqual(both.map(({ out }) => JSON.parse(out).same_bytes).sort(), [false, true]);
    assert.strictEqual((await at.json(['import', 'adjustments', file])).same_bytes, true);
    assert.ok((await at.lines(['export', 'levels'])).every(({ qoh }) => qoh === 1));
    assert.strictEqual((await at.lines(['export', 'ledger'])).length, MANY);
});

test('an import that is asked to end does so at once, and the next run goes on', async (t) => {
    const at = await many(t);
    const args = ['import', 'levels', at.file('in.csv', csv((n) => n % 50)), '--mode', 'qoh', '--json'];
    const release = await locked(t, at);
    const child = at.start(args);
    await until(() => opened(child, 'evenstock.db') || child.exitCode !== null, 'the program at the database');
    child.kill('SIGTERM');
    assert.strictEqual((await child.result).signal, 'SIGTERM', 'it does not wait for the lock first');
    await release();
    assert.strictEqual((await at.json(args)).rows, MANY);
    assert.deepStrictEqual(await level(at, 'S77'), [27, 27]);
    await at.verify();
});

// ---- the disk

/** Runs the program where no file may grow past `kib` KiB; what is longer is an error of the write, as on a full disk. */
const cramped = (at, kib, args) =>
    spawnSync('bash', ['-c', `ulimit -f ${kib}; exec "$@"`, 'bash', PROGRAM, ...args], { cwd: at.folder, env: at.env, encoding: 'utf8', timeout: 60_000 });

test('a full disk ends the import with an error, and with room it goes on', async (t) => {
    const calm = await many(t), at = await many(t);
    const text = csv((n) => (n === 5 || n === 3_999 ? 'x' : n % 50));
    const expected = await take(calm, 'levels', text, '--mode', 'qoh');
    const file = at.file('in.csv', text), args = ['import', 'levels', file, '--mode', 'qoh', '--json'];
    let failed = 0;
    for (const kib of [1, 40, 100, 200, 400, 800]) {
        const { status, signal, stdout, stderr } = cramped(at, kib, args);
        assert.strictEqual(signal, null);
        if (status === 1) break;
        assert.deepStrictEqual([status, stdout], [3, '']);
        assert.match(stderr, /evenstock\.db.*(full|room)/);
        await at.verify();
        failed++;
    }
    assert.ok(failed >= 2, `the room was too small ${failed} times`);
    await at.run(args);
    assert.deepStrictEqual(await at.lines(['export', 'levels']), await calm.lines(['export', 'levels']));
    assert.strictEqual((await at.lines(['export', 'ledger'])).length, expected.movements);
    assert.strictEqual(readFileSync(`${file}.errors.csv`, 'utf8'), readFileSync(`${expected.file}.errors.csv`, 'utf8'));
    await at.verify();
});

test('a database cannot be made on a full disk, and is made when there is room', async (t) => {
    const at = workspace(t);
    for (const kib of [0, 4, 64, 200]) {
        const { status, signal, stdout } = cramped(at, kib, ['init', '--json']);
        assert.strictEqual(signal, null, `${kib} KiB`);
        if (status === 0) continue;
        assert.deepStrictEqual([status, stdout], [3, '']);
    }
    assert.strictEqual((await at.run(['init'])).status, 0);
    await at.verify();
});

test('an export that does not fit is an error, not half an answer', async (t) => {
    const { status, stdout, stderr } = cramped(await many(t), 64, ['export', 'atp', '--json']);
    assert.deepStrictEqual([status, stdout], [3, '']);
    assert.match(stderr, /output cannot be written/);
});

test('an errors file that cannot be written leaves the import to be ended', async (t) => {
    const at = await retail(t);
    const file = at.file('in.csv', 'sku,facility,delta\nA,NYC,4\nX,NYC,1\n');
    await at.refuses(['import', 'adjustments', file, '--errors', at.path('no/such/folder.csv'), '--json'], 3, /folder\.csv/);
    const again = await at.run(['import', 'adjustments', file, '--errors', at.folder, '--json']);
    assert.deepStrictEqual([again.status, again.out], [3, '']);
    assert.match(again.err, /going on after row 2\n.*errors file .*directory/);
    const done = await at.json(['import', 'adjustments', file], [1]);
    addsUp(done);
    assert.deepStrictEqual([done.rows, done.refused], [2, 1]);
    assert.match(at.read('in.csv.errors.csv'), /^X,NYC,1,2,sku,/m);
    assert.deepStrictEqual(await level(at), [4, 4], 'once');
});

test('an errors file that is a pipe is written to and stays one', async (t) => {
    const at = await retail(t);
    const pipe = at.path('pipe'), file = at.file('in.csv', 'sku,facility,delta\nX,NYC,1\n');
    assert.strictEqual(spawnSync('mkfifo', [pipe]).status, 0);
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'ignore'] });
    t.after(() => reader.kill());
    let said = '';
    reader.stdout.on('data', (text) => { said += text; });
    const closed = once(reader, 'close');
    await at.json(['import', 'adjustments', file, '--errors', pipe], [1]);
    assert.ok(statSync(pipe).isFIFO());
    await closed;
    assert.match(said, /^X,NYC,1,1,sku,/m);
});

test('a folder without the right to write is told, for nobody else than root', { skip: process.getuid() !== 0 && 'needs root to become somebody else' }, async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 4]]);
    copyFileSync(PROGRAM, at.path('program'));
    const file = at.file('in.csv', 'sku,facility,quantity\nA,NYC,9\n');
    chmodSync(at.folder, 0o755);
    const { status, stdout, stderr } = spawnSync(at.path('program'), ['import', 'levels', file, '--mode', 'qoh', '--json'], { cwd: at.folder, env: at.env, encoding: 'utf8', uid: 65534, gid: 65534 });
    assert.deepStrictEqual([status, stdout], [3, '']);
    assert.match(stderr, /evenstock\.db.*(rights|opened)/);
    assert.deepStrictEqual(await level(at), [4, 4]);
});

// ---- damaged and foreign files

test('a damaged page is told wherever it is, and never ends the program by a signal', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 4], ['B', 'WH', 7]]);
    await take(at, 'orders', [{ event_id: 'e', order: '1', line: '1', sku: 'A', quantity: 1, kind: 'placed', channel: 'web' }]);
    sql(at, 'PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
    const whole = readFileSync(at.db), size = Number(sql(at, 'PRAGMA page_size'));
    const pages = whole.length / size, missed = [];
    for (let page = 1; page < pages; page += 3) {
        const damaged = Buffer.from(whole);
        damaged.fill(0xa5, page * size, (page + 1) * size);
        writeFileSync(at.db, damaged);
        for (const side of ['-wal', '-shm']) if (existsSync(at.db + side)) writeFileSync(at.db + side, '');
        const { status, signal, err } = await at.run(['verify', '--json']);
        assert.strictEqual(signal, null, `page ${page}: ${err}`);
        if (status === 0) missed.push(page);
    }
    assert.deepStrictEqual(missed, [], `of ${pages} pages`);
    writeFileSync(at.db, whole);
    await at.verify();
});

test('half a database is refused', async (t) => {
    const at = await retail(t);
    sql(at, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const whole = readFileSync(at.db);
    writeFileSync(at.db, whole.subarray(0, whole.length >> 1));
    const { status, signal, out } = await at.run(['verify', '--json']);
    assert.strictEqual(signal, null);
    assert.ok(status === 3 ? out === '' : status === 1, `exit ${status}`);
});

test('a database of a newer version, and one of another program, stay as they are', async (t) => {
    const at = await retail(t);
    sql(at, 'PRAGMA user_version = 9999');
    for (const args of [['verify'], ['atp', 'A'], ['init'], ['import', 'levels', at.file('in.csv', 'sku,facility,quantity\nA,NYC,4\n'), '--mode', 'qoh']])
        await at.refuses(args, 3, /newer version/);
    assert.strictEqual(sql(at, 'PRAGMA user_version; SELECT count(*) FROM ledger').trim(), '9999\n0');
    const other = workspace(t);
    sql(other, 'CREATE TABLE notes(text)');
    await other.refuses(['init'], 3, /another program/);
    assert.strictEqual(sql(other, 'SELECT name FROM sqlite_schema').trim(), 'notes');
});
