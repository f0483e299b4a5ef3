// The studied troubleshooting path: a product is sold out online while shelves are full. Each step as docs/troubleshooting.md has it.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';

const ask = (at, sku = 'A', statuses = [0, 1], options = {}) => at.json(['diagnose', sku, '--channel', 'web'], statuses, options);
const parts = ({ verdict, cause, explains, expected, available, status }) => ({ verdict, cause, explains, expected, available, status });
const run = (command) => command.replace(/^evenstock /, '').split(' ');

test('40 units here, 0 in the shop, the job paused: owed, and resuming it mends it', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: { A: 0 } });
    await at.run(['job', 'schedule', 'recent', '--every', '15m']);
    await at.run(['job', 'pause', 'Upload recent inventory change']);
    await at.levels('sku,facility,quantity\nA,WH,40\n');
    assert.strictEqual(available('A'), 0);

    const found = await ask(at);
    assert.deepStrictEqual(parts(found), { verdict: 'owed', cause: 'J1', explains: -40, expected: 40, available: 0, status: 1 });
    assert.match(found.summary, /paused since 20\d\d-/);
    assert.ok(found.evidence.some((one) => one.what === 'Upload recent inventory change' && /paused since/.test(one.value)));
    assert.deepStrictEqual(found.next.map((one) => one.command), ['evenstock job resume recent --shop main', 'evenstock job run recent --shop main']);

    for (const { command } of found.next) assert.strictEqual((await at.run(run(command))).status, 0, command);
    const entry = shop.get('history?sku=A').filter((row) => row.name === 'available').at(-1);
    assert.deepStrictEqual([entry.delta, entry.after], [40, 40]);
    assert.match(entry.reference, /^gid:\/\/evenstock\//);
    const mended = await ask(at, 'A', [0]);
    assert.deepStrictEqual([mended.verdict, mended.available], ['in_sync', 40]);
});

test('a staff edit after the push: foreign change, Hard Sync mends it once', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: { A: 40 } });
    await at.run(['job', 'schedule', 'recent', '--every', '15m']);
    await at.json(['job', 'run', 'recent']);
    shop.post('edit', { sku: 'A', location: shop.location, available: 0, who: 'Staff: Kim' });

    const found = await ask(at);
    assert.deepStrictEqual(parts(found), { verdict: 'foreign_change', cause: 'S1', explains: -40, expected: 40, available: 0, status: 1 });
    assert.deepStrictEqual(found.next[0], { action: 'Hard Sync', command: 'evenstock job run hard --shop main', safe: true });
    const hard = await at.json(run(found.next[0].command), [1]);
    assert.deepStrictEqual([hard.drifted, hard.incidents[0].drift], [1, -40]);
    assert.strictEqual(available('A'), 40);
    const { mutations } = shop.get('stats');
    await at.json(['job', 'run', 'hard']);
    assert.strictEqual(shop.get('stats').mutations, mutations, 'a second one writes nothing');
    assert.strictEqual((await ask(at, 'A', [0])).verdict, 'in_sync');
});

test('sold there and not imported: in flight, and importing orders ends it', async (t) => {
    const { at, buy } = await retailer(t, { skus: ['A'] });
    buy('A', 3);
    const found = await ask(at);
    assert.deepStrictEqual(parts(found), { verdict: 'in_flight', cause: 'D0.2', explains: -3, expected: 10, available: 7, status: 1 });
    assert.strictEqual(found.unseen, 3);
    await at.json(run(found.next[0].command));
    assert.strictEqual((await ask(at, 'A', [0])).expected, 7);
});

test('owed since the last run, and after a failed one', async (t) => {
    const { at } = await retailer(t, { skus: ['A'] });
    await at.run(['job', 'schedule', 'recent', '--every', '15m']);
    await at.json(['job', 'run', 'recent']);
    await at.adjust([['A', 'WH', -1]]);
    assert.deepStrictEqual(parts(await ask(at)), { verdict: 'owed', cause: 'G1', explains: 1, expected: 9, available: 10, status: 1 });
    await at.run(['job', 'run', 'recent'], { env: { SHOP_TOKEN: 'wrong' } });
    const failed = await ask(at);
    assert.deepStrictEqual([failed.verdict, failed.cause], ['owed', 'J4']);
    assert.match(failed.summary, /token/i);
});

test('wiring: not linked, not adopted, read-only, refused, not stocked, unreachable', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A', 'B'], adopt: false });
    assert.deepStrictEqual([(await ask(at)).cause, (await ask(at)).next[0].command], ['W4', 'evenstock shop link main']);
    await at.json(['shop', 'link', 'main']);
    assert.deepStrictEqual([(await ask(at)).verdict, (await ask(at)).next[0].command], ['not_adopted', 'evenstock shop adopt main']);
    await at.json(['shop', 'adopt', 'main']);
    await at.config({ shops: [{ code: 'main', writable: false }] });
    const readOnly = await ask(at);
    assert.deepStrictEqual([readOnly.verdict, readOnly.cause], ['owed', 'W2']);
    await at.config({ shops: [{ code: 'main', writable: true }] });
    shop.post('item', { sku: 'B', deleted: true });
    await at.json(['sync', 'recent'], [1]);
    const refused = await ask(at, 'B');
    assert.deepStrictEqual([refused.verdict, refused.cause], ['refused', 'U6']);
    shop.post('item', { sku: 'A', stocked: [shop.post('locations', { name: 'Else' }).id] });
    assert.deepStrictEqual([(await ask(at)).verdict, (await ask(at)).cause], ['refused', 'W10']);
    const silent = await ask(at, 'A', [1], { env: { SHOP_TOKEN: 'wrong' } });
    assert.deepStrictEqual([silent.verdict, silent.available, silent.unseen], ['shop_unreachable', null, null]);
});

test('in sync, and why the number is not higher', async (t) => {
    const { at } = await retailer(t, { skus: ['A'] });
    await at.config({ product_channels: [{ sku: 'A', channel: 'web', threshold: 4 }] });
    await at.json(['sync', 'recent']);
    const found = await ask(at, 'A', [0]);
    assert.deepStrictEqual(parts(found), { verdict: 'in_sync', cause: 'C2', explains: -4, expected: 6, available: 6, status: 0 });
    assert.ok(found.checked.every((one) => ['pass', 'fail', 'unknown'].includes(one.result)));
});

test('what cannot be asked is refused', async (t) => {
    const { at } = await retailer(t, { skus: ['A'], adopt: false });
    await at.refuses(['diagnose', 'A'], 2, /--channel is needed/);
    await at.refuses(['diagnose', 'X', '--channel', 'web'], 3, /no product with the SKU 'X'/);
    await at.refuses(['diagnose', 'A', '--channel', 'x', '--json'], 3, /no channel 'x'/);
});
