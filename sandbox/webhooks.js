// Subscriptions and the delivery of what they ask for: signed, retried over four hours of the shop's clock, and,
// when fate wants it, late, twice, out of order or never. The body is made once, when the thing happens.
import { createHmac, randomUUID } from 'node:crypto';
import { WEBHOOK_RETRIES_S } from './assumptions.js';
import { VERSIONS } from './schema.js';
import { parseSearch } from './search.js';
import { SHOP_DOMAIN } from './world.js';

const ANSWER_MS = 5_000;
const REORDER_WAIT_MS = 500;
const AT_ONCE = 4;

export class Webhooks {
    /** @param {{ world: object, faults: object }} shop */
    constructor(shop) {
        this.shop = shop;
        this.world = shop.world;
        this.timer = null;
        this.busy = 0;
        this.held = null;
        this.stopped = false;
        this.world.announce = (topic, payload) => this.announce(topic, payload);
    }

    /** Every topic, or those named, to one address: the control API's way. */
    addAddress({ address, topics = null }) {
        const now = this.world.now();
        const id = this.world.gid('WebhookSubscription');
        this.world.put('hooks', id, {
            kind: 'WebhookSubscription',
            id,
            topic: '*',
            topics,
            uri: address,
            format: 'JSON',
            filter: null,
            name: null,
            includeFields: [],
            api: false,
            createdAt: now,
            updatedAt: now,
            failures: 0,
        });
        return { id, address };
    }

    /** @param {string} topic as in the header @param {() => object} payload */
    announce(topic, payload) {
        if (this.world.hooks.size === 0) return;
        let whole = null;
        const event = randomUUID();
        for (const hook of this.world.hooks.values()) {
            if (hook.topic === '*' ? hook.topics && !hook.topics.includes(topic) : topicOf(hook.topic) !== topic)
                continue;
            whole ??= payload();
            if (hook.filter && !wanted(hook.filter, whole)) continue;
            const said = hook.includeFields?.length
                ? Object.fromEntries(hook.includeFields.filter((f) => f in whole).map((f) => [f, whole[f]]))
                : whole;
            this.queue(hook, topic, JSON.stringify(said), event);
        }
    }

    queue(hook, topic, body, event) {
        const { faults, world } = this.shop;
        if (faults.hit('webhook_lost')) return;
        const late = faults.hit('webhook_late')?.ms ?? 0;
        const id = randomUUID();
        const delivery = {
            hook: hook.id,
            topic,
            body,
            id,
            event,
            triggeredAt: world.now(),
            due: world.now() + late,
            attempt: 0,
            held: false,
        };
        if (faults.hit('webhook_reorder')) {
            delivery.held = true;
            delivery.heldSince = Date.now();
        }
        world.put('deliveries', id, delivery);
        if (faults.hit('webhook_twice')) world.put('deliveries', `${id}+`, { ...delivery, due: delivery.due });
        this.wake();
    }

    /** Looks for what is due: after each event and whenever the clock was moved. */
    wake() {
        if (this.stopped) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.pump(), 0);
    }

    pump() {
        if (this.stopped) return;
        const now = this.world.now();
        let next = Infinity;
        for (const [key, delivery] of this.world.deliveries) {
            if (delivery.sending) continue;
            if (delivery.held && Date.now() - delivery.heldSince < REORDER_WAIT_MS) {
                next = Math.min(next, now + REORDER_WAIT_MS);
                continue;
            }
            if (delivery.due > now) {
                next = Math.min(next, delivery.due);
                continue;
            }
            if (this.busy >= AT_ONCE) return;
            this.busy++;
            delivery.sending = true;
            this.send(key, delivery);
        }
        if (next < Infinity) this.timer = setTimeout(() => this.pump(), Math.min(60_000, Math.max(5, next - now)));
    }

    async send(key, delivery) {
        const hook = this.world.hooks.get(delivery.hook);
        let ok = hook === undefined; // nobody waits for it any more
        if (hook) {
            try {
                const answer = await fetch(hook.uri, {
                    method: 'POST',
                    body: delivery.body,
                    headers: this.headers(hook, delivery),
                    redirect: 'manual',
                    signal: AbortSignal.timeout(ANSWER_MS),
                });
                await answer.arrayBuffer();
                ok = answer.status >= 200 && answer.status < 300;
            } catch {
                ok = false;
            }
        }
        this.busy--;
        delivery.sending = false;
        if (!this.stopped && this.world.deliveries.get(key) === delivery) {
            if (ok) this.delivered(key, hook);
            else this.failed(key, delivery, hook);
            this.world.commit();
            this.wake();
        }
    }

    delivered(key, hook) {
        if (hook) hook.failures = 0;
        this.world.drop('deliveries', key);
        for (const other of this.world.deliveries.values()) other.held = false; // what was held back may follow now
    }

    /** Tried again with the same body; after eight retries the subscription goes, if it was made through the API. */
    failed(key, delivery, hook) {
        if (delivery.attempt >= WEBHOOK_RETRIES_S.length) {
            this.world.drop('deliveries', key);
            if (hook.api) this.world.drop('hooks', hook.id);
            return;
        }
        delivery.due = this.world.now() + WEBHOOK_RETRIES_S[delivery.attempt] * 1000;
        delivery.attempt++;
        this.world.touch('deliveries', key);
    }

    headers(hook, delivery) {
        const { secret } = this.world.meta.get('credentials');
        const headers = {
            'Content-Type': 'application/json',
            'X-Shopify-Topic': delivery.topic,
            'X-Shopify-Shop-Domain': SHOP_DOMAIN,
            'X-Shopify-Hmac-Sha256': createHmac('sha256', secret).update(delivery.body).digest('base64'),
            'X-Shopify-Webhook-Id': delivery.id,
            'X-Shopify-Event-Id': delivery.event,
            'X-Shopify-Triggered-At': new Date(delivery.triggeredAt).toISOString(),
            'X-Shopify-API-Version': hook.version ?? VERSIONS.at(-1),
        };
        if (hook.name) headers['X-Shopify-Name'] = hook.name;
        return headers;
    }

    stop() {
        this.stopped = true;
        clearTimeout(this.timer);
    }
}

/** A subscription's filter: search syntax over the payload; a path like `line_items.sku` looks at every entry. */
function wanted(filter, payload) {
    const values = (node, [name, ...rest]) =>
        name === undefined ? [node] : [node?.[name] ?? []].flat().flatMap((inner) => values(inner, rest));
    const holds = { '>=': (a, b) => a >= b, '>': (a, b) => a > b, '<=': (a, b) => a <= b, '<': (a, b) => a < b };
    const field = (path) => (node, comparator, value) =>
        values(node, path.split('.')).some((v) =>
            comparator === '='
                ? value === '*' || String(v).toLowerCase() === value.toLowerCase()
                : holds[comparator](Number(v), Number(value)),
        );
    return parseSearch(filter, new Proxy({}, { get: (_, path) => field(path) })).matches(payload);
}

/** ORDERS_CREATE -> orders/create; the object may have several words, the event is the last. */
function topicOf(name) {
    const special = {
        FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE: 'fulfillment_orders/order_routing_complete',
        APP_SCOPES_UPDATE: 'app/scopes_update',
    };
    return special[name] ?? name.toLowerCase().replace(/_([a-z]+)$/, '/$1');
}
