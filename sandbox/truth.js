// What a test says may still be sold, against what is sold and what the client writes.
// For each pair: `units` when the truth was set, sales and restocks since.

const keyOf = (itemId, locationId) => `${itemId}|${locationId}`;

const limitOf = (truth) => truth.units - truth.sold + truth.restocked;

/** Sets the truth of one pair; its count starts anew. Answers what the pair had counted before. */
export function setTruth(world, itemId, locationId, units) {
    const key = keyOf(itemId, locationId);
    const before = world.truths.get(key);
    const stats = world.stats;
    if (before) {
        stats.oversold -= before.oversold;
        stats.raised -= before.raised;
    }
    world.put('truths', key, {
        item: itemId,
        location: locationId,
        units,
        sold: 0,
        restocked: 0,
        oversold: 0,
        raised: 0,
    });
    return { oversold: before?.oversold ?? 0, raised: before?.raised ?? 0 };
}

export const counted = {
    /** Units sold at a location by whatever way. */
    sale(world, itemId, locationId, units) {
        const truth = world.truths.get(keyOf(itemId, locationId));
        if (!truth) return;
        const past = Math.min(units, Math.max(0, units - Math.max(0, limitOf(truth))));
        truth.sold += units;
        truth.oversold += past;
        world.stats.oversold += past;
        world.touch('truths', keyOf(itemId, locationId));
    },

    /** Units that came back to a location and may be sold again. */
    restock(world, itemId, locationId, units) {
        const truth = world.truths.get(keyOf(itemId, locationId));
        if (!truth) return;
        truth.restocked += units;
        world.touch('truths', keyOf(itemId, locationId));
    },

    /** Sold units whose order was given to another location: no new sale. */
    moved(world, itemId, from, to, units) {
        this.restock(world, itemId, from, units);
        const truth = world.truths.get(keyOf(itemId, to));
        if (!truth) return;
        truth.sold += units;
        world.touch('truths', keyOf(itemId, to));
    },

    /** A write of the client that changed `available` from `before`. */
    clientWrite(world, level, before) {
        const truth = world.truths.get(keyOf(level.item, level.location));
        if (!truth) return;
        const raised = Math.max(0, level.q.available - Math.max(before, Math.max(0, limitOf(truth))));
        if (raised === 0) return;
        truth.raised += raised;
        world.stats.raised += raised;
        world.touch('truths', keyOf(level.item, level.location));
    },
};
