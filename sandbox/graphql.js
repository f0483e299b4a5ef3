// One call of the Admin API: document, variables, limits, cost, execution, in the order Shopify does them.
import { GraphQLError, execute, getArgumentValues } from 'graphql';
import { ARRAY_LIMIT, ARRAY_LIMIT_CODE } from './assumptions.js';
import { Bucket, MAX_QUERY_COST, actualCost, requestedCost } from './cost.js';
import { checkedDocument } from './documents.js';
import { keyOf } from './idempotency.js';
import { Model } from './resolvers/index.js';
import { schemaOf } from './schema.js';
import { coerceVariables } from './variables.js';

const model = new Model();
const fieldResolver = model.resolver();
const typeResolver = (value) => value.kind;

/** A document, checked against the schema of a version and against what is modelled. */
export const documentOf = (version, text) => checkedDocument(version, text, model);

/**
 * @typedef {object} Prepared a call that passed every check that needs no state
 * @property {object} [refused] the answer, when it did not pass
 * @property {string} version
 * @property {object} [document]
 * @property {object} [operation]
 * @property {Record<string, unknown>} [variables]
 * @property {Record<string, unknown>} [rawVariables]
 * @property {string[]} roots names of the root fields
 * @property {string[]} keys idempotency keys it carries
 */

/** @returns {Prepared} */
export function prepare(world, version, { query, variables, operationName }) {
    const refused = (errors, rule) => {
        world.violation(rule, errors.map((e) => e.message).join('; '));
        return { refused: { errors }, version, roots: [], keys: [] };
    };
    const document = documentOf(version, query);
    if (document.errors)
        return refused(
            document.errors,
            document.errors[0].extensions?.code === 'SANDBOX_NOT_MODELLED' ? 'not_modelled_here' : 'invalid_document',
        );
    const operation = operationName
        ? document.operations.get(operationName)
        : document.operations.size === 1
          ? [...document.operations.values()][0]
          : null;
    if (!operation)
        return refused(
            [{ message: operationName ? `No operation named "${operationName}"` : 'An operation name is required' }],
            'invalid_document',
        );
    const rawVariables = variables ?? {};
    const { values, errors } = coerceVariables(schemaOf(version), operation.node, rawVariables);
    if (errors.length) return refused(errors, 'invalid_variable');
    const long = longArrays(version, operation, values);
    if (long.length) return refused(long, 'array_too_long');
    const keys = operation.roots.map((field) => keyOf(field, values)).filter((key) => key !== null);
    return {
        version,
        document,
        operation,
        variables: values,
        rawVariables,
        roots: operation.roots.map((f) => f.name.value),
        keys,
    };
}

/** Input arrays above the limit, in any argument of a root field. */
function longArrays(version, operation, variables) {
    const schema = schemaOf(version);
    const root = operation.type === 'mutation' ? schema.getMutationType() : schema.getQueryType();
    const errors = [];
    for (const field of operation.roots) {
        const definition = root.getFields()[field.name.value];
        if (!definition) continue;
        const walk = (value, path) => {
            if (Array.isArray(value)) {
                if (value.length > ARRAY_LIMIT) {
                    const { line, column } = field.loc.startToken;
                    errors.push({
                        message: `The input array size of ${value.length} is greater than the maximum allowed of ${ARRAY_LIMIT}.`,
                        locations: [{ line, column }],
                        path,
                        extensions: { code: ARRAY_LIMIT_CODE },
                    });
                }
                value.forEach((v, i) => walk(v, [...path, String(i)]));
            } else if (value && typeof value === 'object')
                for (const name of Object.keys(value)) walk(value[name], [...path, name]);
        };
        walk(getArgumentValues(definition, field, variables), [field.name.value]);
    }
    return errors;
}

/**
 * Runs a prepared call and pays for it.
 * @param {object} shop the server's parts: world, running keys and so on
 * @param {Prepared} call
 * @param {{ bulk?: boolean, readOnly?: boolean, throttled?: boolean }} how
 */
export function run(shop, call, how = {}) {
    const { world } = shop;
    const { operation } = call;
    const bucket = new Bucket(world);
    if (how.throttled) bucket.empty();
    const requested = how.bulk ? 0 : requestedCost(operation.plan, call.variables);
    if (requested > MAX_QUERY_COST) {
        world.violation('max_cost_exceeded', `${requested} points`);
        return {
            errors: [
                {
                    message: `Query cost is ${requested}, which exceeds the single query max cost limit (${MAX_QUERY_COST}).`,
                    extensions: {
                        code: 'MAX_COST_EXCEEDED',
                        cost: requested,
                        maxCost: MAX_QUERY_COST,
                        documentation: 'https://shopify.dev/api/usage/rate-limits',
                    },
                },
            ],
        };
    }
    if (!how.bulk && !bucket.holds(requested)) {
        world.stats.throttled++;
        return {
            errors: [
                {
                    message: 'Throttled',
                    extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
                },
            ],
            extensions: {
                cost: { requestedQueryCost: requested, actualQueryCost: null, throttleStatus: bucket.status() },
            },
        };
    }
    const answer = how.readOnly && operation.type === 'mutation' ? denied(operation) : perform(shop, call, how);
    if (how.bulk) return answer;
    const actual = Math.min(requested, actualCost(operation.plan, answer.data));
    bucket.take(actual);
    world.stats.points += actual;
    answer.extensions = {
        cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() },
    };
    return answer;
}

function perform(shop, call, how) {
    const ctx = {
        world: shop.world,
        shop,
        variables: call.variables,
        rawVariables: call.rawVariables,
        running: shop.running,
        request: call,
        bulk: how.bulk ?? false,
        readOnly: how.readOnly ?? false,
        version: call.version,
    };
    const { data, errors } = execute({
        schema: schemaOf(call.version),
        document: call.document.ast,
        operationName: call.operation.node.name?.value,
        rootValue: {},
        contextValue: ctx,
        variableValues: call.variables,
        fieldResolver,
        typeResolver,
    });
    return errors ? { errors: errors.map(formatted), data } : { data };
}

/** The app may read but not write: every root field is refused, nothing runs. */
function denied(operation) {
    const data = {};
    const errors = operation.roots.map((field) => {
        const key = field.alias?.value ?? field.name.value;
        data[key] = null;
        const { line, column } = field.loc.startToken;
        const access = '`write_inventory` access scope.';
        return {
            message: `Access denied for ${field.name.value} field. Required access: ${access}`,
            locations: [{ line, column }],
            extensions: {
                code: 'ACCESS_DENIED',
                documentation: 'https://shopify.dev/api/usage/access-scopes',
                requiredAccess: access,
            },
            path: [key],
        };
    });
    return { errors, data };
}

function formatted(error) {
    if (!(error.originalError === undefined || error.originalError instanceof GraphQLError))
        process.stderr.write(`sandbox: ${error.originalError.stack}\n`);
    const out = { message: error.message, locations: error.locations, extensions: error.extensions, path: error.path };
    if (Object.keys(error.extensions ?? {}).length === 0) out.extensions = { code: 'INTERNAL_SERVER_ERROR' };
    return out;
}
