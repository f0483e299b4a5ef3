// The studied troubleshooting path (docs/troubleshooting.md), walked by a person at the pages and by one at the command
// line: both are told the same, and what they are told to do mends it.
import assert from 'node:assert';
import test from 'node:test';
import { retailer } from '../lib/harness.js';
import { Visitor, serve, until } from '../lib/service.js';

/** What the command line and the product's page say of A; they must agree. */
async function diagnosed(at, visitor) {
    const told = await at.json(['diagnose', 'A', '--channel', 'web'], [0, 1]);
    const page = await visitor.open('/products/A?channel=web&diagnose=1');
    assert.strictEqual(page.status, 200);
    const sentence = told.cause ? `${told.summary} (${told.cause})` : told.summary;
    assert.ok(page.text.includes(sentence), `the page does not say '${sentence}':\n${page.text}`);
    for (const { command } of told.next) assert.ok(page.text.includes(command), command);
    for (const { what } of told.evidence) assert.ok(page.text.includes(what), what);
    return { ...told, page };
}

async function opened(t, at) {
    const service = await serve(t, at);
    const visitor = new Visitor(service.url);
    await visitor.signIn(service.token);
    return { service, visitor };
}

const ours = (shop) => shop.get('history?sku=A').filter((row) => row.name === 'available' && row.reference?.startsWith('gid://evenstock/'));

/** 40 units counted while the job is paused: sold out online although the shelves are full. */
async function soldOut(t, ...when) {
    const made = await retailer(t, { skus: { A: 0 } });
    await made.at.json(['job', 'schedule', 'Upload recent inventory change', ...when]);
    await made.at.json(['job', 'pause', 'Upload recent inventory change']);
    await made.at.levels('sku,facility,quantity\nA,WH,40\n');
    assert.strictEqual(made.available('A'), 0);
    return { ...made, ...await opened(t, made.at) };
}

for (const [way, shown, ...when] of [['Run now', 'every 15 minutes', '--every', '15m'], ['Resume', 'as changes happen', '--as-changes-happen']]) {
    test(`40 units here, 0 in the shop, the job paused: the page says why, and ${way} mends it`, async (t) => {
        const { at, shop, available, service, visitor } = await soldOut(t, ...when);

        const jobs = await visitor.open('/');
        assert.match(jobs.text, /main : 1 product owed since .* Upload recent inventory change is paused: changes wait\./);
        assert.match(jobs.text, new RegExp(`Paused since .*, else ${shown}`));
        const product = await visitor.open('/products/A');
        assert.match(product.text, /Evenstock, online ATP 40 Shopify, as booked here 0 Owed to Shopify \+40 since/);
        const found = await diagnosed(at, visitor);
        assert.deepStrictEqual([found.verdict, found.cause, found.expected, found.available], ['owed', 'J1', 40, 0]);
        assert.match(found.summary, /paused since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/);

        if (way === 'Run now') {
            const run = await visitor.send(product, '/jobs/recent/run');
            assert.match(run.path, /^\/runs\/\d+$/);
            await until('the run is over', async () => /Finished/.test((await visitor.open(run.path)).text));
            assert.match((await visitor.open(run.path)).text, /Finished : selected 1 , pushed 1 ,.* by page/);
            assert.match((await visitor.open('/')).text, /Paused since/, 'running now is not resuming');
        } else {
            const back = await visitor.send(product, '/jobs/recent/resume');
            assert.strictEqual(back.path, '/products/A?channel=web');
            assert.match(back.text, /Upload recent inventory change as changes happen/);
            await until('the shop shows 40', () => available('A') === 40);
            await until('the run is booked', async () => (await at.json(['job', 'list']))[0].last_run?.state === 'finished');
        }

        assert.strictEqual(available('A'), 40);
        const [entry, ...more] = ours(shop);
        assert.deepStrictEqual([entry.delta, entry.after, more], [40, 40, []]);
        const mended = await diagnosed(at, visitor);
        assert.deepStrictEqual([mended.verdict, mended.available, mended.status], ['in_sync', 40, 0]);
        assert.ok(mended.page.text.includes(`Push +40 ✓ Booked ${entry.reference}`), 'the page shows our reference as the shop has it');
        assert.ok(mended.page.html.includes(`<a href="${shop.url}/admin/`), "the page leads to Shopify's own history");
        assert.match(mended.page.text, /Upload recent inventory change .* Finished run [^✓]*✓ Before it/);
        await service.stop();
        await at.verify();
    });
}

test('changed before the last run, then overwritten by staff: foreign change, and Hard Sync mends it once', async (t) => {
    const { at, shop, available } = await retailer(t, { skus: { A: 0 } });
    await at.json(['job', 'schedule', 'recent', '--every', '15m']);
    await at.levels('sku,facility,quantity\nA,WH,40\n');
    await at.json(['job', 'run', 'recent']);
    assert.strictEqual(available('A'), 40);
    shop.post('edit', { sku: 'A', location: shop.location, available: 0, who: 'Staff: Kim' });
    const { service, visitor } = await opened(t, at);

    const found = await diagnosed(at, visitor);
    assert.deepStrictEqual([found.verdict, found.cause, found.explains, found.available], ['foreign_change', 'S1', -40, 0]);
    assert.match(found.page.text, /Nothing owed/, 'what we had to say was said');
    const history = found.evidence.find((one) => one.what === "Shopify's adjustment history");
    assert.match(await (await fetch(history.value)).text(), /Staff: Kim/, 'the linked page names who it was');

    const hard = async () => {
        const run = await visitor.send(await visitor.open('/products/A'), '/jobs/hard/run');
        await until('the hard sync is over', async () => / Finished/.test((await visitor.open(run.path)).text));
        return visitor.open(run.path);
    };
    assert.match((await hard()).text, /A in web: changed by somebody else by -40/);
    assert.strictEqual(available('A'), 40);
    assert.match((await visitor.open('/products/A')).text, /Foreign changes .* −40 .* Closed/);
    const { mutations } = shop.get('stats');
    await hard();
    assert.strictEqual(shop.get('stats').mutations, mutations, 'a second one writes nothing');
    assert.strictEqual((await diagnosed(at, visitor)).verdict, 'in_sync');
    await service.stop();
    await at.verify();
});
