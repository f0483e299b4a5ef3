// What happens to a shop when a location is made, closed, opened or deleted.
import { levelAt, move } from './quantities.js';
import { iso, numberOf } from './world.js';

export function addLocation(world, { name, active = true, online = true }) {
    const now = world.now();
    const primary = world.locations.size === 0;
    const location = {
        kind: 'Location',
        id: world.gid('Location'),
        name,
        active,
        online,
        primary,
        createdAt: now,
        updatedAt: now,
        deactivatedAt: active ? null : now,
    };
    world.put('locations', location.id, location);
    world.announce('locations/create', () => locationPayload(location));
    return location;
}

function* levelsHere(world, location) {
    for (const levels of world.levelsOfItem.values()) {
        const level = levels.get(location.id);
        if (level) yield level;
    }
}

export function hasStock(world, location) {
    for (const level of levelsHere(world, location))
        if (level.active && Object.values(level.q).some((n) => n !== 0)) return true;
    return false;
}

export function hasUnfulfilled(world, location) {
    for (const order of world.orders.values())
        if (order.fos.some((fo) => fo.location === location.id && fo.lines.some((line) => line.remaining > 0)))
            return true;
    return false;
}

export function activateLocation(world, location) {
    if (location.active) return [];
    setLocationActive(world, location, true);
    return [];
}

/** Errors of locationDeactivate in Shopify's words; with none, the location is closed and its stock moved. */
export function deactivateLocation(world, location, { destinationLocationId = null }) {
    const refuse = (code, field, message) => [{ code, field: [field], message }];
    if (!location.active) return [];
    const destination = destinationLocationId ? world.locations.get(destinationLocationId) : null;
    if (destinationLocationId === location.id)
        return refuse(
            'DESTINATION_LOCATION_IS_THE_SAME_LOCATION',
            'destinationLocationId',
            'Location could not be deactivated because the destination location cannot be set to the location to be deactivated.',
        );
    if (destinationLocationId && !destination?.active)
        return refuse(
            'DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE',
            'destinationLocationId',
            'Location could not be deactivated because the destination location could be not found or is inactive.',
        );
    if (![...world.locations.values()].some((l) => l !== location && l.active && l.online))
        return refuse(
            'CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT',
            'locationId',
            'At least one location must fulfill online orders.',
        );
    if (location.primary)
        return refuse(
            'PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR',
            'locationId',
            'Location could not be deactivated because it either has a fulfillment service or is the only location with a shipping address.',
        );
    if (!destination && hasStock(world, location))
        return refuse(
            'HAS_ACTIVE_INVENTORY_ERROR',
            'locationId',
            'Location could not be deactivated without specifying where to relocate inventory stocked at the location.',
        );
    if (!destination && hasUnfulfilled(world, location))
        return refuse(
            'HAS_FULFILLMENT_ORDERS_ERROR',
            'locationId',
            'Location could not be deactivated because it has pending orders.',
        );
    if (destination) relocate(world, location, destination);
    setLocationActive(world, location, false);
    return [];
}

/** All quantities and open fulfilment orders go to the destination; no order and no webhook names it. */
export function relocate(world, location, destination) {
    const act = { activity: `Location ${location.name} deactivated`, who: 'Shopify', reason: 'other' };
    for (const level of [...levelsHere(world, location)]) {
        const deltas = Object.fromEntries(Object.entries(level.q).filter(([name, n]) => n !== 0 && name !== 'on_hand'));
        move(world, levelAt(world, level.item, destination.id, true), deltas, act);
        move(world, level, Object.fromEntries(Object.entries(deltas).map(([name, n]) => [name, -n])), act);
    }
    for (const order of world.orders.values()) {
        for (const fo of order.fos)
            if (fo.location === location.id && fo.lines.some((line) => line.remaining > 0)) {
                fo.location = destination.id;
                fo.updatedAt = world.now();
                world.touch('orders', order.id);
            }
    }
}

export function setLocationActive(world, location, active) {
    if (location.active === active) return;
    location.active = active;
    location.updatedAt = world.now();
    location.deactivatedAt = active ? null : world.now();
    world.touch('locations', location.id);
    world.announce(active ? 'locations/activate' : 'locations/deactivate', () => locationPayload(location));
}

/** Errors of locationDelete; with none, the location and its levels are gone. */
export function deleteLocation(world, location) {
    const errors = [];
    if (location.active)
        errors.push({
            code: 'LOCATION_IS_ACTIVE',
            field: ['locationId'],
            message: 'The location cannot be deleted while it is active.',
        });
    if (hasStock(world, location))
        errors.push({
            code: 'LOCATION_HAS_INVENTORY',
            field: ['locationId'],
            message: 'The location cannot be deleted while it has inventory.',
        });
    if (errors.length === 0) removeLocation(world, location);
    return errors;
}

export function removeLocation(world, location) {
    for (const level of [...levelsHere(world, location)]) {
        world.levelsOfItem.get(level.item).delete(location.id);
        world.drop('levels', level.id);
    }
    world.drop('locations', location.id);
    world.announce('locations/delete', () => ({ id: numberOf(location.id) }));
}

function locationPayload(location) {
    return {
        id: numberOf(location.id),
        name: location.name,
        active: location.active,
        updated_at: iso(location.updatedAt),
        admin_graphql_api_id: location.id,
    };
}
