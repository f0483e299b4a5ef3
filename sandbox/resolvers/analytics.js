// Shopify's analytics of adjustments, answered from the history that the admin shows: sums by whatever is asked for,
// some time behind, with a throttle of its own. Of the language only what is needed; the rest is an error in words.
import { GraphQLError } from 'graphql';
import { numberOf } from '../world.js';
import { takes } from './common.js';
import { scopesOf } from './shop.js';

const TABLE = 'inventory_adjustment_history';
const MEASURE = 'inventory_adjustment_change';
const ZONE = 'America/New_York'; // as Shop.ianaTimezone says
const dayOf = (at) => new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(at);
const after = (text, mark) => (text.startsWith(mark) ? text.slice(mark.length) : null);

/** What a row can be told apart by; a person has no app here, an app no person. */
const DIMENSIONS = {
    day: (row) => dayOf(row.at),
    inventory_item_id: (row, level) => String(numberOf(level.item)),
    inventory_location_id: (row, level) => String(numberOf(level.location)),
    inventory_state: (row) => row.name,
    inventory_app_name: (row) => after(row.who, 'App: ') ?? (row.who.startsWith('Staff: ') ? null : row.who),
    staff_member_name: (row) => after(row.who, 'Staff: '),
    inventory_change_reason: (row) => row.reason,
    reference_document_uri: (row) => row.reference,
};

const QUESTION = new RegExp(
    `^FROM (?<table>\\w+) SHOW (?<measure>\\w+) WHERE (?<where>.+?) GROUP BY (?<by>[\\w, ]+?)` +
        ' SINCE (?<since>\\d{4}-\\d\\d-\\d\\d) UNTIL (?<until>\\d{4}-\\d\\d-\\d\\d) ORDER BY day ASC LIMIT (?<limit>\\d+)$',
);

class NotUnderstood extends Error {}

function known(name) {
    if (!DIMENSIONS[name]) throw new NotUnderstood(`the column ${name} does not exist in ${TABLE}`);
    return name;
}

function understood(text) {
    const parts = QUESTION.exec(text.replace(/\s+/g, ' ').trim())?.groups;
    if (!parts) throw new NotUnderstood('the sandbox does not know this form of a question');
    if (parts.table !== TABLE) throw new NotUnderstood(`the table ${parts.table} does not exist`);
    if (parts.measure !== MEASURE) throw new NotUnderstood(`the column ${parts.measure} does not exist in ${TABLE}`);
    const where = parts.where.split(' AND ').map((one) => {
        const [, name, number, word] = /^(\w+) = (?:(\d+)|'([^']*)')$/.exec(one) ?? [];
        if (!name) throw new NotUnderstood(`the condition ${one} is not understood`);
        return [known(name), number ?? word];
    });
    return { ...parts, where, by: parts.by.split(',').map((name) => known(name.trim())), limit: Number(parts.limit) };
}

function answer(world, { where, by, since, until, limit }) {
    const { delay = 0 } = world.meta.get('shop').analytics ?? {};
    const groups = new Map();
    for (const [id, rows] of world.history) {
        const level = world.levels.get(id);
        for (const row of level ? rows : []) {
            const day = dayOf(row.at);
            if (row.at > world.now() - delay || day < since || day > until) continue;
            if (!where.every(([name, value]) => DIMENSIONS[name](row, level) === value)) continue;
            const cells = by.map((name) => DIMENSIONS[name](row, level));
            const key = JSON.stringify(cells);
            const group = groups.get(key) ?? { cells, sum: 0 };
            group.sum += row.delta;
            groups.set(key, group);
        }
    }
    const columns = [...by, MEASURE].map((name) => ({ name, displayName: name.replaceAll('_', ' ') }));
    const rows = [...groups.values()]
        .map(({ cells, sum }) => Object.fromEntries([...by.map((name, i) => [name, cells[i]]), [MEASURE, String(sum)]]))
        .sort((a, b) => String(a.day).localeCompare(String(b.day)));
    return { columns, rows: rows.slice(0, limit) };
}

function refuse(code, message) {
    throw new GraphQLError(message, { extensions: { code } });
}

export default {
    QueryRoot: {
        shopifyqlQuery: takes(['query'], (_, { query }, ctx) => {
            const access = 'Required access: `read_reports` access scope.';
            if (!scopesOf(ctx.world).includes('read_reports'))
                refuse('ACCESS_DENIED', `Access denied for shopifyqlQuery field. ${access}`);
            if (ctx.world.meta.get('shop').analytics?.throttled) refuse('THROTTLED', 'Throttled');
            try {
                return { parseErrors: [], tableData: answer(ctx.world, understood(query)) };
            } catch (error) {
                if (!(error instanceof NotUnderstood)) throw error;
                return { parseErrors: [error.message], tableData: null };
            }
        }),
    },
    ShopifyqlQueryResponse: { parseErrors: (r) => r.parseErrors, tableData: (r) => r.tableData },
    ShopifyqlTableData: { columns: (t) => t.columns, rows: (t) => t.rows },
    ShopifyqlTableDataColumn: { name: (c) => c.name, displayName: (c) => c.displayName },
};
