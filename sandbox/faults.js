// Fate, on order: what goes wrong with the next calls, and races that must happen at a certain request.
export const KINDS = [
    'latency',
    'http_500',
    'http_503',
    'throttled',
    'http_429',
    'cut_before',
    'cut_after',
    'lost_answer',
    'bulk_stuck',
    'bulk_fail',
    'webhook_late',
    'webhook_twice',
    'webhook_lost',
    'webhook_reorder',
    'index_lag',
    'token_revoked',
    'read_only',
    'maintenance',
];

const DEFAULT_LAG_MS = 60_000;

export class Faults {
    constructor(world) {
        this.world = world;
    }

    get state() {
        return this.world.meta.get('faults');
    }

    /** Sets a fault; one of each kind may be active. `none` ends all. */
    set({ kind, count = null, rate = null, ms = null }) {
        if (kind === 'none') this.state.active = {};
        else this.state.active[kind] = { count, rate, ms };
        this.world.touch('meta', 'faults');
    }

    /** Whether this call is hit; uses up one of `count`. @returns {{ ms: number | null } | null} */
    hit(kind) {
        const fault = this.state.active[kind];
        if (!fault) return null;
        if (fault.count !== null) {
            if (--fault.count <= 0) delete this.state.active[kind];
            this.world.touch('meta', 'faults');
            return fault;
        }
        return this.world.random() < (fault.rate ?? 1) ? fault : null;
    }

    /**
     * Whether a fault that picks single calls, by count or rate, hits this one;
     * one without either changes the shop's state instead.
     */
    single(kind) {
        const fault = this.standing(kind);
        return fault && (fault.count ?? fault.rate) !== null ? this.hit(kind) : null;
    }

    /** Active whatever the count, without using it up. */
    standing(kind) {
        return this.state.active[kind] ?? null;
    }

    /** How far the order search lags in the present call, ms; drawn once for each call that searches orders. */
    indexLag() {
        return this.lag ?? 0;
    }

    drawIndexLag(roots) {
        const fault = roots.includes('orders') ? this.hit('index_lag') : null;
        this.lag = fault ? (fault.ms ?? DEFAULT_LAG_MS) : 0;
    }

    addWhen({ field, nth = 1, when = 'before', do: calls }) {
        const when1 = { id: this.world.number('When'), field, left: nth, when, do: calls, answers: null };
        this.state.whens.push(when1);
        this.world.touch('meta', 'faults');
        return when1;
    }

    /** Races whose turn has come with this request; each counts it once. */
    due(roots) {
        const out = [];
        for (const one of this.state.whens) {
            if (one.left <= 0 || !roots.includes(one.field)) continue;
            if (--one.left === 0) out.push(one);
            this.world.touch('meta', 'faults');
        }
        return out;
    }
}
