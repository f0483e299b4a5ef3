// Pages of a list: first/last, after/before, reverse, as Shopify's connections.
// A cursor holds the sort value and the number of its node, so a page stays right when nodes move.
import { GraphQLError } from 'graphql';
import { ARRAY_LIMIT } from './assumptions.js';

export const PAGE_ARGUMENTS = ['first', 'last', 'after', 'before', 'reverse'];

/**
 * @template T
 * @param {T[]} list sorted by `keyOf`, ascending
 * @param {{ first?: number, last?: number, after?: string, before?: string, reverse?: boolean }} args
 * @param {(node: T) => (string | number)[]} keyOf sort value first, tie-breaker second
 * @param {boolean} all true inside a bulk operation: no page at all
 */
export function page(list, args, keyOf, all = false) {
    const { first, last } = args;
    if (!all && first === undefined && last === undefined) throw badRequest('you must provide one of first or last');
    if (first !== undefined && last !== undefined) throw badRequest('providing both first and last is not supported');
    for (const [name, n] of [
        ['first', first],
        ['last', last],
    ]) {
        if (n === undefined) continue;
        if (n < 0) throw badRequest(`${name} must be a non-negative number`);
        if (n > ARRAY_LIMIT) throw badRequest(`${name} cannot exceed ${ARRAY_LIMIT}`);
    }
    const direction = args.reverse ? -1 : 1;
    const ordered = args.reverse ? [...list].reverse() : list;
    let from = 0;
    let to = ordered.length;
    if (args.after) from = boundary(ordered, keyOf, decode(args.after), direction, true);
    if (args.before) to = boundary(ordered, keyOf, decode(args.before), direction, false);
    let start = from;
    let end = to;
    if (first !== undefined) end = Math.min(to, from + first);
    else if (last !== undefined) start = Math.max(from, to - last);
    const nodes = ordered.slice(start, Math.max(start, end));
    return {
        nodes,
        edges: () => nodes.map((node) => ({ node, cursor: encode(keyOf(node)) })),
        pageInfo: {
            hasNextPage: end < to || (first === undefined && to < ordered.length),
            hasPreviousPage: start > from || (last === undefined && from > 0),
            startCursor: nodes.length ? encode(keyOf(nodes[0])) : null,
            endCursor: nodes.length ? encode(keyOf(nodes[nodes.length - 1])) : null,
        },
    };
}

/** Index of the first node after (or, for `before`, at or after) the cursor's place. */
function boundary(list, keyOf, key, direction, after) {
    let low = 0;
    let high = list.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        const order = compare(keyOf(list[middle]), key) * direction;
        if (after ? order <= 0 : order < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

export function compare(a, b) {
    for (let i = 0; i < a.length; i++) {
        if (a[i] < b[i]) return -1;
        if (a[i] > b[i]) return 1;
    }
    return 0;
}

const encode = (key) => Buffer.from(JSON.stringify(key)).toString('base64url');

function decode(cursor) {
    try {
        const key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
        if (Array.isArray(key) && key.length === 2) return key;
    } catch {
        /* said below */
    }
    throw badRequest(`Invalid cursor for current pagination sort: '${cursor}'`);
}

function badRequest(message) {
    return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}
