// `evenstock serve`: the one line it prints, its schedules and its HTTP face together, its end, and what it refuses.
import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { LONG, retailer, workspace } from '../lib/harness.js';
import { Visitor, serve, until } from '../lib/service.js';

const KILLS = LONG ? 200 : 30;

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
    const { mutations } = shop.get('stats'), began = performance.now();
    await at.adjust([['A', 'WH', 1]]);
    await at.adjust([['B', 'WH', 2], ['A', 'WH', 1]]);
    const twoMade = performance.now() - began;
    await until('both show', () => available('A') === 12 && available('B') === 12);
    if (twoMade < GATHER_MS) assert.strictEqual(shop.get('stats').mutations, mutations + 1);
    assert.ok(performance.now() - began >= GATHER_MS, 'not before the window has passed');
    await service.stop();
    for (const wrong of ['0', 'x', '60001'])
        await at.refuses(['serve', '--gather-ms', wrong], 2, /--gather-ms/);
});

for (const who of ['the service', 'the command line'])
    test(`a Hard Sync of ${who} that waits for a bulk query holds nothing up that is owed`, async (t) => {
        const skus = Array.from({ length: 1_100 }, (_, i) => `S${i}`); /* so many are read in bulk */
        const { at, shop, available } = await retailer(t, { skus });
        await at.json(['job', 'schedule', 'recent', '--as-changes-happen']);
        const service = who === 'the service' && await serve(t, at);
        shop.post('faults', { kind: 'bulk_stuck' });
        let over = false;
        const report = service
            ? service.call('POST', '/api/v1/jobs/hard/runs?shop=main').then(({ json: { id } }) =>
                until('it is over', async () => (await service.call('GET', `/api/v1/runs/${id}`)).json.state === 'finished'))
            : at.json(['sync', 'hard']);
        report.finally(() => { over = true; }).catch(() => {});
        await until('the bulk query runs', () => [...shop.world.bulks.values()].some((one) => ['CREATED', 'RUNNING'].includes(one.status)));
        await at.adjust([['S0', 'WH', -3], ['S1', 'WH', 3]]);
        await until('both show', () => available('S0') === 7 && available('S1') === 13);
        assert.strictEqual(over, false);
        shop.post('faults', { kind: 'none' });
        await report;
        if (service) await service.stop();
        const { violations, raised } = shop.get('stats');
        assert.deepStrictEqual({ violations, raised }, { violations: [], raised: 0 });
        await at.verify();
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

test(`${KILLS} kills during pushes: after the restart the books add up, the shop is right, and nothing went out twice`, async (t) => {
    const skus = Array.from({ length: 20 }, (_, i) => `S${i}`);
    const { at, shop, available } = await retailer(t, { skus });
    const expected = new Map(skus.map((sku) => [sku, 10]));
    await at.json(['job', 'schedule', 'recent', '--as-changes-happen']);
    shop.post('faults', { kind: 'latency', rate: 1, ms: 30 });
    for (let kill = 0; kill < KILLS; kill++) {
        const { child } = await serve(t, at);
        const calls = shop.get('stats').calls;
        const rows = skus.map((sku, i) => [sku, 'WH', ((i + kill) % 5) - 1]).filter(([, , delta]) => delta);
        for (const [sku, , delta] of rows) expected.set(sku, expected.get(sku) + delta);
        await at.adjust(rows);
        await until('it asks the shop', () => shop.get('stats').calls > calls);
        await after(Math.random() * 100);
        child.kill('SIGKILL');
        await child.result;
        await at.verify();
        /* The killed one's leases end in half a minute; here they end at once, but for the last. */
        if (kill < KILLS - 1) execFileSync('sqlite3', [at.db, 'UPDATE run SET beat_at = beat_at - 60000000; UPDATE lane SET beat = beat - 60000000']);
    }
    shop.post('faults', { kind: 'none' });
    const last = await serve(t, at);
    await until('the shop is right', () => skus.every((sku) => available(sku) === expected.get(sku)));
    await until('nothing is left to do', async () => { const [recent] = await at.json(['job', 'list']); return recent.owed === 0 && !recent.running; });
    await last.stop();
    await at.verify();
    assert.deepStrictEqual(shop.get('stats').violations, []);
    for (const sku of skus) {
        const ours = shop.get(`history?sku=${sku}`).filter((row) => row.name === 'available' && row.reference?.startsWith('gid://evenstock/Push/'));
        assert.strictEqual(new Set(ours.map((row) => row.reference)).size, ours.length, `${sku}: a push was applied twice`);
        assert.strictEqual(ours.reduce((sum, row) => sum + row.delta, 0), expected.get(sku), sku);
    }
    const states = new Map();
    for (const { state } of await at.json(['job', 'history', 'recent'])) states.set(state, (states.get(state) ?? 0) + 1);
    assert.ok(states.get('crashed') > 0, 'kills came while a run was at work');
    t.diagnostic(`runs: ${[...states].map(([state, n]) => `${n} ${state}`).join(', ')}`);
});

test('two edits of one job at once: the second is told of the first, by form and by REST', async (t) => {
    const { at } = await retailer(t, { skus: ['A'], adopt: false });
    const service = await serve(t, at);
    const [kim, lee] = [new Visitor(service.url), new Visitor(service.url)];
    for (const one of [kim, lee]) await one.signIn(service.token);
    const [hers, his] = [await kim.open('/jobs/recent?shop=main'), await lee.open('/jobs/recent?shop=main')];
    const { json: { version } } = await service.call('GET', '/api/v1/jobs/recent');
    assert.match((await kim.send(hers, '/jobs/recent/schedule', { schedule: 'every 15m' })).text, /every 15 minutes/);
    const refused = await lee.send(his, '/jobs/recent/schedule', { schedule: 'hourly' });
    assert.strictEqual(refused.status, 409);
    assert.match(refused.text, /changed|edited/);
    const late = await service.call('PUT', '/api/v1/jobs/recent/schedule', { schedule: 'hourly', version });
    assert.deepStrictEqual([late.status, late.json.status], [409, 409]);
    const now = (await service.call('GET', '/api/v1/jobs/recent')).json;
    assert.strictEqual(now.schedule, 'every 15 minutes');
    const done = await service.call('PUT', '/api/v1/jobs/recent/schedule', { schedule: 'hourly', version: now.version });
    assert.deepStrictEqual([done.status, done.json.schedule, done.json.version > now.version], [200, 'hourly', true]);
    assert.strictEqual((await service.call('PUT', '/api/v1/jobs/recent/schedule', { schedule: 'hourly', version: -2 })).status, 400);
    await service.stop();
});

test('what nobody can mean is refused with the reason, by form and by REST', async (t) => {
    const { at } = await retailer(t, { skus: ['A'], adopt: false });
    const service = await serve(t, at);
    const refused = async (status, detail, method, path, body, token) => {
        const answer = await service.call(method, path, body, token);
        assert.strictEqual(answer.status, status, path);
        assert.match(answer.json.detail, detail);
    };
    await refused(404, /no shop 'other'/, 'POST', '/api/v1/jobs/recent/runs?shop=other');
    await refused(404, /no job 'upload'; there are recent/, 'POST', '/api/v1/jobs/upload/runs');
    await refused(400, /now and then/, 'PUT', '/api/v1/jobs/recent/schedule', { schedule: 'now and then' });
    await refused(400, /schedule/, 'PUT', '/api/v1/jobs/recent/schedule', { every: '15m' });
    await refused(401, /not a token/, 'POST', '/api/v1/jobs/recent/pause', undefined, 'guess');
    await refused(404, /no run 99/, 'POST', '/api/v1/runs/99/cancel');
    const visitor = new Visitor(service.url);
    assert.strictEqual((await visitor.post('/jobs/recent/run', { shop: 'main' })).status, 401, 'a form without having signed in');
    assert.match((await visitor.post('/sign-in', { token: 'guess', next: '/' })).text, /not a token/);
    await visitor.signIn(service.token);
    assert.strictEqual((await visitor.post('/jobs/recent/run', { shop: 'main' })).status, 403, 'a form of another site');
    const page = await visitor.open('/jobs/recent?shop=main');
    for (const [fill, status, why] of [[{ shop: 'other' }, 404, /no shop 'other'/], [{ schedule: 'daily at', at: '25:00' }, 400, /25:00/], [{ version: 'x' }, 400, /version/]]) {
        const answer = await visitor.send(page, '/jobs/recent/schedule', { schedule: 'hourly', ...fill });
        assert.strictEqual(answer.status, status, answer.text);
        assert.match(answer.text, why);
    }
    assert.deepStrictEqual(await at.json(['job', 'history', 'recent']), []);
    await service.stop();
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
