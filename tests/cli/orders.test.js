// import orders: what each kind of event does, in whatever order they come, once; and what is no event.
import assert from 'node:assert';
import test from 'node:test';
import { counts, errorsOf, level, orders, resets, retail } from '../lib/stock.js';

let ids = 0;
const event = (kind, quantity, more = {}) => ({ event_id: `e${++ids}`, order: '1', line: '1', sku: 'A', kind, quantity, channel: 'web', ...more });

const START = [['A', 'NYC', 10], ['A', 'WH', 10], ['A', 'BOS', 10]];
async function stocked(t, more) {
    const at = await retail(t, more);
    await resets(at, [...START, ['B', 'NYC', 10], ['C', 'NYC', 10]]);
    return at;
}

/** Where everything stands: levels as QOH/ATP, and the terms of both channels. */
async function standing(at, sku = 'A') {
    const levels = Object.fromEntries(await Promise.all(['NYC', 'WH', 'BOS'].map(async (code) => [code, (await level(at, sku, code))?.join('/')])));
    const views = await at.json(['atp', sku, '--explain']);
    for (const view of views) assert.strictEqual(view.terms.reduce((sum, term) => sum + term.quantity, 0), view.raw, view.channel);
    const web = views.find((view) => view.channel === 'web');
    return { ...levels, queue: web.terms.find((term) => term.name === 'queue')?.quantity ?? 0, web: web.raw };
}

const stands = async (at, expected, message) => assert.deepStrictEqual(await standing(at), { NYC: '10/10', WH: '10/10', BOS: '10/10', queue: 0, web: 20, ...expected }, message);

// ---- each kind

const queued = { queue: -3, web: 17 }, reserved = { NYC: '10/7', web: 17 };
const STORIES = {
    'placed to the queue': [[['placed', 3]], queued],
    'placed at a facility': [[['placed', 3, { facility: 'NYC' }]], reserved],
    'placed at a facility outside the channel': [[['placed', 3, { facility: 'BOS' }]], { BOS: '10/7' }],
    'placed on a physical channel': [[['placed', 3, { channel: 'nyc' }]], reserved],
    'placed on a physical channel in the queue by name': [[['placed', 3, { channel: 'nyc', queue: 'brokering' }]], {}],
    allocated: [[['placed', 3], ['allocated', 3, { facility: 'WH' }]], { WH: '10/7', web: 17 }],
    'allocated, whatever quantity it names': [[['placed', 3], ['allocated', 1, { facility: 'WH' }]], { WH: '10/7', web: 17 }],
    'allocated twice: the later one counts': [[['placed', 3], ['allocated', 3, { facility: 'WH' }], ['allocated', 3, { facility: 'NYC' }]], reserved],
    'allocated twice: the higher seq counts': [[['placed', 3], ['allocated', 3, { facility: 'NYC', seq: 9 }], ['allocated', 3, { facility: 'WH', seq: 2 }]], reserved],
    'seq ranks above none': [[['placed', 3], ['allocated', 3, { facility: 'NYC', seq: -5 }], ['allocated', 3, { facility: 'WH' }]], reserved],
    released: [[['placed', 3], ['allocated', 3, { facility: 'WH' }], ['released', 3]], queued],
    'released from the store it was placed in': [[['placed', 3, { facility: 'NYC' }], ['released', 3]], queued],
    fulfilled: [[['placed', 3], ['allocated', 3, { facility: 'WH' }], ['fulfilled', 3, { facility: 'WH' }]], { WH: '7/7', web: 17 }],
    'fulfilled in part': [[['placed', 3, { facility: 'NYC' }], ['fulfilled', 1, { facility: 'NYC' }]], { NYC: '9/7', web: 17 }],
    'fulfilled elsewhere than reserved': [[['placed', 3, { facility: 'NYC' }], ['fulfilled', 3, { facility: 'WH' }]], { WH: '7/7', web: 17 }],
    'fulfilled from the queue': [[['placed', 3], ['fulfilled', 3, { facility: 'WH' }]], { WH: '7/7', web: 17 }],
    'cancelled in the queue': [[['placed', 3], ['cancelled', 3]], {}],
    'cancelled in part': [[['placed', 3, { facility: 'NYC' }], ['cancelled', 2]], { NYC: '10/9', web: 19 }],
    'cancelled without restock, reserved': [[['placed', 3, { facility: 'NYC' }], ['cancelled', 3, { restock: false }]], { NYC: '7/7', web: 17 }],
    'cancelled without restock, queued: the units depart': [[['placed', 3], ['cancelled', 3, { restock: false }]], queued],
    'cancelled more than placed': [[['placed', 3, { facility: 'NYC' }], ['cancelled', 9]], {}],
    'returned to stock': [[['placed', 3, { facility: 'NYC' }], ['fulfilled', 3, { facility: 'NYC' }], ['returned', 2, { facility: 'WH', restock: true }]], { NYC: '7/7', WH: '12/12', web: 19 }],
    'returned without restock': [[['placed', 3, { facility: 'NYC' }], ['fulfilled', 3, { facility: 'NYC' }], ['returned', 2, { facility: 'WH', restock: false }]], { NYC: '7/7', web: 17 }],
    'returned, restock not told': [[['placed', 3, { facility: 'NYC' }], ['fulfilled', 3, { facility: 'NYC' }], ['returned', 2, { facility: 'WH' }]], { NYC: '7/7', web: 17 }],
    'sold at the till': [[['pos_sold', 2, { facility: 'BOS' }]], { BOS: '8/8' }],
    'sold at the till on a physical channel, its own facility': [[['pos_sold', 2, { channel: 'nyc' }]], { NYC: '8/8', web: 18 }],
    'sold at the till on a physical channel': [[['pos_sold', 2, { facility: 'NYC', channel: 'nyc' }]], { NYC: '8/8', web: 18 }],
    'below nothing, where a facility counts as 0': [[['placed', 30, { facility: 'NYC' }], ['fulfilled', 30, { facility: 'NYC' }]], { NYC: '-20/-20', web: 10 }],
    'sold at a till that nobody names: the units depart': [[['pos_sold', 3]], queued],
    'sold at the till below nothing': [[['pos_sold', 12, { facility: 'NYC' }]], { NYC: '-2/-2', web: 10 }],
};
for (const [name, [events, expected]] of Object.entries(STORIES))
    test(name, async (t) => {
        const at = await stocked(t);
        const done = await orders(at, events.map((parts) => event(...parts)));
        assert.deepStrictEqual([done.applied, done.refused, done.waiting], [events.length, 0, 0], errorsOf(at, done.file));
        await stands(at, expected);
        await at.verify();
    });

for (const queue of ['brokering', 'preorder', 'backorder', 'unfillable'])
    test(`the queue ${queue}`, async (t) => {
        const at = await stocked(t);
        assert.strictEqual((await orders(at, [event('placed', 2, { queue })])).applied, 1);
        const { out } = await at.run(['ledger', 'A', '--json']);
        assert.ok(!out.includes('placed'), 'no level moves');
        const before = await standing(at);
        await orders(at, [event('allocated', 2, { facility: 'NYC' })]);
        await stands(at, { NYC: '10/8', web: 18 });
        await orders(at, [event('released', 2)]);
        assert.deepStrictEqual(await standing(at), before, 'back to the queue that it was placed in');
        await at.verify();
    });

test('a channel that holds promises nothing while pre-orders or backorders are queued', async (t) => {
    for (const [queue, held] of [['brokering', false], ['preorder', true], ['backorder', true], ['unfillable', false]]) {
        const at = await stocked(t);
        await at.config({ channels: [{ code: 'web', hold_preorder: true }] });
        await orders(at, [event('placed', 2, { queue })]);
        const { raw, terms } = await at.json(['atp', 'A', '--channel', 'web']);
        assert.deepStrictEqual([raw, terms.find((term) => term.name === 'preorder_hold')?.quantity], held ? [0, -18] : [18, undefined], queue);
        await orders(at, [event('allocated', 2, { facility: 'NYC' })]);
        assert.strictEqual(await at.atp('A'), 18, queue);
    }
});

test('a unit that departed leaves the queue when an event names its facility', async (t) => {
    const at = await stocked(t);
    await orders(at, [event('placed', 3), event('fulfilled', 3)]);
    await stands(at, queued);
    await orders(at, [event('fulfilled', 2, { facility: 'WH' })]);
    await stands(at, { WH: '8/8', queue: -1, web: 17 });
    await at.verify();
});

test('a release goes to the queue that it names', async (t) => {
    const at = await stocked(t), other = await stocked(t);
    await orders(at, [event('placed', 2, { queue: 'unfillable' }), event('allocated', 2, { facility: 'NYC' }), event('released', 2, { queue: 'brokering' })]);
    await orders(other, [event('placed', 2, { queue: 'brokering' })]);
    assert.deepStrictEqual(await standing(at), await standing(other));
});

// ---- order of arrival

const LINE = [event('placed', 5), event('allocated', 5, { facility: 'WH', seq: 1 }), event('fulfilled', 2, { facility: 'WH' }),
    event('cancelled', 1), event('released', 1, { seq: 2 }), event('allocated', 1, { facility: 'NYC', seq: 3 })];

test('the set of events counts, not the order in which they come', async (t) => {
    const truth = { WH: '8/8', NYC: '10/8', web: 16 };
    const shuffles = [LINE, [...LINE].reverse(), [3, 5, 1, 0, 4, 2].map((n) => LINE[n]), [2, 0, 5, 3, 1, 4].map((n) => LINE[n])];
    for (const [n, events] of shuffles.entries()) {
        const at = await stocked(t);
        if (n % 2) for (const one of events) await orders(at, [one]);
        else assert.strictEqual((await orders(at, events)).applied, LINE.length, 'what waited for a later row of the file was applied');
        await stands(at, truth, `shuffle ${n}`);
        await at.verify();
    }
});

function* permutations(list, first = []) {
    if (list.length === 0) yield first;
    for (const [n, one] of list.entries()) yield* permutations(list.toSpliced(n, 1), [...first, one]);
}

test('all 720 orders of arrival of six events come to the same', async (t) => {
    const kinds = [['placed', 5], ['allocated', 1, { facility: 'BOS', seq: 1 }], ['allocated', 1, { facility: 'NYC', seq: 3 }], ['fulfilled', 2, { facility: 'NYC' }],
        ['cancelled', 1, { restock: false }], ['returned', 1, { facility: 'WH', restock: true }]];
    const all = [...permutations(kinds)], skus = all.map((_, n) => `P${n}`);
    const at = await retail(t, { products: skus.map((sku) => ({ sku })) });
    await resets(at, skus.map((sku) => [sku, 'NYC', 10]));
    const done = await orders(at, all.flatMap((list, n) => list.map(([kind, quantity, more]) => event(kind, quantity, { ...more, order: `${n}`, sku: skus[n] }))));
    assert.deepStrictEqual([done.applied, done.waiting], [4320, 0]);
    for (const { sku, facility, qoh, atp } of await at.lines(['export', 'levels']))
        assert.deepStrictEqual([qoh, atp], { NYC: [7, 5], WH: [1, 1] }[facility] ?? [0, 0], `${sku} at ${facility}: ${JSON.stringify(all[skus.indexOf(sku)])}`);
    for (const { sku, channel, raw } of await at.lines(['export', 'atp'])) assert.strictEqual(raw, channel === 'web' ? 6 : 5, sku);
    await at.verify();
});

test('an event before its order waits, moves nothing, and applies with it', async (t) => {
    const at = await stocked(t);
    const early = await orders(at, [event('fulfilled', 2, { facility: 'NYC' }), event('cancelled', 1), event('allocated', 1, { facility: 'NYC' })]);
    assert.deepStrictEqual(counts(early), { applied: 0, unchanged: 0, refused: 0, waiting: 3, movements: 0 });
    await stands(at, {});
    const placed = await orders(at, [event('placed', 4)]);
    assert.deepStrictEqual([placed.applied, placed.waiting], [1, 0]);
    await stands(at, { NYC: '8/7', web: 17 });
    await at.verify();
});

test('a sale at the till stands alone and waits for nothing', async (t) => {
    const at = await stocked(t);
    const done = await orders(at, [event('pos_sold', 1, { facility: 'NYC' }), event('returned', 1, { order: '2', facility: 'NYC', restock: true })]);
    assert.deepStrictEqual([done.applied, done.waiting], [1, 1]);
    await stands(at, { NYC: '9/9', web: 19 });
});

// ---- once

test('an event counts once, in one file or in two, by whatever order of keys', async (t) => {
    const at = await stocked(t);
    const one = event('placed', 3);
    const twice = await orders(at, [one, one]);
    assert.deepStrictEqual(counts(twice), { applied: 1, unchanged: 1, refused: 0, waiting: 0, movements: 0 });
    const turned = Object.fromEntries(Object.entries(one).reverse());
    assert.deepStrictEqual(counts(await orders(at, [turned, event('cancelled', 1)])), { applied: 1, unchanged: 1, refused: 0, waiting: 0, movements: 0 });
    await stands(at, { queue: -2, web: 18 });
});

test('the same bytes again are unchanged; --again finds every event known', async (t) => {
    const at = await stocked(t);
    const done = await orders(at, LINE);
    for (const more of [[], ['--again']]) {
        const again = await at.json(['import', 'orders', done.file, ...more]);
        assert.deepStrictEqual(counts(again), { applied: 0, unchanged: LINE.length, refused: 0, waiting: 0, movements: 0 });
    }
});

test('the same id with other content is refused', async (t) => {
    const at = await stocked(t);
    const one = event('placed', 3, { at: '2026-03-01T10:00:00Z' });
    await orders(at, [one]);
    const others = [{ quantity: 4 }, { sku: 'B' }, { order: '2' }, { line: '2' }, { channel: 'nyc' }, { kind: 'pos_sold', facility: 'NYC' }, { queue: 'preorder' },
        { facility: 'NYC' }, { origin: 'shop' }, { seq: 1 }, { at: '2026-03-01T10:00:01Z' }];
    const done = await orders(at, others.map((more) => ({ ...one, ...more })));
    assert.deepStrictEqual([done.refused, done.applied], [others.length, 0]);
    for (const line of errorsOf(at, done.file).trimEnd().split('\n').slice(1)) assert.match(line, /,event_id,/);
    assert.strictEqual((await orders(at, [{ ...one, at: '2026-03-01T12:00:00+02:00' }])).unchanged, 1, 'the same moment in another zone');
    await stands(at, queued);
});

test('a refused event is not remembered', async (t) => {
    const at = await stocked(t);
    const one = event('placed', 3);
    assert.strictEqual((await orders(at, [{ ...one, channel: 'none' }])).refused, 1);
    assert.strictEqual((await orders(at, [one])).applied, 1);
});

// ---- kits

test('units of a kit move its parts, by the composition that they were placed with', async (t) => {
    const at = await stocked(t);
    const kit = (kind, quantity, more = {}) => event(kind, quantity, { sku: 'KIT', ...more });
    await orders(at, [kit('placed', 2, { facility: 'NYC' })]);
    assert.deepStrictEqual([await level(at, 'B'), await level(at, 'C'), await level(at, 'KIT')], [[10, 6], [10, 8], null]);
    await at.config({ products: [{ sku: 'KIT', kit: [{ sku: 'B', quantity: 1 }] }] });
    await orders(at, [kit('fulfilled', 1, { facility: 'NYC' })]);
    assert.deepStrictEqual([await level(at, 'B'), await level(at, 'C')], [[8, 6], [9, 8]]);
    await orders(at, [kit('cancelled', 1), kit('returned', 1, { facility: 'NYC', restock: true })]);
    assert.deepStrictEqual([await level(at, 'B'), await level(at, 'C')], [[10, 10], [10, 10]]);
    await orders(at, [kit('pos_sold', 1, { order: '2', facility: 'NYC' })]);
    assert.deepStrictEqual([await level(at, 'B'), await level(at, 'C')], [[9, 9], [10, 10]], 'a new order takes the new composition');
    await at.verify();
});

test('a queued kit lowers what its parts can promise', async (t) => {
    const at = await stocked(t);
    const before = await at.atp('B');
    await orders(at, [event('placed', 2, { sku: 'KIT' })]);
    assert.strictEqual(await at.atp('B'), before - 4);
    await orders(at, [event('cancelled', 2, { sku: 'KIT' })]);
    assert.strictEqual(await at.atp('B'), before);
});

// ---- never refused, and refused

test('what has happened is never refused for how things stand', async (t) => {
    const at = await stocked(t, { facilities: [{ code: 'NYC', type: 'store' }, { code: 'BOS', type: 'store', active: false }, { code: 'WH', type: 'warehouse' }] });
    await at.config({ product_facilities: [{ sku: 'A', facility: 'WH', allow_brokering: false }], product_channels: [{ sku: 'A', channel: 'web', sellable: false }] });
    const done = await orders(at, [event('placed', 50), event('allocated', 50, { facility: 'BOS' }), event('placed', 20, { order: '2', facility: 'WH' }), event('fulfilled', 20, { order: '2', facility: 'WH' })]);
    assert.deepStrictEqual([done.applied, done.refused], [4, 0]);
    assert.deepStrictEqual([await level(at, 'A', 'BOS'), await level(at, 'A', 'WH')], [[10, -40], [-10, -10]]);
    await at.verify();
});

const good = event('placed', 1);
const without = (key) => { const { [key]: gone, ...rest } = good; return rest; };
const BAD = [
    ['no JSON', '{"event_id": ', /./], ['a list', '[1]', /./], ['text', '"placed"', /./], ['a key twice', '{"event_id":"x","event_id":"y","order":"1","line":"1","sku":"A","quantity":1,"kind":"placed","channel":"web"}', /event_id/],
    ['an unknown key', { ...good, qty: 2 }, /qty/], ['an unknown kind', { ...good, kind: 'shipped' }, /kind/], ['an unknown queue', { ...good, queue: 'later' }, /queue/],
    ['the queue departed', { ...good, queue: 'departed' }, /queue/], ['queue and facility', { ...good, queue: 'brokering', facility: 'NYC' }, /queue/],
    ['an unknown SKU', { ...good, sku: 'X' }, /sku/], ['an unknown channel', { ...good, channel: 'x' }, /channel/], ['an unknown facility', { ...good, facility: 'x' }, /facility/],
    ['no channel among two', without('channel'), /channel/], ['an allocation to nowhere', { ...good, kind: 'allocated' }, /facility/],
    ['a bad time', { ...good, at: 'today' }, /at/], ['a time that is a number', { ...good, at: 5 }, /at/], ['seq as text', { ...good, seq: '1' }, /seq/], ['restock as text', { ...good, restock: 'yes' }, /restock/],
    ...['event_id', 'order', 'line', 'sku', 'quantity', 'kind'].map((key) => [`no ${key}`, without(key), new RegExp(key)]),
    ...['event_id', 'order', 'line', 'sku', 'kind'].map((key) => [`an empty ${key}`, { ...good, [key]: ' ' }, new RegExp(key)]),
    ...[0, -1, 1.5, '1', 1e10, null].map((quantity) => [`quantity ${JSON.stringify(quantity)}`, { ...good, quantity }, /quantity/]),
];
test('what is no event is refused, one row at a time', async (t) => {
    const at = await stocked(t);
    const text = BAD.map(([, row]) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n') + `\n\n${JSON.stringify(good)}\n`;
    const done = await orders(at, text);
    const lines = (errorsOf(at, done.file) ?? '').trimEnd().split('\n').slice(1);
    BAD.forEach(([name, , pattern], n) => {
        const line = lines.find((one) => one.includes(`",${n + 1},`) || one.match(new RegExp(`^[^"]*,${n + 1},`)));
        assert.ok(line, `refused: ${name}`);
        assert.match(line.slice(line.lastIndexOf(`,${n + 1},`)), pattern, name);
    });
    assert.deepStrictEqual([done.applied, done.refused], [1, BAD.length]);
    await stands(at, { queue: -1, web: 19 });
});

test('a refused event stands in one field of the errors file', async (t) => {
    const at = await stocked(t);
    const done = await orders(at, '{"a": "x,\\"y"}\n');
    const [head, line] = errorsOf(at, done.file).split('\n');
    assert.strictEqual(head, 'line,error_row,error_column,error_reason');
    assert.ok(line.startsWith('"{""a"": ""x,\\""y""}",1,'), line);
});

test('the lines of one order are apart, and the same numbers in two channels are two orders', async (t) => {
    const at = await stocked(t);
    await orders(at, [event('placed', 1), event('placed', 2, { line: '2' }), event('placed', 3, { channel: 'nyc' })]);
    await stands(at, { NYC: '10/7', queue: -3, web: 14 });
    await orders(at, [event('cancelled', 3)]);
    await stands(at, { NYC: '10/7', queue: -2, web: 15 });
});

test('an event of another product than its line is refused', async (t) => {
    const at = await stocked(t);
    await orders(at, [event('placed', 3)]);
    const done = await orders(at, [event('fulfilled', 3, { sku: 'B', facility: 'NYC' })]);
    assert.match(errorsOf(at, done.file), /,sku,"?order 1, line 1 is of another product/);
    await stands(at, queued);
});

test('while there is one channel, an event need not name it', async (t) => {
    const at = await stocked(t, { channels: [{ code: 'web', mode: 'aggregate', group: 'ONLINE' }] });
    assert.strictEqual((await orders(at, [event('placed', 3, { channel: undefined })])).applied, 1);
    assert.strictEqual(await at.atp('A'), 17);
});

test('--dry-run and --all-or-nothing write no event', async (t) => {
    const at = await stocked(t);
    const one = event('placed', 3);
    const dry = await orders(at, [one], '--dry-run');
    assert.strictEqual(dry.applied, 1);
    const failed = await orders(at, [one, { ...one, event_id: 'bad', sku: 'X' }], '--all-or-nothing');
    assert.deepStrictEqual(counts(failed), { applied: 0, unchanged: 1, refused: 1, waiting: 0, movements: 0 });
    await stands(at, {});
    assert.strictEqual((await orders(at, [one])).applied, 1);
});
