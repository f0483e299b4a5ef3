// export atp, levels and ledger, and the ledger of one product: what is listed, in every format, and as of now.
import assert from 'node:assert';
import test from 'node:test';
import { workspace } from '../lib/harness.js';
import { level, orders, resets, retail, take } from '../lib/stock.js';

const KINDS = { atp: ['sku', 'channel', 'online_atp', 'raw'], levels: ['sku', 'facility', 'qoh', 'reserved', 'atp'],
    ledger: ['seq', 'at', 'recorded_at', 'sku', 'facility', 'qoh_delta', 'atp_delta', 'qoh', 'atp', 'reason', 'source', 'actor'] };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

async function busy(t) {
    const at = await retail(t, { products: [{ sku: 'A' }, { sku: 'B' }, { sku: 'C' }, { sku: 'N,1 "x"' }, { sku: 'KIT', kit: [{ sku: 'B', quantity: 2 }] }] });
    await resets(at, [['A', 'NYC', 10], ['A', 'BOS', 0], ['B', 'WH', 7], ['"N,1 ""x"""', 'WH', 3]]);
    await take(at, 'adjustments', 'sku,facility,delta,reason\nA,NYC,-2,"lost, ""again"""\nC,NYC,4,\nC,NYC,-4,\n');
    await orders(at, [{ event_id: 'e', order: '1', line: '1', sku: 'A', quantity: 3, kind: 'placed', channel: 'web', facility: 'NYC', at: '2026-03-01T10:00:00+02:00' }]);
    return at;
}

/** A reader of CSV of our own, so that quotes are held to the rule. */
function csv(text) {
    const rows = [[]];
    for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
        rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
        if (end !== ',') rows.push([]);
    }
    const [head, ...data] = rows.filter((row) => row.length > 1);
    return data.map((row) => Object.fromEntries(head.map((name, n) => [name, row[n]])));
}

for (const [kind, keys] of Object.entries(KINDS))
    test(`export ${kind}: the same in JSON lines, JSON and CSV`, async (t) => {
        const at = await busy(t);
        const lines = await at.lines(['export', kind]);
        assert.ok(lines.length > 0);
        for (const line of lines) for (const key of keys) assert.ok(key in line, key);
        const whole = JSON.parse((await at.run(['export', kind, '--json'])).out);
        assert.deepStrictEqual(whole, lines);
        const { out, status } = await at.run(['export', kind, '--csv']);
        assert.strictEqual(status, 0);
        const table = csv(out);
        assert.deepStrictEqual(table.map((row) => keys.map((key) => row[key])), lines.map((line) => keys.map((key) => String(line[key] ?? ''))));
        assert.deepStrictEqual((await at.run(['export', kind])).out.length > 0, true);
    });

test('atp: one line for every product in every channel, also at 0', async (t) => {
    const at = await busy(t);
    const lines = await at.lines(['export', 'atp']);
    assert.strictEqual(lines.length, 5 * 2);
    assert.strictEqual(new Set(lines.map((line) => `${line.sku}\n${line.channel}`)).size, 10);
    for (const { sku, channel, online_atp: online, raw } of lines) {
        const view = await at.json(['atp', sku, '--channel', channel]);
        assert.deepStrictEqual([online, raw], [view.online_atp, view.raw], `${sku} ${channel}`);
        assert.strictEqual(online, Math.max(0, raw));
    }
    const number = (sku, channel) => lines.find((line) => line.sku === sku && line.channel === channel).online_atp;
    assert.deepStrictEqual([number('A', 'web'), number('A', 'nyc'), number('C', 'web'), number('KIT', 'web'), number('N,1 "x"', 'web')], [5, 5, 0, 3, 3]);
});

test('levels: every pair that ever moved, also at 0, and no other', async (t) => {
    const at = await busy(t);
    const lines = (await at.lines(['export', 'levels'])).map((line) => [line.sku, line.facility, line.qoh, line.reserved, line.atp].join());
    assert.deepStrictEqual(lines.toSorted(), ['A,BOS,0,0,0', 'A,NYC,8,3,5', 'B,WH,7,0,7', 'C,NYC,0,0,0', 'N,1 "x",WH,3,0,3']);
});

test('ledger: every movement once, each balance from the one before', async (t) => {
    const at = await busy(t);
    const lines = await at.lines(['export', 'ledger']), held = new Map();
    assert.deepStrictEqual(lines.map((line) => line.seq), lines.map((line) => line.seq).toSorted((a, b) => a - b));
    for (const line of lines) {
        const key = `${line.sku}\n${line.facility}`, [qoh, atp] = held.get(key) ?? [0, 0];
        assert.deepStrictEqual([line.qoh, line.atp], [qoh + line.qoh_delta, atp + line.atp_delta], JSON.stringify(line));
        assert.match(line.at, TIME);
        assert.match(line.recorded_at, TIME);
        assert.ok(line.source && line.reason && line.actor, JSON.stringify(line));
        held.set(key, [line.qoh, line.atp]);
    }
    assert.strictEqual(lines.length, 8, 'also a first count of 0');
    assert.ok(lines.some((line) => line.reason === 'lost, "again"'));
    const placed = lines.find((line) => line.atp_delta === -3);
    assert.strictEqual(placed.at, '2026-03-01T08:00:00Z', 'a time with an offset is kept in UTC');
});

test('the ledger of one product: newest first, as many as asked for', async (t) => {
    const at = await busy(t);
    const rows = await at.json(['ledger', 'A']);
    assert.deepStrictEqual(rows.filter((row) => row.facility === 'NYC').map((row) => [row.qoh_delta, row.atp_delta]), [[0, -3], [-2, -2], [10, 10]]);
    assert.deepStrictEqual(await at.json(['ledger', 'A', '--limit', '1']), rows.slice(0, 1));
    assert.deepStrictEqual(await at.json(['ledger', 'KIT']), []);
    assert.match((await at.run(['ledger', 'A'])).out, /NYC/);
    await at.refuses(['ledger', 'X', '--json'], 3, /X/);
});

test('an empty database gives empty exports', async (t) => {
    const at = workspace(t);
    await at.run(['init']);
    for (const kind of Object.keys(KINDS)) {
        assert.deepStrictEqual(await at.lines(['export', kind]), []);
        assert.deepStrictEqual(JSON.parse((await at.run(['export', kind, '--json'])).out), []);
        assert.strictEqual((await at.run(['export', kind, '--csv'])).out.trim(), KINDS[kind].join(), `the header of ${kind} alone`);
    }
    await at.refuses(['export', 'ledger', '--db', `sqlite:${at.path('none.db')}`], 3, /none\.db/);
});

// ---- as of now

test('dates of members: from is in, thru is out, and every reader sees it at once', async (t) => {
    const at = await busy(t);
    const soon = new Date(Date.now() + 1200).toISOString(), past = '2020-01-01T00:00:00Z';
    const members = (rows) => at.config({ groups: [{ code: 'ONLINE', members: rows }] });
    for (const [dates, expected] of [[{ from: past }, 5], [{ thru: past }, 0], [{ from: '2999-01-01T00:00:00Z' }, 0], [{ from: past, thru: '2999-01-01T00:00:00+14:00' }, 5], [{}, 5]]) {
        await members([{ facility: 'NYC', ...dates }]);
        assert.strictEqual(await at.atp('A'), expected, JSON.stringify(dates));
        await at.verify();
    }
    await members([{ facility: 'NYC', thru: soon }, { facility: 'BOS', from: soon }]);
    await take(at, 'adjustments', 'sku,facility,delta\nA,BOS,40\n');
    const early = await at.atp('A');
    if (Date.now() < Date.parse(soon)) assert.strictEqual(early, 5); /* a slow machine may be past it */
    while (Date.now() <= Date.parse(soon)) await at.run(['version']);
    const exported = (await at.lines(['export', 'atp'])).find((line) => line.sku === 'A' && line.channel === 'web');
    assert.deepStrictEqual([exported.online_atp, await at.atp('A')], [40, 40]);
    await at.verify();
    await take(at, 'adjustments', 'sku,facility,delta\nA,BOS,1\n');
    assert.strictEqual(await at.atp('A'), 41);
    assert.deepStrictEqual(await level(at, 'A', 'BOS'), [41, 41]);
    await at.verify();
});
