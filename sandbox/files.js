// The shop's file store under /files/: uploads to signed targets, by form or by PUT, and results of bulk operations.
import { createHash, createHmac, randomUUID } from 'node:crypto';

/** What a bulk mutation reads at most; a form above it is refused at once, a PUT only when the file is used. */
export const MAX_UPLOAD_BYTES = 104_857_600;
const TARGET_LIFE_MS = 24 * 3600 * 1000;
const MIME = 'text/jsonl';

/** Keeps a file under its path; of one that no operation may read only the size. */
export function keepFile(world, path, content) {
    const size = Buffer.byteLength(content);
    return world.put('uploads', path, {
        content: size > MAX_UPLOAD_BYTES ? null : content.toString('utf8'),
        size,
        at: world.now(),
    });
}

const sign = (world, text) => createHmac('sha256', world.meta.get('credentials').secret).update(text).digest('hex');

/** A place for one upload, as `stagedUploadsCreate` answers it. */
export function stagedTarget(shop, { filename, httpMethod }) {
    const { world } = shop;
    const key = `tmp/1/bulk/${randomUUID()}/${filename.replace(/[^\w.-]/g, '_')}`;
    const expires = world.now() + TARGET_LIFE_MS;
    const parameters = (entries) => entries.map(([name, value]) => ({ name, value }));
    if (httpMethod === 'PUT') {
        const url = `${shop.url}/files/${key}?expires=${expires}&signature=${sign(world, `PUT ${key} ${expires}`)}`;
        return {
            url,
            resourceUrl: url.split('?')[0],
            parameters: parameters([
                ['content_type', MIME],
                ['acl', 'private'],
            ]),
        };
    }
    const fields = [
        ['Content-Type', MIME],
        ['success_action_status', '201'],
        ['acl', 'private'],
        ['key', key],
    ];
    const policy = Buffer.from(
        JSON.stringify({
            conditions: [
                ...fields.map(([name, value]) => ({ [name]: value })),
                ['content-length-range', 1, MAX_UPLOAD_BYTES],
            ],
            expiration: new Date(expires).toISOString(),
        }),
    ).toString('base64');
    return {
        url: `${shop.url}/files/`,
        resourceUrl: `${shop.url}/files/`,
        parameters: parameters([...fields, ['x-goog-signature', sign(world, policy)], ['policy', policy]]),
    };
}

const refused = (status, code, message) => ({
    status,
    body: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    headers: { 'Content-Type': 'application/xml; charset=UTF-8' },
});

/**
 * One request to the store.
 * @param {URL} url
 * @param {Buffer} body
 * @returns {{ status: number, body: string | Buffer, headers: Record<string, string> }}
 */
export function files(shop, request, url, body) {
    const path = decodeURIComponent(url.pathname.slice('/files/'.length));
    if (request.method === 'POST' && path === '') return form(shop.world, request, body);
    if (request.method === 'PUT') return put(shop.world, path, url.searchParams, body);
    if (request.method === 'GET') return result(shop.world, path, request.headers.range);
    return refused(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

/** The parts of a form in the order of the body, as [name, bytes]; null when it is none. */
function partsOf(body, contentType) {
    const boundary = /^multipart\/form-data;.*\bboundary="?([^";]+)/i.exec(contentType ?? '')?.[1];
    if (!boundary) return null;
    const mark = `--${boundary}`;
    const parts = [];
    for (let at = body.indexOf(mark); at >= 0;) {
        at += mark.length;
        if (body.toString('latin1', at, at + 2) === '--') return parts;
        const head = body.indexOf('\r\n\r\n', at);
        const end = head < 0 ? -1 : body.indexOf(`\r\n${mark}`, head);
        if (end < 0) return null;
        parts.push([/[\s;]name="([^"]*)"/.exec(body.toString('utf8', at, head))?.[1], body.subarray(head + 4, end)]);
        at = end + 2;
    }
    return null;
}

/** A form with the parameters of its target as they were given, and the part `file` last. */
function form(world, request, body) {
    const parts = partsOf(body, request.headers['content-type']);
    if (!parts)
        return refused(
            400,
            'MalformedPOSTRequest',
            'The body of your POST request is not well-formed multipart/form-data.',
        );
    const [name, content] = parts.at(-1) ?? [];
    if (name !== 'file') return refused(400, 'InvalidArgument', 'The file must be the last part of the form.');
    const given = Object.fromEntries(parts.slice(0, -1).map(([key, value]) => [key, value.toString('utf8')]));
    const policy = given.policy ?? '';
    if (given['x-goog-signature'] !== sign(world, policy))
        return refused(403, 'SignatureDoesNotMatch', 'The signature does not fit the policy.');
    const { conditions, expiration } = JSON.parse(Buffer.from(policy, 'base64').toString('utf8'));
    if (world.now() > Date.parse(expiration)) return refused(400, 'ExpiredToken', 'The policy has expired.');
    for (const condition of conditions) {
        if (Array.isArray(condition)) continue;
        const [[field, value]] = Object.entries(condition);
        if (given[field] !== value) return refused(403, 'AccessDenied', `The policy asks for ${field} ${value}.`);
    }
    if (content.length < 1)
        return refused(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size.');
    if (content.length > MAX_UPLOAD_BYTES)
        return refused(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.');
    keepFile(world, given.key, content);
    const etag = createHash('md5').update(content).digest('hex');
    return {
        status: 201,
        headers: { 'Content-Type': 'application/xml; charset=UTF-8' },
        body: `<?xml version='1.0' encoding='UTF-8'?><PostResponse><Key>${given.key}</Key><ETag>"${etag}"</ETag></PostResponse>`,
    };
}

function put(world, path, query, body) {
    const expires = query.get('expires');
    if (query.get('signature') !== sign(world, `PUT ${path} ${expires}`))
        return refused(403, 'SignatureDoesNotMatch', 'The signature does not fit the address.');
    if (world.now() > Number(expires)) return refused(400, 'ExpiredToken', 'The address has expired.');
    keepFile(world, path, body);
    return { status: 200, body: '', headers: { 'Content-Type': 'text/plain' } };
}

/** A result, whole or one range of it; uploads are not given out. */
function result(world, path, range) {
    const file = path.startsWith('results/') ? world.uploads.get(path) : null;
    if (!file) return refused(404, 'NoSuchKey', 'The specified key does not exist.');
    const whole = Buffer.from(file.content);
    const headers = { 'Content-Type': 'application/jsonl', 'Accept-Ranges': 'bytes' };
    const asked = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
    if (!asked || (asked[1] === '' && asked[2] === '')) return { status: 200, body: whole, headers };
    const from = asked[1] === '' ? Math.max(0, whole.length - Number(asked[2])) : Number(asked[1]);
    const to = asked[1] === '' || asked[2] === '' ? whole.length - 1 : Math.min(whole.length - 1, Number(asked[2]));
    if (from > to)
        return {
            ...refused(416, 'InvalidRange', 'The requested range cannot be satisfied.'),
            headers: { 'Content-Range': `bytes */${whole.length}` },
        };
    return {
        status: 206,
        body: whole.subarray(from, to + 1),
        headers: { ...headers, 'Content-Range': `bytes ${from}-${to}/${whole.length}` },
    };
}
