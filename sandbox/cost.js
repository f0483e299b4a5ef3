// What a document costs: the formula read off the recorded answers, and the bucket it is paid from.
// scalar 0, object 1, connection 2 + weight(first) * node, mutation 10; what a mutation returns directly is free.
import { Kind, getNamedType, isAbstractType, isCompositeType, isListType, isNullableType } from 'graphql';
import { CONNECTION_WEIGHT, FREE_TYPES } from './assumptions.js';

const MUTATION_COST = 10;
export const MAX_QUERY_COST = 1_000;

/**
 * @typedef {object} PlanNode
 * @property {string} key of the field in the answer
 * @property {number} own points of one such object
 * @property {'object' | 'list' | 'connection' | 'wrapper'} kind
 * @property {object | null} many the ids of `nodes`, each of which costs
 * @property {object | null} size `first` or `last` of a connection
 * @property {string | null} when the type that must be met, for alternatives of an abstract type
 * @property {PlanNode[]} inner
 */

/** The part of a document that costs something, as a tree; made once for each operation. @returns {PlanNode[]} */
export function costPlan(schema, ast, operation) {
    const fragments = new Map(
        ast.definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]),
    );
    const mutation = operation.operation === 'mutation';
    const root = mutation ? schema.getMutationType() : schema.getQueryType();

    const walk = (set, type, when, depth) => {
        const out = [];
        for (const s of set.selections) {
            if (s.kind !== Kind.FIELD) {
                const f = s.kind === Kind.INLINE_FRAGMENT ? s : fragments.get(s.name.value);
                const narrowed = f.typeCondition ? schema.getType(f.typeCondition.name.value) : type;
                out.push(...walk(f.selectionSet, narrowed, isAbstractType(type) ? narrowed.name : when, depth));
                continue;
            }
            const field = type.getFields?.()[s.name.value];
            if (!field || !s.selectionSet) continue;
            const named = getNamedType(field.type);
            if (!isCompositeType(named) || named.name.startsWith('__')) continue;
            const nullable = isNullableType(field.type) ? field.type : field.type.ofType;
            const connection = named.name.endsWith('Connection');
            const inConnection = type.name.endsWith('Connection') || type.name.endsWith('Edge');
            const free =
                FREE_TYPES.has(named.name) ||
                named.name.endsWith('UserError') ||
                named.name.endsWith('Error') ||
                (mutation && depth === 1);
            const argument = (name) => s.arguments?.find((a) => a.name.value === name)?.value ?? null;
            out.push({
                key: s.alias?.value ?? s.name.value,
                when,
                kind: connection ? 'connection' : inConnection ? 'wrapper' : isListType(nullable) ? 'list' : 'object',
                own:
                    mutation && depth === 0
                        ? MUTATION_COST
                        : named.name.endsWith('Connection') || named.name.endsWith('Edge') || free
                          ? 0
                          : 1,
                size: connection ? (argument('first') ?? argument('last')) : null,
                many: s.name.value === 'nodes' && type === root ? argument('ids') : null,
                inner: walk(s.selectionSet, named, null, depth + 1),
            });
        }
        return out;
    };
    return walk(operation.selectionSet, root, null, 0);
}

/** Interpolated weight of n nodes in a connection. */
function connectionWeight(n) {
    const table = CONNECTION_WEIGHT;
    for (let i = 1; i < table.length; i++) {
        const [x0, y0] = table[i - 1];
        const [x1, y1] = table[i];
        if (n <= x1) return Math.round(y0 + ((n - x0) * (y1 - y0)) / (x1 - x0));
    }
    return table[table.length - 1][1];
}

const valueOf = (node, variables) => {
    if (!node) return null;
    if (node.kind === Kind.VARIABLE) return variables[node.name.value] ?? null;
    if (node.kind === Kind.LIST) return node.values.map((v) => valueOf(v, variables));
    return node.kind === Kind.INT ? Number(node.value) : node.value;
};

/** Requested cost: every connection full, of alternatives the dearest. */
export function requestedCost(plan, variables) {
    const sum = sumOf(plan, (node) => {
        const inner = requestedCost(node.inner, variables);
        if (node.kind === 'connection') {
            const one = nodeCost(node, (n) => requestedCost(n.inner, variables) + n.own);
            return 2 + connectionWeight(valueOf(node.size, variables) ?? 10) * one;
        }
        const times = node.many ? (valueOf(node.many, variables)?.length ?? 1) : 1;
        return (node.own + inner) * times;
    });
    return sum;
}

/** Actual cost: the same tree laid over the data that came back. */
export function actualCost(plan, data, top = true) {
    if (data === null || data === undefined) return 0;
    return sumOf(plan, (node) => {
        const value = data[node.key];
        if (node.own === MUTATION_COST) return MUTATION_COST + (value ? actualCost(node.inner, value, false) : 0);
        // Recorded: nothing found at the top costs 1, deeper nothing.
        if (value === null || value === undefined) return top ? node.own : 0;
        if (node.kind === 'connection') {
            const list = value.nodes ?? value.edges ?? aliased(node, value);
            const one = list.length
                ? nodeCost(node, (n) => {
                      const first = n.key in list[0] ? list[0][n.key] : list[0];
                      return n.own + actualCost(n.inner, first, false);
                  })
                : 0;
            return 2 + connectionWeight(list.length) * one;
        }
        if (node.many)
            return value.reduce(
                (total, entry) => total + (entry ? node.own + actualCost(node.inner, entry, false) : 0),
                0,
            );
        if (Array.isArray(value))
            return node.own + (value.length ? actualCost(node.inner, value.find((v) => v) ?? null, false) : 0);
        return node.own + actualCost(node.inner, value, false);
    });
}

/** Cost of one node of a connection: `nodes` and `edges { node }` are the same node. */
function nodeCost(connection, costOf) {
    let most = 0;
    for (const child of connection.inner) {
        if (child.inner.some((n) => n.kind === 'wrapper'))
            for (const node of child.inner) most = Math.max(most, 1 + costOf({ ...node, own: 0 }));
        else most = Math.max(most, 1 + costOf({ ...child, own: 0 }));
    }
    return most;
}

function aliased(node, value) {
    for (const child of node.inner) if (Array.isArray(value[child.key])) return value[child.key];
    return [];
}

/** Adds up, counting alternatives of an abstract type once, by the dearest. */
function sumOf(plan, costOf) {
    let common = 0;
    const alternatives = new Map();
    for (const node of plan) {
        const cost = costOf(node);
        if (node.when === null) common += cost;
        else alternatives.set(node.when, (alternatives.get(node.when) ?? 0) + cost);
    }
    return common + Math.max(0, ...alternatives.values());
}

/** The leaky bucket of our app in this shop, refilled on the shop's clock. */
export class Bucket {
    constructor(world) {
        this.world = world;
    }

    refill() {
        const { rate, bucket } = this.world.plan;
        const state = this.world.meta.get('bucket');
        const now = this.world.now();
        state.available = Math.min(bucket, state.available + (Math.max(0, now - state.at) * rate) / 1000);
        state.at = now;
        this.world.touch('meta', 'bucket');
        return state;
    }

    /** True when `points` are there; they are not taken yet. */
    holds(points) {
        return this.refill().available >= points;
    }

    take(points) {
        this.refill().available -= points;
    }

    empty() {
        this.refill().available = 0;
    }

    status() {
        const { rate, bucket } = this.world.plan;
        return { maximumAvailable: bucket, currentlyAvailable: Math.floor(this.refill().available), restoreRate: rate };
    }
}
