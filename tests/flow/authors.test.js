// Who changed a number in Shopify: asked of its analytics where the app may, once, after everything is mended; whatever
// comes back, or does not, only changes what an incident says of its author.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';

const later = (shop, seconds) => shop.post('clock', { advance_s: seconds });
const NOT_US = /^not us/;

/** A shop in which staff and an app changed numbers, and we and buyers did, too. */
async function changed(t, scopes = { granted: ['read_reports'] }) {
    const { at, shop, buy, available } = await retailer(t, { skus: ['A', 'B', 'C', 'D'] });
    shop.post('scopes', scopes);
    later(shop, 130);
    await at.json(['sync', 'hard']);
    later(shop, 1000);
    const edit = (sku, delta, by) => void shop.post('edit', { sku, location: shop.location, delta, ...by });
    edit('A', 5, { who: 'Staff: Kim' });
    edit('B', -1, { app: 'Stocky' });
    edit('B', -2, { app: 'Stocky' });
    edit('C', 3, { who: 'Staff: Kim' });
    edit('C', -1, { app: 'Stocky' });
    edit('D', -3, { who: 'Staff: Kim', reason: 'shrinkage' });
    buy('D', 2);
    await at.adjust([['D', 'WH', -3]]);
    await at.json(['sync', 'recent']);
    later(shop, 600);
    const hard = await at.json(['sync', 'hard'], [1]);
    assert.deepStrictEqual(['A', 'B', 'C', 'D'].map(available), [10, 10, 10, 5], 'mended, whoever it was');
    later(shop, 130);
    assert.deepStrictEqual((await at.json(['sync', 'hard'])).incidents, []);
    assert.deepStrictEqual(shop.get('stats').violations, []);
    await at.verify();
    return { at, shop, hard, who: Object.fromEntries(hard.incidents.map((one) => [one.sku, one.who])) };
}

test('staff and apps are named where exactly their changes are the drift', async (t) => {
    const { at, hard, who } = await changed(t);
    assert.strictEqual(hard.note, null);
    assert.match(who.A, /^staff member Kim \(\+5, reason correction, on \d{4}-\d\d-\d\d\), as Shopify's analytics tell$/);
    assert.match(who.B, /^app Stocky \(-3, reason correction,/, 'two changes of it');
    assert.match(who.C, NOT_US, 'two authors: none of them made this drift');
    assert.match(who.D, /^staff member Kim \(-3, reason shrinkage,/, 'neither our push nor the sale');
    const listed = Object.fromEntries((await at.json(['incident', 'list'])).map((one) => [one.sku, one.evidence]));
    assert.deepStrictEqual(Object.fromEntries(Object.entries(listed).map(([sku, one]) => [sku, one.who])), who);
    assert.ok(listed.A.first.available_at && listed.A.second.available_at, 'the two reads are still there');
    assert.strictEqual((await at.json(['shop', 'check', 'main'])).who_changed_lacks, null);
});

test('without the scope nothing is asked, and the check says which it is', async (t) => {
    const { at, shop, hard, who } = await changed(t, {});
    for (const words of Object.values(who)) assert.match(words, NOT_US);
    assert.strictEqual(hard.note, null);
    assert.strictEqual((await at.json(['shop', 'check', 'main'])).who_changed_lacks, 'read_reports');
    const { out } = await at.run(['shop', 'check', 'main']);
    assert.match(out, /who changed a number cannot be asked: the app lacks the scope read_reports/);
    assert.deepStrictEqual(shop.get('stats').violations, []);
});

test('analytics that are behind, or throttled, leave it at "not us"; the second is noted', async (t) => {
    for (const [state, note] of [[{ delay_s: 7200 }, null], [{ throttled: true }, /who changed the numbers was not told: .*THROTTLED/]]) {
        const { at, shop } = await retailer(t, { skus: ['A', 'B'] });
        shop.post('scopes', { granted: ['read_reports'] });
        shop.post('analytics', state);
        later(shop, 130);
        await at.json(['sync', 'hard']);
        later(shop, 1000);
        for (const sku of ['A', 'B']) shop.post('edit', { sku, location: shop.location, delta: 5, who: 'Staff: Kim' });
        later(shop, 600);
        const hard = await at.json(['sync', 'hard'], [1]);
        for (const { who } of hard.incidents) assert.match(who, NOT_US);
        assert.deepStrictEqual([hard.drifted, hard.left, hard.pushed], [2, [], 2]);
        if (note) assert.match(hard.note, note);
        else assert.strictEqual(hard.note, null);
        await at.verify();
    }
});
