// import config and export config: declarative, whole or not at all, and the export gives the same configuration again.
import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { workspace } from '../lib/harness.js';
import { level, orders, resets } from '../lib/stock.js';

const FULL = {
    facilities: [{ code: 'NYC', name: 'New York', type: 'store', active: true, time_zone: 'America/New_York' }, { code: 'OUT', type: 'outlet', active: false },
        { code: 'WH', type: 'warehouse' }, ...['distribution_center', 'brokering', 'preorder', 'backorder', 'unfillable', 'rejected', 'general'].map((type) => ({ code: type, type }))],
    groups: [{ code: 'ONLINE', members: [{ facility: 'NYC', from: '2026-01-01T00:00:00Z', thru: null }, { facility: 'WH', thru: '2999-01-01T00:00:00+02:00' }] }, { code: 'EMPTY', members: [] }],
    shops: [{ code: 'main', url: 'http://127.0.0.1:9292', api_version: '2026-10', token_env: 'SHOP_TOKEN', webhook_secret_env: 'SHOP_SECRET', writable: false, index_lag_s: 7, unmapped_orders: 'ignore' },
        { code: 'other', url: 'http://127.0.0.1:9293', client_id_file: 'id', client_secret_env: 'SECRET' }],
    channels: [{ code: 'web', shop: 'main', location: 'gid://shopify/Location/1', mode: 'aggregate', group: 'ONLINE', hold_preorder: true, ships_from: 'WH' },
        { code: 'nyc', shop: 'main', location: 'gid://shopify/Location/2', mode: 'physical', facility: 'NYC' },
        { code: 'paper', mode: 'aggregate', group: 'EMPTY', reserve_inventory: false, publish_negative: true }],
    products: [{ sku: 'B', title: 'Ärmel "quoted", 日本', product_type: 'Shirts', vendor: 'ABC', tags: ['sale', 'new'], identifiers: [{ type: 'UPCA', value: '012345678905' }, { type: 'ERP', value: '7' }] },
        { sku: 'C' }, { sku: 'A', title: 'Set', kit: [{ sku: 'B', quantity: 2 }, { sku: 'C', quantity: 1 }] }],
    product_facilities: [{ sku: 'B', facility: 'NYC', safety_stock: 5, allow_brokering: false, allow_pickup: false }],
    product_channels: [{ sku: 'B', channel: 'web', threshold: 10, sellable: false, item: 'gid://shopify/InventoryItem/7' }],
    rules: [],
};
const exported = async (at) => {
    const { status, out, err } = await at.run(['export', 'config']);
    assert.strictEqual(status, 0, err);
    return out;
};
const change = (at, content, ...options) => at.json(['import', 'config', at.file('change.json', content), ...options]);
const told = ({ changes }) => changes.map((one) => [one.kind, one.what, one.field, one.old, one.new].filter(Boolean).join(' '));

async function full(t) {
    const at = workspace(t);
    await at.config(FULL);
    return at;
}

test('the export, imported into an empty database, gives the same export', async (t) => {
    const at = await full(t), other = workspace(t);
    const text = await exported(at), document = JSON.parse(text);
    assert.deepStrictEqual(Object.keys(document).sort(), Object.keys(FULL).sort());
    for (const list of Object.keys(FULL)) /* an item is of all channels of its shop */
        assert.strictEqual(document[list].length, FULL[list].length + (list === 'product_channels'), list);
    await other.config(text);
    assert.strictEqual(await exported(other), text);
    const again = await change(at, text);
    assert.deepStrictEqual([again.added, again.changed], [0, 0]);
    assert.deepStrictEqual(await other.lines(['export', 'atp']), await at.lines(['export', 'atp']));
    assert.ok(!text.includes('SHOP_TOKEN=') && text.includes('"SHOP_TOKEN"'), 'the name of the variable, not what it holds');
});

test('what a file says comes out as it says', async (t) => {
    const document = JSON.parse(await exported(await full(t)));
    const find = (list, key, value) => document[list].find((one) => one[key] === value);
    for (const [list, key] of [['facilities', 'code'], ['shops', 'code'], ['channels', 'code'], ['products', 'sku'], ['product_facilities', 'sku'], ['product_channels', 'sku']])
        for (const given of FULL[list]) {
            const found = find(list, key, given[key]);
            for (const [name, value] of Object.entries(given))
                if (name !== 'tags' && name !== 'identifiers') assert.deepStrictEqual(found[name], value, `${list} ${given[key]} ${name}`);
        }
    assert.deepStrictEqual(find('products', 'sku', 'B').tags.toSorted(), ['new', 'sale']);
    assert.strictEqual(find('products', 'sku', 'B').identifiers.length, 2);
    assert.deepStrictEqual(find('groups', 'code', 'ONLINE').members.map((one) => [one.facility, one.thru]), [['NYC', null], ['WH', '2998-12-31T22:00:00Z']]);
    const { reserve_inventory: reserve, hold_preorder: hold, publish_negative: negative } = find('channels', 'code', 'nyc');
    assert.deepStrictEqual([reserve, hold, negative], [true, false, false], 'defaults');
});

test('a second import is all the same', async (t) => {
    const done = await change(await full(t), FULL);
    assert.deepStrictEqual([done.added, done.changed], [0, 0]);
    assert.ok(done.same > 0 && done.changes.every((one) => one.kind === 'same'));
});

test('--dry-run tells add, change and same with old and new, and writes nothing', async (t) => {
    const at = await full(t), before = await exported(at);
    const content = { facilities: [{ code: 'NYC', type: 'outlet', name: 'NY' }, { code: 'WH', type: 'warehouse' }, { code: 'LA', type: 'store' }],
        products: [{ sku: 'B', tags: ['old'] }], product_facilities: [{ sku: 'B', facility: 'NYC', safety_stock: 6 }], groups: [{ code: 'ONLINE', members: [{ facility: 'LA' }] }] };
    const dry = await change(at, content, '--dry-run');
    const lines = told(dry);
    for (const line of [/^add facility LA/, /^change facility NYC type store outlet/, /^change facility NYC name New York NY/, /^same facility WH/, /^change .*B.* tags .*sale.* old/, /^change .*B.*NYC.* safety_stock 5 6/, /^change group ONLINE members .*NYC.* LA/])
        assert.ok(lines.some((one) => line.test(one)), `${line}\n${lines.join('\n')}`);
    assert.strictEqual(await exported(at), before);
    const people = await at.run(['import', 'config', at.path('change.json'), '--dry-run']);
    assert.match(people.out, /change .*safety_stock: 5 -> 6/);
    assert.deepStrictEqual(told(await change(at, content)), lines, 'the real import does what the dry run told');
    assert.deepStrictEqual((await change(at, content, '--dry-run')).changed, 0);
});

test('a dry run on a database that is not there', async (t) => {
    const at = workspace(t);
    const dry = await change(at, FULL, '--dry-run');
    assert.ok(dry.added > 10);
    if (existsSync(at.db)) assert.deepStrictEqual(JSON.parse(await exported(at)).facilities, []);
});

test('absent keys stay, absent things stay, lists are replaced when given', async (t) => {
    const at = await full(t);
    await change(at, { facilities: [{ code: 'NYC', name: 'Big Apple' }], products: [{ sku: 'B', tags: [] }, { sku: 'A', kit: [{ sku: 'C', quantity: 3 }] }],
        product_channels: [{ sku: 'B', channel: 'web', sellable: true }], channels: [{ code: 'web', hold_preorder: false }] });
    const document = JSON.parse(await exported(at));
    const [nyc] = document.facilities.filter((one) => one.code === 'NYC');
    assert.deepStrictEqual([nyc.name, nyc.type, nyc.time_zone, nyc.active], ['Big Apple', 'store', 'America/New_York', true]);
    const product = (sku) => document.products.find((one) => one.sku === sku);
    assert.deepStrictEqual([product('B').tags ?? [], product('B').identifiers.length, product('B').title], [[], 2, FULL.products[0].title]);
    assert.deepStrictEqual(product('A').kit, [{ sku: 'C', quantity: 3 }]);
    assert.deepStrictEqual([document.product_channels[0].threshold, document.product_channels[0].item, document.product_channels[0].sellable], [10, 'gid://shopify/InventoryItem/7', true]);
    assert.strictEqual(document.channels.find((one) => one.code === 'web').ships_from, 'WH');
    assert.strictEqual(document.facilities.length, FULL.facilities.length);
});

test('a kit may become a plain product again', async (t) => {
    const at = await full(t);
    await change(at, { products: [{ sku: 'A', kit: [] }] });
    await resets(at, [['A', 'NYC', 3]]);
    assert.deepStrictEqual(await level(at, 'A'), [3, 3]);
    await at.verify();
});

test('another list of members counts at once, and the books agree', async (t) => {
    const at = await full(t);
    await change(at, { product_channels: [{ sku: 'B', channel: 'web', sellable: true, threshold: 0 }], product_facilities: [{ sku: 'B', facility: 'NYC', safety_stock: 0, allow_brokering: true }] });
    await resets(at, [['B', 'NYC', 10], ['B', 'WH', 7]]);
    for (const [members, expected] of [[['NYC', 'WH'], 17], [['WH'], 7], [[], 0], [['NYC'], 10]]) {
        await change(at, { groups: [{ code: 'ONLINE', members: members.map((facility) => ({ facility })) }] });
        assert.strictEqual(await at.atp('B'), expected, members.join());
        assert.deepStrictEqual(JSON.parse(await exported(at)).groups.find((one) => one.code === 'ONLINE').members.map((one) => one.facility), members);
        await at.verify();
    }
});

test('the members that a group had are kept as its history', async (t) => {
    const at = await full(t);
    await change(at, { groups: [{ code: 'ONLINE', members: [{ facility: 'OUT' }] }] });
    const sql = 'SELECT f.code, m.replaced_at IS NULL FROM member m JOIN facility f ON f.id = m.facility ORDER BY m.id';
    assert.deepStrictEqual(execFileSync('sqlite3', [at.db, sql], { encoding: 'utf8' }).trim().split('\n'), ['NYC|0', 'WH|0', 'OUT|1']);
});

test('a kit may name what stands later in the file, and what stops being a kit there', async (t) => {
    const at = await full(t);
    await change(at, { products: [{ sku: 'BIG', kit: [{ sku: 'A', quantity: 2 }, { sku: '商品 / 1', quantity: 1 }] }, { sku: 'A', kit: [] }, { sku: ' 商品 / 1 ' }] });
    const kits = Object.fromEntries(JSON.parse(await exported(at)).products.map((one) => [one.sku, one.kit ?? []]));
    assert.deepStrictEqual([kits.BIG, kits.A], [[{ sku: 'A', quantity: 2 }, { sku: '商品 / 1', quantity: 1 }], []]);
    await at.verify();
});

test("a kit's settings at a facility do not count", async (t) => {
    const at = await full(t);
    await change(at, { groups: [{ code: 'EMPTY', members: [{ facility: 'WH' }] }] });
    await resets(at, [['B', 'WH', 10], ['C', 'WH', 10]]);
    await change(at, { product_facilities: [{ sku: 'A', facility: 'WH', safety_stock: 100, allow_brokering: false }] });
    assert.strictEqual(await at.atp('A', 'paper'), 5);
    await at.verify();
});

// ---- refused whole

const BAD = {
    'no JSON': ['{"facilities": [', /json|end|line/i],
    'a list at the top': ['[]', /object/],
    'an unknown list': [{ facility: [] }, /"?facility"?/],
    'a list that is none': [{ facilities: {} }, /facilities/],
    'an entry that is none': [{ facilities: ['NYC'] }, /facilities\[0\]/],
    'an unknown key': [{ facilities: [{ code: 'X', type: 'store', colour: 'red' }] }, /colour/],
    'a key twice': ['{"facilities": [{"code": "X", "type": "store", "type": "outlet"}]}', /type|duplicate/],
    'an unknown facility type': [{ facilities: [{ code: 'X', type: 'shop' }] }, /"shop".*store, outlet/],
    'no facility type': [{ facilities: [{ code: 'X' }] }, /type/],
    'no code': [{ facilities: [{ type: 'store' }] }, /code/],
    'a flag that is a text': [{ facilities: [{ code: 'X', type: 'store', active: 'yes' }] }, /active/],
    'an unknown time zone': [{ facilities: [{ code: 'X', type: 'store', time_zone: 'Mars/Base' }] }, /Mars/],
    'a thing twice': [{ facilities: [{ code: 'X', type: 'store' }, { code: ' X ', type: 'outlet' }] }, /twice/],
    'an unknown member': [{ groups: [{ code: 'G', members: [{ facility: 'X' }] }] }, /"X"/],
    'a membership that ends before it begins': [{ groups: [{ code: 'G', members: [{ facility: 'NYC', from: '2026-02-01T00:00:00Z', thru: '2026-01-01T00:00:00Z' }] }] }, /thru|from|end/],
    'a bad time': [{ groups: [{ code: 'G', members: [{ facility: 'NYC', from: '2026-02-30T00:00:00Z' }] }] }, /from/],
    'an unknown mode': [{ channels: [{ code: 'c', mode: 'both' }] }, /"both".*aggregate/],
    'an unknown group': [{ channels: [{ code: 'c', mode: 'aggregate', group: 'X' }] }, /"X"/],
    'an aggregate channel without a group': [{ channels: [{ code: 'c', mode: 'aggregate' }] }, /group/],
    'a physical channel without a facility': [{ channels: [{ code: 'c', mode: 'physical' }] }, /facility/],
    'an unknown shop': [{ channels: [{ code: 'c', mode: 'physical', facility: 'NYC', shop: 'X', location: 'gid://shopify/Location/5' }] }, /"X"/],
    'two channels on one location': [{ channels: [{ code: 'c', mode: 'physical', facility: 'NYC', shop: 'main', location: 'gid://shopify/Location/1' }] }, /location/i],
    'two new channels on one location': [{ channels: ['c', 'd'].map((code) => ({ code, mode: 'physical', facility: 'NYC', shop: 'main', location: 'gid://shopify/Location/5' })) }, /location/i],
    'reserve_inventory false with a shop': [{ channels: [{ code: 'web', reserve_inventory: false }] }, /reserve_inventory/],
    'a shop for a channel that does not reserve': [{ channels: [{ code: 'paper', shop: 'main', location: 'gid://shopify/Location/9' }] }, /reserve_inventory/],
    'a shop without an address': [{ shops: [{ code: 's', token_env: 'T' }] }, /url/],
    'a shop without a secret': [{ shops: [{ code: 's', url: 'http://127.0.0.1:1' }] }, /token/],
    'a negative safety stock': [{ product_facilities: [{ sku: 'B', facility: 'NYC', safety_stock: -1 }] }, /safety_stock/],
    'half a safety stock': [{ product_facilities: [{ sku: 'B', facility: 'NYC', safety_stock: 1.5 }] }, /safety_stock/],
    'a negative threshold': [{ product_channels: [{ sku: 'B', channel: 'web', threshold: -1 }] }, /threshold/],
    'settings of an unknown product': [{ product_facilities: [{ sku: 'X', facility: 'NYC' }] }, /X/],
    'settings at an unknown facility': [{ product_facilities: [{ sku: 'B', facility: 'X' }] }, /X/],
    'settings in an unknown channel': [{ product_channels: [{ sku: 'B', channel: 'X' }] }, /X/],
    'an item of two products': [{ product_channels: [{ sku: 'C', channel: 'web', item: 'gid://shopify/InventoryItem/7' }] }, /item/i],
    'an unknown part': [{ products: [{ sku: 'K', kit: [{ sku: 'X', quantity: 1 }] }] }, /X/],
    'a kit in a kit': [{ products: [{ sku: 'K', kit: [{ sku: 'A', quantity: 1 }] }] }, /kit/],
    'a part that becomes a kit': [{ products: [{ sku: 'B', kit: [{ sku: 'C', quantity: 1 }] }] }, /kit/],
    'a kit of itself': [{ products: [{ sku: 'K', kit: [{ sku: 'K', quantity: 1 }] }] }, /K/],
    'a part of no quantity': [{ products: [{ sku: 'K', kit: [{ sku: 'C', quantity: 0 }] }] }, /kit.*1 to/],
    'a part twice': [{ products: [{ sku: 'K', kit: [{ sku: 'C', quantity: 1 }, { sku: 'C', quantity: 2 }] }] }, /C|twice/],
    'an empty SKU': [{ products: [{ sku: '  ' }] }, /sku/],
    'a tag that is no text': [{ products: [{ sku: 'B', tags: [1] }] }, /tag/],
    'a huge safety stock': [{ product_facilities: [{ sku: 'B', facility: 'NYC', safety_stock: 1000000001 }] }, /safety_stock/],
    'a number beyond all numbers': ['{"product_facilities": [{"sku": "B", "facility": "NYC", "safety_stock": 99999999999999999999}]}', /./],
    'a physical channel with a group': [{ channels: [{ code: 'c', mode: 'physical', facility: 'NYC', group: 'ONLINE' }] }, /group/],
    'a shop without a location': [{ channels: [{ code: 'c', mode: 'aggregate', group: 'ONLINE', shop: 'main' }] }, /location/],
    'half a client': [{ shops: [{ code: 's', url: 'http://127.0.0.1:1', client_id_env: 'A' }] }, /client_secret_env/],
    'an unknown API version': [{ shops: [{ code: 'main', api_version: 'latest' }] }, /api_version/],
    'an item without a shop': [{ product_channels: [{ sku: 'B', channel: 'paper', item: 'gid://shopify/InventoryItem/8' }] }, /item/],
    'settings twice': [{ product_channels: [{ sku: 'B', channel: 'web' }, { sku: 'B', channel: 'web' }] }, /product_channels\[1\].*twice/],
    'a SKU that is too long': [{ products: [{ sku: 'x'.repeat(256) }] }, /255/],
    'an identifier without a value': [{ products: [{ sku: 'B', identifiers: [{ type: 'UPCA' }] }] }, /identifiers/],
    rules: [{ rules: [{ code: 'R' }] }, /rules/],
    'UTF-16': [Buffer.from('\ufeff{}', 'utf16le'), /UTF-16/],
};
test('a bad file is refused whole', async (t) => {
    const at = await full(t), before = await exported(at);
    for (const [name, [content, pattern]] of Object.entries(BAD)) {
        const plain = content.constructor === Object && !content.facilities;
        const file = at.file('bad.json', plain ? { facilities: [{ code: 'NEW', type: 'store' }], ...content } : content);
        for (const more of [[], ['--dry-run']])
            await t.test(`${name} ${more}`, () => at.refuses(['import', 'config', file, '--json', ...more], 3, pattern));
    }
    assert.strictEqual(await exported(at), before);
    await at.verify();
});

test('a file that is not there', async (t) => {
    const at = workspace(t);
    await at.refuses(['import', 'config', at.path('none.json')], 3, /none\.json/);
});

test('a facility off and on again, a product off and on again: the number follows', async (t) => {
    const at = await full(t);
    await resets(at, [['C', 'NYC', 10], ['C', 'WH', 7]]);
    const steps = [[{ facilities: [{ code: 'NYC', active: false }] }, 7], [{ facilities: [{ code: 'NYC', active: true }] }, 17], [{ product_facilities: [{ sku: 'C', facility: 'NYC', safety_stock: 4 }] }, 13],
        [{ product_facilities: [{ sku: 'C', facility: 'NYC', allow_brokering: false }] }, 7], [{ product_channels: [{ sku: 'C', channel: 'web', threshold: 5 }] }, 2],
        [{ product_channels: [{ sku: 'C', channel: 'web', sellable: false }] }, 0], [{ product_channels: [{ sku: 'C', channel: 'web', sellable: true, threshold: 0 }] }, 7]];
    for (const [content, expected] of steps) {
        await change(at, content);
        assert.strictEqual(await at.atp('C'), expected, JSON.stringify(content));
        await at.verify();
    }
});

test('reserve_inventory false leaves out the queue of that channel, not the reservation', async (t) => {
    const at = await full(t);
    await change(at, { groups: [{ code: 'EMPTY', members: [{ facility: 'NYC' }] }] });
    await resets(at, [['C', 'NYC', 10]]);
    const placed = (id, more) => ({ event_id: id, order: id, line: '1', sku: 'C', quantity: 3, kind: 'placed', channel: 'paper', ...more });
    await orders(at, [placed('1')]);
    assert.strictEqual(await at.atp('C', 'paper'), 10);
    await orders(at, [placed('2', { facility: 'NYC' })]);
    assert.strictEqual(await at.atp('C', 'paper'), 7);
    await at.verify();
});
