// Who may call: the fixed token, tokens from client credentials, their end and their revocation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop } from '../harness.js';

const PROBE = '{ shop { id } }';

async function grant(shop, more = {}) {
    const { client_id, secret } = shop.ready;
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret: secret, ...more });
    const answer = await fetch(`${shop.url}/admin/oauth/access_token`, { method: 'POST', body: form });
    return { status: answer.status, body: await answer.json() };
}

const status = async (shop, token) => (await shop.post(PROBE, {}, { token })).status;

test('only a known token is let in', async (t) => {
    const shop = await openShop(t);
    assert.equal(await status(shop, shop.token), 200);
    const answer = await shop.post(PROBE, {}, { token: 'shpat_wrong' });
    assert.equal(answer.status, 401);
    assert.match((await answer.json()).errors, /Invalid API key or access token/);
    assert.equal(
        (await fetch(`${shop.url}/admin/api/2026-10/graphql.json`, { method: 'POST', body: '{}' })).status,
        401,
    );
});

test('client credentials give a token that lives a day', async (t) => {
    const shop = await openShop(t);
    const { status: ok, body } = await grant(shop);
    assert.deepEqual([ok, body.expires_in], [200, 86_399]);
    assert.ok(body.scope.split(',').includes('write_inventory'));
    assert.equal(await status(shop, body.access_token), 200);
    await shop.control('clock', { advance_s: 86_398 });
    assert.equal(await status(shop, body.access_token), 200);
    await shop.control('clock', { advance_s: 2 });
    assert.equal(await status(shop, body.access_token), 401);
    assert.equal(await status(shop, (await grant(shop)).body.access_token), 200);
    assert.equal(await status(shop, shop.token), 200, 'the fixed token has no end');
});

test('wrong credentials get none', async (t) => {
    const shop = await openShop(t);
    assert.deepEqual(
        [(await grant(shop, { client_secret: 'wrong' })).status, (await grant(shop, { client_id: 'wrong' })).status],
        [400, 400],
    );
    assert.equal((await grant(shop, { grant_type: 'authorization_code' })).body.error, 'unsupported_grant_type');
    const broken = await fetch(`${shop.url}/admin/oauth/access_token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{',
    });
    assert.equal(broken.status, 400);
});

test('revoked: fixed and old tokens are out until the fault ends, a fresh one is let in', async (t) => {
    const shop = await openShop(t);
    const { access_token: old } = (await grant(shop)).body;
    await shop.control('faults', { kind: 'token_revoked' });
    assert.deepEqual([await status(shop, shop.token), await status(shop, old)], [401, 401]);
    const { access_token: fresh } = (await grant(shop)).body;
    assert.equal(await status(shop, fresh), 200);
    await shop.control('faults', { kind: 'none' });
    assert.deepEqual(
        [await status(shop, shop.token), await status(shop, old), await status(shop, fresh)],
        [200, 401, 200],
    );
});
