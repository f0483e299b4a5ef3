// The shop on HTTP: Admin API, token endpoint, files, control API and admin pages, on the loopback only.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { Bulk } from './bulk.js';
import { control } from './control.js';
import { Faults } from './faults.js';
import { files } from './files.js';
import { prepare, run } from './graphql.js';
import { Journal } from './journal.js';
import { adminPage } from './pages.js';
import { schemaOf, versionServing, VERSIONS } from './schema.js';
import { Tokens } from './tokens.js';
import { Webhooks } from './webhooks.js';
import { World } from './world.js';

const MAX_BODY = 64 * 1024 * 1024;
const MAX_UPLOAD = 128 * 1024 * 1024;

/** One shop with everything that belongs to it. */
export class Shop {
    /** @param {{ data?: string | null }} options `data`: a folder that keeps the shop over a restart */
    constructor({ data = null } = {}) {
        this.journal = data ? new Journal(data) : null;
        this.world = new World(this.journal);
        this.faults = new Faults(this.world);
        this.tokens = new Tokens(this.world);
        this.webhooks = new Webhooks(this);
        this.running = new Map();
        this.bulk = new Bulk(this);
        if (!this.journal?.load(this.world)) this.world.reset();
        this.world.dirty.clear();
        this.world.newHistory = [];
        this.journal?.compact(this.world);
        for (const delivery of this.world.deliveries.values()) delivery.sending = false;
        this.webhooks.wake();
        this.bulk.wake();
    }

    reset(options) {
        this.world.reset(options);
        this.journal?.compact(this.world);
    }

    close() {
        this.webhooks.stop();
        this.bulk.stop();
        this.journal?.close();
    }
}

/**
 * Starts serving.
 * @param {{ port?: number, data?: string | null, log?: (line: string) => void }} options
 * @returns {Promise<{ url: string, shop: Shop, ready: object, close(): Promise<void> }>}
 */
export async function serve({ port = 0, data = null, log = () => {} } = {}) {
    schemaOf(VERSIONS.at(-1));
    const shop = new Shop({ data });
    const server = createServer((request, response) => {
        handle(shop, request, response, log).catch((error) => {
            process.stderr.write(`sandbox: ${error.stack}\n`);
            if (!response.headersSent) answer(shop, response, 500, { errors: 'Internal Server Error' });
            else response.destroy();
        });
    });
    server.keepAliveTimeout = 60_000;
    await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    shop.url = `http://127.0.0.1:${server.address().port}`;
    const { token, client_id, secret } = shop.world.meta.get('credentials');
    return {
        url: shop.url,
        shop,
        ready: { url: shop.url, token, client_id, secret, api_versions: VERSIONS },
        async close() {
            shop.close();
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        },
    };
}

function answer(shop, response, status, body, headers = {}) {
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    response.writeHead(status, {
        'Content-Type': 'application/json; charset=utf-8',
        Date: new Date(shop.world.now()).toUTCString(),
        'X-Request-Id': randomUUID(),
        'Content-Length': Buffer.byteLength(text),
        ...headers,
    });
    response.end(text);
}

async function bodyOf(request, limit) {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
        size += chunk.length;
        if (size > limit) return null;
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

async function handle(shop, request, response, log) {
    const url = new URL(request.url, 'http://127.0.0.1');
    const { pathname } = url;
    const api = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(pathname);
    log(`${request.method} ${pathname}`);
    if (api) return admin(shop, request, response, api[1]);
    const body = await bodyOf(request, MAX_UPLOAD);
    if (body === null) return answer(shop, response, 413, { error: 'the body is too large' });
    if (pathname === '/admin/oauth/access_token' && request.method === 'POST')
        return token(shop, request, response, body);
    if (pathname.startsWith('/_control/')) return controlCall(shop, request, response, url, body);
    if (pathname.startsWith('/files/')) {
        const { status, body: text, headers } = files(shop, request, url, body);
        shop.world.commit();
        return answer(shop, response, status, text, headers);
    }
    if (request.method === 'GET' && (pathname === '/' || pathname.startsWith('/admin'))) {
        const page = adminPage(shop.world, pathname, url.searchParams);
        return answer(shop, response, page.status, page.html, {
            'Content-Type': 'text/html; charset=utf-8',
            ...(page.location ? { Location: page.location } : {}),
        });
    }
    return answer(shop, response, 404, { errors: 'Not Found' });
}

function token(shop, request, response, body) {
    let form;
    try {
        form = /json/.test(request.headers['content-type'] ?? '')
            ? JSON.parse(body.toString('utf8'))
            : new URLSearchParams(body.toString('utf8'));
    } catch {
        return answer(shop, response, 400, { error: 'invalid_request' });
    }
    const { status, body: text } = shop.tokens.grant(form);
    shop.world.commit();
    return answer(shop, response, status, text);
}

function controlCall(shop, request, response, url, body) {
    const path = url.pathname.slice('/_control/'.length).replace(/\/$/, '');
    let parsed = null;
    if (body.length) {
        try {
            parsed = JSON.parse(body.toString('utf8'));
        } catch (error) {
            return answer(shop, response, 400, { error: `the body is not JSON: ${error.message}` });
        }
    }
    const { status, body: text } = control(shop, request.method, path, parsed, Object.fromEntries(url.searchParams));
    shop.world.commit();
    return answer(shop, response, status, text);
}

/** Pauses without holding the process open. */
const pause = (ms) =>
    new Promise((resolve) => {
        setTimeout(resolve, ms);
    });

/** One call of the Admin API, with everything that can go wrong around it. */
async function admin(shop, request, response, asked) {
    const { world, faults } = shop;
    const raw = await bodyOf(request, MAX_BODY);
    const version = versionServing(asked);
    const headers = { 'X-Shopify-API-Version': version ?? asked };
    if (asked !== version) world.violation('unknown_api_version', asked);
    if (version === null) return answer(shop, response, 404, { errors: 'Not Found' });
    const refused = precheck(shop, request, raw);
    if (refused) {
        world.commit();
        return answer(shop, response, refused.status, refused.body, headers);
    }
    world.stats.calls++;
    const parsed = JSON.parse(raw.toString('utf8'));
    const call = prepare(world, version, parsed);
    const whens = faults.due(call.roots);
    perform(shop, whens, 'before');
    world.commit();

    const mine = call.keys.filter((key) => !shop.running.has(key));
    for (const key of mine) shop.running.set(key, call);
    try {
        const latency = faults.hit('latency');
        if (latency) await pause(latency.ms ?? 200);
        const early = earlyFault(faults);
        if (early === 'cut') return request.socket.destroy();
        if (early) return answer(shop, response, early.status, early.body, { ...headers, ...early.headers });
        faults.drawIndexLag(call.roots);
        const result =
            call.refused ??
            run(shop, call, {
                throttled: faults.hit('throttled') !== null,
                readOnly: faults.hit('read_only') !== null,
            });
        perform(shop, whens, 'after');
        return deliver(shop, request, response, result, headers);
    } finally {
        for (const key of mine) shop.running.delete(key);
        world.commit();
    }
}

/** Before anything of the call is understood: method, token, body. */
function precheck(shop, request, raw) {
    const { world, faults, tokens } = shop;
    if (request.method !== 'POST') return { status: 405, body: { errors: 'Method Not Allowed' } };
    if (faults.single('token_revoked') || !tokens.accepts(request.headers['x-shopify-access-token']))
        return {
            status: 401,
            body: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
        };
    if (raw === null) return { status: 413, body: { errors: 'Payload Too Large' } };
    const refuse = (rule, status, errors) => {
        world.violation(rule, errors);
        return { status, body: { errors } };
    };
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
        return refuse('content_type', 415, 'Content-Type must be application/json');
    let body;
    try {
        body = JSON.parse(raw.toString('utf8'));
    } catch {
        return refuse('bad_json', 400, 'Bad Request: the body is not JSON');
    }
    if (typeof body?.query !== 'string')
        return refuse('no_query', 400, { query: 'Required parameter missing or invalid' });
    if (
        body.variables !== undefined &&
        body.variables !== null &&
        (typeof body.variables !== 'object' || Array.isArray(body.variables))
    )
        return refuse('bad_variables', 400, { variables: 'must be an object' });
    return null;
}

/** Faults that keep the call from running at all. */
function earlyFault(faults) {
    if (faults.hit('cut_before')) return 'cut';
    if (faults.hit('http_500')) return { status: 500, body: { errors: 'Internal Server Error' } };
    if (faults.hit('http_503')) return { status: 503, body: { errors: 'Service Unavailable' } };
    if (faults.hit('maintenance'))
        return {
            status: 200,
            body: '<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>\n',
            headers: { 'Content-Type': 'text/html; charset=utf-8' },
        };
    const busy = faults.hit('http_429');
    if (busy)
        return {
            status: 429,
            body: { errors: 'Exceeded rate limit. Reduce request rates to resume uninterrupted service.' },
            headers: { 'Retry-After': ((busy.ms ?? 1_000) / 1000).toFixed(1) },
        };
    return null;
}

/** The call was done and is kept; its answer may still be lost. */
async function deliver(shop, request, response, result, headers) {
    const { world, faults } = shop;
    world.commit();
    const lost = faults.hit('lost_answer');
    if (lost) {
        world.commit();
        if (lost.ms) await pause(lost.ms);
        return request.socket.destroy();
    }
    if (!faults.hit('cut_after')) return answer(shop, response, 200, result, headers);
    const text = Buffer.from(JSON.stringify(result));
    response.writeHead(200, {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': text.length,
        Date: new Date(world.now()).toUTCString(),
        ...headers,
    });
    response.write(text.subarray(0, text.length >> 1), () => request.socket.destroy());
    return undefined;
}

/** The control calls of a race, right before or after the request they wait for. */
function perform(shop, whens, side) {
    for (const one of whens) {
        if (one.when !== side) continue;
        one.answers = one.do.map(([path, body]) => control(shop, 'POST', path, body));
        shop.world.touch('meta', 'faults');
    }
}
