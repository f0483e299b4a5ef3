// Small words that all resolver tables use.
import { GraphQLError } from 'graphql';
import { PAGE_ARGUMENTS, page } from '../connection.js';
import { iso, numberOf } from '../world.js';

/** Marks the arguments that a field's resolver really honours; any other argument is refused. */
export const takes = (names, resolve) => Object.assign(resolve, { takes: names });

/** A field that is a property of its record. */
export const own = (name) => (record) => record[name];
export const at = (name) => (record) => iso(record[name]);
export const always = (value) => () => value;

/** A connection over what `listOf` gives, sorted ascending by `keyOf`. */
export const connection = (listOf, { keyOf = byNumber, extra = [], ready } = {}) =>
    takes([...PAGE_ARGUMENTS, ...extra], (source, args, ctx, info) => {
        ready?.(args);
        return page(
            listOf(source, args, ctx, info),
            args,
            typeof keyOf === 'function' ? keyOf : keyOf.of(args),
            ctx.bulk,
        );
    });

export const byNumber = (node) => [numberOf(node.id), 0];

/** A record of one kind by its gid, null when there is none. */
export function find(ctx, table, id) {
    return ctx.world[table].get(id) ?? null;
}

export function notModelled(what) {
    return new GraphQLError(`The sandbox does not model ${what}.`, { extensions: { code: 'SANDBOX_NOT_MODELLED' } });
}

/** Refuses members of an input object that the sandbox would not honour. */
export function onlyMembers(input, type, names) {
    for (const name of Object.keys(input)) if (!names.includes(name)) throw notModelled(`${type}.${name}`);
}
