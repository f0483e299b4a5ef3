// The checker fails when it must: each case is a tree with one small model, wrong in one way.
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('run.py', import.meta.url));

/** A counter that somebody takes to `LAST`; the head says what is expected. */
const model = (rows, { last = 3, wait = 'timeout' } = {}) => `/* A counter.
 *
${rows.map((row) => ` *   ${row}\n`).join('')} */
#ifdef FAR
#define LAST ${last + 1}
#else
#define LAST ${last}
#endif
byte n = 0;
active proctype Count()
{
end:
    do
    :: atomic { n < LAST -> n++; printf("counts to %d\\n", n); assert(n <= ${last}) }
    od
}
active proctype Judge() { ${wait} }
`;

/** Runs the checker over one model and a document; gives what it printed and its exit status. */
function check(t, text, { document = 'Without it: `counter/FAR`.', words = [], ahead = 0 } = {}) {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'evenstock-model-'));
    t.after(() => fs.rmSync(root, { recursive: true }));
    fs.mkdirSync(path.join(root, 'sim/model'), { recursive: true });
    fs.mkdirSync(path.join(root, 'docs'));
    const file = path.join(root, 'sim/model/counter.pml'), at = Date.now() / 1000 + ahead;
    fs.writeFileSync(file, text);
    fs.utimesSync(file, at, at);
    fs.writeFileSync(path.join(root, 'docs/protocol.md'), document);
    const { stdout, stderr, status } = spawnSync('python3', [RUN, '--root', root, ...words], { encoding: 'utf8' });
    return { out: stdout + stderr, status };
}

const GOOD = ['ours  holds', 'FAR   refuted   counts too far'];

test('what holds and what is refuted, with the length of the shortest counterexample', (t) => {
    const { out, status } = check(t, model(GOOD));
    assert.strictEqual(status, 0, out);
    assert.match(out, /^counter +ours +holds +\d+ +\d+ +[\d.]+ +- +holds$/m);
    assert.match(out, /^counter +FAR +refuted +\d+ +\d+ +[\d.]+ +\d+ +refuted$/m);
    assert.match(out, /^1 hold, 1 refuted as they should be, 0 not as expected/m);
});

test('the story of a counterexample', (t) => {
    const { out, status } = check(t, model(GOOD), { words: ['--story', 'counter/FAR'], ahead: 60 }); /* the clock was set back since */
    assert.strictEqual(status, 0, out);
    assert.match(out, /^counts to 1\ncounts to 2\ncounts to 3\ncounts to 4\n/);
});

const FAULTS = [
    ['a wrong protocol that survives', model(['ours  holds', 'NEAR  refuted']), { document: '`counter/NEAR`' },
        /counter +NEAR .* holds  WRONG/],
    ['our protocol refuted', model(['FAR   holds']), { document: '' }, /counter +FAR .* refuted  WRONG/],
    ['a search that ends early', model(['ours  holds'], { last: 200 }), { document: '', words: ['--depth', '20'] },
        /counter +ours .* incomplete  WRONG/],
    ['a deadlock, even where a refutation is expected', model(['NEAR  refuted'], { wait: 'n > 9' }),
        { document: '`counter/NEAR`' }, /counter +NEAR .* invalid end state .*WRONG/],
    ['a model that does not build', `${model(['ours  holds'])}}`, { document: '' }, /counter +ours .* does not build  WRONG/],
    ['a model without variants', model([]), { document: '' }, /^0 hold, 0 refuted/m],
    ['a variant that the document does not cite', model(GOOD), { document: '' }, /does not cite counter\/FAR/],
    ['a citation of no variant', model(GOOD), { document: '`counter/FAR` `counter/OLD`' }, /cites counter\/OLD/],
    ['a name of no model', model(GOOD), { words: ['other'] }, /no model or variant 'other'/],
];

for (const [name, text, options, expected] of FAULTS)
    test(`fails on ${name}`, (t) => {
        const { out, status } = check(t, text, options);
        assert.strictEqual(status, 1, out);
        assert.match(out, expected);
    });
