// Locations: reading, activating, deactivating with a destination.
import { compare } from '../connection.js';
import { underKey } from '../idempotency.js';
import { activateLocation, deactivateLocation, deleteLocation, hasStock, hasUnfulfilled } from '../locations.js';
import { numberMatches, parseSearch, timeMatches } from '../search.js';
import { numberOf } from '../world.js';
import { always, at, byNumber, connection, find, own, takes } from './common.js';
import { legacyId } from './shop.js';

const SEARCH = {
    default: (l, _, v) => l.name.toLowerCase().includes(v.toLowerCase()),
    name: (l, _, v) => l.name.toLowerCase().includes(v.toLowerCase()),
    id: (l, c, v) => numberMatches(numberOf(l.id), c, v),
    active: (l, _, v) => String(l.active) === v,
    created_at: (l, c, v) => timeMatches(l.createdAt, c, v),
    updated_at: (l, c, v) => timeMatches(l.updatedAt, c, v),
};
const keyBySort = { of: (args) => (args.sortKey === 'ID' ? byNumber : (l) => [l.name.toLowerCase(), numberOf(l.id)]) };

function list(_, args, ctx) {
    const { matches } = parseSearch(args.query, SEARCH);
    const keyOf = keyBySort.of(args);
    return [...ctx.world.locations.values()]
        .filter((l) => (l.active || args.includeInactive) && matches(l))
        .sort((a, b) => compare(keyOf(a), keyOf(b)));
}

function levelsHere(location, args, ctx) {
    const out = [];
    for (const levels of ctx.world.levelsOfItem.values()) {
        const level = levels.get(location.id);
        if (level && (level.active || args.includeInactive)) out.push(level);
    }
    return out.sort((a, b) => numberOf(a.id) - numberOf(b.id));
}

/** One mutation on a location, under its key. */
const change = (errorsName, apply) => (_, args, ctx, info) => {
    const payload = (location, errors) => ({ location, [errorsName]: errors });
    const refuse = (error) => payload(find(ctx, 'locations', args.locationId), [error]);
    return underKey(
        ctx,
        info.fieldNodes[0],
        () => {
            const location = find(ctx, 'locations', args.locationId);
            const errors = location
                ? apply(ctx.world, location, args)
                : [{ code: 'LOCATION_NOT_FOUND', field: ['locationId'], message: 'Location not found.' }];
            return { result: payload(location, errors), failed: errors.length > 0, memory: {} };
        },
        () => payload(find(ctx, 'locations', args.locationId), []),
        refuse,
    );
};

export default {
    QueryRoot: {
        locations: connection(list, {
            keyOf: keyBySort,
            extra: ['includeInactive', 'includeLegacy', 'query', 'sortKey'],
        }),
        location: takes(['id'], (_, { id }, ctx) =>
            id ? find(ctx, 'locations', id) : (ctx.world.locations.values().next().value ?? null),
        ),
    },
    Location: {
        id: own('id'),
        name: own('name'),
        isActive: own('active'),
        legacyResourceId: legacyId,
        activatable: always(true),
        deactivatable: (l) => !l.primary, // recorded so, whether the location is active or not
        deletable: (l, _, ctx) => !l.active && !hasStock(ctx.world, l) && !hasUnfulfilled(ctx.world, l),
        deactivatedAt: at('deactivatedAt'),
        fulfillsOnlineOrders: own('online'),
        hasActiveInventory: (l, _, ctx) => hasStock(ctx.world, l),
        hasUnfulfilledOrders: (l, _, ctx) => hasUnfulfilled(ctx.world, l),
        isFulfillmentService: always(false),
        fulfillmentService: always(null),
        shipsInventory: (l) => l.active && l.online,
        isPrimary: own('primary'),
        createdAt: at('createdAt'),
        updatedAt: at('updatedAt'),
        inventoryLevel: takes(['inventoryItemId', 'includeInactive'], (l, args, ctx) => {
            const level = ctx.world.level(args.inventoryItemId, l.id);
            return level && (level.active || args.includeInactive) ? level : null;
        }),
        inventoryLevels: connection(levelsHere, { extra: ['includeInactive'] }),
    },
    FulfillmentService: {
        id: own('id'),
        serviceName: own('serviceName'),
        inventoryManagement: own('inventoryManagement'),
    },
    Mutation: {
        locationActivate: takes(['locationId'], change('locationActivateUserErrors', activateLocation)),
        locationDeactivate: takes(
            ['locationId', 'destinationLocationId'],
            change('locationDeactivateUserErrors', deactivateLocation),
        ),
        locationDelete: takes(['locationId'], (_, { locationId }, ctx) => {
            const location = find(ctx, 'locations', locationId);
            const errors = location
                ? deleteLocation(ctx.world, location)
                : [{ code: 'LOCATION_NOT_FOUND', field: ['locationId'], message: 'Location not found.' }];
            return { deletedLocationId: errors.length ? null : locationId, locationDeleteUserErrors: errors };
        }),
    },
    LocationActivatePayload: {
        location: own('location'),
        locationActivateUserErrors: own('locationActivateUserErrors'),
    },
    LocationDeactivatePayload: {
        location: own('location'),
        locationDeactivateUserErrors: own('locationDeactivateUserErrors'),
    },
    LocationDeletePayload: {
        deletedLocationId: own('deletedLocationId'),
        locationDeleteUserErrors: own('locationDeleteUserErrors'),
    },
};
