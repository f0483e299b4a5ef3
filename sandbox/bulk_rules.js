// What Shopify lets run in bulk: rules over a document that fits the schema already, in Shopify's words.
import { Kind, getNamedType, isListType, isNullableType } from 'graphql';

const MAX_CONNECTIONS = 5;
const MAX_DEPTH = 2;

/**
 * @typedef {object} Connection
 * @property {string} name of its field
 * @property {number} depth 0 for one that is not inside another
 * @property {boolean} byEdges its nodes are selected as `edges { node }`
 * @property {{ name: string, hasId: boolean } | null} parent the connection around it
 * @property {boolean} inList it stands inside a list that is no connection
 */

const operationOf = (ast) => ast.definitions.find((d) => d.kind === Kind.OPERATION_DEFINITION);

/** Fields of a selection set with the type they belong to, fragments opened. */
function* fieldsOf(schema, ast, set, type) {
    for (const s of set.selections) {
        if (s.kind === Kind.FIELD) {
            yield [s, type];
            continue;
        }
        const part =
            s.kind === Kind.INLINE_FRAGMENT
                ? s
                : ast.definitions.find((d) => d.kind === Kind.FRAGMENT_DEFINITION && d.name.value === s.name.value);
        yield* fieldsOf(
            schema,
            ast,
            part.selectionSet,
            part.typeCondition ? schema.getType(part.typeCondition.name.value) : type,
        );
    }
}

function rootsOf(schema, ast) {
    const operation = operationOf(ast);
    return [...fieldsOf(schema, ast, operation.selectionSet, rootType(schema, operation))].map(
        ([field]) => field.name.value,
    );
}

const rootType = (schema, operation) =>
    operation.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType();

/** Every connection of a document, outermost first. @returns {Connection[]} */
export function connectionsOf(schema, ast) {
    const operation = operationOf(ast);
    const found = [];
    const fields = (set, type) => [...fieldsOf(schema, ast, set, type)];
    const walk = (set, type, depth, parent, inList) => {
        for (const [field, owner] of fields(set, type)) {
            const definition = owner.getFields?.()[field.name.value];
            if (!definition || !field.selectionSet) continue;
            const inner = getNamedType(definition.type);
            if (!inner.name.endsWith('Connection')) {
                const nullable = isNullableType(definition.type) ? definition.type : definition.type.ofType;
                walk(field.selectionSet, inner, depth, parent, inList || isListType(nullable));
                continue;
            }
            const nodes = fields(field.selectionSet, inner)
                .filter(([f]) => f.name.value === 'edges')
                .flatMap(([f]) => fields(f.selectionSet, getNamedType(inner.getFields().edges.type)))
                .filter(([f]) => f.name.value === 'node');
            const byEdges =
                nodes.length > 0 && !fields(field.selectionSet, inner).some(([f]) => f.name.value === 'nodes');
            found.push({ name: field.name.value, depth, byEdges, parent, inList });
            for (const [node, edge] of nodes) {
                const nodeType = getNamedType(edge.getFields().node.type);
                const hasId = fields(node.selectionSet, nodeType).some(([f]) => f.name.value === 'id' && !f.alias);
                walk(node.selectionSet, nodeType, depth + 1, { name: field.name.value, hasId }, false);
            }
        }
    };
    walk(operation.selectionSet, rootType(schema, operation), 0, null, false);
    return found;
}

/** Why a query may not run in bulk; empty when it may. @returns {string[]} */
export function queryProblems(schema, ast) {
    const operation = operationOf(ast);
    if (operation?.operation !== 'query') return ['Invalid operation type. Only `query` operations are supported.'];
    if (operation.variableDefinitions?.length) return ['Invalid bulk query: variables are not supported.'];
    const connections = connectionsOf(schema, ast);
    const problems = [];
    const add = (wrong, message) => {
        if (wrong) problems.push(message);
    };
    const names = (list) => [...new Set(list)];
    const badly = names(connections.filter((c) => !c.byEdges).map((c) => c.name));
    const orphans = names(connections.filter((c) => c.parent && !c.parent.hasId).map((c) => c.parent.name));
    add(rootsOf(schema, ast).includes('node'), 'Bulk queries cannot contain a top level `node` field.');
    add(connections.length === 0, 'Bulk queries must contain at least one connection.');
    add(connections.length > MAX_CONNECTIONS, `Bulk queries cannot contain more than ${MAX_CONNECTIONS} connections.`);
    add(
        connections.some((c) => c.depth > MAX_DEPTH),
        `Bulk queries cannot contain connections with a nesting depth greater than ${MAX_DEPTH}.`,
    );
    add(
        badly.length > 0,
        `All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '${badly[0]} { edges { node {'.` +
            ` Selecting via 'nodes' is not supported. Invalid connection fields: ${badly.map((name) => `'${name}'`).join(', ')}.`,
    );
    add(
        orphans.length > 0,
        "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type." +
            ` Connection fields without 'id': ${orphans.join(', ')}.`,
    );
    add(
        connections.some((c) => c.inList),
        'Queries that contain a connection field within a list field are not currently supported.',
    );
    return problems;
}

/**
 * Why a mutation may not run in bulk; null when it may.
 * @returns {{ field: string[] | null, message: string, code: string | null } | null}
 */
export function mutationProblem(schema, ast) {
    const wrong = (message) => ({ field: ['mutation'], message, code: null });
    if (operationOf(ast)?.operation !== 'mutation')
        return {
            field: null,
            message: 'Invalid operation type. Only `mutation` operations are supported.',
            code: 'INVALID_MUTATION',
        };
    const roots = rootsOf(schema, ast);
    if (roots.length !== 1) return wrong('You must specify a single top level mutation.');
    if (roots[0].startsWith('bulkOperation')) return wrong('You must use an allowed mutation name.');
    if (connectionsOf(schema, ast).length > 1) return wrong('Bulk mutations cannot contain more than 1 connection.');
    return null;
}
