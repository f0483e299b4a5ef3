// Variables against their declared types, with Shopify's INVALID_VARIABLE: one error for each variable,
// listing every problem inside it.
import {
    isEnumType,
    isInputObjectType,
    isListType,
    isNonNullType,
    isScalarType,
    typeFromAST,
    valueFromAST,
} from 'graphql';

/**
 * @param {import('graphql').GraphQLSchema} schema
 * @param {import('graphql').OperationDefinitionNode} operation
 * @param {Record<string, unknown>} given
 * @returns {{ values: Record<string, unknown>, errors: object[] }}
 */
export function coerceVariables(schema, operation, given) {
    const values = {};
    const errors = [];
    for (const definition of operation.variableDefinitions ?? []) {
        const name = definition.variable.name.value;
        const type = typeFromAST(schema, definition.type);
        const present = Object.hasOwn(given, name) && given[name] !== undefined;
        if (!present && definition.defaultValue) {
            values[name] = valueFromAST(definition.defaultValue, type);
            continue;
        }
        if (!present && !isNonNullType(type)) continue;
        const problems = [];
        const value = coerce(type, present ? given[name] : null, [], problems);
        if (problems.length === 0) {
            values[name] = value;
            continue;
        }
        const { line, column } = definition.loc.startToken;
        const listed = problems.filter((p) => p.path.length).map((p) => `${p.path.join('.')} (${p.explanation})`);
        errors.push({
            message: `Variable $${name} of type ${type} was provided invalid value${listed.length ? ' for ' + listed.join(', ') : ''}`,
            locations: [{ line, column }],
            extensions: { code: 'INVALID_VARIABLE', value: present ? given[name] : null, problems },
        });
    }
    return { values, errors };
}

function coerce(type, value, path, problems) {
    if (isNonNullType(type)) {
        if (value === null || value === undefined) return refuse(problems, path, 'Expected value to not be null');
        return coerce(type.ofType, value, path, problems);
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) {
        const list = Array.isArray(value) ? value : [value];
        return list.map((entry, i) => coerce(type.ofType, entry, [...path, i], problems));
    }
    if (isInputObjectType(type)) return coerceObject(type, value, path, problems);
    if (isEnumType(type)) {
        if (typeof value === 'string' && type.getValue(value)) return value;
        const names = type
            .getValues()
            .map((v) => v.name)
            .join(', ');
        return refuse(problems, path, `Expected "${value}" to be one of: ${names}`);
    }
    return isScalarType(type) ? coerceScalar(type, value, path, problems) : value;
}

function coerceObject(type, value, path, problems) {
    if (typeof value !== 'object' || Array.isArray(value))
        return refuse(problems, path, `Expected ${JSON.stringify(value)} to be a key-value object.`);
    const fields = type.getFields();
    const out = {};
    for (const name of Object.keys(value))
        if (!fields[name]) refuse(problems, [...path, name], `Field is not defined on ${type.name}`);
    for (const name of Object.keys(fields)) {
        const field = fields[name];
        if (Object.hasOwn(value, name)) out[name] = coerce(field.type, value[name], [...path, name], problems);
        else if (field.defaultValue !== undefined) out[name] = field.defaultValue;
        else if (isNonNullType(field.type)) refuse(problems, [...path, name], 'Expected value to not be null');
    }
    return out;
}

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

function coerceScalar(type, value, path, problems) {
    if (type.name === 'DateTime' && !(typeof value === 'string' && TIME.test(value)))
        return refuse(problems, path, `Could not coerce value ${JSON.stringify(value)} to DateTime`);
    if (
        type.name === 'ID' &&
        typeof value === 'string' &&
        value !== '' &&
        !/^gid:\/\/shopify\/\w+\/[^/]+$/.test(value) &&
        !/^\d+$/.test(value)
    )
        return refuse(problems, path, `Invalid global id '${value}'`);
    try {
        return type.parseValue(value);
    } catch {
        return refuse(problems, path, `Could not coerce value ${JSON.stringify(value)} to ${type.name}`);
    }
}

function refuse(problems, path, explanation) {
    problems.push({ path, explanation });
    return undefined;
}
