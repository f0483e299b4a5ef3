// Shopify's search syntax, as far as the sandbox's connections use it: terms, field:value with comparators,
// quotes, AND (or a space), OR, NOT and a leading minus, brackets. A field that is not listed is an error.
import { GraphQLError } from 'graphql';

/** @typedef {{ field: string, comparator: string, value: string }} Term */

/**
 * @param {string | null | undefined} text
 * @param {Record<string, (node: any, comparator: string, value: string) => boolean>} fields `default` for bare terms
 * @returns {{ matches: (node: any) => boolean, terms: Term[], onlyOr: boolean }}
 */
export function parseSearch(text, fields) {
    const tokens = tokenize(text ?? '');
    const terms = [];
    let at = 0;
    let onlyOr = true;

    const primary = () => {
        const token = tokens[at++];
        if (token.kind === '(') {
            const inner = alternatives();
            if (tokens[at]?.kind === ')') at++;
            return inner;
        }
        if (token.kind === 'not') {
            onlyOr = false;
            const inner = primary();
            return (node) => !inner(node);
        }
        const matcher = fields[token.field];
        if (!matcher)
            throw new GraphQLError(`The sandbox does not model the search field "${token.field}".`, {
                extensions: { code: 'SANDBOX_NOT_MODELLED' },
            });
        terms.push(token);
        return (node) => matcher(node, token.comparator, token.value);
    };
    const conjunction = () => {
        let left = primary();
        while (at < tokens.length && tokens[at].kind !== 'or' && tokens[at].kind !== ')') {
            if (tokens[at].kind === 'and') at++;
            if (at >= tokens.length) break;
            onlyOr = false;
            const [one, two] = [left, primary()];
            left = (node) => one(node) && two(node);
        }
        return left;
    };
    const alternatives = () => {
        const all = [conjunction()];
        while (tokens[at]?.kind === 'or') {
            at++;
            if (at < tokens.length) all.push(conjunction());
        }
        return all.length === 1 ? all[0] : (node) => all.some((one) => one(node));
    };
    const matches = tokens.length ? alternatives() : () => true;
    return { matches, terms, onlyOr };
}

const TOKEN =
    /\s*(?:(\()|(\))|(OR|AND|NOT)(?=[\s(])|(-(?=\S))|(?:([\w.]+):(<=|>=|<|>)?)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s()]+)))/gy;

function tokenize(text) {
    const out = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
        const m = TOKEN.exec(text);
        if (!m) break;
        const [, open, close, word, minus, field, comparator, double, single, bare] = m;
        if (open) out.push({ kind: '(' });
        else if (close) out.push({ kind: ')' });
        else if (word) out.push({ kind: word.toLowerCase() });
        else if (minus) out.push({ kind: 'not' });
        else
            out.push({
                kind: 'term',
                field: field ?? 'default',
                comparator: comparator ?? '=',
                value: unescape(double ?? single ?? bare),
                quoted: bare === undefined,
            });
    }
    return out;
}

const unescape = (value) => value.replace(/\\(.)/g, '$1');

/** Comparison of times; a date without time stands for its first moment, and for the whole day with "=". */
export function timeMatches(ms, comparator, value) {
    if (ms === null || ms === undefined) return false;
    const wanted = Date.parse(value.length === 10 ? value + 'T00:00:00Z' : value);
    if (Number.isNaN(wanted))
        throw new GraphQLError(`Invalid timestamp for query filter: '${value}'`, {
            extensions: { code: 'BAD_REQUEST' },
        });
    const seconds = Math.floor(ms / 1000) * 1000;
    if (comparator === '>=') return seconds >= wanted;
    if (comparator === '>') return seconds > wanted;
    if (comparator === '<=') return seconds <= wanted;
    if (comparator === '<') return seconds < wanted;
    return value.length === 10 ? seconds >= wanted && seconds < wanted + 86_400_000 : seconds === wanted;
}

/** Comparison of the numbers of ids. */
export function numberMatches(n, comparator, value) {
    const wanted = Number(value.replace(/^gid:\/\/shopify\/\w+\//, ''));
    return { '>=': n >= wanted, '>': n > wanted, '<=': n <= wanted, '<': n < wanted, '=': n === wanted }[comparator];
}
