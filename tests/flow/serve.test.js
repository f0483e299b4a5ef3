// `evenstock serve`: the one line it prints, its schedules and its HTTP face together, its end, and what it refuses.
import assert from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { retailer, workspace } from '../lib/harness.js';

const DEADLINE_MS = 60_000;

async function serve(t, at, ...args) {
    const child = at.start(['serve', ...args]);
    t.after(async () => { child.kill('SIGKILL'); await child.result; });
    const line = await new Promise((resolve, reject) => {
        child.stdout.once('data', (chunk) => resolve(chunk.toString()));
        child.result.then(({ status, err }) => reject(new Error(`serve ended with ${status}: ${err}`)));
    });
    assert.match(line, /^\{.*\}\n$/, 'one line, whole');
    const ready = JSON.parse(line);
    const call = async (method, path, body, token = ready.token) => {
        const answer = await fetch(ready.url + path, { method, body: body && JSON.stringify(body),
            headers: { Connection: 'close', ...(token && { Authorization: `Bearer ${token}` }), ...(body && { 'Content-Type': 'application/json' }) } });
        return { status: answer.status, json: await answer.json().catch(() => null) };
    };
    const stop = async (signal = 'SIGTERM') => {
        child.kill(signal);
        const done = await child.result;
        assert.deepStrictEqual([done.status, done.signal, done.out], [0, null, line], done.err);
    };
    return { ...ready, line, child, call, stop };
}

async function until(what, is) {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await is())) {
        assert.ok(Date.now() < deadline, `not within ${DEADLINE_MS} ms: ${what}`);
        await after(20);
    }
}

test('the token is told once; health answers; both signals end it', async (t) => {
    const at = workspace(t);
    const first = await serve(t, at);
    assert.deepStrictEqual(Object.keys(first).slice(0, 2), ['url', 'token']);
    assert.match(first.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.strictEqual((await first.call('GET', '/healthz')).status, 200);
    assert.strictEqual((await fetch(first.url, { headers: { Connection: 'close' } })).status, 200);
    await first.stop();
    const second = await serve(t, at, '--port', new URL(first.url).port, '--json');
    assert.deepStrictEqual(JSON.parse(second.line), { url: first.url });
    assert.strictEqual((await second.call('GET', '/healthz')).status, 200);
    await second.stop('SIGINT');
});

test('a job that REST schedules and one that it asks for run here, beside the command line', async (t) => {
    const { at, available } = await retailer(t, { skus: ['A'] });
    const service = await serve(t, at);
    await at.adjust([['A', 'WH', 4]]);
    const asked = await service.call('POST', '/api/v1/jobs/recent/runs?shop=main');
    assert.strictEqual(asked.status, 202);
    await until('the run is over', async () => (await service.call('GET', `/api/v1/runs/${asked.json.id}`)).json.state === 'finished');
    assert.strictEqual(available('A'), 14);
    const planned = await service.call('PUT', '/api/v1/jobs/recent/schedule?shop=main', { schedule: 'as changes happen' });
    assert.strictEqual(planned.status, 200);
    await at.adjust([['A', 'WH', -9]]);
    await until('A shows 5', () => available('A') === 5);
    assert.strictEqual((await service.call('POST', '/api/v1/jobs/recent/pause?shop=main')).json.status, 'paused');
    assert.strictEqual((await service.call('POST', '/api/v1/jobs/recent/runs?shop=main', undefined, 'guess')).status, 401);
    const report = await at.json(['job', 'run', 'recent']);
    assert.strictEqual(report.pushed, 0);
    await service.stop();
    await at.verify();
});

test('what changes within the gather window is one push', async (t) => {
    const GATHER_MS = 4_000;
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B'] });
    await at.json(['job', 'schedule', 'recent', '--as-changes-happen']);
    const service = await serve(t, at, '--gather-ms', String(GATHER_MS));
    const { mutations } = shop.get('stats'), began = Date.now();
    await at.adjust([['A', 'WH', 1]]);
    await at.adjust([['B', 'WH', 2], ['A', 'WH', 1]]);
    const twoMade = Date.now() - began;
    await until('both show', () => available('A') === 12 && available('B') === 12);
    if (twoMade < GATHER_MS) assert.strictEqual(shop.get('stats').mutations, mutations + 1);
    assert.ok(Date.now() - began >= GATHER_MS, 'not before the window has passed');
    await service.stop();
    for (const wrong of ['0', 'x', '60001'])
        await at.refuses(['serve', '--gather-ms', wrong], 2, /--gather-ms/);
});

test('kill -9 loses nothing: what was due or asked for runs at the next start', async (t) => {
    const { at, available } = await retailer(t, { skus: ['A'] });
    await at.json(['job', 'schedule', 'recent', '--as-changes-happen']);
    const service = await serve(t, at);
    service.child.kill('SIGKILL');
    await service.child.result;
    await at.adjust([['A', 'WH', 2]]);
    await at.verify();
    const again = await serve(t, at);
    await until('A shows 12', () => available('A') === 12);
    await again.stop();
    await at.verify();
});

test('a port that is in use, a bad port and a bad database are refused', async (t) => {
    const at = workspace(t);
    const taken = createServer().listen(0, '127.0.0.1');
    t.after(() => taken.close());
    await once(taken, 'listening');
    await at.refuses(['serve', '--port', String(taken.address().port)], 3, /is in use/);
    const service = await serve(t, at);
    assert.match(service.token, /.{20,}/, 'the start that failed has used up no token');
    await service.stop();
    for (const port of ['65536', '-1', 'http', '80.5']) await at.refuses(['serve', `--port=${port}`], 2, /--port/);
    await at.refuses(['serve', 'now'], 2, /one argument too many/);
    at.file('text.db', 'this is no database, and long enough to be looked at as one: '.repeat(40));
    await at.refuses(['serve', '--db', `sqlite:${at.path('text.db')}`], 3, /no database/);
});
