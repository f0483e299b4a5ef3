// atp and its waterfall: the contracts' own example, term by term; and the words that explain it.
import assert from 'node:assert';
import test from 'node:test';
import { workspace } from '../lib/harness.js';

const CONFIG = {
    facilities: [{ code: 'NYC', type: 'store' }, { code: 'OUT', type: 'outlet' }, { code: 'QUEUE', type: 'brokering' }],
    groups: [{ code: 'ONLINE', members: [{ facility: 'NYC' }] }],
    channels: [{ code: 'web', mode: 'aggregate', group: 'ONLINE' }, { code: 'nyc', mode: 'physical', facility: 'NYC' }],
    products: [{ sku: 'A', title: 'Shirt' }, { sku: 'B' }],
    product_facilities: [{ sku: 'A', facility: 'NYC', safety_stock: 5 }],
    product_channels: [{ sku: 'A', channel: 'web', threshold: 5 }],
};
const ORDERS = [
    { event_id: 'e1', order: '1', line: '1', sku: 'A', quantity: 5, kind: 'placed', channel: 'web', facility: 'NYC' },
    { event_id: 'e2', order: '2', line: '1', sku: 'A', quantity: 5, kind: 'placed', channel: 'web' },
];

async function example(t) {
    const at = workspace(t);
    await at.config(CONFIG);
    await at.levels('sku,facility,quantity\nA,NYC,100\nA,OUT,5\n');
    await at.json(['import', 'orders', at.file('orders.jsonl', ORDERS)]);
    return at;
}

test('the documented example gives its terms, which add up to raw', async (t) => {
    const at = await example(t);
    const view = await at.json(['atp', 'A', '--channel', 'web', '--explain']);
    const terms = Object.fromEntries(view.terms.map((term) => [term.name, term.quantity]));
    assert.deepStrictEqual(terms, { physical_atp: 100, excluded_facilities: -5, brokering_off: 0, safety_stock: -5, queue: -5, threshold: -5 });
    assert.strictEqual(view.terms.reduce((sum, term) => sum + term.quantity, 0), view.raw);
    assert.deepStrictEqual([view.raw, view.online_atp], [80, 80]);
    assert.deepStrictEqual(view.facilities, [
        { facility: 'NYC', qoh: 100, reserved: 5, atp: 95, safety_stock: 5, counted: 90, why: 'counted' },
        { facility: 'OUT', qoh: 5, reserved: 0, atp: 5, safety_stock: 0, counted: 0, why: 'not_in_channel' },
        { facility: 'QUEUE', qoh: 0, reserved: 0, atp: 0, safety_stock: 0, counted: 0, why: 'virtual' },
    ]);
});

test('without a channel there is one document for each', async (t) => {
    const at = await example(t);
    const all = await at.json(['atp', 'A']);
    assert.deepStrictEqual(all.map((view) => [view.channel, view.online_atp]), [['nyc', 90], ['web', 80]]);
    assert.deepStrictEqual(await at.lines(['atp', 'A']), all);
});

test('a known product without stock has the number 0, an unknown one is refused', async (t) => {
    const at = await example(t);
    assert.strictEqual(await at.atp('B'), 0);
    await at.refuses(['atp', 'b', '--json'], 3, /no product with the SKU 'b'/);
    await at.refuses(['atp', 'A', '--channel', 'shop'], 3, /no channel 'shop'/);
});

test('a negative sum keeps its raw value beside the floor', async (t) => {
    const at = await example(t);
    await at.adjust([['A', 'NYC', -200]]);
    const view = await at.json(['atp', 'A', '--channel', 'web']);
    assert.deepStrictEqual([view.online_atp, view.raw], [0, -10]);
    assert.strictEqual(view.terms.reduce((sum, term) => sum + term.quantity, 0), -10);
});

test('the waterfall for people names each term and why a facility does not count', async (t) => {
    const at = await example(t);
    const { out } = await at.run(['atp', 'A', '--channel', 'web', '--explain']);
    for (const words of [/\+100 .*free in all stores/, /-5 .*safety stock/, /-5 .*threshold/, /-5 .*queues/, /= +80 +online ATP/, /OUT .*not in this channel now/])
        assert.match(out, words);
});

test('a membership that has just ended counts no more, though nothing ran since', async (t) => {
    const at = await example(t);
    const thru = new Date(Date.now() + 6000).toISOString();
    await at.config({ groups: [{ code: 'ONLINE', members: [{ facility: 'NYC', thru }] }] });
    const early = await at.atp('A');
    if (Date.now() < Date.parse(thru)) assert.strictEqual(early, 80); /* a slow machine may be past it */
    while (Date.now() <= Date.parse(thru)) await at.run(['version']);
    assert.strictEqual(await at.atp('A'), 0);
    await at.verify();
});
