// `evenstock serve` for tests: started, called over REST and through the forms of its pages as a browser without script
// does, and ended.
import assert from 'node:assert';
import { setTimeout as after } from 'node:timers/promises';

const DEADLINE_MS = 60_000;

/** Waits for a condition. */
export async function until(what, is) {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await is())) {
        assert.ok(Date.now() < deadline, `not within ${DEADLINE_MS} ms: ${what}`);
        await after(20);
    }
}

/** Starts `evenstock serve ARGS` on the workspace's database; it ends with the test at the latest. */
export async function serve(t, at, ...args) {
    const child = at.start(['serve', ...args]);
    t.after(async () => { child.kill('SIGKILL'); await child.result; });
    const line = await new Promise((resolve, reject) => {
        child.stdout.once('data', (chunk) => resolve(chunk.toString()));
        child.result.then(({ status, err }) => reject(new Error(`serve ended with ${status}: ${err}`)));
    });
    assert.match(line, /^\{.*\}\n$/, 'one line, whole');
    const ready = JSON.parse(line);
    const call = async (method, path, body, token = ready.token) => {
        const answer = await fetch(ready.url + path, { method, body: body && JSON.stringify(body),
            headers: { Connection: 'close', ...(token && { Authorization: `Bearer ${token}` }), ...(body && { 'Content-Type': 'application/json' }) } });
        return { status: answer.status, json: await answer.json().catch(() => null) };
    };
    const stop = async (signal = 'SIGTERM') => {
        child.kill(signal);
        const done = await child.result;
        assert.deepStrictEqual([done.status, done.signal, done.out], [0, null, line], done.err);
    };
    return { ...ready, line, child, call, stop };
}

const plain = (html) => html.replace(/<[^>]*>/g, ' ').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&').replace(/\s+/g, ' ');

/** A visitor of the pages: follows links, fills in forms, keeps the cookie. */
export class Visitor {
    #cookie = '';

    constructor(url) { this.url = url; }

    async #ask(path, options = {}) {
        const answer = await fetch(this.url + path, { redirect: 'manual', ...options, headers: { Connection: 'close', Cookie: this.#cookie, ...options.headers } });
        const [cookie] = answer.headers.getSetCookie();
        if (cookie) this.#cookie = cookie.split(';')[0];
        if (answer.status === 303) return this.#ask(answer.headers.get('location'));
        const html = await answer.text();
        return { path, status: answer.status, html, text: plain(html) };
    }

    open(path) { return this.#ask(path); }

    /** Sends a body to an address, as a form would. */
    post(path, fields) { return this.#ask(path, { method: 'POST', body: new URLSearchParams(fields) }); }

    /** Sends the form on `page` whose action is `action`, with what it holds and what is filled in. */
    async send(page, action, fill = {}) {
        const form = page.html.match(new RegExp(`<form[^>]* action="${action}"[^>]*>(.*?)</form>`, 's'));
        assert.ok(form, `${page.path} has no form for ${action}`);
        const held = [...form[1].matchAll(/<input\b[^>]*>/g)].map(([input]) => [input.match(/ name="([^"]*)"/)?.[1], input.match(/ value="([^"]*)"/)?.[1] ?? '']);
        return this.post(action, { ...Object.fromEntries(held.filter(([name]) => name)), ...fill });
    }

    async signIn(token) {
        const page = await this.send(await this.open('/sign-in?next=/'), '/sign-in', { token });
        assert.strictEqual(page.status, 200, page.text);
        return page;
    }
}
