// The service in a browser and over REST: the stories of the pages, told without script; their looks and their
// accessibility; the REST core held to its description.
import assert from 'node:assert';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { PROGRAM, ROOT, retailer } from '../lib/harness.js';

/** The service without its jobs, so that nothing runs but what a test runs. */
const PROBE = join(dirname(PROGRAM), 'tests/flow/http-probe');

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** For tests that need a browser. */
const BROWSER = { skip: existsSync(CHROMIUM) ? false : `there is no browser: ${CHROMIUM} is missing (Debian's chromium, or name one in CHROMIUM)` };

/** A folder for the pictures of all pages, for people to look at; unset: none are kept. */
const PICTURES = process.env.EVENSTOCK_PICTURES;
const HOSTILE = '<script>document.title="x"</script> & "quotes" <img src=x onerror=alert(1)> \u202Eright to left';

const openapi = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'));

/** Starts the service on a free port; it ends with the test. */
async function serve(t, at) {
    const child = at.start([`sqlite:${at.db}`], { program: PROBE });
    t.after(async () => { child.kill('SIGTERM'); await child.result; });
    const line = await new Promise((resolve, reject) => {
        let text = '';
        child.stdout.on('data', (chunk) => { text += chunk; if (text.includes('\n')) resolve(text.split('\n')[0]); });
        child.result.then(({ status, err }) => reject(new Error(`the service ended with ${status}: ${err}`)));
    });
    const { url, token } = JSON.parse(line);
    const call = async (method, path, { body, as = token } = {}) => {
        const answer = await fetch(url + path, { method, body: body && JSON.stringify(body), redirect: 'manual',
            headers: { Connection: 'close', ...(as && { Authorization: `Bearer ${as}` }), ...(body && { 'Content-Type': 'application/json' }) } });
        const text = await answer.text();
        return { status: answer.status, headers: answer.headers, text, json: /json/.test(answer.headers.get('content-type')) ? JSON.parse(text) : null };
    };
    return { url, token, child, call, get: (path) => call('GET', path) };
}

/** A browser of its own, with its own profile. */
async function browserOf(t) {
    const profile = mkdtempSync(join(tmpdir(), 'evenstock-browser-'));
    const browser = await chromium.launch({ executablePath: CHROMIUM,
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
            '--disable-component-update', '--disable-sync', `--crash-dumps-dir=${profile}`] });
    t.after(async () => { await browser.close(); rmSync(profile, { recursive: true, force: true }); });
    return browser;
}

/** A page that fails the test when it complains or leaves the service. */
async function pageOf(t, browser, service, options = {}) {
    const context = await browser.newContext(options);
    t.after(() => context.close());
    const page = await context.newPage();
    page.faults = [];
    page.on('console', (m) => { if (m.type() === 'error') page.faults.push(m.text()); });
    page.on('pageerror', (e) => page.faults.push(String(e)));
    page.on('request', (r) => { if (!r.url().startsWith(service.url)) page.faults.push(`outside: ${r.url()}`); });
    page.open = (path) => page.goto(service.url + path);
    return page;
}

async function signIn(page, service) {
    await page.open('/sign-in?next=/');
    await page.fill('input[name=token]', service.token);
    await page.click('main button');
    await page.waitForURL(`${service.url}/`);
}

/** A shop with a difference of each kind, a kit, a hostile title. */
async function busyRetailer(t) {
    const made = await retailer(t, { skus: { 'SHIRT-BL-M': 90, 'A/B 1': 30, BELT: 12, HAT: 4 } });
    const { at, shop, buy } = made;
    await at.config({
        facilities: [{ code: 'BKN', name: 'Brooklyn', type: 'store' }],
        channels: [{ code: 'till', mode: 'physical', facility: 'NYC' }],
        products: [{ sku: 'SHIRT-BL-M', title: 'Blue shirt M', vendor: 'ABC', identifiers: [{ type: 'UPCA', value: '012345678905' }] },
            { sku: 'HAT', title: HOSTILE, vendor: HOSTILE }, { sku: 'SET', title: 'Shirt and belt', kit: [{ sku: 'SHIRT-BL-M', quantity: 1 }, { sku: 'BELT', quantity: 1 }] }],
        product_facilities: [{ sku: 'SHIRT-BL-M', facility: 'WH', safety_stock: 5 }],
        product_channels: [{ sku: 'SHIRT-BL-M', channel: 'web', threshold: 5 }],
    });
    await at.levels('sku,facility,quantity\nSHIRT-BL-M,BKN,12\nSHIRT-BL-M,NYC,10\n');
    buy('SHIRT-BL-M', 5);
    await at.json(['job', 'run', 'orders', '--shop', 'main']);
    await at.json(['job', 'run', 'recent', '--shop', 'main']);
    await at.adjust([['SHIRT-BL-M', 'NYC', 15], ['BELT', 'WH', -1]]);
    shop.post('item', { sku: 'A/B 1', tracked: false });
    return made;
}

test('the story of a number that differs, without script: seen, explained, mended', BROWSER, async (t) => {
    const { at, shop } = await retailer(t, { skus: { A: 100 } });
    const service = await serve(t, at);
    const page = await pageOf(t, await browserOf(t), service, { javaScriptEnabled: false });
    const main = () => page.locator('main');
    await at.adjust([['A', 'WH', -25]]);

    await page.open('/');
    assert.match(await main().innerText(), /main: 1 product owed since .*not scheduled/s);
    assert.strictEqual(await page.locator('main form').count(), 0, 'who has not signed in sees no button');
    await page.open('/products');
    assert.match(await page.locator('main table').first().innerText(), /A.*web.*75.*100.*−25.*Owed/s);
    await page.click('main table >> text="A"');
    assert.match(await main().innerText(), /Evenstock, online ATP\s*75\s*Shopify, as booked here\s*100\s*Owed to Shopify\s*−25/);
    await page.click('text=Diagnose');
    assert.match(await page.locator('.panel .note').innerText(), /75.*100.*not scheduled.*\(J1\)/);
    assert.match(await main().innerText(), /Read from Shopify when this page was made/);

    await signIn(page, service);
    await page.click('table a:has-text("Upload recent inventory change")');
    await page.selectOption('select', 'every 15m');
    await page.click('button:text-is("Schedule")');
    assert.match(await main().innerText(), /every 15 minutes; next in/);
    await page.click('button:text-is("Pause")');
    assert.match(await main().innerText(), /Paused since .* else every 15 minutes/);
    await page.click('button:text-is("Resume")');
    assert.doesNotMatch(await main().innerText(), /Paused/);
    const [job] = (await service.get('/api/v1/jobs?shop=main')).json.items.filter((j) => j.job === 'recent');
    assert.deepStrictEqual([job.status, job.schedule, job.owed], ['scheduled', 'every 15 minutes', 1]);

    await at.json(['job', 'run', 'recent', '--shop', 'main']);
    assert.strictEqual(shop.get('levels?sku=A')[0].available, 75);
    await page.open('/products/A?diagnose=1');
    assert.match(await main().innerText(), /Shopify, read now\s*75/);
    assert.match(await main().innerText(), /Our writes to Shopify.*Push\s*−25\s*✓\sBooked/s);
    assert.match(await main().innerText(), /Upload recent inventory change\s*every 15 minutes\s*✓\sFinished run .*✓\sBefore it/s);

    await at.adjust([['A', 'WH', 1]]);
    await page.open('/products/A');
    assert.match(await main().innerText(), /▲\sOwed: Shopify was told 1 too few so far/);
    assert.match(await main().innerText(), /Upload recent inventory change.*▲\sAfter it: this run cannot have seen the change/s);
    await at.json(['sync', 'recent']);
    await page.open('/products/A');
    assert.match(await main().innerText(), /Upload recent inventory change.*After it, and nothing is owed/s);
    assert.deepStrictEqual(page.faults, []);
});

test('the waterfall adds up, and each term opens its rows', BROWSER, async (t) => {
    const { at } = await busyRetailer(t);
    const service = await serve(t, at);
    const page = await pageOf(t, await browserOf(t), service);
    await page.open('/products/SHIRT-BL-M?channel=web');
    const { items: [atp] } = (await service.get('/api/v1/atp?sku=SHIRT-BL-M&channel=web')).json;
    assert.strictEqual(atp.terms.reduce((sum, term) => sum + term.quantity, 0), atp.raw);
    const units = await page.locator('.pair tbody tr:not(.total) td:nth-child(2) data').evaluateAll((cells) => cells.map((d) => Number(d.value)));
    assert.strictEqual(units.reduce((sum, n) => sum + n, 0), atp.raw);
    assert.strictEqual(await page.locator('.waterfall rect').count(), units.filter((n) => n !== 0).length + 1);
    await page.click('summary:has-text("Excluded facilities")');
    assert.match(await page.locator('details[open]').innerText(), /BKN: ATP 12, not in this channel now/);
    await page.click('summary:has-text("Safety stock")');
    assert.match(await page.locator('details[open]').nth(1).innerText(), /WH: ATP 90, keeps back 5, counts 85/);
});

test('a search finds by SKU, title and identifier; what is exact opens at once', async (t) => {
    const { at } = await busyRetailer(t);
    const service = await serve(t, at);
    for (const [q, sku] of [['SHIRT-BL-M', 'SHIRT-BL-M'], ['012345678905', 'SHIRT-BL-M'], ['A/B 1', 'A%2FB%201']]) {
        const answer = await service.get(`/products?q=${encodeURIComponent(q)}`);
        assert.deepStrictEqual([answer.status, answer.headers.get('location')], [303, `/products/${sku}`]);
    }
    assert.match((await service.get('/products?q=blue')).text, /1 product matches/);
    assert.match((await service.get('/products?q=%3Cb%3E')).text, /No product matches <q>&lt;b&gt;<\/q>/);
    assert.strictEqual((await service.get('/products/A%2FB%201')).status, 200);
});

test('products page by SKU, each once', async (t) => {
    const skus = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`S${String(i).padStart(3, '0')}`, 1]));
    const { at } = await retailer(t, { skus, adopt: false });
    const service = await serve(t, at);
    const seen = [];
    for (let path = '/products'; path;) {
        const { text } = await service.get(path);
        seen.push(...[...text.matchAll(/<bdi>(S\d{3})<\/bdi>/g)].map((m) => m[1]));
        path = text.match(/href="(\/products\?after=[^"]+)"/)?.[1];
    }
    assert.deepStrictEqual(seen, Object.keys(skus));
});

test('markup in titles is text', BROWSER, async (t) => {
    const { at } = await busyRetailer(t);
    const service = await serve(t, at);
    const page = await pageOf(t, await browserOf(t), service);
    for (const path of ['/products', '/products/HAT', `/products?q=${encodeURIComponent(HOSTILE)}`]) {
        await page.open(path);
        assert.strictEqual(await page.locator('script, img').count(), 0);
        assert.ok((await page.locator('body').textContent()).includes(HOSTILE));
        assert.notStrictEqual(await page.title(), 'x');
    }
    assert.deepStrictEqual(page.faults, []);
});

test('a shop that does not answer is unknown, never 0', BROWSER, async (t) => {
    const { at, shop } = await retailer(t, { skus: { A: 10 } });
    const service = await serve(t, at);
    shop.post('faults', { kind: 'http_503' });
    const page = await pageOf(t, await browserOf(t), service);
    await page.open('/products/A?diagnose=1');
    assert.match(await page.locator('.panel .note').innerText(), /^\?/);
    assert.match(await page.locator('main').innerText(), /Shopify shows\s*\?/);
    const { json } = await service.get('/api/v1/diagnose?sku=A&channel=web');
    assert.deepStrictEqual([json.verdict, json.available, json.unseen], ['shop_unreachable', null, null]);
});

test('looks: no console error, no outside request, no sideways scroll, nothing serious for axe', BROWSER, async (t) => {
    const { at } = await busyRetailer(t);
    await at.json(['sync', 'hard'], [0, 1]);
    await at.run(['job', 'run', 'recent'], { env: { SHOP_TOKEN: 'wrong' } });
    await at.json(['job', 'schedule', 'recent', '--every', '15m', '--paused']);
    await at.json(['job', 'schedule', 'orders', '--as-changes-happen']);
    await at.json(['job', 'schedule', 'hard', '--daily-at', '03:00']);
    await at.adjust([['HAT', 'WH', -3]]);
    const service = await serve(t, at);
    const browser = await browserOf(t);
    const PATHS = ['/', '/jobs/recent?shop=main', '/runs/1', '/products', '/products/SHIRT-BL-M', '/products/SHIRT-BL-M?diagnose=1',
        '/products/SET', '/products/HAT', '/products?q=shirt', '/sign-in'];
    if (PICTURES) mkdirSync(PICTURES, { recursive: true });
    for (const colorScheme of ['light', 'dark']) {
        for (const width of [1280, 390]) {
            const page = await pageOf(t, browser, service, { colorScheme, viewport: { width, height: 800 } });
            await signIn(page, service);
            for (const [n, path] of PATHS.entries()) {
                const where = `${path}, ${colorScheme}, ${width}`;
                assert.strictEqual((await page.open(path)).status(), 200, where);
                assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${where}: sideways scroll`);
                await page.evaluate(axe.source);
                const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
                const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact));
                assert.deepStrictEqual(serious.map((v) => [v.id, v.nodes[0].html]), [], where);
                if (PICTURES) await page.screenshot({ path: join(PICTURES, `${n}-${colorScheme}-${width}.png`), fullPage: true });
            }
            assert.deepStrictEqual(page.faults, []);
        }
    }
});

// -- REST ---------------------------------------------------------------------------------------------------------------

test('routes and their description are the same', () => {
    const rows = [...readFileSync(join(ROOT, 'src/http/routes.def'), 'utf8').matchAll(/^ROUTE\((\w+),\s*"(\/api\/[^"]*)",\s*(\w+),/gm)];
    const described = Object.entries(openapi.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, o]) => `${method.toUpperCase()} ${path}${o.security ? ' with a token' : ''}`));
    assert.ok(rows.length > 10);
    assert.deepStrictEqual(described.sort(), rows.map(([, method, path, right]) => `${method} ${path}${right === 'OPERATE' ? ' with a token' : ''}`).sort());
});

/** What in `value` is not as its schema says; the part of JSON Schema that the document uses. */
function* misfits(schema, value, at = '') {
    if (schema.$ref) return yield* misfits(schema.$ref.split('/').slice(1).reduce((node, key) => node[key], openapi), value, at);
    if (schema.oneOf) {
        if (!schema.oneOf.some((one) => [...misfits(one, value)].length === 0)) yield `${at}: none of oneOf`;
        return;
    }
    const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
    if (schema.type && ![schema.type].flat().includes(kind)) yield `${at}: ${kind} is not ${schema.type}`;
    if (schema.enum && !schema.enum.includes(value)) yield `${at}: ${value} is none of ${schema.enum}`;
    if (schema.format === 'date-time' && kind === 'string' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) yield `${at}: ${value} is no time`;
    if (kind === 'array' && schema.items) for (const [i, item] of value.entries()) yield* misfits(schema.items, item, `${at}/${i}`);
    if (kind !== 'object' || !schema.properties) return;
    for (const key of schema.required ?? []) if (!(key in value)) yield `${at}/${key}: missing`;
    for (const [key, item] of Object.entries(value)) {
        if (schema.properties[key]) yield* misfits(schema.properties[key], item, `${at}/${key}`);
        else if (schema.additionalProperties === false) yield `${at}/${key}: not described`;
    }
}

const fits = (path, method, status, value) => {
    const { responses } = openapi.paths[path][method];
    const { content } = responses[status] ?? responses.default;
    assert.deepStrictEqual([...misfits(Object.values(content)[0].schema, value)], [], `${method} ${path}`);
};

test('answers are as described', async (t) => {
    const { at } = await busyRetailer(t);
    const service = await serve(t, at);
    const NAMES = { '{sku}': 'SHIRT-BL-M', '{job}': 'recent', '{id}': '1' };
    const QUERIES = { '/api/v1/atp': '?sku=SHIRT-BL-M', '/api/v1/diagnose': '?sku=SHIRT-BL-M&channel=web' };
    for (const [path, methods] of Object.entries(openapi.paths)) {
        const real = path.replace(/\{\w+\}/g, (name) => NAMES[name]);
        if (methods.get) {
            const { status, json } = await service.get(real + (QUERIES[path] ?? ''));
            assert.strictEqual(status, 200, path);
            fits(path, 'get', 200, json);
        }
        for (const method of ['post', 'put'].filter((name) => methods[name])) {
            const refused = await service.call(method.toUpperCase(), real, { as: null });
            assert.deepStrictEqual([refused.status, refused.headers.get('content-type')], [401, 'application/problem+json'], path);
            fits(path, method, 401, refused.json);
        }
    }
    const put = await service.call('PUT', '/api/v1/jobs/recent/schedule', { body: { schedule: 'daily at 04:30' } });
    assert.deepStrictEqual([put.status, put.json.schedule], [200, 'daily at 04:30 UTC']);
    fits('/api/v1/jobs/{job}/schedule', 'put', 200, put.json);
    const bad = await service.call('PUT', '/api/v1/jobs/recent/schedule', { body: { schedule: 'now and then' } });
    assert.deepStrictEqual([bad.status, bad.json.status], [400, 400]);
    for (const name of ['pause', 'resume']) {
        const { status, json } = await service.call('POST', `/api/v1/jobs/recent/${name}`);
        assert.deepStrictEqual([status, json.status], [200, name === 'pause' ? 'paused' : 'scheduled']);
    }
    const run = await service.call('POST', '/api/v1/jobs/orders/runs?shop=main');
    assert.strictEqual(run.status, 202);
    assert.strictEqual(run.headers.get('location'), `/api/v1/runs/${run.json.id}`);
    fits('/api/v1/jobs/{job}/runs', 'post', 202, run.json);
    assert.strictEqual((await service.get(run.headers.get('location'))).json.job, 'orders');
});

test('lists page by cursor, each row once', async (t) => {
    const skus = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`S${i}`, i]));
    const { at } = await retailer(t, { skus });
    const service = await serve(t, at);
    for (const [list, want] of [['products', 25], ['atp', 25], ['levels', 25], ['targets', 25], ['ledger', 25]]) {
        const rows = [];
        for (let after = ''; after !== null;) {
            const { json } = await service.get(`/api/v1/${list}?limit=7&after=${after}`);
            assert.ok(json.items.length <= 7);
            rows.push(...json.items.map((row) => row.seq ?? row.sku));
            after = json.next;
        }
        assert.deepStrictEqual([rows.length, new Set(rows).size], [want, want], list);
    }
});

test('the service beside the command line: the same file, a clean end, and kill -9 harms nothing', async (t) => {
    const { at } = await retailer(t, { skus: { A: 10 } });
    const first = await serve(t, at);
    assert.match(first.token, /^[0-9a-f]{64}$/);
    await at.adjust([['A', 'WH', -4]]);
    assert.strictEqual((await first.get('/api/v1/atp?sku=A')).json.items[0].online_atp, 6);
    first.child.kill('SIGKILL');
    await first.child.result;
    await at.verify();
    const second = await serve(t, at);
    assert.ok(!second.token, 'the token is shown once');
    assert.strictEqual((await second.call('GET', '/api/v1/atp?sku=A', { as: first.token })).json.items[0].online_atp, 6);
    second.child.kill('SIGTERM');
    const { status, err } = await second.child.result;
    assert.deepStrictEqual([status, err], [0, '']);
});
