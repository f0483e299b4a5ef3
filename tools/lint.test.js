// The lint finds what it says it finds: each case is a small tree with one fault.
import assert from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const LINT = fileURLToPath(new URL('lint.py', import.meta.url));

/** Lints a tree of files; gives its findings and exit status. */
function lint(t, tree) {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'evenstock-lint-'));
    t.after(() => fs.rmSync(root, { recursive: true }));
    for (const [name, text] of Object.entries(tree)) {
        fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
        fs.writeFileSync(path.join(root, name), text);
    }
    execFileSync('git', ['init', '-q', root]);
    const { stdout, status } = spawnSync('python3', [LINT, '--root', root], { encoding: 'utf8' });
    return { findings: stdout.trim().split('\n').slice(0, -1), status };
}

const FAULTS = [
    ['a module that includes one after it', { 'src/domain/atp.c': '#include "store/store.h"\n' }, /domain\/atp\.c:1: layers: domain is below store/],
    ['another module\'s internal header', { 'src/sync/push.c': '\n#include "store/internal.h"\n' }, /push\.c:2: layers: store\/internal\.h/],
    ['a library outside its door', { 'src/feed/levels.c': '#include <sqlite3.h>\n' }, /levels\.c:1: library: <sqlite3\.h>/],
    ['a banned call', { 'src/sync/push.c': 'void f(void)\n{\n    sleep(1);\n}\n' }, /push\.c:3: banned: sleep\(\)/],
    ['SQL outside the backend', { 'src/sync/push.c': 'const char *q = "SELECT 1";\n' }, /push\.c:1: sql/],
    ['a file that is too long', { 'src/base/err.c': '\n'.repeat(1000) }, /err\.c:1: length: 1001 lines/],
    ['a line that is too long', { 'src/base/err.c': `/* ${'x'.repeat(150)} */\n` }, /err\.c:1: length: 156 columns/],
    ['a link that leads nowhere', { 'README.md': '[a](docs/b.md#c) [d](docs/e.md) [f](https://example.com/g) [h](#i)\n', 'docs/b.md': '' }, /README\.md:1: links: docs\/e\.md leads nowhere/],
    ['a path of one machine', { 'README.md': 'see ' + '/home' + '/kim/evenstock\n' }, /README\.md:1: words/],
];

for (const [name, tree, expected] of FAULTS)
    test(`finds ${name}`, (t) => {
        const { findings, status } = lint(t, tree);
        assert.strictEqual(findings.length, 1, findings.join('\n'));
        assert.match(findings[0], expected);
        assert.strictEqual(status, 1);
    });

test('a clean tree has no finding, and comments and texts are no code', (t) => {
    const { findings, status } = lint(t, {
        'src/store/store.c': '#include "domain/atp.h"\n#include <string.h>\n/* sleep(1); "SELECT 1" */\nconst char *t = "sleep(1)";\n',
        'src/store/sqlite/sql.def': 'SQL(ONE, "SELECT 1")\n',
    });
    assert.deepStrictEqual(findings, []);
    assert.strictEqual(status, 0);
});
