// Holds the sandbox to the recorded answers of a real shop. README.md says how, and lists what is met.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import bulk from './cases/bulk.js';
import inventory from './cases/inventory.js';
import locations from './cases/locations.js';
import orders from './cases/orders.js';
import webhooks from './cases/webhooks.js';
import { Replay } from './lib/replay.js';
import { readme, table } from './lib/table.js';
import { caseDifferences, captureFiles, readCapture } from './lib/truth.js';

const CASES = [...inventory, ...orders, ...locations, ...bulk, ...webhooks];
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const README = new URL('./README.md', import.meta.url);
const CAPTURES = process.env.SHOPIFY_CAPTURES
  ?? fileURLToPath(new URL('../../../shared/data/shopify-captures', import.meta.url));
const READY_MS = 30_000;

async function startSandbox() {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const ready = await Promise.race([
    once(lines, 'line', { signal: AbortSignal.timeout(READY_MS) }).then(([line]) => JSON.parse(line)),
    once(child, 'exit').then(([code]) => { throw new Error(`the sandbox ended with ${code} before it was ready`); }),
  ]);
  return { child, shop: ready };
}

// One run of a case: its world, then its steps in order. A step that goes wrong does not end it, so that one run
// shows all that is wrong; what builds on it then says which name is missing.
async function differencesOf(one, shop, version) {
  const replay = new Replay(shop, version);
  await replay.prepare(one);
  const found = [];
  for (const [i, step] of one.steps.entries()) {
    const lines = await replay.step(step).catch((error) => [error.message]);
    found.push(...lines.map((line) => `step ${i + 1}, ${step.from ?? step.kind}: ${line}`));
  }
  return found;
}

describe('the recorded answers', () => {
  let sandbox;
  before(async () => { sandbox = await startSandbox(); });
  after(async () => {
    if (!sandbox || sandbox.child.exitCode !== null) return;
    sandbox.child.kill();
    await once(sandbox.child, 'exit');
  });
  for (const version of ['2026-07', '2026-10']) {
    it(`the sandbox serves ${version}`, () => assert.ok(sandbox.shop.api_versions.includes(version)));
    for (const one of CASES) {
      it(`${one.file} on ${version}`, async () => assert.deepEqual(await differencesOf(one, sandbox.shop, version), []));
    }
  }
});

describe('the table', () => {
  it('each capture has one case', () => {
    const files = CASES.map((one) => one.file);
    assert.deepEqual(files.filter((file, i) => files.indexOf(file) !== i), []);
  });

  it('README.md is what the replay found', async () => {
    console.log(table(CASES));
    if (process.env.UPDATE === '1') await writeFile(README, readme(CASES));
    assert.equal(await readFile(README, 'utf8'), readme(CASES), 'README.md is old: run with UPDATE=1 and read what changed');
  });
});

describe('the copied figures', { skip: existsSync(CAPTURES) ? false : 'the captures are not at hand' }, () => {
  it('every capture has a case', async () => {
    assert.deepEqual(await captureFiles(CAPTURES), CASES.map((one) => one.file).sort());
  });
  for (const one of CASES) {
    it(`${one.file} is true to its capture`, async () => {
      assert.deepEqual(caseDifferences(one, await readCapture(CAPTURES, one.file)), []);
    });
  }
});
