// import adjustments: signed changes, keys that make them apply once, and the time of a change beside the time of a count.
import assert from 'node:assert';
import test from 'node:test';
import { counts, errorsOf, level, orders, resets, retail, take } from '../lib/stock.js';

const NONE = { applied: 0, unchanged: 0, refused: 0, waiting: 0, movements: 0 };
const keyed = (at, ...rows) => take(at, 'adjustments', 'sku,facility,delta,key,at\n' + rows.map((row) => `${row}\n`).join(''));
const dated = (at, ...rows) => take(at, 'adjustments', 'sku,facility,delta,at\n' + rows.map((row) => `A,NYC,${row}\n`).join(''));

test('changes add up, also within one file, and below nothing', async (t) => {
    const at = await retail(t);
    const done = await take(at, 'adjustments', 'sku,facility,delta,reason,comments\nA,NYC,12,found,behind a shelf\nA,NYC,-5,,\nA,NYC,+1,,\nA,NYC,0,,\nA,WH,-3,lost,\n');
    assert.deepStrictEqual(counts(done), { ...NONE, applied: 5, movements: 4 });
    assert.deepStrictEqual([await level(at), await level(at, 'A', 'WH')], [[8, 8], [-3, -3]]);
    const ledger = await at.lines(['export', 'ledger']);
    assert.deepStrictEqual(ledger.map((row) => [row.facility, row.qoh_delta, row.atp_delta, row.qoh, row.atp]).sort(),
        [['NYC', -5, -5, 7, 7], ['NYC', 1, 1, 8, 8], ['NYC', 12, 12, 12, 12], ['WH', -3, -3, -3, -3]]);
    assert.deepStrictEqual([ledger.find((row) => row.qoh_delta === 12).reason, ledger.find((row) => row.facility === 'WH').reason], ['found', 'lost']);
    await at.verify();
});

test('both balances move: what is reserved stays', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 10]]);
    await orders(at, [{ event_id: 'e', order: '1', line: '1', sku: 'A', quantity: 4, kind: 'placed', channel: 'web', facility: 'NYC' }]);
    await at.adjust([['A', 'NYC', -8]]);
    assert.deepStrictEqual(await level(at), [2, -2]);
});

test('the names of HotWax, and products by an identifier', async (t) => {
    const at = await retail(t);
    const head = 'facilityId,externalFacilityId,idType,idValue,availableDelta,locationSeqId,varianceReasonId,comments\n';
    assert.strictEqual((await take(at, 'adjustments', `${head}NYC,,UPCA,012345678905,4,TLTLTLLL01,POS_SALE,\n,NYC,SKU,A,-1,,VAR_LOST,\n`)).applied, 2);
    assert.deepStrictEqual(await level(at), [3, 3]);
    assert.deepStrictEqual((await at.lines(['export', 'ledger'])).map((row) => row.reason), ['POS_SALE', 'VAR_LOST']);
});

test('bad rows are refused with the place', async (t) => {
    const at = await retail(t);
    const bad = [['A,NYC,1.5', 'delta'], ['A,NYC,', 'delta'], ['A,NYC,1e3', 'delta'], ['A,NYC,-1000000001', 'delta'], ['X,NYC,1', 'sku'], ['A,X,1', 'facility'], ['KIT,NYC,1', 'sku']];
    const done = await take(at, 'adjustments', `sku,facility,delta\n${bad.map(([row]) => `${row}\n`).join('')}A,NYC,-1000000000\n`);
    assert.deepStrictEqual(counts(done), { ...NONE, applied: 1, refused: bad.length, movements: 1 });
    errorsOf(at, done.file).trimEnd().split('\n').slice(1).forEach((line, n) => assert.ok(line.startsWith(`${bad[n][0]},${n + 1},${bad[n][1]},`), line));
    assert.deepStrictEqual(await level(at), [-1e9, -1e9]);
    for (const column of ['sku', 'facility', 'delta'])
        await at.refuses(['import', 'adjustments', at.file('short.csv', `${['sku', 'facility', 'delta'].filter((name) => name !== column)}\na,b\n`)], 3, new RegExp(column));
});

// ---- keys

test('a key applies once for ever, in one file or in two', async (t) => {
    const at = await retail(t);
    assert.deepStrictEqual(counts(await keyed(at, 'A,NYC,4,k1,', 'A,NYC,4,k1,', 'A,NYC,4,k2,', 'A,NYC,4,,', 'A,NYC,4,,')), { ...NONE, applied: 4, unchanged: 1, movements: 4 });
    assert.deepStrictEqual(counts(await keyed(at, 'A,NYC,4,k2,', 'A,NYC,1,k3,')), { ...NONE, applied: 1, unchanged: 1, movements: 1 });
    assert.deepStrictEqual(await level(at), [17, 17]);
});

test('the same key with other content is refused; the content is what a row means', async (t) => {
    const at = await retail(t);
    await keyed(at, 'A,NYC,4,k,2026-03-01T10:00:00Z');
    const done = await keyed(at, 'B,NYC,4,k,2026-03-01T10:00:00Z', 'A,WH,4,k,2026-03-01T10:00:00Z', 'A,NYC,5,k,2026-03-01T10:00:00Z', 'A,NYC,4,k,2026-03-01T10:00:01Z', 'A,NYC,4,k,');
    assert.deepStrictEqual(counts(done), { ...NONE, refused: 5 });
    for (const line of errorsOf(at, done.file).trimEnd().split('\n').slice(1)) assert.match(line, /,key,/);
    assert.strictEqual((await keyed(at, 'A,NYC,+04,k,2026-03-01T12:00:00+02:00')).unchanged, 1);
    const named = await take(at, 'adjustments', 'id_type,id_value,facility,delta,key,at,reason\nUPCA,012345678905,NYC,4,k,2026-03-01T10:00:00Z,other words\n');
    assert.strictEqual(named.unchanged, 1, 'another name of the same product, and words that do not count');
    assert.deepStrictEqual(await level(at), [4, 4]);
});

test('a refused row does not use up its key', async (t) => {
    const at = await retail(t);
    assert.strictEqual((await keyed(at, 'X,NYC,4,k,', 'A,NYC,x,k,', 'A,PARIS,4,k,', 'A,NYC,4,k,soon')).refused, 4);
    assert.strictEqual((await take(at, 'adjustments', 'sku,facility,delta,key\nX,NYC,1,z\nA,NYC,9,k\n', '--all-or-nothing')).applied, 0);
    assert.strictEqual((await take(at, 'adjustments', 'sku,facility,delta,key\nA,NYC,9,k\n', '--dry-run')).applied, 1);
    assert.strictEqual((await keyed(at, 'A,NYC,4,k,')).applied, 1);
    assert.deepStrictEqual(await level(at), [4, 4]);
});

test('the same bytes again change nothing; --again applies what has no key', async (t) => {
    const at = await retail(t);
    const { file } = await keyed(at, 'A,NYC,4,k,', 'A,NYC,1,,');
    assert.deepStrictEqual(counts(await at.json(['import', 'adjustments', file])), { ...NONE, unchanged: 2 });
    assert.deepStrictEqual(counts(await at.json(['import', 'adjustments', file, '--again'])), { ...NONE, applied: 1, unchanged: 1, movements: 1 });
    assert.deepStrictEqual(await level(at), [6, 6]);
});

// ---- the time of a change, and of a count

const NOON = '2026-03-01T12:00:00Z';
for (const mode of ['qoh', 'keep-gap', 'atp'])
    test(`${mode}: a change of before a dated count is in that count, one of after it is not`, async (t) => {
        const at = await retail(t);
        await resets(at, [['A', 'NYC', 10]], mode, '--as-of', NOON);
        const done = await dated(at, '-3,2026-03-01T11:59:59Z', `-4,${NOON}`, '-1,2026-03-01T12:00:01Z', '5,');
        assert.strictEqual(done.applied, 4);
        assert.deepStrictEqual(await level(at), [14, 14]);
        assert.strictEqual((await at.lines(['export', 'ledger'])).length, 1 + done.movements);
        await at.verify();
    });

test('a count without a date is of its import: later changes apply whatever their time', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 10]]);
    await dated(at, '-3,2020-01-01T00:00:00Z', '-1,2026-03-01T12:00:00+02:00');
    assert.deepStrictEqual(await level(at), [6, 6]);
});

test('a dated count, then one without a date: the newer one rules', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 10]], 'qoh', '--as-of', NOON);
    await resets(at, [['A', 'NYC', 20]]);
    await dated(at, '-3,2026-03-01T11:00:00Z');
    assert.deepStrictEqual(await level(at), [17, 17]);
});

test('a shipment of before the count ends its reservation and takes nothing', async (t) => {
    const at = await retail(t);
    const event = (id, kind, time) => ({ event_id: id, order: '1', line: '1', sku: 'A', quantity: 4, kind, channel: 'web', facility: 'NYC', at: time });
    await resets(at, [['A', 'NYC', 10]], 'qoh', '--as-of', '2026-03-01T08:00:00Z');
    await orders(at, [event('p', 'placed', '2026-03-01T09:00:00Z')]);
    await resets(at, [['A', 'NYC', 6]], 'qoh', '--as-of', NOON);
    assert.deepStrictEqual(await level(at), [6, 2]);
    await orders(at, [event('f', 'fulfilled', '2026-03-01T11:00:00Z')]);
    assert.deepStrictEqual(await level(at), [6, 6]);
    await at.verify();
});
