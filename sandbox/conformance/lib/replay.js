// Replays one case against a running stand-in, over HTTP as any client would.

import { setTimeout as pause } from 'node:timers/promises';
import { fill, match, matchAnswer } from './match.js';

const SETTLE_MS = 20_000;      // the longest that anything asynchronous may take here
const POLL_MS = 25;

const at = (value, path) => path.split('.').reduce((v, key) => v?.[key], value);

export class Replay {
  constructor(shop, version) {
    this.shop = shop;          // {url, token}: the line that the stand-in prints
    this.version = version;
    this.binds = new Map();
    this.keys = 0;
    this.target = null;        // the staged upload target that was given last
  }

  filled(template) {
    return fill(template, this.binds, () => `conformance-${this.version}-${++this.keys}`);
  }

  async control(call, body) {
    const answer = await fetch(`${this.shop.url}/_control/${call}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`control call ${call}: HTTP ${answer.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  async graphql(query, variables) {
    const answer = await fetch(`${this.shop.url}/admin/api/${this.version}/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': this.shop.token },
      body: JSON.stringify({ query, variables }),
    });
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  // Prepares the world of the case: an empty shop, its names, its control calls.
  async prepare(one) {
    await this.control('reset', { plan: 'standard', seed: 1 });
    for (const [name, text] of Object.entries(one.given)) this.binds.set(name, text);
    for (const call of one.setup) await this.step(call);
  }

  // Runs a step; answers the differences, none when it went as recorded.
  async step(step) {
    switch (step.kind) {
      case 'control': return this.#control(step);
      case 'ask': return step.until ? this.#askUntil(step) : this.#ask(step);
      case 'upload': return this.#upload(step);
      case 'download': return this.#download(step);
      default: throw new Error(`unknown kind of step "${step.kind}"`);
    }
  }

  async #control(step) {
    const answer = await this.control(this.filled(step.call), this.filled(step.body));
    for (const [name, path] of Object.entries(step.as)) {
      const value = at(answer, path);
      if (typeof value !== 'string') throw new Error(`control call ${step.call}: no "${path}" in ${JSON.stringify(answer)}`);
      this.binds.set(name, value);
    }
    return [];
  }

  async #ask(step) {
    const answer = await this.graphql(step.document, this.filled(step.variables));
    this.target = answer.data?.stagedUploadsCreate?.stagedTargets?.[0] ?? this.target;
    if (!step.differs) return matchAnswer(step.expect, answer, this.binds);
    // A known difference must stay one, and stay the same.
    if (matchAnswer(step.expect, answer, new Map(this.binds)).length === 0) {
      return ['it is met now: take "differs" out of the case'];
    }
    return matchAnswer(step.differs.answer, answer, this.binds).map((line) => `differs in another way than listed: ${line}`);
  }

  async #askUntil(step) {
    const deadline = Date.now() + SETTLE_MS;
    for (;;) {
      const trial = new Map(this.binds);
      const answer = await this.graphql(step.document, this.filled(step.variables));
      const found = matchAnswer(step.expect, answer, trial);
      if (found.length === 0) { this.binds = trial; return found; }
      if (Date.now() > deadline) return [`not within ${SETTLE_MS} ms`, ...found];
      await pause(POLL_MS);
    }
  }

  async #upload(step) {
    const { url, parameters } = this.target;
    const content = typeof step.content === 'string' ? this.filled(step.content) : Buffer.alloc(step.content.spaces, ' ');
    let answer;
    if (step.method === 'PUT') {
      answer = await fetch(url, { method: 'PUT', headers: { 'content-type': 'text/jsonl' }, body: content });
    } else {
      const form = new FormData();                       // the policy wants all parameters first, the file last
      for (const { name, value } of parameters) form.append(name, value);
      form.append('file', new Blob([content], { type: 'text/jsonl' }), 'input.jsonl');
      answer = await fetch(url, { method: 'POST', body: form });
    }
    await answer.arrayBuffer();
    return match(step.status, answer.status, this.binds, 'upload status');
  }

  async #download(step) {
    const answer = await fetch(this.filled(step.url));
    const rows = (await answer.text()).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
    return match(step.rows, rows, this.binds, 'rows');
  }
}
