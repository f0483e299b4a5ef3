// The tally counts what did not pass, also what never came to say so.
import assert from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const TALLY = fileURLToPath(new URL('tally.py', import.meta.url));
const CASES = '<testcase name="a" classname="p"/><testcase name="b" classname="p"/>';
const BAD_CASE = '<testcase name="c" classname="p"><failure message=""/></testcase>';

/** Two programs of a build folder: the cases that each reported, and how the second ended. */
function count(t, cases, result) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'evenstock-tally-'));
    t.after(() => fs.rmSync(dir, { recursive: true }));
    fs.mkdirSync(path.join(dir, 'meson-logs'));
    fs.writeFileSync(path.join(dir, 'meson-logs/testlog.junit.xml'), '<testsuites>' +
        `<testsuite name="evenstock.evenstock:base / one">${CASES}</testsuite>` +
        (cases ? `<testsuite name="evenstock.evenstock:base / two">${cases}</testsuite>` : '') + '</testsuites>');
    fs.writeFileSync(path.join(dir, 'meson-logs/testlog.json'),
        '{"name": "evenstock:base / one", "result": "OK"}\n' + `{"name": "evenstock:base / two", "result": "${result}"}\n`);
    return execFileSync('python3', [TALLY, 'meson', 'x', dir], { encoding: 'utf8' });
}

test('counts every case', (t) => assert.strictEqual(count(t, CASES, 'OK'), 'meson x 4 0\n'));
test('counts a failed case once', (t) => assert.strictEqual(count(t, CASES + BAD_CASE, 'FAIL'), 'meson x 4 1\n'));
test('counts a program that ends badly after its last good case', (t) =>
    assert.strictEqual(count(t, CASES, 'ERROR'), 'meson x 4 1\n'));
test('counts a program that reports nothing', (t) => assert.strictEqual(count(t, '', 'TIMEOUT'), 'meson x 2 1\n'));
test('counts a folder without results', () =>
    assert.strictEqual(spawnSync('python3', [TALLY, 'meson', 'x', '/nowhere'], { encoding: 'utf8' }).stdout, 'meson x 0 1\n'));

test('the sum is red when one failed', (t) => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'evenstock-tally-')), 'tally');
    t.after(() => fs.rmSync(path.dirname(file), { recursive: true }));
    fs.writeFileSync(file, 'meson a 3 0\ntap b 2 1\n');
    const { stdout, status } = spawnSync('python3', [TALLY, 'sum', file], { encoding: 'utf8' });
    assert.deepStrictEqual([stdout, status], ['5 passed, 1 failed\n', 1]);
});
