// Hard Sync and what stands around it, against the stand-in shop: what it finds, what it leaves alone, what it tells.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';

/** Stamps that are so old are taken for settled (R1); a read so long after a known change is never called stale (R2). */
const SETTLED_S = 5;
const NEVER_STALE_S = 130;
const later = (shop, seconds = SETTLED_S) => shop.post('clock', { advance_s: seconds });
const order = (shop, one, what, body = {}) => shop.post(`orders/${encodeURIComponent(one.id)}/${what}`, body);

/** A stamp has whole seconds. */
const second = (time) => Math.floor(Date.parse(time) / 1000) * 1000;

async function writes(shop, run) {
    const before = shop.get('stats').mutations;
    await run();
    return shop.get('stats').mutations - before;
}

async function nothingIsLeftToDo({ at, shop }) {
    const count = await writes(shop, async () => {
        const again = await at.json(['sync', 'hard']);
        assert.deepStrictEqual([again.drifted, again.pushed, again.left, again.incidents], [0, 0, [], []]);
    });
    assert.strictEqual(count, 0, 'a second Hard Sync writes nothing');
    const { raised, violations } = shop.get('stats');
    assert.deepStrictEqual({ raised, violations }, { raised: 0, violations: [] });
    await at.verify();
}

test('14 units sold and not imported, one lost here: the shop shows T - U at every step, in whatever order they come', async (t) => {
    const steps = [['sync', 'recent'], ['sync', 'hard'], ['sync', 'orders']];
    for (const first of steps)
        for (const second of steps.filter((one) => one !== first)) {
            const { at, shop, available, buy } = await retailer(t, { skus: { A: 20 } });
            const holds = async (when) => {
                const { expected, unseen } = await at.json(['diagnose', 'A', '--channel', 'web'], [0, 1]);
                assert.strictEqual(available('A'), expected - unseen, when);
            };
            later(shop);
            buy('A', 14);
            await holds('sold');
            await at.adjust([['A', 'WH', -1]]);
            shop.post('truth', [{ sku: 'A', location: shop.location, units: 5 }]);
            const third = steps.find((one) => one !== first && one !== second);
            let pushed = false;
            for (const step of [first, second, third]) {
                await at.json(step);
                pushed ||= step[1] !== 'orders';
                if (pushed) await holds(`${first[1]}, ${second[1]}, ${third[1]}: after ${step[1]}`);
            }
            assert.deepStrictEqual([available('A'), await at.atp('A')], [5, 5]);
            assert.strictEqual(shop.get('stats').oversold, 0);
            later(shop);
            await nothingIsLeftToDo({ at, shop });
        }
});

test('an order that was archived with units to ship is found when the shop is adopted', async (t) => {
    const { at, shop, available, buy } = await retailer(t, { skus: ['A'], adopt: false });
    shop.post('levels', [{ sku: 'A', location: shop.location, available: 10 }]);
    order(shop, buy('A', 3), 'archive');
    later(shop, 600);
    await at.json(['shop', 'link', 'main']);
    const adopted = await at.json(['shop', 'adopt', 'main']);
    assert.deepStrictEqual([adopted.adopted, adopted.not_adopted], [1, []]);
    await at.json(['sync', 'recent']);
    assert.deepStrictEqual([available('A'), await at.atp('A')], [7, 7]);
    await nothingIsLeftToDo({ at, shop });
});

test('a sale between the reads of a diagnosis is a sale, and nobody else is blamed', async (t) => {
    const { at, shop } = await retailer(t, { skus: ['A'] });
    later(shop);
    shop.post('when', { field: 'orders', do: [['orders', { lines: [{ sku: 'A', quantity: 2 }], location: shop.location }]] });
    const found = await at.json(['diagnose', 'A', '--channel', 'web'], [1]);
    assert.deepStrictEqual([found.verdict, found.available, found.unseen], ['in_flight', 8, 2]);
});

test('the search of orders may lag: what it hides is never put on sale again', async (t) => {
    for (const pos of [false, true]) {
        const { at, shop, available, buy } = await retailer(t, { skus: ['A'] });
        await at.config({ shops: [{ code: 'main', index_lag_s: 60 }] });
        later(shop, 600);
        shop.post('faults', { kind: 'index_lag', ms: 50_000 });
        shop.post('truth', [{ sku: 'A', location: shop.location, units: 10 }]);
        buy('A', 4, { pos });
        later(shop, 20);
        const hard = await at.json(['sync', 'hard'], [1]);
        assert.deepStrictEqual([hard.drifted, hard.left.map((one) => one.sku)], [0, ['A']]);
        assert.strictEqual(available('A'), 6);
        later(shop, 60);
        await at.json(['sync', 'hard']);
        assert.deepStrictEqual([available('A'), await at.atp('A')], [6, 6]);
        await nothingIsLeftToDo({ at, shop });
    }
});

const aside = (at) => at.json(['quarantine', 'list'], [0, 1]);

test('quarantine: listed with reason and mend, looked at again when the cause is gone, released by hand', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B', 'C'] });
    later(shop);
    assert.deepStrictEqual(await aside(at), []);

    const elsewhere = shop.post('locations', { name: 'Else' }).id;
    shop.post('item', { sku: 'A', stocked: [elsewhere] });
    await at.json(['sync', 'hard'], [0, 1]);
    const [unstocked] = await aside(at);
    assert.deepStrictEqual([unstocked.sku, unstocked.channel, unstocked.state], ['A', 'web', 'not_stocked']);
    assert.match(unstocked.fix, /stock it there/);
    shop.post('item', { sku: 'A', stocked: [shop.location, elsewhere] });
    later(shop);
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual(await aside(at), [], 'what is read is taken up by itself');

    const TOO_HIGH = 1_000_000_000;
    await at.adjust([['B', 'WH', TOO_HIGH - 10]]);
    shop.post('edit', { sku: 'B', location: shop.location, delta: 5 });
    await at.json(['sync', 'recent'], [1]);
    const [refused] = await aside(at);
    assert.deepStrictEqual([refused.sku, refused.state], ['B', 'refused']);
    assert.match(refused.reason, /INVALID_QUANTITY_TOO_HIGH/);
    assert.strictEqual(await writes(shop, () => at.json(['sync', 'recent'])), 0, 'not tried again as it is');
    shop.post('edit', { sku: 'B', location: shop.location, delta: -5 });
    later(shop);
    assert.strictEqual(await writes(shop, () => at.json(['sync', 'hard'])), 0, 'nor by Hard Sync');
    await at.adjust([['B', 'WH', 10 - TOO_HIGH + 3]]);
    await at.json(['sync', 'hard']);
    assert.deepStrictEqual([available('B'), await aside(at)], [13, []], 'it says something else now');

    await at.adjust([['C', 'WH', TOO_HIGH - 10]]);
    shop.post('edit', { sku: 'C', location: shop.location, delta: 5 });
    await at.json(['sync', 'recent'], [1]);
    shop.post('edit', { sku: 'C', location: shop.location, delta: -5 });
    assert.strictEqual((await at.json(['quarantine', 'release', 'C', '--channel', 'web'])).released, true);
    await at.json(['sync', 'recent']);
    assert.strictEqual(available('C'), TOO_HIGH);
    await at.refuses(['quarantine', 'release', 'C', '--channel', 'web'], 3, /not in quarantine/);
    await at.refuses(['quarantine', 'release', 'C'], 2, /--channel/);
    await at.verify();
});

const MARKETPLACE = 'gid://shopify/App/7001';

test('an app whose orders claim no stock is found by what is not committed; it can be taken off the list', async (t) => {
    const { at, shop, available, buy } = await retailer(t, { skus: ['A'] });
    later(shop);
    shop.post('truth', [{ sku: 'A', location: shop.location, units: 10 }]);
    buy('A', 4, { claims: false });
    later(shop, NEVER_STALE_S);
    const { claimless } = await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual(claimless.map((one) => one.app), [MARKETPLACE]);
    assert.match(claimless[0].proof, /^order #1001: 4 units of A are to be shipped/);
    const listed = await at.json(['shop', 'apps', 'main']);
    assert.deepStrictEqual(listed.map((one) => [one.app, one.proof]), [[MARKETPLACE, claimless[0].proof]]);
    const { evidence } = await at.json(['diagnose', 'A', '--channel', 'web'], [0, 1]);
    const [told] = evidence.filter((one) => /takes no stock/.test(one.what));
    assert.ok(told.value.startsWith(`4 units of ${MARKETPLACE}; found by order #1001`), told.value);
    assert.deepStrictEqual([available('A'), await at.atp('A')], [6, 6], 'they are demand here, and pushed');
    buy('A', 1, { claims: false });
    await at.json(['sync', 'orders']);
    await at.json(['sync', 'recent']);
    assert.deepStrictEqual([available('A'), await at.atp('A')], [5, 5]);
    later(shop);
    await nothingIsLeftToDo({ at, shop });

    await at.refuses(['shop', 'app-claims', 'main', 'gid://shopify/App/1'], 3, /no app/);
    await at.json(['shop', 'app-claims', 'main', MARKETPLACE]);
    assert.deepStrictEqual(await at.json(['shop', 'apps', 'main']), []);
    later(shop, NEVER_STALE_S);
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual([available('A'), await at.atp('A')], [5, 5], 'what is not committed claims nothing');
    buy('A', 2, { app: 'Marketplace Connector' });
    await at.json(['sync', 'orders']);
    assert.deepStrictEqual([available('A'), await at.atp('A')], [3, 3], 'a new order of it counts as any other');
    assert.strictEqual(await writes(shop, () => at.json(['sync', 'recent'])), 0);
    later(shop, NEVER_STALE_S);
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual([available('A'), await at.atp('A')], [3, 3]);
    await at.verify();
});

test('units committed for no known order forbid a raise; they are reported, and may be accepted', async (t) => {
    const { at, shop, available, buy } = await retailer(t, { skus: ['A'] });
    later(shop);
    buy('A', 2, { hidden: true });
    later(shop, 2 * 3600);
    const hard = await at.json(['sync', 'hard'], [1]);
    assert.match(hard.left[0].why, /2 units committed there that no order read here explains/);
    assert.strictEqual(available('A'), 8, 'not raised');
    const [incident] = await at.json(['incident', 'list', '--open'], [1]);
    assert.deepStrictEqual([incident.sku, incident.kind, incident.drift], ['A', 'unknown_commitment', 2]);

    assert.strictEqual((await at.json(['incident', 'accept', 'A', '--channel', 'web'])).accepted, 2);
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual([available('A'), await at.json(['incident', 'list', '--open'])], [10, []]);
    buy('A', 1, { hidden: true });
    later(shop, 2 * 3600);
    assert.strictEqual((await at.json(['sync', 'hard'], [1])).left.length, 1, 'more than was accepted');
    assert.strictEqual(available('A'), 9);
    await at.refuses(['incident', 'accept', 'A', '--channel', 'nowhere'], 3, /no channel/);
    await at.verify();
});

test('units that were committed for no known order are closed by themselves when a reading explains them', async (t) => {
    for (const end of ['seen', 'shipped']) {
        const { at, shop, available, buy } = await retailer(t, { skus: ['A', 'B'] });
        later(shop);
        const hidden = buy('A', 2, { hidden: true });
        later(shop, 2 * 3600);
        await at.json(['sync', 'hard'], [1]);
        const more = buy('A', 1, { hidden: true });
        later(shop, 2 * 3600);
        await at.json(['sync', 'hard'], [1]);
        const open = () => at.json(['incident', 'list', '--open'], [0, 1]);
        assert.deepStrictEqual((await open()).map((one) => [one.kind, one.drift]), [['unknown_commitment', 3]], 'one, as it stands now');
        assert.strictEqual((await open())[0].evidence.second.committed, 3);

        for (const { id } of [hidden, more]) {
            shop.world.orders.get(id).hidden = end === 'shipped';
            order(shop, { id }, end === 'shipped' ? 'fulfil' : 'touch');
        }
        later(shop, NEVER_STALE_S);
        await at.json(['sync', 'hard'], [0, 1]);
        assert.deepStrictEqual((await open()).filter((one) => one.kind === 'unknown_commitment'), []);
        const [newest] = (await at.json(['incident', 'list'], [0, 1])).filter((one) => one.kind === 'unknown_commitment');
        assert.match(newest.note, end === 'seen' ? /over by itself: .* 3 units are committed .* 3 to ship/ : /over by itself: .* 0 units are committed/);
        assert.deepStrictEqual([available('A'), await at.atp('A')], end === 'seen' ? [7, 7] : [10, 10]);
        later(shop, NEVER_STALE_S);
        await nothingIsLeftToDo({ at, shop });
    }
});

test('a staff edit and the write of an app: found, put down to nobody of us with the reads that bound it, mended once', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B', 'C'] });
    later(shop);
    const { now: whole } = shop.get('clock');
    await at.json(['sync', 'hard']);
    later(shop, 1000);
    const { now: changed } = shop.get('clock');
    shop.post('edit', { sku: 'A', location: shop.location, delta: 5, who: 'Staff: Kim' });
    shop.post('edit', { sku: 'B', location: shop.location, delta: -3, app: 'Stocky' });
    const { now: edited } = shop.get('clock');
    later(shop, 600);
    await at.adjust([['C', 'WH', -1]]);
    const count = await writes(shop, async () => {
        const hard = await at.json(['sync', 'hard'], [1]);
        assert.deepStrictEqual(hard.incidents.map((one) => [one.sku, one.drift]).sort(), [['A', 5], ['B', -3]]);
        for (const { after, before, read_at: read, who, history } of hard.incidents) {
            assert.ok(second(whole) <= Date.parse(after) && Date.parse(after) < second(changed), `after the last whole Hard Sync: ${after}`);
            assert.ok(second(changed) <= Date.parse(before) && Date.parse(before) <= second(edited), `at the stamp of the change: ${before}`);
            assert.ok(Date.parse(read) > Date.parse(before));
            assert.match(who, /^not us/);
            assert.match(history, /inventory_history$/);
        }
        assert.doesNotMatch(JSON.stringify(hard), /Kim|Stocky/, 'nobody tells us who it was');
    });
    assert.strictEqual(count, 2, 'the push of C and one call that mends both');
    assert.deepStrictEqual(['A', 'B', 'C'].map(available), [10, 10, 9]);
    const listed = await at.json(['incident', 'list']);
    assert.deepStrictEqual(listed.map((one) => [one.kind, one.open]), [['foreign_change', false], ['foreign_change', false]]);
    for (const { evidence } of listed) {
        assert.strictEqual(evidence.first.available_at, evidence.second.available_at);
        /* Each is the answer's whole second less the time it took: never too late, but by both of these too early. */
        const [first, second] = [evidence.first, evidence.second].map((read) => Date.parse(read.asked_at));
        assert.ok(Math.min(first, second) > Date.parse(evidence.first.available_at), 'both reads come after the change');
        assert.ok(Math.abs(second - first) < 60_000, 'and belong to one look');
    }
    later(shop);
    await nothingIsLeftToDo({ at, shop });
});

test('a dry run tells what would be written and why, and writes nothing', async (t) => {
    const { at, shop, buy } = await retailer(t, { skus: ['A', 'B', 'C', 'D'] });
    later(shop);
    await at.adjust([['A', 'WH', -2]]);
    shop.post('edit', { sku: 'B', location: shop.location, delta: 5 });
    buy('C', 3);
    shop.post('item', { sku: 'D', deleted: true });
    const count = await writes(shop, async () => {
        const { lines } = await at.json(['sync', 'hard', '--dry-run'], [0, 1]);
        const told = Object.fromEntries(lines.map((one) => [one.sku, [one.target, one.available, one.unseen, one.delta, one.why]]));
        assert.deepStrictEqual(told, {
            A: [8, 10, 0, -2, 'owed'],
            B: [10, 15, 0, -5, 'somebody else changed it'],
            D: [10, null, 0, 0, 'the item does not exist at the shop any more'],
        });
    });
    assert.strictEqual(count, 0);
    assert.strictEqual((await at.json(['sync', 'orders'])).new, 1, 'not even imported');
});

/** Two channels with ten each, and a Hard Sync after each step: what was shown before it, found by it, and shown after it. */
async function stepByStep(t, steps) {
    const { at, shop } = await retailer(t, { skus: ['A'], adopt: false });
    const web = shop.location, nyc = shop.post('locations', { name: 'Store' }).id;
    shop.post('item', { sku: 'A', stocked: [web, nyc] });
    await at.config({
        groups: [{ code: 'ONLINE', members: [{ facility: 'WH' }] }],
        channels: [{ code: 'nyc', shop: 'main', location: nyc, mode: 'physical', facility: 'NYC' }],
    });
    await at.levels('sku,facility,quantity\nA,NYC,10\n');
    shop.post('levels', [{ sku: 'A', location: web, available: 10 }, { sku: 'A', location: nyc, available: 10 }]);
    shop.post('edit', { sku: 'A', location: web, name: 'damaged', delta: 2 });
    later(shop);
    await at.json(['shop', 'link', 'main']);
    assert.deepStrictEqual((await at.json(['shop', 'adopt', 'main'])).not_adopted, [], 'two damaged units are the baseline');
    const level = (location) => shop.get(`levels?sku=A&location=${encodeURIComponent(location)}`)[0];
    const edit = (location, change) => void shop.post('edit', { sku: 'A', location, ...change });
    let last;
    for (const [what, act, before, drifts, after] of steps) {
        last = act({ shop, web, nyc, edit, last }) ?? last;
        const shown = () => [level(web).available, level(nyc).available];
        assert.deepStrictEqual(shown(), before, `${what}: at the shop`);
        later(shop, NEVER_STALE_S);
        const hard = await at.json(['sync', 'hard'], [0, 1]);
        assert.deepStrictEqual(hard.incidents.map((one) => [one.channel, one.drift]).sort(), drifts, `${what}: found`);
        assert.deepStrictEqual([shown(), hard.left], [after, []], `${what}: mended`);
        later(shop, NEVER_STALE_S);
        await nothingIsLeftToDo({ at, shop });
    }
}

test('what staff put aside is held and not sold; only what leaves or comes is drift', async (t) => {
    const move = (from, to, quantity) => ({ move: { from, to, quantity } });
    await stepByStep(t, [
        ['on hand is edited down', ({ web, edit }) => edit(web, { on_hand: 9 }), [7, 10], [['web', -3]], [10, 10]],
        ['on hand is edited up', ({ web, edit }) => edit(web, { on_hand: 16 }), [14, 10], [['web', 4]], [10, 10]],
        ['three are damaged', ({ web, edit }) => edit(web, move('available', 'damaged', 3)), [7, 10], [], [7, 10]],
        ['one of them is not', ({ web, edit }) => edit(web, move('damaged', 'available', 1)), [8, 10], [], [8, 10]],
        ['one is set aside as safety stock', ({ web, edit }) => edit(web, move('available', 'safety_stock', 1)), [7, 10], [], [7, 10]],
        ['it is checked instead', ({ web, edit }) => edit(web, move('safety_stock', 'quality_control', 1)), [7, 10], [], [7, 10]],
        ['and passes', ({ web, edit }) => edit(web, move('quality_control', 'available', 1)), [8, 10], [], [8, 10]],
        ['the damaged are thrown away', ({ web, edit }) => edit(web, { name: 'damaged', delta: -2 }), [8, 10], [['web', -2]], [10, 10]],
        ['even the old damage is sold', ({ web, edit }) => edit(web, move('damaged', 'available', 2)), [12, 10], [['web', 2]], [10, 10]],
        ['one is damaged now, with no baseline left', ({ web, edit }) => edit(web, move('available', 'damaged', 1)), [9, 10], [], [9, 10]],
    ]);
});

test('a transfer: held while it is made ready, foreign when it leaves, foreign when it arrives', async (t) => {
    const transfer = (shop, one, what) => void shop.post(`transfers/${encodeURIComponent(one.id)}/${what}`);
    await stepByStep(t, [
        [
            'made ready',
            ({ shop, web, nyc }) => shop.post('transfers', { lines: [{ sku: 'A', quantity: 3 }], from: web, to: nyc }),
            [7, 10],
            [],
            [7, 10],
        ],
        ['on its way', ({ shop, last }) => transfer(shop, last, 'ship'), [7, 10], [['web', -3]], [10, 10]],
        ['received', ({ shop, last }) => transfer(shop, last, 'receive'), [10, 13], [['nyc', 3]], [10, 10]],
        ['a delivery is announced', ({ nyc, edit }) => edit(nyc, { name: 'incoming', delta: 5 }), [10, 10], [], [10, 10]],
    ]);
});
