// Bulk operations and the upload targets of bulk mutations.
import { stagedTarget } from '../files.js';
import { numberMatches, parseSearch, timeMatches } from '../search.js';
import { numberOf } from '../world.js';
import { at, connection, find, notModelled, onlyMembers, own, takes } from './common.js';

const SEARCH = {
    default: () => true,
    id: (op, c, v) => numberMatches(numberOf(op.id), c, v),
    created_at: (op, c, v) => timeMatches(op.createdAt, c, v),
    operation_type: (op, _, v) => op.type === v.toUpperCase(),
    status: (op, _, v) => op.status === v.toUpperCase(),
};

const SORT = {
    CREATED_AT: (op) => [op.createdAt, numberOf(op.id)],
    COMPLETED_AT: (op) => [op.completedAt ?? Number.MAX_SAFE_INTEGER, numberOf(op.id)],
};

function list(_, args, ctx) {
    const keyOf = SORT[args.sortKey];
    return [...ctx.world.bulks.values()].filter(parseSearch(args.query, SEARCH).matches).sort((a, b) => {
        const [[a1, a2], [b1, b2]] = [keyOf(a), keyOf(b)];
        return a1 - b1 || a2 - b2;
    });
}

const newest = (_, { type }, ctx) => [...ctx.world.bulks.values()].filter((op) => op.type === type).at(-1) ?? null;

function stage(_, { input }, ctx) {
    for (const one of input) {
        onlyMembers(one, 'StagedUploadInput', ['resource', 'filename', 'mimeType', 'httpMethod', 'fileSize']);
        if (one.resource !== 'BULK_MUTATION_VARIABLES') throw notModelled(`uploads of ${one.resource}`);
    }
    const userErrors = input.flatMap(({ mimeType }, i) =>
        mimeType === 'text/jsonl'
            ? []
            : [{ field: ['input', String(i), 'mimeType'], message: `(${mimeType}) is not a recognized format` }],
    );
    return { stagedTargets: userErrors.length ? [] : input.map((one) => stagedTarget(ctx.shop, one)), userErrors };
}

const counted = (name) => (op) => String(op[name]);
const address = (name) => (op, _, ctx) => (op[name] ? `${ctx.shop.url}/files/${op[name]}` : null);
const payload = { bulkOperation: own('bulkOperation'), userErrors: own('userErrors') };

export default {
    QueryRoot: {
        bulkOperation: takes(['id'], (_, { id }, ctx) => find(ctx, 'bulks', id)),
        bulkOperations: connection(list, { keyOf: { of: (args) => SORT[args.sortKey] }, extra: ['query', 'sortKey'] }),
        currentBulkOperation: takes(['type'], newest),
    },
    Mutation: {
        bulkOperationRunQuery: takes(['query', 'groupObjects'], (_, args, ctx) => ctx.shop.bulk.runQuery(args, ctx)),
        bulkOperationRunMutation: takes(
            ['mutation', 'stagedUploadPath', 'clientIdentifier', 'groupObjects'],
            (_, args, ctx) => ctx.shop.bulk.runMutation(args, ctx),
        ),
        bulkOperationCancel: takes(['id'], (_, { id }, ctx) => ctx.shop.bulk.cancel(id)),
        stagedUploadsCreate: takes(['input'], stage),
    },
    BulkOperation: {
        id: own('id'),
        type: own('type'),
        status: own('status'),
        errorCode: own('errorCode'),
        query: own('query'),
        createdAt: at('createdAt'),
        completedAt: at('completedAt'),
        objectCount: counted('objects'),
        rootObjectCount: counted('roots'),
        fileSize: (op) => (op.fileSize === null ? null : String(op.fileSize)),
        url: address('file'),
        partialDataUrl: address('partialFile'),
    },
    BulkOperationRunQueryPayload: payload,
    BulkOperationRunMutationPayload: payload,
    BulkOperationCancelPayload: payload,
    StagedUploadsCreatePayload: { stagedTargets: own('stagedTargets'), userErrors: own('userErrors') },
    StagedMediaUploadTarget: { url: own('url'), resourceUrl: own('resourceUrl'), parameters: own('parameters') },
    StagedUploadParameter: { name: own('name'), value: own('value') },
};
