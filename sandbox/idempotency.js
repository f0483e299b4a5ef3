// Keys of the @idempotent directive: known for 24 h of the shop's clock from the first request, bound to the
// arguments they came with. A violation is noted when a client misuses one.
import { createHash } from 'node:crypto';
import { GraphQLError, Kind, visit } from 'graphql';
import { FAILED_KEY_STAYS_FAILED, KEY_LIFE_MS } from './assumptions.js';
import { iso } from './world.js';

/** Mutations that need the directive, of those that the sandbox has. */
const NEED_KEY = new Set([
    'inventoryAdjustQuantities',
    'inventorySetQuantities',
    'inventoryMoveQuantities',
    'inventorySetOnHandQuantities',
    'inventoryActivate',
    'locationActivate',
    'locationDeactivate',
    'refundCreate',
]);

/** The key of a root field, or null without the directive. */
export function keyOf(fieldNode, variables) {
    const directive = fieldNode.directives?.find((d) => d.name.value === 'idempotent');
    if (!directive) return null;
    const value = directive.arguments.find((a) => a.name.value === 'key').value;
    return value.kind === Kind.VARIABLE ? variables[value.name.value] : value.value;
}

/** Field and arguments as they were written: sensitive to the order of input fields, as Shopify's is. */
export function fingerprint(fieldNode, rawVariables) {
    const parts = [fieldNode.name.value];
    for (const argument of fieldNode.arguments ?? []) {
        parts.push(argument.name.value);
        visit(argument.value, {
            Variable: (node) => {
                parts.push(JSON.stringify(rawVariables[node.name.value]) ?? 'absent');
            },
            ObjectField: (node) => {
                parts.push(node.name.value);
            },
            IntValue: (node) => {
                parts.push(node.value);
            },
            StringValue: (node) => {
                parts.push(JSON.stringify(node.value));
            },
            EnumValue: (node) => {
                parts.push(node.value);
            },
            BooleanValue: (node) => {
                parts.push(String(node.value));
            },
            NullValue: () => {
                parts.push('null');
            },
        });
    }
    return createHash('sha256').update(parts.join('\n')).digest('base64');
}

const ERRORS = {
    IDEMPOTENCY_CONCURRENT_REQUEST: 'There is currently a request being made using the same idempotency key.',
    IDEMPOTENCY_KEY_PARAMETER_MISMATCH: 'The same idempotency key cannot be used with different operation parameters.',
    IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED: 'A previous attempt with the same idempotency key failed.',
};

/**
 * Runs a mutation under its key.
 * @param {object} ctx the request
 * @param {import('graphql').FieldNode} fieldNode
 * @param {() => { result: object, failed: boolean, memory: object }} apply `memory` is what a later rebuild needs
 * @param {(memory: object) => object} rebuild the answer of an earlier success, from today's records
 * @param {(error: object) => object} refuse a payload with one userError
 */
export function underKey(ctx, fieldNode, apply, rebuild, refuse) {
    const { world } = ctx;
    const key = keyOf(fieldNode, ctx.variables);
    const name = fieldNode.name.value;
    if (key === null) {
        if (!NEED_KEY.has(name)) return apply().result;
        world.violation('idempotent_missing', name);
        throw new GraphQLError('The @idempotent directive is required for this mutation but was not provided.', {
            extensions: { code: 'BAD_REQUEST' },
        });
    }
    if (String(key).trim() === '') {
        world.violation('idempotency_key_blank', name);
        throw new GraphQLError('The idempotency key cannot be blank.', { extensions: { code: 'BAD_REQUEST' } });
    }
    const error = (code) => refuse({ code, field: null, message: ERRORS[code] });
    const print = fingerprint(fieldNode, ctx.rawVariables);
    const known = world.keys.get(key);
    const now = world.now();
    if (ctx.running.has(key) && ctx.running.get(key) !== ctx.request) return error('IDEMPOTENCY_CONCURRENT_REQUEST');
    if (known && now - known.at < KEY_LIFE_MS) {
        if (known.print !== print) {
            world.violation(
                'idempotency_key_reused',
                `key ${key} was first sent at ${iso(known.at)} with other arguments`,
            );
            return error('IDEMPOTENCY_KEY_PARAMETER_MISMATCH');
        }
        if (known.failed && FAILED_KEY_STAYS_FAILED) return error('IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED');
        return rebuild(known.memory);
    }
    if (known)
        world.violation(
            'idempotency_key_expired',
            `key ${key} was first sent at ${iso(known.at)}; it is forgotten and applies again`,
        );
    const { result, failed, memory } = apply();
    world.put('keys', key, { at: now, print, failed, memory });
    return result;
}
