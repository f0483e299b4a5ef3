// Answers that are not what Shopify documents: each is an error of that shop, told in words; nothing crashes, nothing is
// booked that did not happen, and the token goes nowhere else.
import assert from 'node:assert';
import { createServer } from 'node:http';
import test from 'node:test';
import { shopOf, workspace } from '../lib/harness.js';

const BIG = 200 * 1024 * 1024;

const send = (status, type, body) => (response) => response.writeHead(status, { 'Content-Type': type }).end(body);
const json = (value) => send(200, 'application/json', typeof value === 'string' ? value : JSON.stringify(value));

/** Endless spaces are JSON as far as one can tell; how much of them was taken is counted. */
function big(response, seen) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const chunk = Buffer.alloc(1 << 20, ' ');
    const more = () => {
        while (seen.sent < BIG && !response.destroyed) {
            seen.sent += chunk.length;
            if (!response.write(chunk)) { response.once('drain', more); return; }
        }
        if (!response.destroyed) response.end();
    };
    more();
}

/** What comes instead of the answer to a call that the shop has executed. */
const INSTEAD = {
    'cut JSON': json('{"data":{"inventoryAdjustQuantities":{"inventoryAdjustmentGroup":{"id":"gid://shop'),
    'wrong types': json({ data: { inventoryAdjustQuantities: { inventoryAdjustmentGroup: 7, userErrors: 'none' }, shop: [], orders: 1, inventoryItem: 7 } }),
    'a list': json('[]'),
    nothing: json(''),
    'data of another call': json({ data: {} }),
    'refused and done at once': json({ data: { inventoryAdjustQuantities: { inventoryAdjustmentGroup: { id: 'x' }, userErrors: [{ code: 'INVALID_LOCATION', field: null, message: 'no' }] } } }),
    'HTML of a proxy': send(200, 'text/html', '<!doctype html><title>Please sign in</title>'),
    'JSON that says it is text': send(200, 'text/plain', '{"data":{"inventoryAdjustQuantities":{"inventoryAdjustmentGroup":null,"userErrors":[]}}}'),
    'another success': send(202, 'application/json', '{}'),
    '200 MB': big,
    'an unknown error': json({ errors: [{ message: 'next year', extensions: { code: 'A_FAILURE_OF_NEXT_YEAR' } }], data: null }),
    'no UTF-8': json(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]).toString('latin1')),
};
/** What comes instead of the call: the shop sees nothing of it. */
const REFUSED = {
    'an unknown refusal': json({ data: { inventoryAdjustQuantities: { inventoryAdjustmentGroup: null, userErrors: [{ code: 'OF_NEXT_YEAR', field: ['input', 'changes', '0', 'inventoryItemId'], message: 'not this one' }] } } }),
};

async function listen(t, handler) {
    const server = createServer(handler);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => { server.closeAllConnections(); return new Promise((resolve) => server.close(resolve)); });
    return `http://127.0.0.1:${server.address().port}`;
}

/** A retailer whose shop stands behind something that can spoil answers: `front.spoil = { root, times, executed, with }`. */
async function behind(t) {
    const shop = await shopOf(t);
    const front = { spoil: null, sent: 0, elsewhere: 0 };
    const url = await listen(t, async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = Buffer.concat(chunks), { spoil } = front;
        const hit = spoil && spoil.times > 0 && body.includes(spoil.root);
        if (hit) spoil.times--;
        if (hit && !spoil.executed) return spoil.with(response, front);
        const { host: _, connection: __, ...headers } = request.headers;
        const answer = await fetch(shop.url + request.url, { method: request.method, headers, body: body.length ? body : undefined });
        const text = Buffer.from(await answer.arrayBuffer());
        if (hit) return spoil.with(response, front);
        const passed = ['content-type', 'date', 'x-shopify-api-version', 'content-range'].filter((name) => answer.headers.has(name));
        return response.writeHead(answer.status, Object.fromEntries(passed.map((name) => [name, answer.headers.get(name)]))).end(text);
    });
    const at = workspace(t, { SHOP_TOKEN: shop.token });
    shop.post('products', [{ sku: 'A', title: 'A', tracked: true, stocked: [shop.location] }]);
    await at.config({
        facilities: [{ code: 'WH', type: 'warehouse' }], products: [{ sku: 'A' }],
        shops: [{ code: 'main', url, api_version: '2026-10', token_env: 'SHOP_TOKEN', index_lag_s: 0 }],
        channels: [{ code: 'web', shop: 'main', location: shop.location, mode: 'physical', facility: 'WH' }],
    });
    await at.json(['shop', 'link', 'main']);
    await at.json(['shop', 'adopt', 'main']);
    await at.levels('sku,facility,quantity\nA,WH,10\n');
    await at.json(['sync', 'recent']);
    const available = () => shop.get(`levels?sku=A&location=${encodeURIComponent(shop.location)}`)[0].available;
    const settled = async (units) => {
        assert.strictEqual(available(), units);
        const { violations, raised } = shop.get('stats');
        assert.deepStrictEqual({ violations, raised }, { violations: [], raised: 0 });
        const dry = await at.json(['sync', 'hard', '--dry-run'], [0, 1]);
        assert.deepStrictEqual(dry.lines, [], 'both sides agree');
        await at.verify();
    };
    return { at, shop, front, available, settled, url };
}

/** Runs a command; whatever it says, it says without the token. */
async function run(at, shop, args) {
    const done = await at.run([...args, '--json']);
    assert.strictEqual(done.signal, null, done.err);
    assert.ok([0, 1, 3].includes(done.status), `exit ${done.status}: ${done.err}`);
    assert.ok(!(done.out + done.err).includes(shop.token), 'the token is told to nobody');
    return { ...done, report: done.out ? JSON.parse(done.out) : null };
}

test('a spoiled answer to a push: sent again under its key, booked once', async (t) => {
    const { at, shop, front, settled } = await behind(t);
    let units = 10;
    for (const [name, answer] of Object.entries(INSTEAD)) {
        front.sent = 0;
        front.spoil = { root: 'inventoryAdjustQuantities', times: 1, executed: true, with: answer };
        await at.adjust([['A', 'WH', 1]]);
        const { status, report, err } = await run(at, shop, ['sync', 'recent']);
        assert.deepStrictEqual([name, status, report?.pushed, report?.in_doubt], [name, 0, 1, 0], err);
        assert.ok(front.sent < BIG / 4, `${front.sent} bytes were taken`);
        units += 1;
        await settled(units);
    }
});

test('an answer that stays spoiled leaves the push in doubt, and the next run ends it', async (t) => {
    const { at, shop, front, settled } = await behind(t);
    front.spoil = { root: 'inventoryAdjustQuantities', times: Infinity, executed: true, with: INSTEAD['HTML of a proxy'] };
    await at.adjust([['A', 'WH', -3]]);
    const { status, report } = await run(at, shop, ['sync', 'recent']);
    assert.ok(status !== 0 && report.pushed === 0 && report.in_doubt === 1);
    front.spoil = null;
    assert.strictEqual((await at.json(['sync', 'recent'])).pushed, 1);
    await settled(7);
});

test('a refusal with a code of next year puts the line aside, with the words of the shop', async (t) => {
    const { at, shop, front, available } = await behind(t);
    front.spoil = { root: 'inventoryAdjustQuantities', times: 1, executed: false, with: REFUSED['an unknown refusal'] };
    await at.adjust([['A', 'WH', -3]]);
    const { status, report } = await run(at, shop, ['sync', 'recent']);
    assert.deepStrictEqual([status, report.pushed, report.refused], [1, 0, 1]);
    assert.strictEqual(available(), 10);
    const { out } = await at.run(['diagnose', 'A', '--channel', 'web', '--json']);
    assert.match(out, /not this one/);
    await at.verify();
});

test('a redirect is not followed, with whatever status it comes', async (t) => {
    const { at, shop, front, settled } = await behind(t);
    const elsewhere = await listen(t, (request, response) => { front.elsewhere++; request.resume(); response.end('{}'); });
    for (const status of [301, 302, 303, 307, 308]) {
        front.spoil = { root: 'query', times: Infinity, executed: false, with: (response) => response.writeHead(status, { Location: `${elsewhere}/admin` }).end() };
        if (status === 301) await at.adjust([['A', 'WH', -3]]);
        for (const args of [['sync', 'recent'], ['sync', 'orders'], ['shop', 'check', 'main']]) {
            const done = await run(at, shop, args);
            assert.notStrictEqual(done.status, 0);
            assert.match(done.out + done.err, /myshopify\.com/, 'the mend is told');
        }
    }
    assert.strictEqual(front.elsewhere, 0, 'nothing went elsewhere, least of all the token');
    front.spoil = null;
    await at.json(['sync', 'recent']);
    await settled(7);
});

test('a spoiled answer to a read: asked again, and an error of that shop when it stays so', async (t) => {
    const { at, shop, front, settled } = await behind(t);
    const READS = [['shop', 'check', 'main', 'currentAppInstallation'], ['sync', 'orders', 'orders('], ['sync', 'hard', 'inventoryLevel(']];
    for (const [first, second, ...rest] of READS) {
        const root = rest.pop(), args = [first, second, ...rest];
        for (const [name, answer] of Object.entries(INSTEAD)) {
            if (name === '200 MB' && first !== 'shop') continue; /* once is enough */
            front.sent = 0;
            front.spoil = { root, times: 1, executed: true, with: answer };
            const { status, err } = await run(at, shop, args);
            assert.ok(status === 0 || (status === 3 && /^evenstock: .*main/.test(err) && err.trim().split('\n').length === 1), `${name}, ${args.join(' ')}: exit ${status}: ${err}`);
            assert.strictEqual(front.spoil.times, 0, 'it was spoiled');
            assert.ok(front.sent < BIG / 4, `${front.sent} bytes were taken`);
        }
    }
    front.spoil = null;
    await settled(10);
});

test('spoiled answers of the analytics: a note, and the drift is mended all the same', async (t) => {
    const { at, shop, front, settled } = await behind(t);
    shop.post('scopes', { granted: ['read_reports'] });
    const table = (more) => json({ data: { shopifyqlQuery: { parseErrors: [], tableData: { columns: [], rows: [], ...more } } } });
    const row = { day: '2026-11-24', inventory_app_name: 'X', staff_member_name: null, inventory_change_reason: 'x', reference_document_uri: null };
    const columns = [...Object.keys(row), 'inventory_adjustment_change'].map((name) => ({ name }));
    const answers = {
        ...INSTEAD,
        'not understood': json({ data: { shopifyqlQuery: { parseErrors: ['line 1: no such table'], tableData: null } } }),
        'no table': json({ data: { shopifyqlQuery: { parseErrors: [], tableData: null } } }),
        'rows without columns': table({ rows: [row] }),
        'a row that is a number': table({ columns, rows: [7] }),
        'a row that is too short': table({ columns, rows: [['2026-11-24']] }),
        'a change that is none': table({ columns, rows: [{ ...row, inventory_adjustment_change: '3.5' }] }),
        'a list that may be cut': table({ columns, rows: Array.from({ length: 1000 }, () => ({ ...row, inventory_adjustment_change: '1' })) }),
    };
    for (const [name, answer] of Object.entries(answers)) {
        front.sent = 0;
        shop.post('clock', { advance_s: 130 });
        shop.post('edit', { sku: 'A', location: shop.location, delta: -2, who: 'Staff: Kim' });
        shop.post('clock', { advance_s: 130 });
        front.spoil = { root: 'shopifyqlQuery', times: 1, executed: false, with: answer };
        const { status, report, err } = await run(at, shop, ['sync', 'hard']);
        assert.deepStrictEqual([name, status, report?.drifted, front.spoil.times], [name, 1, 1, 0], err);
        assert.match(report.note, /who changed the numbers was not told/, name);
        assert.match(report.incidents[0].who, /^not us/);
        assert.ok(front.sent < BIG / 4, `${front.sent} bytes were taken`);
        await settled(10);
    }
});
