// The admin pages: what a person finds there, in HTML that needs nothing from outside.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop } from '../harness.js';

const page = async (shop, path) => {
    const answer = await fetch(`${shop.url}${path}`);
    return { status: answer.status, html: await answer.text(), type: answer.headers.get('content-type') };
};

/** Rows of the table as lists of texts. */
const rows = (html) =>
    [...html.split('<tbody>')[1].matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row]) =>
        [...row.matchAll(/<t[dh][^>]*>([^]*?)<\/t[dh]>/g)].map(([, cell]) =>
            cell.replace(/<br>/g, ' | ').replace(/<[^>]+>/g, ''),
        ),
    );

test('from the list of products to the adjustment history', async (t) => {
    const shop = await openShop(t);
    const { location, items } = await shop.stocked({ A: 10 });
    const { id: store } = await shop.control('locations', { name: 'Store' });
    await shop.control('item', { sku: 'A', stocked: [location, store] });
    const { name } = await shop.order(location, { A: 3 });
    await shop.adjust(items.A, location, 2);
    await shop.control('edit', {
        sku: 'A',
        location,
        move: { from: 'available', to: 'damaged', quantity: 1 },
        who: 'Staff: Kim',
        reason: 'damaged',
    });
    const list = await page(shop, '/');
    assert.deepEqual([list.status, list.type], [200, 'text/html; charset=utf-8']);
    assert.deepEqual(rows(list.html), [['Product A', 'A', 'active', '8', '12']]);
    const follow = async (from, path) => {
        assert.ok(from.html.includes(`href="${path}"`), path);
        return page(shop, path);
    };
    const product = await follow(list, '/admin/products/1');
    const variant = await follow(product, '/admin/products/1/variants/1');
    assert.deepEqual(
        rows(variant.html),
        [
            ['Web', 'yes', 'History', '1', '3', '8', '12', '0'],
            ['Store', 'yes', 'History', '0', '0', '0', '0', '0'],
        ],
    );
    const history = await follow(variant, '/admin/products/1/variants/1/inventory_history?location_id=1');
    const cells = rows(history.html);
    assert.deepEqual(
        cells.map((row) => row.slice(1)),
        [
            ['Inventory moved | Staff: Kim · damaged', '+1 (1)', '3', '−1 (8)', '12'],
            ['Inventory adjusted | Evenstock · correction · gid://evenstock/Push/1', '0', '3', '+2 (9)', '+2 (12)'],
            [`Order created | Online Store · ${name}`, '0', '+3 (3)', '−3 (7)', '10'],
            ['Initial | Staff: Initial · correction', '0', '0', '+10 (10)', '+10 (10)'],
        ],
    );
    assert.match(cells[0][0], /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    const { inventoryItem } = await shop.data('query ($id: ID!) { inventoryItem(id: $id) { inventoryHistoryUrl } }', {
        id: items.A,
    });
    assert.ok(
        inventoryItem.inventoryHistoryUrl.startsWith(`${shop.url}/admin/products/1/variants/1/inventory_history`),
    );
    assert.equal((await fetch(inventoryItem.inventoryHistoryUrl)).status, 200);
});

test('names are text, never markup', async (t) => {
    const shop = await openShop(t);
    const { id: location } = await shop.control('locations', { name: '<b>"Web"</b>' });
    const hostile = '<script>alert("x")</script>';
    await shop.control('products', [
        { sku: hostile, title: `${hostile} & 'more'`, vendor: hostile, stocked: [location] },
    ]);
    await shop.control('edit', { sku: hostile, location, delta: 1, who: hostile, reference: hostile });
    for (const path of [
        '/admin/products',
        `/admin/products?query=${encodeURIComponent('"><script>')}`,
        '/admin/products/1',
        '/admin/products/1/variants/1',
        '/admin/products/1/variants/1/inventory_history',
    ]) {
        const { html } = await page(shop, path);
        assert.ok(!html.includes('<script') && !html.includes('<b>'), path);
    }
    assert.ok(
        (await page(shop, '/admin/products/1')).html.includes(
            '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;more&#39;',
        ),
    );
});

test('long lists have pages, and a search finds a SKU', async (t) => {
    const shop = await openShop(t);
    await shop.control(
        'products',
        Array.from({ length: 120 }, (_, i) => ({ sku: `S-${i}`, title: `Thing ${i}` })),
    );
    const first = await page(shop, '/admin/products');
    assert.match(first.html, /120 products/);
    assert.match(first.html, /Page 1 of 3.*rel="next"/);
    assert.equal(rows((await page(shop, '/admin/products?page=3')).html).length, 20);
    assert.deepEqual(
        rows((await page(shop, '/admin/products?query=s-119')).html).map((row) => row[0]),
        ['Thing 119'],
    );
    assert.match((await page(shop, '/admin/products?page=99')).html, /Page 3 of 3/);
});

test('a page asks for nothing else, has a language and names for its parts', async (t) => {
    const shop = await openShop(t);
    await shop.stocked({ A: 1 });
    const { html } = await page(shop, '/admin/products/1/variants/1');
    assert.ok(!/(?:src|href)="(?:https?:)?\/\//.test(html) && !/url\(|@import/.test(html));
    assert.match(html, /<html lang="en">/);
    assert.match(html, /prefers-color-scheme: dark/);
    assert.match(html, /<caption>.*<th scope="col">/s);
    assert.match(html, /<nav aria-label="Admin">/);
});

test('what is not there is said so', async (t) => {
    const shop = await openShop(t);
    await shop.stocked({ A: 1, B: 1 });
    for (const path of [
        '/admin/products/9',
        '/admin/products/1/variants/2',
        '/admin/products/1/variants/1/inventory_history?location_id=9',
        '/admin/orders',
    ]) {
        const { status, html } = await page(shop, path);
        assert.equal(status, 404, path);
        assert.match(html, /does not exist/);
    }
});
