// The shop on disk: one file of JSON lines in --data DIR, appended before each answer leaves. A batch counts
// only when its end mark is there, so a process killed in the middle of a write loses nothing it answered for.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const END = '["c"]';

export class Journal {
    /** @param {string} folder made when missing */
    constructor(folder) {
        mkdirSync(folder, { recursive: true });
        this.file = join(folder, 'shop.jsonl');
        this.descriptor = null;
    }

    /** Reads what was kept into `world`; false when there was nothing. */
    load(world) {
        if (!existsSync(this.file)) return false;
        let batch = [];
        let any = false;
        for (const line of readFileSync(this.file, 'utf8').split('\n')) {
            if (line === END) {
                for (const entry of batch) world.restore(entry);
                any ||= batch.length > 0;
                batch = [];
            } else if (line) {
                try {
                    batch.push(JSON.parse(line));
                } catch {
                    break; // the torn end of a killed process: nothing after it was answered for
                }
            }
        }
        world.reindex();
        return any;
    }

    /** Replaces the file by a snapshot of `world`, through a second file, and goes on appending to it. */
    compact(world) {
        const next = this.file + '.next';
        const descriptor = openSync(next, 'w');
        let chunk = [];
        for (const line of world.lines()) {
            chunk.push(line);
            if (chunk.length === 10_000) {
                writeAll(descriptor, Buffer.from(chunk.join('\n') + '\n'));
                chunk = [];
            }
        }
        writeAll(descriptor, Buffer.from([...chunk, END, ''].join('\n')));
        renameSync(next, this.file);
        if (this.descriptor !== null) closeSync(this.descriptor);
        this.descriptor = descriptor;
    }

    /** @param {string[]} lines one batch */
    append(lines) {
        writeAll(this.descriptor, Buffer.from([...lines, END, ''].join('\n')));
    }

    close() {
        if (this.descriptor !== null) closeSync(this.descriptor);
        this.descriptor = null;
    }
}

function writeAll(descriptor, bytes) {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}
