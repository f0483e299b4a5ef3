// The programs that the demo starts: the sandbox shop and evenstock itself. All are ended by process id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A program that says in one line of JSON that it is ready; what the line says, `ended` and `stop`. */
async function start(what, program, args, env = process.env) {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit'); /* perhaps before we ask for it: Ctrl-C reaches all */
    let text = '';
    for await (const chunk of child.stdout) {
        text += chunk;
        if (text.includes('\n')) break;
    }
    if (!text.includes('\n')) throw new Error(`${what} ended before it was ready`);
    return { ...JSON.parse(text), ended, async stop() { child.kill('SIGTERM'); await ended; } };
}

/** The stand-in shop, with a control client. */
export async function startSandbox() {
    const shop = await start('the sandbox shop', process.execPath, [`${ROOT}sandbox/main.js`, '--quiet']);
    return { ...shop, control: controlClient(shop.url) };
}

/** `evenstock serve`. @param {Evenstock} evenstock */
export const startService = (evenstock) => start('evenstock serve', evenstock.program, ['serve'], evenstock.env);

/** Calls of the shop's control side. A 409 is an answer (`refused`), anything else that is no 200 an error. */
function controlClient(url) {
    const call = async (method, path, body) => {
        const response = await fetch(`${url}/_control/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
        const answer = await response.json();
        if (response.status === 409) return { refused: answer.error };
        if (!response.ok) throw new Error(`${method} /_control/${path}: ${response.status} ${answer.error}`);
        return answer;
    };
    return { get: (path) => call('GET', path), post: (path, body = {}) => call('POST', path, body) };
}

/** The program on one database. */
export class Evenstock {
    /** @param {string} db @param {Record<string, string>} secrets environment for tokens */
    constructor(db, secrets) {
        this.program = process.env.EVENSTOCK ?? `${ROOT}build/evenstock`;
        this.env = { ...process.env, ...secrets, EVENSTOCK_DB: `sqlite:${db}` };
        this.running = null;
    }

    /** Runs a command; exit 2 and 3 are errors. @returns {Promise<{ status: number, text: string }>} */
    async text(...args) {
        const child = spawn(this.program, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
        const out = [], err = [];
        child.stdout.on('data', (chunk) => out.push(chunk));
        child.stderr.on('data', (chunk) => err.push(chunk));
        const [status, signal] = await once(child, 'close');
        if (status !== 0 && status !== 1)
            throw new Error(`evenstock ${args.join(' ')}: ${signal ?? `exit ${status}`}\n${Buffer.concat(err)}`);
        return { status, text: Buffer.concat(out).toString('utf8') };
    }

    /** The same with --json, parsed. */
    async json(...args) {
        const { status, text } = await this.text(...args, '--json');
        return { ...JSON.parse(text), status };
    }

    /** JSON lines. */
    async lines(...args) {
        const { text } = await this.text(...args, '--jsonl');
        return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    }
}
