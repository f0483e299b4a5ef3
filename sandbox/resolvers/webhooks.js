// Webhook subscriptions through the API.
import { parseSearch, timeMatches, numberMatches } from '../search.js';
import { VERSIONS } from '../schema.js';
import { SHOP_DOMAIN, numberOf } from '../world.js';
import { at, connection, find, notModelled, onlyMembers, own, takes } from './common.js';
import { legacyId, scopesOf } from './shop.js';

const SEARCH = {
    default: () => true,
    id: (h, c, v) => numberMatches(numberOf(h.id), c, v),
    created_at: (h, c, v) => timeMatches(h.createdAt, c, v),
    updated_at: (h, c, v) => timeMatches(h.updatedAt, c, v),
};

function list(_, args, ctx) {
    if (!['CREATED_AT', 'ID'].includes(args.sortKey))
        throw notModelled(`the sort key ${args.sortKey} of webhookSubscriptions`);
    const { matches } = parseSearch(args.query, SEARCH);
    const uri = args.uri ?? args.callbackUrl;
    return [...ctx.world.hooks.values()].filter(
        (h) =>
            h.api &&
            matches(h) &&
            (!uri || h.uri === uri) &&
            (!args.topics || args.topics.includes(h.topic)) &&
            (!args.format || h.format === args.format),
    );
}

const error = (message, field = ['webhookSubscription', 'callbackUrl']) => ({ field, message });

/** Shopify's rules for an address; the loopback is allowed here, since there is nowhere else to send to. */
function addressErrors(uri) {
    if (uri === undefined || uri === null || uri.trim() === '') return [error("Address can't be blank")];
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1].toLowerCase();
    if (scheme === 'pubsub') {
        const errors = [error('Address protocol pubsub:// is not supported')];
        if (!/^pubsub:\/\/[^:]+:.+$/.test(uri))
            errors.push(error('Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic'));
        return errors;
    }
    let host;
    try {
        host = new URL(uri).hostname;
    } catch {
        return [error('Address is invalid')];
    }
    if (/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host) && (scheme === 'http' || scheme === 'https'))
        return loopback(uri, host);
    if (scheme !== 'https') return [error(`Address protocol ${scheme}:// is not supported`)];
    if (
        /(^|\.)(shopify\.com|myshopify\.com|shopifycloud\.com)$/.test(host) ||
        host === SHOP_DOMAIN ||
        host === 'localhost' ||
        /^(10|192\.168)\./.test(host) ||
        host.endsWith('.internal') ||
        host.endsWith('.local')
    )
        return [error('Address cannot be a Shopify or an internal domain')];
    return [];
}

/** Only a numbered http address of this machine is let through; its name stays an internal domain. */
function loopback(uri, host) {
    return host === 'localhost' || host === '[::1]' || uri.startsWith('https:')
        ? [error('Address cannot be a Shopify or an internal domain')]
        : [];
}

/** Scopes of which one must be granted, by the beginning of a topic; other topics need none here. */
const NEEDS = [
    [/^(ORDERS|REFUNDS)_/, ['read_orders']],
    [/^FULFILLMENTS_/, ['read_fulfillments']],
    [/^FULFILLMENT_ORDERS_/, ['merchant_managed', 'assigned', 'third_party'].map((kind) => `read_${kind}_fulfillment_orders`)],
    [/^RETURNS_/, ['read_returns']],
];

function allowed(world, topic) {
    const [, needs] = NEEDS.find(([pattern]) => pattern.test(topic)) ?? [];
    return !needs || needs.some((scope) => scopesOf(world).includes(scope));
}

const MEMBERS = ['uri', 'callbackUrl', 'format', 'filter', 'includeFields', 'name', 'metafieldNamespaces'];

function checked(ctx, input, topic, self) {
    onlyMembers(input, 'WebhookSubscriptionInput', MEMBERS);
    if (input.format === 'XML') throw notModelled('webhooks in XML');
    const uri = (input.uri ?? input.callbackUrl)?.trim();
    const errors = self && uri === undefined ? [] : addressErrors(uri);
    if (input.filter && !/^[\w.]+:/.test(input.filter))
        errors.push(
            error('The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.', [
                'webhookSubscription',
            ]),
        );
    if (
        errors.length === 0 &&
        [...ctx.world.hooks.values()].some(
            (h) => h.api && h !== self && h.topic === topic && h.uri === (uri ?? self?.uri),
        )
    )
        errors.push(error('Address for this topic has already been taken'));
    return { errors, uri };
}

function create(_, { topic, webhookSubscription: input }, ctx) {
    const { errors, uri } = checked(ctx, input, topic, null);
    if (!allowed(ctx.world, topic))
        errors.push(error(`You do not have permission to create or update webhooks with ${topic} topic.`, ['topic']));
    if (errors.length) return { webhookSubscription: null, userErrors: errors };
    const now = ctx.world.now();
    const id = ctx.world.gid('WebhookSubscription');
    return {
        webhookSubscription: ctx.world.put('hooks', id, {
            kind: 'WebhookSubscription',
            id,
            topic,
            uri,
            format: input.format ?? 'JSON',
            filter: input.filter ?? null,
            name: input.name ?? null,
            includeFields: input.includeFields ?? [],
            metafieldNamespaces: input.metafieldNamespaces ?? [],
            api: true,
            version: ctx.version,
            createdAt: now,
            updatedAt: now,
            failures: 0,
        }),
        userErrors: [],
    };
}

function update(_, { id, webhookSubscription: input }, ctx) {
    const hook = ctx.world.hooks.get(id);
    if (!hook?.api)
        return { webhookSubscription: null, userErrors: [error('Webhook subscription does not exist', ['id'])] };
    const { errors, uri } = checked(ctx, input, hook.topic, hook);
    if (errors.length) return { webhookSubscription: null, userErrors: errors };
    const kept = (name) => (input[name] === undefined ? hook[name] : input[name]);
    Object.assign(hook, {
        uri: uri ?? hook.uri,
        name: kept('name'),
        filter: kept('filter'),
        includeFields: kept('includeFields') ?? [],
        metafieldNamespaces: kept('metafieldNamespaces') ?? [],
        updatedAt: ctx.world.now(),
    });
    ctx.world.touch('hooks', id);
    return { webhookSubscription: hook, userErrors: [] };
}

function remove(_, { id }, ctx) {
    if (!ctx.world.hooks.get(id)?.api)
        return {
            deletedWebhookSubscriptionId: null,
            userErrors: [error('Webhook subscription does not exist', ['id'])],
        };
    ctx.world.drop('hooks', id);
    return { deletedWebhookSubscriptionId: id, userErrors: [] };
}

const payload = { webhookSubscription: own('webhookSubscription'), userErrors: own('userErrors') };

export default {
    QueryRoot: {
        webhookSubscriptions: connection(list, {
            extra: ['query', 'sortKey', 'topics', 'uri', 'callbackUrl', 'format'],
        }),
        webhookSubscription: takes(['id'], (_, { id }, ctx) => {
            const hook = find(ctx, 'hooks', id);
            return hook?.api ? hook : null;
        }),
    },
    Mutation: {
        webhookSubscriptionCreate: takes(['topic', 'webhookSubscription'], create),
        webhookSubscriptionUpdate: takes(['id', 'webhookSubscription'], update),
        webhookSubscriptionDelete: takes(['id'], remove),
    },
    WebhookSubscription: {
        id: own('id'),
        topic: own('topic'),
        uri: own('uri'),
        callbackUrl: own('uri'),
        format: own('format'),
        filter: own('filter'),
        name: own('name'),
        includeFields: own('includeFields'),
        metafieldNamespaces: own('metafieldNamespaces'),
        createdAt: at('createdAt'),
        updatedAt: at('updatedAt'),
        legacyResourceId: legacyId,
        apiVersion: (h) => ({
            handle: h.version ?? VERSIONS.at(-1),
            displayName: h.version ?? VERSIONS.at(-1),
            supported: true,
        }),
        endpoint: (h) => ({ kind: 'WebhookHttpEndpoint', callbackUrl: h.uri }),
    },
    WebhookHttpEndpoint: { callbackUrl: own('callbackUrl') },
    WebhookSubscriptionCreatePayload: payload,
    WebhookSubscriptionUpdatePayload: payload,
    WebhookSubscriptionDeletePayload: {
        deletedWebhookSubscriptionId: own('deletedWebhookSubscriptionId'),
        userErrors: own('userErrors'),
    },
};
