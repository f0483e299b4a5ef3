// What the body of each control call may hold. An unknown member is refused, so that a misspelt word is never ignored;
// null stands for a member that is not there.
import { Refused } from './refused.js';

const kind = (what, is, more = {}) => ({ what, is, ...more });
const need = (one) => ({ ...one, needed: true });
const text = kind('a text', (v) => typeof v === 'string');
const flag = kind('true or false', (v) => typeof v === 'boolean');
const whole = kind('a whole number', Number.isSafeInteger);
const units = kind('a whole number of at least 0', (v) => Number.isSafeInteger(v) && v >= 0);
const amount = kind('a number of at least 0', (v) => Number.isFinite(v) && v >= 0);
const time = kind('a time', (v) => typeof v === 'string' && !Number.isNaN(Date.parse(v)));
const oneOf = (...words) => kind(`one of ${words.join(', ')}`, (v) => words.includes(v));
const texts = kind('a list of texts', (v) => Array.isArray(v) && v.every((s) => typeof s === 'string'));
const any = kind('anything', () => true);

const LINES = [{ sku: text, line: text, title: text, quantity: need(units) }];
const PICKED = { lines: LINES };

/** An object lists the members of a body; a list of one object stands for a list of such bodies. */
export const BODIES = {
    reset: { plan: text, seed: whole },
    locations: { name: need(text), active: flag, online: flag },
    products: [
        {
            sku: need(text),
            title: text,
            barcode: text,
            tracked: flag,
            stocked: texts,
            bundle: flag,
            handle: text,
            variant: text,
            vendor: text,
            product_type: text,
            options: [{ name: need(text), value: need(text) }],
            policy: oneOf('deny', 'continue'),
            status: oneOf('active', 'draft', 'archived'),
            gift_card: flag,
            requires_shipping: flag,
            components: [{ sku: need(text), quantity: need(units) }],
        },
    ],
    levels: [{ sku: need(text), location: need(text), available: need(whole) }],
    order: {
        lines: LINES,
        location: text,
        pos: flag,
        take_away: flag,
        retail_location: text,
        claims: flag,
        routed: flag,
        at: time,
        test: flag,
        paid: flag,
        force: flag,
        source: text,
        app: text,
        hidden: flag,
    },
    cancel: { ...PICKED, restock: flag, refund_record: flag },
    fulfil: { ...PICKED, location: text },
    unfulfil: { fulfillment: text },
    move: { ...PICKED, location: need(text) },
    edit_order: { ...PICKED, restock: flag, refund_record: flag },
    refund: { ...PICKED, restock: oneOf('return', 'cancel', 'no_restock', 'legacy'), location: text },
    return: PICKED,
    process_return: { id: text, restock: flag, location: text, refund_record: flag },
    route: { location: text },
    draft: { lines: LINES, location: need(text), reserve: flag },
    transfer: { lines: LINES, from: need(text), to: need(text) },
    edit: {
        sku: need(text),
        location: need(text),
        delta: whole,
        available: whole,
        on_hand: whole,
        name: text,
        who: text,
        app: text,
        reason: text,
        reference: text,
        move: { from: need(text), to: need(text), quantity: need(units) },
    },
    item: { sku: need(text), tracked: flag, deleted: flag, stocked: texts, new_sku: text },
    location: { id: need(text), active: flag, deleted: flag, destination: text },
    when: { field: need(text), nth: whole, when: oneOf('before', 'after'), do: need(any) },
    faults: { kind: need(text), count: whole, rate: amount, ms: amount },
    scopes: { granted: texts, withdrawn: texts },
    analytics: { delay_s: amount, throttled: flag },
    clock: { advance_s: need(amount) },
    truth: [{ sku: need(text), location: need(text), units: need(whole) }],
    webhooks: { address: need(text), topics: texts },
    none: {},
};

/**
 * The body without its nulls; throws when it does not fit.
 * @param {object} shape one of BODIES
 * @param {any} body null when the call had none
 */
export function bodyOf(shape, body) {
    return fitting(shape, body ?? (Array.isArray(shape) ? null : {}), 'the body');
}

function fitting(shape, value, where) {
    if (Array.isArray(shape)) {
        if (!Array.isArray(value))
            throw new Refused(400, `${where}: a list of {${Object.keys(shape[0]).join(', ')}} is needed`);
        return value.map((entry, i) =>
            fitting(shape[0], entry, where === 'the body' ? `entry ${i}` : `${where}, entry ${i}`),
        );
    }
    if (shape.is) {
        if (!shape.is(value)) throw new Refused(400, `${where}: ${shape.what} is needed`);
        return value;
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value))
        throw new Refused(400, `${where}: an object is needed`);
    for (const name of Object.keys(value))
        if (!Object.hasOwn(shape, name))
            throw new Refused(
                400,
                `${where}: "${name}" is not known here; known: ${Object.keys(shape).join(', ') || 'nothing'}`,
            );
    const out = {};
    for (const [name, part] of Object.entries(shape)) {
        if (value[name] !== null && value[name] !== undefined)
            out[name] = fitting(part, value[name], `${where}, ${name}`);
        else if (part.needed) throw new Refused(400, `${where}: "${name}" is needed`);
    }
    return out;
}
