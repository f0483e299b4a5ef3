// import levels: the arithmetic of the three modes, late snapshots, what a file may look like, and what becomes of bad rows.
import assert from 'node:assert';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { addsUp, counts, errorsOf, level, orders, resets, retail, take } from '../lib/stock.js';

const HEAD = 'sku,facility,quantity\n';
const ONE = `${HEAD}A,NYC,4\n`;
const reserve = (id, quantity, at) => ({ event_id: `p${id}`, order: id, line: '1', sku: 'A', quantity, kind: 'placed', channel: 'web', facility: 'NYC', at });
const adjust = (at, ...rows) => take(at, 'adjustments', `sku,facility,delta,at\n${rows.map((row) => `A,NYC,${row}\n`).join('')}`);
const importing = (at, file, ...options) => ['import', 'levels', file, '--mode', 'qoh', ...options];

// ---- arithmetic

for (const [mode, held, reserved, file, after] of [
    ['atp', 10, 5, 4, [9, 4]], ['qoh', 10, 5, 4, [4, -1]], ['keep-gap', 15, 5, 20, [20, 15]],
    ['atp', 10, 5, -3, [2, -3]], ['qoh', 10, 0, 0, [0, 0]], ['atp', 10, 5, 5, [10, 5]],
])
    test(`${mode}: ${held}/${held - reserved} and a file that says ${file} give ${after.join('/')}`, async (t) => {
        const at = await retail(t);
        await resets(at, [['A', 'NYC', held]]);
        if (reserved > 0) await orders(at, [reserve('1', reserved)]);
        const done = await resets(at, [['A', 'NYC', file]], mode);
        assert.deepStrictEqual(await level(at), after);
        assert.strictEqual(done.movements, after[0] === held ? 0 : 1);
        assert.strictEqual(done.unchanged, after[0] === held ? 1 : 0);
        await at.verify();
    });

test('a negative quantity is a fact for atp, and refused for a count', async (t) => {
    for (const [mode, refused] of [['atp', 0], ['qoh', 1], ['keep-gap', 1]])
        assert.strictEqual((await resets(await retail(t), [['A', 'NYC', -1]], mode)).refused, refused, mode);
});

// ---- time

test('a late snapshot undoes nothing: what is newer is replayed on top', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 100]], 'qoh', '--as-of', '2026-03-01T08:00:00Z');
    await adjust(at, '2,2026-03-01T09:00:00Z', '-2,2026-03-01T12:02:30Z', '-1,2026-03-01T12:04:00Z');
    await orders(at, [reserve('1', 4, '2026-03-01T12:05:00Z')]);
    assert.deepStrictEqual(await level(at), [99, 95]);
    const late = await resets(at, [['A', 'NYC', 102]], 'qoh', '--as-of', '2026-03-01T12:02:00Z');
    assert.deepStrictEqual([late.unchanged, late.movements], [1, 0], 'the snapshot agrees with the books');
    await resets(at, [['A', 'NYC', 110]], 'qoh', '--as-of', '2026-03-01T14:03:00+02:00');
    assert.deepStrictEqual(await level(at), [109, 105], '110 at 12:03, then -1; the reservation stays');
    await at.verify();
});

test('an atp snapshot replays reservations too', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 10]], 'qoh', '--as-of', '2026-03-01T08:00:00Z');
    await orders(at, [reserve('1', 3, '2026-03-01T10:00:00Z'), reserve('2', 2, '2026-03-01T12:00:00Z')]);
    await resets(at, [['A', 'NYC', 6]], 'atp', '--as-of', '2026-03-01T11:00:00Z');
    assert.deepStrictEqual(await level(at), [9, 4], '6 at 11:00 less the 2 of 12:00');
    await at.verify();
});

test('a reset older than the newest one changes nothing', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 10]], 'qoh', '--as-of', '2026-03-02T00:00:00Z');
    for (const [mode, quantity] of [['qoh', 50], ['atp', 7], ['keep-gap', 1]])
        assert.deepStrictEqual(counts(await resets(at, [['A', 'NYC', quantity]], mode, '--as-of', '2026-03-01T00:00:00Z')),
            { applied: 0, unchanged: 1, refused: 0, waiting: 0, movements: 0 });
    assert.deepStrictEqual(await level(at), [10, 10]);
});

test('an as-of in the future is taken, and told: movements until then are in that count', async (t) => {
    const at = await retail(t);
    const { status, err } = await at.run(importing(at, at.file('in.csv', ONE), '--as-of', '2999-01-01T00:00:00Z'));
    assert.strictEqual(status, 0);
    assert.match(err, /2999-01-01T00:00:00Z is in the future/);
    await adjust(at, '-1,');
    assert.deepStrictEqual(await level(at), [4, 4]);
    assert.ok(!(await at.run(importing(at, at.file('in.csv', ONE), '--as-of', '2020-01-01T00:00:00Z'))).err.includes('future'));
});

test('an earlier reset of its own difference is not replayed', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 10]], 'qoh', '--as-of', '2026-03-01T00:00:00Z');
    await resets(at, [['A', 'NYC', 30]], 'qoh', '--as-of', '2026-03-02T00:00:00Z');
    await adjust(at, '-5,2026-03-04T00:00:00Z');
    await resets(at, [['A', 'NYC', 40]], 'qoh', '--as-of', '2026-03-03T00:00:00Z');
    assert.deepStrictEqual(await level(at), [35, 35]);
});

test('the column as_of goes before the option, row by row', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 5], ['B', 'NYC', 5]], 'qoh', '--as-of', '2026-03-02T00:00:00Z');
    const done = await take(at, 'levels', 'as_of,sku,facility,quantity\n2026-03-01T00:00:00Z,A,NYC,9\n,B,NYC,9\n', '--mode', 'qoh', '--as-of', '2026-03-03T00:00:00Z');
    assert.deepStrictEqual([done.applied, done.unchanged], [1, 1]);
    assert.deepStrictEqual([await level(at), await level(at, 'B')], [[5, 5], [9, 9]]);
    for (const bad of ['2026-03-01', '2026-02-30T00:00:00Z', '2026-03-01T00:00:00', 'now'])
        assert.strictEqual((await take(at, 'levels', `sku,facility,quantity,as_of\nA,NYC,9,${bad}\n`, '--mode', 'qoh')).refused, 1, bad);
});

// ---- what a file may look like

const quoted = '"sku","facility","quantity","comments"\n"A","NYC","4","said ""four"",\nand meant it"\n';
for (const [name, content] of [
    ['semicolons', 'sku;facility;quantity\nA;NYC;4\n'], ['tabs', 'sku\tfacility\tquantity\nA\tNYC\t4\n'],
    ['CRLF', 'sku,facility,quantity\r\nA,NYC,4\r\n'], ['CR alone', 'sku,facility,quantity\rA,NYC,4\r'],
    ['a byte order mark', `\ufeff${ONE}`], ['quotes, with a line end inside', quoted], ['no line end at its end', ONE.trimEnd()],
    ['empty lines', `\n${HEAD}\n\nA,NYC,4\n\n`], ['white space round values', 'sku , facility,quantity\n  A , NYC\t, 4 \n'],
    ['columns in another order', 'quantity,facility,sku\n4,NYC,A\n'], ['gzip', gzipSync(ONE)], ['gzip of gzipped parts', Buffer.concat([gzipSync(HEAD), gzipSync('A,NYC,4\n')])],
    ['the names of HotWax', 'facilityId,locationSeqId,idType,idValue,availableQty\nNYC,TLTLTLLL01,SKU,A,4\n'],
    ['an external facility', 'externalFacilityId,idType,idValue,availableQty\nNYC,sku,A,4\n'],
    ['productId', 'facilityId,productId,quantity\nNYC,A,4\n'],
    ['an identifier', 'id_type,id_value,facility,quantity\nUPCA,012345678905,NYC,4\n'], ['a leading plus and zeros', `${HEAD}A,NYC,004\n`],
])
    test(`a file with ${name}`, async (t) => {
        const at = await retail(t);
        const done = await take(at, 'levels', content, '--mode', 'qoh');
        assert.deepStrictEqual(counts(done), { applied: 1, unchanged: 0, refused: 0, waiting: 0, movements: 1 });
        assert.deepStrictEqual(await level(at), [4, 4]);
    });

test('standard input, plain and gzip', async (t) => {
    const at = await retail(t);
    for (const [input, quantity] of [[ONE, 4], [gzipSync(`${HEAD}A,NYC,5\n`), 5]]) {
        addsUp(await at.json(importing(at, '-'), [0], { input }));
        assert.deepStrictEqual(await level(at), [quantity, quantity]);
    }
});

for (const [name, content, pattern] of [
    ['UTF-16 with a mark', Buffer.from(`\ufeff${ONE}`, 'utf16le'), /UTF-16/], ['UTF-16, big end first', Buffer.from(`\ufeff${ONE}`, 'utf16le').swap16(), /UTF-16/],
    ['UTF-16 without a mark', Buffer.from(ONE, 'utf16le'), /UTF-16/], ['nothing in it', '', /empty|no header/], ['white space alone', '\n \n', /empty|no header|column/],
    ['a column missing', 'sku,facility\nA,NYC\n', /'?quantity'?/], ['no facility', 'sku,quantity\nA,4\n', /facility/], ['no product', 'facility,quantity\nNYC,4\n', /sku/],
    ['a column twice', 'sku,facility,quantity,sku\nA,NYC,4,B\n', /sku/], ['a column by two names', 'sku,facility,quantity,availableQty\nA,NYC,4,5\n', /quantity|availableQty/],
    ['half a gzip', gzipSync(ONE.repeat(50)).subarray(0, 40), /gzip/], ['a damaged gzip', Buffer.concat([gzipSync(ONE).subarray(0, 20), Buffer.alloc(30, 7)]), /gzip/],
])
    test(`a file with ${name} is refused whole`, async (t) => {
        const at = await retail(t);
        const file = at.file('bad.csv', content);
        await at.refuses(importing(at, file, '--json'), 3, pattern);
        assert.strictEqual(await level(at), null);
        assert.ok(!existsSync(`${file}.errors.csv`));
    });

test('a file that is not there, and a folder', async (t) => {
    const at = await retail(t);
    await at.refuses(importing(at, at.path('none.csv')), 3, /none\.csv/);
    await at.refuses(importing(at, at.folder), 3, /evenstock-test/);
});

test('a header alone is a file of no rows', async (t) => {
    const at = await retail(t);
    assert.deepStrictEqual(counts(await take(at, 'levels', HEAD, '--mode', 'qoh')), { applied: 0, unchanged: 0, refused: 0, waiting: 0, movements: 0 });
});

test('unknown columns are named on standard error and ignored', async (t) => {
    const at = await retail(t);
    const { status, err } = await at.run(importing(at, at.file('more.csv', 'sku,colour,facility,quantity,bin\nA,red,NYC,4,7\n')));
    assert.strictEqual(status, 0);
    assert.match(err, /colour/);
    assert.match(err, /bin/);
    assert.deepStrictEqual(await level(at), [4, 4]);
});

// ---- bad rows

const NUMBERS = ['1.5', '1e3', '', ' ', '-', '+', '0x10', '1 000', '1,000', 'four', '1000000001', '99999999999999999999', 'NaN', '٣'];
for (const mode of ['qoh', 'atp', 'keep-gap'])
    test(`${mode}: what is no whole number is refused, the largest applies`, async (t) => {
        const at = await retail(t);
        const rows = NUMBERS.map((text, n) => [n % 2 ? 'A' : 'B', 'WH', `"${text}"`]);
        const done = await resets(at, [...rows, ['A', 'NYC', 1000000000]], mode);
        assert.deepStrictEqual([done.applied, done.refused], [1, NUMBERS.length]);
        assert.deepStrictEqual([await level(at), await level(at, 'A', 'WH')], [[1000000000, 1000000000], null]);
        const errors = errorsOf(at, done.file).trimEnd().split('\n').slice(1);
        assert.strictEqual(errors.length, NUMBERS.length);
        for (const line of errors) assert.match(line, /,quantity,/, line);
    });

const BAD = `sku,facility,quantity,reason
A,NYC,4,count
"X,Y",NYC,1,"he said ""no"""
A,PARIS,1,
KIT,NYC,1,
B,NYC,1.5,
,NYC,1,
B,,1,
B,NYC
B,NYC,1,,
A,NYC,9,again
a,NYC,1,
B,NYC,3,good
`;
test('a refused row stands in the errors file as it came, with the place and the reason', async (t) => {
    const at = await retail(t);
    const done = await take(at, 'levels', BAD, '--mode', 'qoh');
    assert.deepStrictEqual(counts(done), { applied: 2, unchanged: 0, refused: 10, waiting: 0, movements: 2 });
    assert.strictEqual(done.errors_file, `${done.file}.errors.csv`);
    const [head, ...lines] = errorsOf(at, done.file).trimEnd().split('\n');
    assert.strictEqual(head, 'sku,facility,quantity,reason,error_row,error_column,error_reason');
    const expected = [['"X,Y",NYC,1,"he said ""no"""', 2, 'sku'], ['A,PARIS,1,', 3, 'facility'], ['KIT,NYC,1,', 4, 'sku'], ['B,NYC,1.5,', 5, 'quantity'],
        [',NYC,1,', 6, 'sku'], ['B,,1,', 7, 'facility'], ['B,NYC', 8, ''], ['B,NYC,1,,', 9, ''], ['A,NYC,9,again', 10, 'sku'], ['a,NYC,1,', 11, 'sku']];
    expected.forEach(([row, number, column], n) => {
        const start = `${row},${number},${column},`;
        assert.strictEqual(lines[n].slice(0, start.length), start);
        assert.ok(lines[n].length > start.length + 10, `a reason is told: ${lines[n]}`);
    });
    assert.deepStrictEqual([await level(at), await level(at, 'B')], [[4, 4], [3, 3]]);
    await at.verify();
});

test('the errors file is mended and comes in again: its own columns are no trouble', async (t) => {
    const at = await retail(t);
    const done = await take(at, 'levels', `${HEAD}A,PARIS,4\n`, '--mode', 'qoh');
    const mended = await take(at, 'levels', errorsOf(at, done.file).replace('PARIS', 'NYC'), '--mode', 'qoh');
    assert.deepStrictEqual([mended.applied, mended.refused], [1, 0]);
    assert.deepStrictEqual(await level(at), [4, 4]);
});

test('a row that is no UTF-8 is refused, and its bytes are kept', async (t) => {
    const at = await retail(t);
    const bad = Buffer.from([0x41, 0xff, 0xfe]);
    const done = await take(at, 'levels', Buffer.concat([Buffer.from(HEAD), bad, Buffer.from(',NYC,1\nA,NYC,4\n')]), '--mode', 'qoh');
    assert.deepStrictEqual([done.applied, done.refused], [1, 1]);
    assert.ok(readFileSync(`${done.file}.errors.csv`).includes(Buffer.concat([bad, Buffer.from(',NYC,1,1,')])));
});

test('an identifier of two products is refused, and so is one of none', async (t) => {
    const at = await retail(t, { products: [{ sku: 'A', identifiers: [{ type: 'ERP', value: '7' }] }, { sku: 'B', identifiers: [{ type: 'ISBN', value: '7' }] }] });
    const done = await take(at, 'levels', 'id_type,id_value,facility,quantity\n,7,NYC,1\nUPCA,7,NYC,1\nISBN,7,NYC,4\n', '--mode', 'qoh');
    assert.deepStrictEqual([done.applied, done.refused, await level(at, 'B')], [1, 2, [4, 4]]);
    assert.match(errorsOf(at, done.file), /^,7,NYC,1,1,id_value,several products.*\nUPCA,7,NYC,1,2,id_value,"?there is no product/m);
});

test('of two counts the later moment wins, whatever their clocks say', async (t) => {
    const at = await retail(t);
    await resets(at, [['A', 'NYC', 1]], 'qoh', '--as-of', '2026-10-25T02:30:00+02:00');
    await resets(at, [['A', 'NYC', 2]], 'qoh', '--as-of', '2026-10-25T02:15:00+01:00'); /* 45 minutes later: daylight saving has ended */
    assert.strictEqual((await resets(at, [['A', 'NYC', 3]], 'qoh', '--as-of', '2026-10-24T20:59:59-04:00')).unchanged, 1);
    assert.deepStrictEqual(await level(at), [2, 2]);
    await resets(at, [['A', 'NYC', 4]], 'qoh', '--as-of', '2026-10-24T21:15:01-04:00');
    assert.deepStrictEqual(await level(at), [4, 4]);
});

test('a quote that never ends refuses its row, not the ones before', async (t) => {
    const at = await retail(t);
    const done = await take(at, 'levels', `${HEAD}A,NYC,4\n"B,NYC,5\n`, '--mode', 'qoh');
    assert.deepStrictEqual([done.applied, done.refused], [1, 1]);
});

test('a row of 64 KiB is read; one of a byte more is refused, and the next one is read', async (t) => {
    const at = await retail(t);
    const row = (bytes) => `B,NYC,7,${'x'.repeat(bytes - 9)}\n`; /* with its end */
    const edge = await take(at, 'levels', `${HEAD.trimEnd()},note\n${row(65_537)}${row(65_536)}`, '--mode', 'qoh');
    assert.deepStrictEqual([edge.applied, edge.refused, await level(at, 'B')], [1, 1, [7, 7]]);
    const done = await take(at, 'levels', `${HEAD}${'x'.repeat(100_000)},NYC,1\nA,NYC,4\n`, '--mode', 'qoh');
    assert.deepStrictEqual([done.applied, done.refused], [1, 1]);
    assert.deepStrictEqual(await level(at), [4, 4]);
});

test('--errors names the file', async (t) => {
    const at = await retail(t);
    const file = at.file('in.csv', `${HEAD}X,NYC,1\n`);
    const done = await at.json(importing(at, file, '--errors', at.path('refused.csv')), [1]);
    assert.strictEqual(done.errors_file, at.path('refused.csv'));
    assert.match(at.read('refused.csv'), /^X,NYC,1,1,sku,/m);
    assert.ok(!existsSync(`${file}.errors.csv`));
    await at.refuses(importing(at, at.file('in2.csv', `${HEAD}Y,NYC,1\n`), '--errors', at.path('no/such/folder.csv')), 3, /folder\.csv/);
});

test('--errors never replaces the file that is imported, by whatever name', async (t) => {
    const at = await retail(t);
    const text = `${HEAD}X,NYC,1\n`, file = at.file('in.csv', text);
    symlinkSync(file, at.path('link.csv'));
    for (const name of [file, 'in.csv', './in.csv', at.path('link.csv')]) await at.refuses(importing(at, file, '--errors', name, '--json'), 2, /--errors .*in\.csv|link\.csv/);
    assert.strictEqual(at.read('in.csv'), text);
});

// ---- the options

test('--dry-run says what would happen and writes nothing', async (t) => {
    const at = await retail(t);
    const before = await at.lines(['export', 'ledger']);
    const dry = await take(at, 'levels', BAD, '--mode', 'qoh', '--dry-run');
    assert.deepStrictEqual(counts(dry), { applied: 2, unchanged: 0, refused: 10, waiting: 0, movements: 2 });
    assert.deepStrictEqual([existsSync(`${dry.file}.errors.csv`), dry.errors_file], [false, null]);
    assert.deepStrictEqual(await at.lines(['export', 'ledger']), before);
    assert.strictEqual(await level(at), null);
    const real = await at.json(importing(at, dry.file), [1]);
    assert.deepStrictEqual(counts(real), counts(dry), 'the dry run does not count as a first time');
});

test('--all-or-nothing applies none when one is bad, all when none is', async (t) => {
    const at = await retail(t);
    const failed = await take(at, 'levels', BAD, '--mode', 'qoh', '--all-or-nothing');
    assert.deepStrictEqual(counts(failed), { applied: 0, unchanged: 2, refused: 10, waiting: 0, movements: 0 });
    assert.strictEqual(await level(at), null);
    assert.strictEqual(errorsOf(at, failed.file).trimEnd().split('\n').length, 11);
    assert.strictEqual((await at.json(importing(at, failed.file), [1])).applied, 2, 'the failed run does not count as a first time');
    assert.strictEqual((await resets(at, [['C', 'NYC', 1], ['C', 'WH', 2]], 'qoh', '--all-or-nothing')).applied, 2);
    await at.verify();
});

test('the same bytes again change nothing and say so; another mode or as-of is another import', async (t) => {
    const at = await retail(t);
    const file = at.file('in.csv', BAD);
    await at.json(importing(at, file), [1]);
    await adjust(at, '5,');
    const again = await at.run(importing(at, file, '--json'));
    const summary = { ...JSON.parse(again.out), status: again.status };
    addsUp(summary);
    assert.deepStrictEqual(counts(summary), { applied: 0, unchanged: 12, refused: 0, waiting: 0, movements: 0 });
    assert.match(again.err, /before|same bytes|already/);
    assert.deepStrictEqual(await level(at), [9, 9]);
    const copy = at.file('copy.csv', BAD);
    assert.strictEqual((await at.json(importing(at, copy))).unchanged, 12, 'another name, the same bytes');
    assert.strictEqual((await at.json(importing(at, file, '--again'), [1])).applied, 1);
    assert.deepStrictEqual(await level(at), [4, 4]);
    await adjust(at, '6,');
    assert.strictEqual((await at.json(['import', 'levels', file, '--mode', 'keep-gap'], [1])).movements, 1);
    await adjust(at, '7,');
    assert.strictEqual((await at.json(importing(at, file, '--as-of', new Date().toISOString()), [1])).same_bytes, false);
});

test('a bad option of the command is a usage error, a bad time in a row is a refused row', async (t) => {
    const at = await retail(t);
    const file = at.file('in.csv', ONE);
    await at.refuses(['import', 'levels', file], 2, /--mode/);
    await at.refuses(importing(at, file, '--as-of', '2026-13-01T00:00:00Z'), 2, /--as-of/);
    await at.refuses(importing(at, file, '--json', '--frobnicate'), 2, /--frobnicate/);
});
