// Hard Sync and what stands around it, against the stand-in shop: what it finds, what it leaves alone, what it tells.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';

/** Stamps that are so old are taken for settled (R1); a read so long after a known change is never called stale (R2). */
const SETTLED_S = 5;
const NEVER_STALE_S = 130;
const later = (shop, seconds = SETTLED_S) => shop.post('clock', { advance_s: seconds });
const order = (shop, one, what, body = {}) => shop.post(`orders/${encodeURIComponent(one.id)}/${what}`, body);

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
    await at.json(['sync', 'hard'], [0, 1]);
    assert.deepStrictEqual((await at.json(['shop', 'apps', 'main'])).map((one) => one.app), [MARKETPLACE]);
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

test('a staff edit and the write of an app: found, put down to nobody of us with the reads that bound it, mended once', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: ['A', 'B', 'C'] });
    later(shop);
    const { now: whole } = shop.get('clock');
    await at.json(['sync', 'hard']);
    later(shop, 1000);
    const { now: changed } = shop.get('clock');
    shop.post('edit', { sku: 'A', location: shop.location, delta: 5, who: 'Staff: Kim' });
    shop.post('edit', { sku: 'B', location: shop.location, delta: -3, app: 'Stocky' });
    later(shop, 600);
    await at.adjust([['C', 'WH', -1]]);
    const count = await writes(shop, async () => {
        const hard = await at.json(['sync', 'hard'], [1]);
        assert.deepStrictEqual(hard.incidents.map((one) => [one.sku, one.drift]).sort(), [['A', 5], ['B', -3]]);
        for (const { after, before, read_at: read, who, history } of hard.incidents) {
            assert.ok(Math.abs(Date.parse(after) - Date.parse(whole)) < 60_000, `after the last whole Hard Sync: ${after}`);
            assert.ok(Math.abs(Date.parse(before) - Date.parse(changed)) < 60_000, `at the stamp of the change: ${before}`);
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
