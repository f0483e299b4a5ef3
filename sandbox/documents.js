// One GraphQL document, checked once and kept: against Shopify's schema, with Shopify's words for what is wrong,
// and against what the sandbox models, so that nothing is ever answered with a guess.
import {
    GraphQLError,
    Kind,
    Lexer,
    Source,
    TokenKind,
    TypeInfo,
    getNamedType,
    isAbstractType,
    isObjectType,
    parse,
    print,
    validate,
    visit,
    visitWithTypeInfo,
} from 'graphql';
import { costPlan } from './cost.js';
import { schemaOf } from './schema.js';

const CACHE_LIMIT = 500;
const cache = new Map();

/**
 * @typedef {object} CheckedDocument
 * @property {import('graphql').DocumentNode} [ast] set when the document fits Shopify's schema
 * @property {object[]} [errors] as they go into the answer; then there are no operations
 * @property {Map<string, Operation>} [operations] by name, '' for the anonymous one
 */

/**
 * @param {string} version
 * @param {string} text
 * @param {import('./resolvers/index.js').Model} model
 * @returns {CheckedDocument}
 */
export function checkedDocument(version, text, model) {
    const key = version + text;
    let known = cache.get(key);
    if (!known) {
        known = check(schemaOf(version), text, model);
        if (cache.size >= CACHE_LIMIT) cache.delete(cache.keys().next().value);
        cache.set(key, known);
    }
    return known;
}

function check(schema, text, model) {
    let ast;
    try {
        ast = parse(text);
    } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        return {
            errors: [
                { message: syntaxText(error, text), locations: error.locations, extensions: { code: 'SYNTAX_ERROR' } },
            ],
        };
    }
    const wrong = validate(schema, ast);
    if (wrong.length)
        return { errors: [...wrong.map((error) => shopifyError(error, ast, schema)), ...unusedAfter(wrong, ast)] };
    const unmodelled = unmodelledParts(schema, ast, model);
    if (unmodelled.length) return { ast, errors: unmodelled };
    const operations = new Map();
    for (const node of ast.definitions) {
        if (node.kind !== Kind.OPERATION_DEFINITION) continue;
        operations.set(node.name?.value ?? '', {
            node,
            type: node.operation,
            roots: rootFields(node, ast),
            plan: costPlan(schema, ast, node),
        });
    }
    return { ast, operations };
}

/** A text that ends too early is blamed on its last word; an empty one has none. */
function syntaxText(error, text) {
    const early = /Unexpected <EOF>|found <EOF>/.test(error.message);
    const at = early ? lastToken(text) : error.locations[0];
    const what = early ? 'unexpected end of file' : error.message.replace(/^Syntax Error: /, '');
    return `syntax error, ${what}${at ? ` at [${at.line}, ${at.column}]` : ''}`;
}

function lastToken(text) {
    const lexer = new Lexer(new Source(text));
    let last = null;
    while (lexer.advance().kind !== TokenKind.EOF) last = lexer.token;
    return last;
}

/** Root fields as they are written, fragments included. */
function rootFields(operation, ast) {
    const out = [];
    const walk = (set) => {
        for (const s of set.selections) {
            if (s.kind === Kind.FIELD) out.push(s);
            else if (s.kind === Kind.INLINE_FRAGMENT) walk(s.selectionSet);
            else
                walk(
                    ast.definitions.find((d) => d.kind === Kind.FRAGMENT_DEFINITION && d.name.value === s.name.value)
                        .selectionSet,
                );
        }
    };
    walk(operation.selectionSet);
    return out;
}

/** Fields and arguments that Shopify has and the sandbox has not. */
function unmodelledParts(schema, ast, model) {
    const errors = [];
    const info = new TypeInfo(schema);
    const refuse = (node, what) =>
        errors.push({
            message: `The sandbox does not model ${what}.`,
            locations: [where(node)],
            path: pathTo(ast, node),
            extensions: { code: 'SANDBOX_NOT_MODELLED' },
        });
    visit(
        ast,
        visitWithTypeInfo(info, {
            Field(node) {
                const parent = info.getParentType();
                const name = node.name.value;
                if (!parent || name.startsWith('__') || parent.name.startsWith('__')) return;
                const owners = isAbstractType(parent)
                    ? schema.getPossibleTypes(parent).filter((type) => model.knows(type.name))
                    : [parent];
                const ok = owners.length > 0 && owners.every((type) => model.has(type.name, name));
                if (!ok) return refuse(node, `${parent.name}.${name}`);
                for (const argument of node.arguments ?? [])
                    if (!owners.every((type) => model.takes(type.name, name, argument.name.value)))
                        refuse(argument, `the argument ${argument.name.value} of ${parent.name}.${name}`);
                const inner = getNamedType(info.getType());
                if (isObjectType(inner) && !model.knows(inner.name) && !inner.name.startsWith('__'))
                    refuse(node, inner.name);
                return undefined;
            },
        }),
    );
    return errors;
}

// ---- Shopify's words ------------------------------------------------------------------------------------------

/**
 * Pattern of graphql-js -> message and extensions.
 * @type {[RegExp, (m: RegExpExecArray, at: object) => [string, object]][]}
 */
const WORDS = [
    [
        /^Cannot query field "(.+?)" on type "(.+?)"/,
        (m) => [
            `Field '${m[1]}' doesn't exist on type '${m[2]}'`,
            { code: 'undefinedField', typeName: m[2], fieldName: m[1] },
        ],
    ],
    [
        /^Unknown argument "(.+?)" on field ".+?\.(.+?)"/,
        (m) => [
            `Field '${m[2]}' doesn't accept argument '${m[1]}'`,
            { code: 'argumentNotAccepted', name: m[2], typeName: 'Field', argumentName: m[1] },
        ],
    ],
    [
        /^Unknown argument "(.+?)" on directive "@(.+?)"/,
        (m) => [
            `Directive '${m[2]}' doesn't accept argument '${m[1]}'`,
            { code: 'argumentNotAccepted', name: m[2], typeName: 'Directive', argumentName: m[1] },
        ],
    ],
    [
        /^Unknown directive "@(.+?)"/,
        (m) => [`Directive @${m[1]} is not defined`, { code: 'undefinedDirective', directiveName: m[1] }],
    ],
    [
        /^Directive "@(.+?)" argument "(.+?)" of type ".+?" is required/,
        (m) => [
            `Directive '${m[1]}' is missing required arguments: ${m[2]}`,
            { code: 'missingRequiredArguments', className: 'Directive', name: m[1], arguments: m[2] },
        ],
    ],
    [
        /^(?:Field|Argument) "(.+?)" argument "(.+?)" of type ".+?" is required/,
        (m) => [
            `Field '${m[1]}' is missing required arguments: ${m[2]}`,
            { code: 'missingRequiredArguments', className: 'Field', name: m[1], arguments: m[2] },
        ],
    ],
    [
        /^Variable "\$(.+?)" is never used in operation "(.+?)"/,
        (m) => [
            `Variable $${m[1]} is declared by ${m[2]} but not used`,
            { code: 'variableNotUsed', variableName: m[1] },
        ],
    ],
    [
        /^Variable "\$(.+?)" is never used/,
        (m) => [
            `Variable $${m[1]} is declared by anonymous query but not used`,
            { code: 'variableNotUsed', variableName: m[1] },
        ],
    ],
    [
        /^Variable "\$(.+?)" is not defined(?: by operation "(.+?)")?/,
        (m) => [
            `Variable $${m[1]} is used by ${m[2] ?? 'anonymous query'} but not declared`,
            { code: 'variableNotDefined', variableName: m[1] },
        ],
    ],
    [
        /^Field "(.+?)" is not defined by type "(.+?)"/,
        (m) => [
            `InputObject '${m[2]}' doesn't accept argument '${m[1]}'`,
            { code: 'argumentNotAccepted', name: m[2], typeName: 'InputObject', argumentName: m[1] },
        ],
    ],
    [
        /^Field "(.+?)\.(.+?)" of required type "(.+?)" was not provided/,
        (m) => [
            `Argument '${m[2]}' on InputObject '${m[1]}' is required. Expected type ${m[3]}`,
            {
                code: 'missingRequiredInputObjectAttribute',
                argumentName: m[2],
                argumentType: m[3],
                inputObjectType: m[1],
            },
        ],
    ],
    [
        /^Variable "\$(.+?)" of type "(.+?)" used in position expecting type "(.+?)"/,
        (m) => [
            `Type mismatch on variable $${m[1]} and argument (${m[2]} / ${m[3]})`,
            { code: 'variableMismatch', variableName: m[1], typeName: m[2] },
        ],
    ],
    [
        /^Field "(.+?)" of type "(.+?)" must have a selection of subfields/,
        (m) => [
            `Field must have selections (field '${m[1]}' returns ${m[2].replace(/[[\]!]/g, '')} but has no selections. Did you mean '${m[1]} { ... }'?)`,
            { code: 'selectionMismatch', nodeName: `field '${m[1]}'`, typeName: m[2] },
        ],
    ],
    [/^Expected value of type "(.+?)", found (.+?)[.;]/, (m, at) => literal(at, m[2], m[1])],
    [/^Value "(.+?)" does not exist in "(.+?)" enum/, (m, at) => literal(at, m[1], m[2])],
    [/^Enum "(.+?)" cannot represent non-enum value: (.+?)\.(?: |$)/, (m, at) => literal(at, m[2], m[1])],
    [/^(\w+) cannot represent .*?: (.+)$/, (m, at) => literal(at, m[2], m[1])],
];

/** A value written in the document that does not fit its argument. */
function literal(at, value, type) {
    const owner = at.argumentOwner ?? ['Field', at.field ?? ''];
    const expected = at.argumentType ?? type;
    return [
        `Argument '${at.argument}' on ${owner[0]} '${owner[1]}' has an invalid value (${at.text ?? value}). Expected type '${expected}'.`,
        { code: 'argumentLiteralsIncompatible', typeName: owner[0], argumentName: at.argument },
    ];
}

/** Variables that stand only in what was refused: for Shopify they are not used. */
function unusedAfter(wrong, ast) {
    const refused = new Set(
        wrong.filter((e) => /^Unknown (argument|directive) /.test(e.message)).map((e) => e.nodes[0]),
    );
    if (refused.size === 0) return [];
    const live = new Set();
    visit(ast, {
        enter(node) {
            if (node.kind === Kind.VARIABLE) live.add(node.name.value);
            return refused.has(node) || node.kind === Kind.VARIABLE_DEFINITION ? false : undefined;
        },
    });
    return ast.definitions
        .filter((d) => d.kind === Kind.OPERATION_DEFINITION)
        .flatMap((operation) =>
            (operation.variableDefinitions ?? [])
                .map((d) => d.variable.name.value)
                .filter(
                    (name) =>
                        !live.has(name) &&
                        !wrong.some((e) => e.message.startsWith(`Variable "$${name}" is never used`)),
                )
                .map((name) => ({
                    message: `Variable $${name} is declared by ${operation.name?.value ?? 'anonymous query'} but not used`,
                    locations: [where(operation)],
                    path: pathTo(ast, operation),
                    extensions: { code: 'variableNotUsed', variableName: name },
                })),
        );
}

/** The declared type of an argument or input field, as Shopify names it in its messages. */
function declaredType(schema, ast, wanted) {
    const info = new TypeInfo(schema);
    let found;
    visit(
        ast,
        visitWithTypeInfo(info, {
            Argument(node) {
                if (node === wanted) found = String(info.getArgument()?.type);
            },
            ObjectField(node) {
                if (node === wanted) found = String(info.getInputType());
            },
        }),
    );
    return found;
}

function shopifyError(error, ast, schema) {
    const node = error.nodes?.[0];
    const chain = node ? chainTo(ast, node) : [];
    const argument = [...chain].reverse().find((n) => n.kind === Kind.ARGUMENT || n.kind === Kind.OBJECT_FIELD);
    const field = [...chain].reverse().find((n) => n.kind === Kind.FIELD || n.kind === Kind.DIRECTIVE);
    const at = {
        argument: argument?.name.value ?? '',
        field: field?.name.value,
        text: argument ? print(argument.value) : undefined,
        argumentType: argument ? declaredType(schema, ast, argument) : undefined,
        argumentOwner: field ? [field.kind === Kind.DIRECTIVE ? 'Directive' : 'Field', field.name.value] : undefined,
    };
    for (const [pattern, words] of WORDS) {
        const match = pattern.exec(error.message);
        if (!match) continue;
        const [message, extensions] = words(match, at);
        return {
            message,
            locations: [where(placeOf(extensions.code, node, field))],
            path: pathTo(ast, tailOf(extensions.code, node, field)),
            extensions,
        };
    }
    return { message: error.message, locations: error.locations, extensions: { code: 'invalidDocument' } };
}

/** Shopify points at the field for a wrong literal, at the operation for an unused variable, else at the node. */
function placeOf(code, node, field) {
    return code === 'argumentLiteralsIncompatible' && field ? field : node;
}
function tailOf(code, node, field) {
    return code === 'undefinedDirective' || (code === 'missingRequiredArguments' && node.kind === Kind.DIRECTIVE)
        ? (field ?? node)
        : node;
}

function where(node) {
    const { line, column } = node.loc.startToken;
    return { line, column };
}

/** The nodes from the document down to `wanted`. */
function chainTo(ast, wanted) {
    let found = [];
    visit(ast, {
        enter(node, key, parent, path, ancestors) {
            if (node !== wanted) return undefined;
            // `ancestors` ends before the parent.
            found = [...ancestors, parent, node].filter((a) => a && !Array.isArray(a));
            return false;
        },
    });
    return found;
}

/** `["mutation Push", "inventoryAdjustQuantities", "userErrors", "code"]` */
function pathTo(ast, node) {
    const out = [];
    for (const n of chainTo(ast, node)) {
        if (n.kind === Kind.OPERATION_DEFINITION) out.push(n.name ? `${n.operation} ${n.name.value}` : n.operation);
        else if (n.kind === Kind.FRAGMENT_DEFINITION) out.push(`fragment ${n.name.value}`);
        else if (n.kind === Kind.INLINE_FRAGMENT) out.push(`... on ${n.typeCondition?.name.value ?? ''}`.trim());
        else if (n.kind === Kind.FIELD) out.push(n.alias?.value ?? n.name.value);
        else if (n.kind === Kind.ARGUMENT || n.kind === Kind.OBJECT_FIELD) out.push(n.name.value);
    }
    return out;
}
