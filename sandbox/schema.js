// Shopify's own Admin schema, as introspection, from the installed npm package @shopify/dev-mcp.
// The first version asked for costs about half a second; each is built once.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema } from 'graphql';

/** Served versions, oldest first. An older one falls forward to the first, as at Shopify. */
export const VERSIONS = ['2026-07', '2026-10'];

const built = new Map();

function dataFolder() {
    for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
        const folder = join(at, 'node_modules', '@shopify', 'dev-mcp', 'dist', 'data');
        if (existsSync(folder)) return folder;
        if (dirname(at) === at)
            throw new Error('sandbox: the npm package @shopify/dev-mcp is not installed; run "npm ci" at the root');
    }
}

/**
 * The schema of one version; throws one clear line when the package or its file is missing.
 * @param {string} version
 * @returns {import('graphql').GraphQLSchema}
 */
export function schemaOf(version) {
    let schema = built.get(version);
    if (schema) return schema;
    const file = join(dataFolder(), `admin_${version}.json.gz`);
    if (!existsSync(file)) throw new Error(`sandbox: ${file} is missing; install the pinned @shopify/dev-mcp`);
    const document = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
    schema = buildClientSchema(document.data ?? document, { assumeValid: true });
    built.set(version, schema);
    return schema;
}

/**
 * The version that answers a request for `asked`: itself, the oldest served one for an older version
 * (Shopify falls forward silently), null for what never existed or is not out yet.
 * @param {string} asked
 * @returns {string | null}
 */
export function versionServing(asked) {
    if (VERSIONS.includes(asked)) return asked;
    if (/^\d{4}-(01|04|07|10)$/.test(asked) && asked < VERSIONS[0]) return VERSIONS[0];
    return null;
}
