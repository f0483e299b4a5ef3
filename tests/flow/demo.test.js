// The demo on a few orders: it ends with a running page, and with Ctrl-C; with --once at once.
import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import { PROGRAM, ROOT, workspace } from '../lib/harness.js';

const ORDERS = 'InvoiceNo,StockCode,Quantity,InvoiceDate\n' +
    Array.from({ length: 12 }, (_, i) => `${5000 + i},S${i % 4},${1 + (i % 3)},2011-11-24 0${i % 9}:30\n`).join('');

function demo(t, ...options) {
    const orders = workspace(t).file('orders.csv', ORDERS);
    const child = spawn(process.execPath, [join(ROOT, 'demo/main.js'), '--orders', orders, '--no-faults', ...options],
        { env: { ...process.env, EVENSTOCK: PROGRAM }, stdio: ['ignore', 'pipe', 'pipe'] });
    const run = { child, out: '', err: '', ended: once(child, 'close') };
    child.stdout.on('data', (chunk) => { run.out += chunk; });
    child.stderr.on('data', (chunk) => { run.err += chunk; });
    t.after(async () => { child.kill('SIGTERM'); await run.ended; });
    return run;
}

test('the demo ends with the address of a running page, and with Ctrl-C', async (t) => {
    const run = demo(t);
    while (!/Ctrl-C/.test(run.out)) await Promise.race([once(run.child.stdout, 'data'), run.ended.then(() => assert.fail(run.err + run.out))]);
    assert.match(run.out, /in sync: (\d+) of \1\b/);
    const [, url] = run.out.match(/^pages: (http:\/\/127\.0\.0\.1:\d+) /m);
    const page = await (await fetch(url, { headers: { Connection: 'close' } })).text();
    assert.match(page, /Upload recent inventory change/);
    assert.match(page, /as changes happen/);
    run.child.kill('SIGINT');
    assert.deepStrictEqual(await run.ended, [0, null], run.err);
    await assert.rejects(fetch(url), 'the service ended with it');
});

test('with --once it ends after the summary', async (t) => {
    const run = demo(t, '--once');
    assert.deepStrictEqual(await run.ended, [0, null], run.err);
    assert.match(run.out, /in sync: (\d+) of \1\b/);
    assert.doesNotMatch(run.out, /pages:/);
});
