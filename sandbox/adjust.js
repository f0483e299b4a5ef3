// The rules of the four quantity mutations: what Shopify refuses, in its words, and what is moved otherwise.
// A refused line refuses the call: nothing is moved while there is an error.
import { GraphQLError } from 'graphql';
import { REASONS, WRITABLE } from './quantities.js';

const BOUND = 1_000_000_000;
const DELTA_BOUND = 2_000_000_000;
const LEDGER_FREE = 'available';

/**
 * @typedef {object} Move
 * @property {string} item
 * @property {string} location
 * @property {Record<string, number>} deltas units by quantity name
 * @property {Record<string, string | null>} [ledger] documents by quantity name
 */

/** Codes that say that the client is wrong, not that its picture is old. */
const MISUSE = new Set([
    'INVALID_QUANTITY_NAME',
    'INVALID_NAME',
    'INVALID_REASON',
    'INVALID_REFERENCE_DOCUMENT',
    'INVALID_LEDGER_DOCUMENT',
    'INTERNAL_LEDGER_DOCUMENT',
    'INVALID_AVAILABLE_DOCUMENT',
    'INVALID_QUANTITY_DOCUMENT',
    'MAX_ONE_LEDGER_DOCUMENT',
    'SAME_QUANTITY_NAME',
    'DIFFERENT_LOCATIONS',
    'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
    'INVALID_QUANTITY_NEGATIVE',
]);

class Refusals {
    constructor(world, call) {
        this.world = world;
        this.call = call;
        this.errors = [];
    }

    add(code, field, message) {
        if (MISUSE.has(code)) this.world.violation(code.toLowerCase(), `${this.call} ${field.join('.')}: ${message}`);
        this.errors.push({ code, field, message });
    }

    reasonAndReference(input) {
        if (!REASONS.includes(input.reason))
            this.add(
                'INVALID_REASON',
                ['input', 'reason'],
                `The specified reason is invalid. Valid values are: ${REASONS.join(', ')}.`,
            );
        const uri = input.referenceDocumentUri;
        if (uri !== undefined && uri !== null && !goodUri(uri))
            this.add(
                'INVALID_REFERENCE_DOCUMENT',
                ['input', 'referenceDocumentUri'],
                'The specified reference document is invalid.',
            );
    }

    /** Both ids of a line are looked at, so that both errors come together. */
    pair(itemId, locationId, itemField, locationField) {
        const item = this.world.items.get(itemId);
        if (!item) this.add('INVALID_INVENTORY_ITEM', itemField, 'The specified inventory item could not be found.');
        else if (this.world.variants.get(item.variant).bundle)
            this.add(
                'NON_MUTABLE_INVENTORY_ITEM',
                itemField,
                'The specified inventory item is not allowed to be adjusted via API. Example: if the inventory item is a parent bundle.',
            );
        for (const [id, field] of Array.isArray(locationId) ? locationId : [[locationId, locationField]])
            if (!this.world.locations.has(id))
                this.add('INVALID_LOCATION', field, 'The specified location could not be found.');
    }

    bounds(n, bound, field) {
        const words = bound.toLocaleString('en-US');
        if (n > bound) this.add('INVALID_QUANTITY_TOO_HIGH', field, `The quantity can't be higher than ${words}.`);
        else if (n < -bound) this.add('INVALID_QUANTITY_TOO_LOW', field, `The quantity can't be lower than -${words}.`);
        else return true;
        return false;
    }

    ledger(name, uri, field) {
        if (name === LEDGER_FREE) {
            if (uri)
                this.add(
                    'INVALID_AVAILABLE_DOCUMENT',
                    field,
                    'A ledger document URI is not allowed when adjusting available.',
                );
        } else if (!uri)
            this.add(
                'INVALID_QUANTITY_DOCUMENT',
                field,
                'A ledger document URI is required except when adjusting available.',
            );
        else if (!goodUri(uri)) this.add('INVALID_LEDGER_DOCUMENT', field, 'The specified ledger document is invalid.');
        else if (uri.startsWith('gid://shopify/'))
            this.add(
                'INTERNAL_LEDGER_DOCUMENT',
                field,
                'The specified ledger document is not allowed to be adjusted via API.',
            );
    }

    compare(itemId, locationId, name, wanted, field) {
        if (wanted === null || wanted === undefined) return;
        if (!this.world.items.has(itemId) || !this.world.locations.has(locationId)) return; // that error is enough
        if ((this.world.level(itemId, locationId)?.q[name] ?? 0) !== wanted)
            this.add(
                'CHANGE_FROM_QUANTITY_STALE',
                field,
                'The changeFromQuantity argument no longer matches the persisted quantity.',
            );
    }
}

/** Scheme and content; a gid needs all of its three parts. */
function goodUri(uri) {
    if (/^gid:/.test(uri)) return /^gid:\/\/[^/\s]+\/[^/\s]+\/\S+$/.test(uri);
    return /^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$/.test(uri) && !/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/$/.test(uri);
}

/** The member must be there, null or not: leaving it out is an error of the document, not of a line. */
function needCompare(world, entries, type, ctx, info) {
    if (entries.every((entry) => Object.hasOwn(entry, 'changeFromQuantity'))) return;
    world.violation('change_from_quantity_missing', info.fieldName);
    const field = info.fieldNodes[0];
    const variable = field.arguments?.find((a) => a.value.kind === 'Variable')?.value.name.value;
    const definition = info.operation.variableDefinitions?.find((d) => d.variable.name.value === variable);
    throw new GraphQLError(`${type} must include the following argument: changeFromQuantity.`, {
        nodes: definition ? [field, definition] : [field],
        extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
    });
}

/** @returns {{ errors: object[], moves: Move[] }} */
export function adjustInput(world, input, ctx, info) {
    needCompare(world, input.changes, 'InventoryChangeInput', ctx, info);
    const refused = new Refusals(world, info.fieldName);
    if (!WRITABLE.includes(input.name))
        refused.add(
            'INVALID_QUANTITY_NAME',
            ['input', 'name'],
            `The specified quantity name is invalid. Valid values are: ${WRITABLE.join(', ')}.`,
        );
    refused.reasonAndReference(input);
    const ledgers = new Set();
    input.changes.forEach((line, i) => {
        const field = (name) => ['input', 'changes', String(i), name];
        refused.ledger(input.name, line.ledgerDocumentUri, field('ledgerDocumentUri'));
        ledgers.add(line.ledgerDocumentUri ?? null);
        refused.pair(line.inventoryItemId, line.locationId, field('inventoryItemId'), field('locationId'));
        const now = world.level(line.inventoryItemId, line.locationId)?.q[input.name] ?? 0;
        if (refused.bounds(line.delta, DELTA_BOUND, field('delta')))
            refused.bounds(now + line.delta, BOUND, field('delta'));
        refused.compare(
            line.inventoryItemId,
            line.locationId,
            input.name,
            line.changeFromQuantity,
            field('changeFromQuantity'),
        );
    });
    if (ledgers.size > 1)
        refused.add(
            'MAX_ONE_LEDGER_DOCUMENT',
            ['input', 'changes'],
            'All changes must have the same ledger document URI or, in the case of adjusting available, no ledger document URI.',
        );
    return {
        errors: refused.errors,
        moves: input.changes.map((line) => ({
            item: line.inventoryItemId,
            location: line.locationId,
            deltas: { [input.name]: line.delta },
            ledger: { [input.name]: line.ledgerDocumentUri ?? null },
        })),
    };
}

/** @returns {{ errors: object[], moves: Move[] }} */
export function setInput(world, input, ctx, info) {
    needCompare(world, input.quantities, 'InventoryQuantityInput', ctx, info);
    const refused = new Refusals(world, info.fieldName);
    if (input.name !== 'available' && input.name !== 'on_hand')
        refused.add('INVALID_NAME', ['input', 'name'], "The quantity name must be either 'available' or 'on_hand'.");
    refused.reasonAndReference(input);
    return { errors: refused.errors, moves: absolute(world, refused, input.quantities, 'quantities', input.name) };
}

/** @returns {{ errors: object[], moves: Move[] }} */
export function setOnHandInput(world, input, ctx, info) {
    needCompare(world, input.setQuantities, 'InventorySetQuantityInput', ctx, info);
    const refused = new Refusals(world, info.fieldName);
    refused.reasonAndReference(input);
    return { errors: refused.errors, moves: absolute(world, refused, input.setQuantities, 'setQuantities', 'on_hand') };
}

/** on_hand is set by moving available: the difference of both is the same. */
function absolute(world, refused, entries, listName, name) {
    const seen = new Map();
    entries.forEach((entry, i) => {
        const key = `${entry.inventoryItemId}|${entry.locationId}`;
        seen.set(key, [...(seen.get(key) ?? []), i]);
    });
    return entries.map((entry, i) => {
        const field = (member) => ['input', listName, String(i), member];
        refused.pair(entry.inventoryItemId, entry.locationId, field('inventoryItemId'), field('locationId'));
        if (seen.get(`${entry.inventoryItemId}|${entry.locationId}`).length > 1)
            refused.add(
                'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
                field('locationId'),
                'The combination of inventoryItemId and locationId must be unique.',
            );
        if (name === 'on_hand' && entry.quantity < 0)
            refused.add('INVALID_QUANTITY_NEGATIVE', field('quantity'), "The quantity can't be negative.");
        else refused.bounds(entry.quantity, BOUND, field('quantity'));
        refused.compare(
            entry.inventoryItemId,
            entry.locationId,
            name,
            entry.changeFromQuantity,
            field('changeFromQuantity'),
        );
        const now = world.level(entry.inventoryItemId, entry.locationId)?.q[name] ?? 0;
        return { item: entry.inventoryItemId, location: entry.locationId, deltas: { available: entry.quantity - now } };
    });
}

/** @returns {{ errors: object[], moves: Move[] }} */
export function moveInput(world, input, ctx, info) {
    const refused = new Refusals(world, info.fieldName);
    needCompare(
        world,
        input.changes.flatMap((line) => [line.from, line.to]),
        'InventoryMoveQuantityTerminalInput',
        ctx,
        info,
    );
    refused.reasonAndReference(input);
    const moves = input.changes.map((line, i) => {
        const { from, to, quantity } = line;
        const field = (...names) => ['input', 'changes', String(i), ...names];
        for (const [side, terminal] of [
            ['from', from],
            ['to', to],
        ]) {
            if (!WRITABLE.includes(terminal.name))
                refused.add(
                    'INVALID_QUANTITY_NAME',
                    field(side, 'name'),
                    `The specified quantity name is invalid. Valid values are: ${WRITABLE.join(', ')}.`,
                );
            else refused.ledger(terminal.name, terminal.ledgerDocumentUri, field(side, 'ledgerDocumentUri'));
            refused.compare(
                line.inventoryItemId,
                terminal.locationId,
                terminal.name,
                terminal.changeFromQuantity,
                field(side, 'changeFromQuantity'),
            );
        }
        refused.pair(
            line.inventoryItemId,
            [
                [from.locationId, field('from', 'locationId')],
                [to.locationId, field('to', 'locationId')],
            ],
            field('inventoryItemId'),
        );
        if (from.name === to.name)
            refused.add('SAME_QUANTITY_NAME', field(), "The quantity names for each change can't be the same.");
        if (from.locationId !== to.locationId)
            refused.add('DIFFERENT_LOCATIONS', field(), 'The quantities must be moved within the same location.');
        if (quantity < 0)
            refused.add('INVALID_QUANTITY_NEGATIVE', field('quantity'), "The quantity can't be negative.");
        else refused.bounds(quantity, BOUND, field('quantity'));
        return {
            item: line.inventoryItemId,
            location: from.locationId,
            deltas: { [from.name]: -quantity, [to.name]: quantity },
            ledger: { [from.name]: from.ledgerDocumentUri ?? null, [to.name]: to.ledgerDocumentUri ?? null },
        };
    });
    return { errors: refused.errors, moves };
}
