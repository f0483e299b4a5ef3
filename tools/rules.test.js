// docs/protocol.md says which mutant and which test misses each rule. Both sides must be so: what the table names exists,
// and a deliberate bug that the program has is named, beside the rule that it breaks. (Its models are held to the table by
// sim/model/run.py.)
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');

/** The rows of the table: rule, mutants and tests, each with its file: `unit/x_test: one case; another; flow/y`. */
function tableOf(document) {
    const lines = document.slice(document.indexOf('| rule | without it')).split('\n\n')[0].trim().split('\n').slice(2);
    return lines.map((line) => {
        const [, rule, , mutants, tests] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
        let file;
        const cases = tests.split('; ').map((text) => {
            const [, named, name] = text.match(/^(?:([a-z]+\/\w+)(?:: |$))?(.*)$/);
            file = named ?? file;
            return { file, name };
        });
        return { rule, code: rule.startsWith('the law') ? 'law' : rule.split(' ')[0], mutants: [...mutants.matchAll(/`(\w+)`/g)].map((m) => m[1]), cases };
    });
}

/** The rows of the simulator's list: name, rule. */
const listOf = (source) => [...source.matchAll(/^ {4}\{"(\w+)", +"(\w+)", +\d+, /gm)].map(([, name, rule]) => ({ name, rule }));

function sources(folder) {
    return fs.readdirSync(path.join(ROOT, folder), { recursive: true }).filter((name) => name.endsWith('.c')).map((name) => read(path.join(folder, name)));
}

const hooksOf = (texts) => [...new Set(texts.flatMap((text) => [...text.matchAll(/MUTANT\((\w+)\)/g)].map((m) => m[1])))];

/** What differs between the table, the list and the hooks. */
function mutantsOff(table, list, hooks) {
    const named = table.flatMap(({ code, mutants }) => mutants.map((name) => `${code} ${name}`));
    const listed = list.map(({ name, rule }) => `${rule} ${name}`);
    const names = list.map(({ name }) => name);
    return [
        ...named.filter((row) => !listed.includes(row)).map((row) => `the table names ${row}`),
        ...listed.filter((row) => !named.includes(row)).map((row) => `the table does not name ${row}`),
        ...names.filter((name) => !hooks.includes(name)).map((name) => `nothing asks for ${name}`),
        ...hooks.filter((name) => !names.includes(name)).map((name) => `${name} is not listed`),
        ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is listed twice`),
    ];
}

/** The cases that do not exist: C functions test_...(), or parts of the titles of a flow's tests. */
function casesOff(table) {
    return table.flatMap(({ rule, cases }) => cases.filter(({ file, name }) => {
        const of = ['.c', '.test.js'].map((end) => `tests/${file}${end}`).find((at) => fs.existsSync(path.join(ROOT, at)));
        if (!of) return true;
        const text = read(of);
        return of.endsWith('.c') ? !text.includes(`void test_${name.replaceAll(' ', '_')}`) : !text.includes(name);
    }).map(({ file, name }) => `${rule}: ${file}: ${name}`));
}

test('each mutant is in the table beside its rule, in the list, and in the program', () => {
    assert.deepStrictEqual(mutantsOff(tableOf(read('docs/protocol.md')), listOf(read('sim/mutants.c')), hooksOf(sources('src'))), []);
});

test('each test that the table names exists', () => {
    const table = tableOf(read('docs/protocol.md'));
    assert.ok(table.length > 25 && table.every(({ cases }) => cases.length > 0), 'the table was read');
    assert.deepStrictEqual(casesOff(table), []);
});

test('what is missing on any side is found', () => {
    const table = tableOf('| rule | without it | mutants | tests |\n|---|---|---|---|\n| P5 booked | `push/TWICE` | `twice` `gone` | unit/sync_push_test: no such case; flow/nowhere |\n');
    const list = listOf('    {"twice", "P6", 10, "what"},\n    {"silent",   "I1", 200, "what"},\n');
    assert.deepStrictEqual(mutantsOff(table, list, ['twice', 'unlisted']), [
        'the table names P5 twice', 'the table names P5 gone', 'the table does not name P6 twice', 'the table does not name I1 silent',
        'nothing asks for silent', 'unlisted is not listed']);
    assert.deepStrictEqual(casesOff(table), ['P5 booked: unit/sync_push_test: no such case', 'P5 booked: flow/nowhere: ']);
});
