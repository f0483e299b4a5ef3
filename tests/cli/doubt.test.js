// Quarantine, incidents and claimless apps where there are none, and what is refused. tests/flow/reconcile.test.js has
// those that there are.
import assert from 'node:assert';
import test from 'node:test';
import { workspace } from '../lib/harness.js';

async function shops(t) {
    const at = workspace(t, { SHOP_TOKEN: 'token' });
    await at.config({
        facilities: [{ code: 'WH', type: 'warehouse' }],
        groups: [{ code: 'G', members: [{ facility: 'WH' }] }],
        shops: [{ code: 'main', url: 'http://127.0.0.1:9', api_version: '2026-10', token_env: 'SHOP_TOKEN' }],
        channels: [
            { code: 'web', shop: 'main', location: 'gid://shopify/Location/1', mode: 'aggregate', group: 'G' },
            { code: 'till', mode: 'physical', facility: 'WH' },
        ],
        products: [{ sku: 'A', title: 'Shirt' }],
    });
    return at;
}

test('where there is nothing the lists say so', async (t) => {
    const at = await shops(t);
    for (const [args, says] of [
        [['incident', 'list'], 'no incident was found'], [['incident', 'list', '--open'], 'no incident is open'],
        [['shop', 'apps', 'main'], 'no app is known whose orders claim no stock'],
    ]) {
        const { status, out } = await at.run(args);
        assert.deepStrictEqual([status, out.trim()], [0, says]);
        assert.deepStrictEqual(await at.json(args), []);
    }
});

test('an unknown shop, SKU, channel or app is named', async (t) => {
    const at = await shops(t);
    for (const list of ['quarantine', 'incident']) await at.refuses([list, 'list', '--shop', 'nope', '--json'], 3, /no shop 'nope'/);
    await at.refuses(['shop', 'apps', 'nope'], 3, /no shop 'nope'/);
    await at.refuses(['shop', 'app-claims', 'main', 'gid://app'], 3, /no app 'gid:\/\/app'/);
    for (const command of [['quarantine', 'release'], ['incident', 'accept']]) {
        await at.refuses([...command, 'NONE', '--channel', 'web'], 3, /NONE/);
        await at.refuses([...command, 'A', '--channel', 'nope'], 3, /nope/);
        await at.refuses([...command, 'A', '--channel', 'till'], 3, /'till' belongs to no shop/);
        await at.refuses([...command, 'A'], 2, /--channel is needed/);
    }
});

test('what is not in quarantine is not released, and what was not reported is not accepted', async (t) => {
    const at = await shops(t);
    await at.refuses(['quarantine', 'release', 'A', '--channel', 'web'], 3, /not in quarantine/);
    await at.refuses(['incident', 'accept', 'A', '--channel', 'web'], 3, /no unknown commitment/);
});
