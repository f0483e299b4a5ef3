// import products: our own columns, JSON lines, and Shopify's product export with its variants.
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ROOT, workspace } from '../lib/harness.js';
import { counts, errorsOf, retail, take } from '../lib/stock.js';

const NONE = { applied: 0, unchanged: 0, refused: 0, waiting: 0, movements: 0 };
const products = async (at) => JSON.parse((await at.run(['export', 'config'])).out).products;
const product = async (at, sku) => (await products(at)).find((one) => one.sku === sku);

test('our own columns, any order; what the file does not have stays', async (t) => {
    const at = workspace(t);
    const file = 'title,sku,upc,tags,vendor,product_type\n"Shirt, blue",S1,012345678905,"sale, new ,",ABC,Shirts\nHat,S2,,,,\n';
    assert.deepStrictEqual(counts(await take(at, 'products', file)), { ...NONE, applied: 2 });
    const first = { sku: 'S1', title: 'Shirt, blue', product_type: 'Shirts', vendor: 'ABC', tags: ['sale', 'new'], identifiers: [{ type: 'UPCA', value: '012345678905' }] };
    const { tags, ...rest } = await product(at, 'S1');
    assert.deepStrictEqual({ ...rest, tags: tags.toSorted() }, { ...first, tags: first.tags.toSorted() });
    assert.deepStrictEqual(counts(await take(at, 'products', 'sku,title\nS1,Blouse\nS2,Hat\n')), { ...NONE, applied: 1, unchanged: 1 });
    const changed = await product(at, 'S1');
    assert.deepStrictEqual([changed.title, changed.vendor, changed.tags.length, changed.identifiers.length], ['Blouse', 'ABC', 2, 1]);
    assert.deepStrictEqual(counts(await take(at, 'products', 'sku,tags,upc\nS1,,\n')), { ...NONE, applied: 1 });
    const emptied = await product(at, 'S1');
    assert.deepStrictEqual([emptied.title, emptied.tags ?? [], emptied.identifiers ?? []], ['Blouse', [], []]);
});

test('JSON lines', async (t) => {
    const at = workspace(t);
    const rows = [{ sku: 'S1', title: 'Ärmel', tags: ['a', 'b'], upc: '012345678905' }, { sku: 'S2', identifiers: [{ type: 'ERP', value: '7' }, { type: 'UPCA', value: '5' }] }, { sku: 'S3' }];
    assert.deepStrictEqual(counts(await take(at, 'products', rows)), { ...NONE, applied: 3 });
    assert.strictEqual((await product(at, 'S1')).title, 'Ärmel');
    assert.strictEqual((await product(at, 'S2')).identifiers.length, 2);
    assert.deepStrictEqual(counts(await take(at, 'products', [{ title: 'Ärmel', sku: ' S1 ' }, { sku: 'S3', vendor: 'V' }])), { ...NONE, applied: 1, unchanged: 1 });
});

test('bad rows and bad lines', async (t) => {
    const at = workspace(t);
    const done = await take(at, 'products', `sku,title\n,no SKU\nS1,good\n${'x'.repeat(300)},too long\nS2,one,too many\n`);
    assert.deepStrictEqual(counts(done), { ...NONE, applied: 1, refused: 3 });
    assert.match(errorsOf(at, done.file), /^,no SKU,1,sku,/m);
    const bad = ['{"title": "none"}', '{"sku": 7}', '{"sku": "S", "tags": "sale"}', '{"sku": "S", "tags": [1]}', '{"sku": "S", "colour": "red"}', '{"sku": "S", "title": ["x"]}',
        '{"sku": "S", "identifiers": [{"type": "A"}]}', '{"sku": "S", "upc": "1", "identifiers": []}', '{"sku": ', '{"sku": "S"} x'];
    const lines = await take(at, 'products', `${bad.join('\n')}\n{"sku": "S9"}\n`);
    assert.deepStrictEqual(counts(lines), { ...NONE, applied: 1, refused: bad.length });
    assert.deepStrictEqual((await products(at)).map((one) => one.sku), ['S1', 'S9']);
    for (const [content, pattern] of [['title,vendor\na,b\n', /sku/], ['sku,title,sku\na,b,c\n', /sku/], ['Handle,Title\na,b\n', /Variant SKU/], ['', /./]])
        await at.refuses(['import', 'products', at.file('bad.csv', content)], 3, pattern);
});

const EXPORT = `Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Barcode,Image Src
shirt,Shirt,"<p>two
lines</p>",ABC,Shirts,"sale, blue",Size,S,Colour,Blue,,,SH-S,'0012,http://x/1.png
shirt,,,,,,,M,,Blue,,,,,
shirt,,,,,,,,,,,,,,http://x/2.png
hat,Hat,,,Hats,,Title,Default Title,,,,,,,
three,Three,,,,,A,1,B,2,C,3,,,
`;
test("Shopify's export: variants share their product's fields, those without SKU are named by their options", async (t) => {
    const at = workspace(t);
    const done = await take(at, 'products', EXPORT);
    assert.deepStrictEqual(counts(done), { ...NONE, applied: 4, unchanged: 1 });
    assert.deepStrictEqual((await products(at)).map((one) => one.sku).toSorted(), ['SH-S', 'hat:Default Title', 'shirt:M:Blue', 'three:1:2:3']);
    const { title, vendor, product_type: type, tags } = await product(at, 'shirt:M:Blue');
    assert.deepStrictEqual([title, vendor, type, tags.toSorted()], ['Shirt', 'ABC', 'Shirts', ['blue', 'sale']]);
    assert.strictEqual((await product(at, 'SH-S')).identifiers[0].value, '0012');
    assert.strictEqual((await product(at, 'hat:Default Title')).vendor ?? '', '', 'nothing of the product before');
    assert.deepStrictEqual(counts(await take(at, 'products', EXPORT.replace('Hats', 'Caps'))), { ...NONE, applied: 1, unchanged: 4 });
    assert.strictEqual((await take(at, 'products', 'Handle,Option1 Value,Variant SKU\n,S,X\n')).refused, 1);
});

test("the demo's export comes in whole, and a second time changes nothing", async (t) => {
    const at = workspace(t);
    const text = readFileSync(join(ROOT, 'demo/data/products.csv'), 'utf8');
    const done = await take(at, 'products', text);
    assert.ok(done.applied > 0 && done.refused === 0, errorsOf(at, done.file));
    assert.strictEqual((await products(at)).length, done.applied);
    const again = await at.json(['import', 'products', done.file, '--again']);
    assert.deepStrictEqual(counts(again), { ...NONE, unchanged: done.rows });
});

test('a known product keeps its kit, its stock and its settings', async (t) => {
    const at = await retail(t);
    await at.levels('sku,facility,quantity\nB,NYC,10\nC,NYC,10\n');
    const before = await at.json(['atp', 'KIT', '--channel', 'web']);
    await take(at, 'products', 'sku,title,upc\nKIT,Set,7\nB,Part,8\n');
    assert.deepStrictEqual(await at.json(['atp', 'KIT', '--channel', 'web']), before);
    assert.strictEqual((await product(at, 'KIT')).kit.length, 2);
    await at.verify();
});

test('--dry-run and --all-or-nothing make no product', async (t) => {
    const at = workspace(t);
    await take(at, 'products', 'sku\nS0\n');
    assert.strictEqual((await take(at, 'products', 'sku\nS1\n', '--dry-run')).applied, 1);
    assert.deepStrictEqual(counts(await take(at, 'products', 'sku\nS1\n""\n', '--all-or-nothing')), { ...NONE, unchanged: 1, refused: 1 });
    assert.deepStrictEqual((await products(at)).map((one) => one.sku), ['S0']);
    assert.strictEqual((await take(at, 'products', 'sku\nS1\n')).applied, 1);
});
