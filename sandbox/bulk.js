// Bulk operations: their life on the shop's clock, the rows they read or write, and the files that hold the results.
// CREATED -> RUNNING -> COMPLETED | FAILED, or CANCELING -> CANCELED; a file that is a week old is gone: EXPIRED.
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { BULK_AT_ONCE, BULK_FILE_LIFE_MS } from './assumptions.js';
import { mutationProblem, queryProblems } from './bulk_rules.js';
import { MAX_UPLOAD_BYTES, keepFile } from './files.js';
import { documentOf, prepare, run } from './graphql.js';
import { schemaOf } from './schema.js';
import { iso } from './world.js';

const START_MS = 20; // how long an operation is seen as CREATED,
const RUN_MS = 20; // at least RUNNING,
const CANCEL_MS = 50; // and CANCELING
const SLICE_MS = 10; // of work, then other calls have their turn
const LIVE = ['CREATED', 'RUNNING', 'CANCELING'];

const NO_FILE =
    "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly for the stagedUploadPath mutation argument.";

/**
 * @typedef {object} Work what a running operation does
 * @property {number} total rows there are to read or write
 * @property {() => { text: string, root: boolean }} next does one row
 * @property {string[]} rows lines of the result so far
 * @property {boolean} done all rows are there, the operation only has to be seen as running for a while
 * @property {boolean} broken the query itself went wrong
 */

export class Bulk {
    /** @param {{ world: object, faults: object }} shop */
    constructor(shop) {
        this.shop = shop;
        this.world = shop.world;
        this.timer = null;
        this.stopped = false;
        /** What is being done for a running operation; made anew after a restart. @type {WeakMap<object, Work>} */
        this.works = new WeakMap();
    }

    runQuery({ query, groupObjects }, { version }) {
        const refuse = (field, messages, code) => ({
            bulkOperation: null,
            userErrors: messages.map((message) => ({ field, message, code })),
        });
        const { ast, errors } = documentOf(version, query);
        const problems = ast
            ? queryProblems(schemaOf(version), ast)
            : errors.map((e) => `Invalid bulk query: ${e.message}`);
        if (problems.length) {
            this.world.violation('invalid_bulk_query', problems.join('; '));
            return refuse(['query'], problems, 'INVALID');
        }
        this.needModelled(errors);
        const busy = this.busy('QUERY');
        if (busy) return refuse(null, [busy], 'OPERATION_IN_PROGRESS');
        return { bulkOperation: this.create('QUERY', { query, version, groupObjects }), userErrors: [] };
    }

    runMutation({ mutation, stagedUploadPath: path, clientIdentifier = null }, { version }) {
        const refuse = (field, message, code) => ({ bulkOperation: null, userErrors: [{ field, message, code }] });
        const misuse = ({ field, message, code }) => {
            this.world.violation('invalid_bulk_mutation', message);
            return refuse(field, message, code);
        };
        const length = clientIdentifier?.length;
        if (length < 10)
            return misuse({
                field: ['clientIdentifier'],
                message: 'is too short (minimum is 10 characters)',
                code: 'INVALID_MUTATION',
            });
        if (length > 255)
            return misuse({
                field: ['clientIdentifier'],
                message: 'is too long (maximum is 255 characters)',
                code: 'INVALID_MUTATION',
            });
        const { ast, errors } = documentOf(version, mutation);
        if (!ast)
            return misuse({
                field: null,
                message: `Failed to parse the mutation - ${errors[0].message}`,
                code: 'INVALID_MUTATION',
            });
        const problem = mutationProblem(schemaOf(version), ast);
        if (problem) return misuse(problem);
        this.needModelled(errors);
        const file = this.world.uploads.get(path);
        if (!file) return refuse(null, NO_FILE, 'NO_SUCH_FILE');
        if (file.size === 0) return refuse(null, 'The input file is empty.', 'INVALID_STAGED_UPLOAD_FILE');
        if (file.size > MAX_UPLOAD_BYTES)
            return refuse(
                null,
                'The input file size exceeds the maximum allowed size of 100 MB.',
                'INVALID_STAGED_UPLOAD_FILE',
            );
        const busy = this.busy('MUTATION');
        if (busy) return refuse(null, busy, 'OPERATION_IN_PROGRESS');
        return {
            bulkOperation: this.create('MUTATION', { query: mutation, version, path, clientIdentifier }),
            userErrors: [],
        };
    }

    needModelled(errors) {
        if (!errors) return;
        this.world.violation('not_modelled_here', errors[0].message);
        throw new GraphQLError(errors[0].message, { extensions: errors[0].extensions });
    }

    /** The refusal of one more operation of a kind, null while there is room. */
    busy(type) {
        const live = [...this.world.bulks.values()]
            .filter((op) => op.type === type && LIVE.includes(op.status))
            .map((op) => op.id);
        return live.length < BULK_AT_ONCE
            ? null
            : `A bulk ${type.toLowerCase()} operation for this app and shop is already in progress: ${live.join(', ')}.`;
    }

    create(type, more) {
        const now = this.world.now();
        const id = this.world.gid('BulkOperation');
        const op = this.world.put('bulks', id, {
            kind: 'BulkOperation',
            id,
            type,
            status: 'CREATED',
            errorCode: null,
            createdAt: now,
            completedAt: null,
            objects: 0,
            roots: 0,
            fileSize: null,
            file: null,
            partialFile: null,
            due: now + START_MS,
            held: null,
            fails: false,
            ...more,
        });
        this.wake();
        return op;
    }

    /** The counts stay where they are; what a mutation has written stays written. */
    cancel(id) {
        const refuse = (op, message) => ({ bulkOperation: op, userErrors: [{ field: op ? null : ['id'], message }] });
        const op = this.world.bulks.get(id);
        if (!op) return refuse(null, 'Bulk operation does not exist');
        if (!['CREATED', 'RUNNING'].includes(op.status))
            return refuse(op, `A bulk operation cannot be canceled when it is ${op.status.toLowerCase()}`);
        this.enter(op, 'CANCELING', CANCEL_MS);
        this.wake();
        return { bulkOperation: op, userErrors: [] };
    }

    /** @param {number | null} wait until its next step; null: it waits for something else */
    enter(op, status, wait) {
        op.status = status;
        op.due = wait === null ? null : this.world.now() + wait;
        this.world.touch('bulks', op.id);
    }

    /** Takes every step that is due: after each call that makes one due, when the clock was moved, and by the timer. */
    wake() {
        if (this.stopped) return;
        clearTimeout(this.timer);
        const now = this.world.now();
        let next = Infinity;
        for (const op of this.world.bulks.values()) {
            if (op.status === 'RUNNING' && !this.works.has(op))
                this.start(op); // the shop was restarted
            else if (op.due !== null && op.due <= now) this.step(op);
            if (op.due !== null) next = Math.min(next, op.due);
        }
        if (next < Infinity)
            this.timer = setTimeout(
                () => {
                    this.wake();
                    this.world.commit();
                },
                Math.max(1, next - now),
            );
    }

    /** What was held by bulk_stuck goes on. */
    release() {
        for (const op of this.world.bulks.values()) {
            if (!op.held) continue;
            op.held = null;
            if (op.status === 'RUNNING') this.enter(op, 'RUNNING', 0);
        }
        this.wake();
    }

    stop() {
        this.stopped = true;
        clearTimeout(this.timer);
    }

    step(op) {
        switch (op.status) {
            case 'CREATED':
                return this.begin(op);
            case 'RUNNING':
                return this.goOn(op);
            case 'CANCELING':
                return this.end(op, 'CANCELED');
            default:
                return this.expire(op);
        }
    }

    begin(op) {
        const { faults } = this.shop;
        const stuck = faults.hit('bulk_stuck');
        op.held = stuck ? { ms: stuck.ms ?? null } : null;
        op.fails = faults.hit('bulk_fail') !== null;
        this.start(op);
    }

    /** After a restart this runs again from the first row; the keys of a mutation's lines make that harmless. */
    start(op) {
        this.enter(op, 'RUNNING', null);
        op.objects = op.roots = 0;
        const work = op.type === 'QUERY' ? this.reading(op) : this.writing(op);
        this.works.set(op, work);
        this.slice(op, work);
    }

    goOn(op) {
        const work = this.works.get(op);
        op.held = null;
        if (work.done) this.complete(op, work);
        else this.slice(op, work);
    }

    /** Works for a moment, up to the end or to half of the rows when it is to stay or break there. */
    slice(op, work) {
        if (this.stopped || op.status !== 'RUNNING' || this.world.bulks.get(op.id) !== op) return;
        const until = op.held || op.fails ? Math.floor(work.total / 2) : work.total;
        const stop = Date.now() + SLICE_MS;
        while (op.objects < until && Date.now() < stop) {
            const { text, root } = work.next();
            work.rows.push(text);
            op.objects++;
            if (root) op.roots++;
        }
        this.world.touch('bulks', op.id);
        if (op.objects < until)
            setImmediate(() => {
                this.slice(op, work);
                this.wake();
                this.world.commit();
            });
        else if (op.held) this.enter(op, 'RUNNING', op.held.ms);
        else if (op.fails || work.broken) this.fail(op, work);
        else {
            work.done = true;
            this.enter(op, 'RUNNING', RUN_MS);
        }
    }

    complete(op, work) {
        if (work.rows.length) [op.file, op.fileSize] = this.keep(work);
        this.end(op, 'COMPLETED');
    }

    fail(op, work) {
        op.errorCode = 'INTERNAL_SERVER_ERROR';
        if (work.rows.length) [op.partialFile, op.fileSize] = this.keep(work);
        this.end(op, 'FAILED');
    }

    keep({ rows }) {
        const path = `results/${randomUUID()}.jsonl`;
        const { size } = keepFile(this.world, path, rows.map((text) => text + '\n').join(''));
        return [path, size];
    }

    end(op, status) {
        op.completedAt = this.world.now();
        op.held = null;
        this.works.delete(op);
        this.enter(op, status, op.file || op.partialFile ? BULK_FILE_LIFE_MS : null);
        this.world.announce('bulk_operations/finish', () => ({
            admin_graphql_api_id: op.id,
            completed_at: iso(op.completedAt),
            created_at: iso(op.createdAt),
            error_code: op.errorCode?.toLowerCase() ?? null,
            status: status.toLowerCase(),
            type: op.type.toLowerCase(),
        }));
    }

    expire(op) {
        for (const path of [op.file, op.partialFile]) if (path) this.world.drop('uploads', path);
        op.file = op.partialFile = null;
        this.enter(op, op.status === 'COMPLETED' ? 'EXPIRED' : op.status, null);
    }

    /** All rows are read at one moment, the start; the file comes later. @returns {Work} */
    reading(op) {
        const call = prepare(this.world, op.version, { query: op.query });
        const { data, errors } = run(this.shop, call, { bulk: true });
        if (errors) this.world.violation('bulk_query_failed', errors.map((e) => e.message).join('; '));
        const rows = errors ? [] : [...flattened(data)];
        let at = 0;
        return { total: rows.length, rows: [], next: () => rows[at++], done: false, broken: errors !== undefined };
    }

    /** One call for each line of the upload. @returns {Work} */
    writing(op) {
        const lines = (this.world.uploads.get(op.path)?.content ?? '')
            .split('\n')
            .map((text, n) => ({ text, n }))
            .filter(({ text }) => text.trim());
        let at = 0;
        return { total: lines.length, rows: [], next: () => this.line(op, lines[at++]), done: false, broken: false };
    }

    line(op, { text, n }) {
        let variables;
        try {
            variables = JSON.parse(text);
        } catch {
            variables = null;
        }
        const call =
            variables && typeof variables === 'object'
                ? prepare(this.world, op.version, { query: op.query, variables })
                : null;
        const answer =
            call === null
                ? { errors: [{ message: 'The line is not a JSON object.' }] }
                : (call.refused ?? run(this.shop, call, { bulk: true }));
        return { text: JSON.stringify({ ...answer, __lineNumber: n }), root: true };
    }
}

/** The rows of an answer: each node of a connection is its own, a nested one names the node above it. */
function* flattened(data) {
    for (const name of Object.keys(data)) yield* below(data, name, null);
}

/** The rows in `owner[name]`; a connection is taken out of its owner. */
function* below(owner, name, parentId) {
    const value = owner[name];
    if (value === null || typeof value !== 'object') return;
    if (!Array.isArray(value.edges)) {
        for (const inner of Object.keys(value)) yield* below(value, inner, parentId);
        return;
    }
    delete owner[name];
    for (const { node } of value.edges) {
        const nested = [];
        for (const inner of Object.keys(node)) nested.push(...below(node, inner, node.id ?? null));
        yield {
            text: JSON.stringify(parentId === null ? node : { ...node, __parentId: parentId }),
            root: parentId === null,
        };
        yield* nested;
    }
}
