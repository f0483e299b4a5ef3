// The command line itself: exit statuses, where output goes, help, and errors that tell the fix.
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { PROGRAM, workspace } from '../lib/harness.js';

const USAGE = [
    [[], /a command is needed/],
    [['frobnicate'], /no command 'frobnicate'/],
    [['import'], /needs one more word/],
    [['import', 'stock', 'f.csv'], /no command 'import stock'/],
    [['atp'], /'atp' needs SKU/],
    [['atp', 'A', 'B'], /'B' is one argument too many/],
    [['atp', 'A', '--frob'], /no option --frob/],
    [['atp', 'A', '--channel'], /--channel needs a value/],
    [['atp', 'A', '--channel', 'x', '--channel', 'y'], /--channel is given twice/],
    [['ledger', 'A', '--limit', '0'], /--limit: /],
    [['ledger', 'A', '--limit', '1.5'], /--limit: .*whole number/],
    [['import', 'levels', 'f.csv'], /--mode is needed/],
    [['import', 'levels', 'f.csv', '--mode', 'both'], /'both' is none of qoh\|atp\|keep-gap/],
    [['import', 'levels', 'f.csv', '--mode', 'qoh', '--as-of', 'yesterday'], /--as-of: /],
    [['atp', 'A', '--db', 'postgres://h/d'], /postgres/],
    [['atp', 'A', '--db', 'evenstock.db'], /sqlite:FILE/],
    [['help', 'frobnicate'], /no command 'frobnicate'/],
    [['export', 'atp', '--csv', '--json'], /cannot both be/],
];
for (const [args, pattern] of USAGE)
    test(`usage: evenstock ${args.join(' ')}`, (t) => workspace(t).refuses(args, 2, pattern));

test('--db and --json may stand anywhere', async (t) => {
    const at = workspace(t);
    await at.config({ products: [{ sku: 'A' }], facilities: [{ code: 'F', type: 'store' }], channels: [{ code: 'c', mode: 'physical', facility: 'F' }] });
    const db = `sqlite:${at.db}`, env = { EVENSTOCK_DB: 'sqlite:elsewhere.db' };
    for (const args of [['--json', '--db', db, 'atp', 'A'], ['atp', `--db=${db}`, 'A', '--json'], ['atp', 'A', '--json', '--db', db]])
        assert.strictEqual(JSON.parse((await at.run(args, { env })).out)[0].sku, 'A');
});

test('a reading command on a missing file says how to make one, and makes none', async (t) => {
    const at = workspace(t);
    await at.refuses(['atp', 'A'], 3, /evenstock\.db/);
    await at.refuses(['verify', '--json'], 3, /evenstock\.db/);
    assert.strictEqual((await at.run(['init'])).status, 0);
    assert.strictEqual((await at.json(['verify'])).differences, 0);
});

test('a file in a folder that does not exist, and a folder as database, are refused', async (t) => {
    const at = workspace(t);
    await at.refuses(['init', '--db', `sqlite:${at.path('no/such.db')}`], 3, /no\/such\.db/);
    mkdirSync(at.path('folder'));
    await at.refuses(['init', '--db', `sqlite:${at.path('folder')}`], 3, /folder/);
});

test('what is no database of ours is refused and stays as it is', async (t) => {
    const at = workspace(t);
    writeFileSync(at.db, 'this is a text, and long enough to be read as a page\n'.repeat(200));
    const before = at.read('evenstock.db');
    await at.refuses(['verify'], 3, /no database|not a database/);
    await at.refuses(['init'], 3, /no database|not a database/);
    assert.strictEqual(at.read('evenstock.db'), before);
});

// The commands that a list of them names.
const namesIn = (list) => [...list.matchAll(/^ {2}([a-z]+(?: [a-z-]+)?)(?: [A-Z[].*)? {2,}\S/gm)].map((m) => m[1]).filter((name) => !name.startsWith('evenstock'));

test('help lists every command, and each tells about itself', async (t) => {
    const at = workspace(t);
    const { out, status } = await at.run(['--help']);
    assert.strictEqual(status, 0);
    const names = namesIn(out);
    assert.ok(names.length >= 39, names.join());
    for (const name of names) {
        const help = await at.run([...name.split(' '), '--help']);
        assert.strictEqual(help.status, 0, name);
        assert.match(help.out, new RegExp(`^usage: evenstock ${name}`));
        assert.match(help.out, new RegExp(`^  evenstock ${name}\\b`, 'm'), `an example of ${name}`);
        assert.match(help.out, /^Exit status: 0 .* 1 .* 2 .*\n3 /m);
        assert.strictEqual((await at.run(['help', ...name.split(' ')])).out, help.out);
    }
    assert.match((await at.run(['import', '--help'])).out, /import levels/);
    assert.match((await at.run(['help', 'sync'])).out, /sync hard/);
});

test('the man page says what every --help says, and has no fault', async (t) => {
    const at = workspace(t);
    const { out } = await at.run(['man']);
    const sections = new Map(out.split(/^\.Ss /m).slice(1).map((text) => [text.split('\n')[0], text.split('\n.Sh ')[0]]));
    const common = out.slice(out.indexOf('\n.Sh OPTIONS\n'));
    for (const name of namesIn((await at.run(['--help'])).out)) {
        const help = (await at.run([...name.split(' '), '--help'])).out;
        const [, title] = help.match(/^usage: evenstock (.*) \[OPTIONS\]$/m);
        const section = sections.get(title);
        assert.ok(section, title);
        for (const [, option] of help.matchAll(/^ {2}--([a-z-]+)/gm))
            assert.ok(`${section}\n${common}`.includes(`\n.It Fl -${option}`), `${name} --${option}`);
        for (const [example] of help.matchAll(/^ {2}evenstock .*$/gm))
            assert.ok(section.includes(example.trim().replaceAll('\\', '\\e')), example);
    }
    const lint = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning'], { input: out, encoding: 'utf8' });
    assert.strictEqual(lint.stdout + lint.stderr, '');
});

test('an answer that cannot be written is an error', async (t) => {
    const at = workspace(t);
    const { status, stderr } = spawnSync('bash', ['-c', `"${PROGRAM}" help > /dev/full`], { encoding: 'utf8', cwd: process.cwd(), env: at.env });
    assert.strictEqual(status, 3);
    assert.match(stderr, /standard output cannot be written/);
});
