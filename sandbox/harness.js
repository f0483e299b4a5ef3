// A sandbox of its own for one test, in this process, and the few words in which tests speak to it.
import assert from 'node:assert/strict';
import { serve } from './server.js';

export const ADJUST = `mutation Push($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt referenceDocumentUri
      changes(quantityNames: ["available"]) { name delta item { id } location { id } } }
    userErrors { code field message } } }`;

/** Starts a shop that ends with the test. */
export async function openShop(t, options = {}) {
    const running = await serve(options);
    t.after(() => running.close());
    return new Client(running);
}

export class Client {
    constructor({ url, ready, shop, close }) {
        Object.assign(this, { url, ready, shop, close, token: ready.token, keys: 0 });
    }

    /** One control call: status and body. Without a body it is a GET. */
    async call(path, body) {
        const answer = await fetch(
            `${this.url}/_control/${path}`,
            body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
        );
        return { status: answer.status, body: await answer.json() };
    }

    /** A control call that has to go well. */
    async control(path, body) {
        const answer = await this.call(path, body);
        assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`);
        return answer.body;
    }

    /** A control call that has to be refused; answers why. */
    async refused(status, path, body) {
        const answer = await this.call(path, body);
        assert.equal(answer.status, status, `${path}: ${JSON.stringify(answer.body)}`);
        return answer.body.error;
    }

    post(query, variables = {}, { token = this.token, version = '2026-10', headers = {} } = {}) {
        return fetch(`${this.url}/admin/api/${version}/graphql.json`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-shopify-access-token': token, ...headers },
            body: JSON.stringify({ query, variables }),
        });
    }

    /** The answer of an Admin API call, whatever it says. */
    async api(query, variables, how) {
        return (await this.post(query, variables, how)).json();
    }

    /** The data of a call that has to go well. */
    async data(query, variables, how) {
        const answer = await this.api(query, variables, how);
        assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
        return answer.data;
    }

    /** A location with `stock` by SKU, each SKU a product of its own; answers the location's id and the items. */
    async stocked(stock, name = 'Web') {
        const { id: location } = await this.control('locations', { name });
        const items = await this.stock(location, stock);
        return { location, items };
    }

    async stock(location, stock) {
        const made = await this.control(
            'products',
            Object.keys(stock).map((sku) => ({ sku, title: `Product ${sku}`, stocked: [location] })),
        );
        await this.control(
            'levels',
            Object.entries(stock).map(([sku, available]) => ({ sku, location, available })),
        );
        return Object.fromEntries(made.map(({ sku, item }) => [sku, item]));
    }

    order(location, lines, more = {}) {
        return this.control('orders', {
            location,
            lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })),
            ...more,
        });
    }

    /** [available, committed, on hand] of a SKU at a location. */
    async held(sku, location) {
        const [row] = await this.control(`levels?sku=${sku}&location=${encodeURIComponent(location)}`);
        return [row.available, row.committed, row.on_hand];
    }

    adjustment(item, location, delta, more = {}) {
        return {
            name: 'available',
            reason: 'correction',
            referenceDocumentUri: 'gid://evenstock/Push/1',
            changes: [{ inventoryItemId: item, locationId: location, delta, changeFromQuantity: null, ...more }],
        };
    }

    /** A push of one line; answers the payload. */
    async adjust(item, location, delta, { key = `key-${++this.keys}`, ...more } = {}) {
        return (await this.data(ADJUST, { key, input: this.adjustment(item, location, delta, more) }))
            .inventoryAdjustQuantities;
    }

    async violations() {
        return (await this.control('stats')).violations.map((v) => v.rule);
    }
}

/** Asks until the answer is wanted; fails when that takes too long. */
export async function until(ask, wanted, ms = 5_000) {
    const deadline = Date.now() + ms;
    for (;;) {
        const answer = await ask();
        if (wanted(answer)) return answer;
        assert.ok(Date.now() < deadline, `not within ${ms} ms: ${JSON.stringify(answer)}`);
        await new Promise((resolve) => {
            setTimeout(resolve, 10);
        });
    }
}
