// Random numbers from a seed: the demo's own choices are the same on every run.

/** @param {number} seed @returns {{ below(n: number): number, pick<T>(list: T[]): T, chance(p: number): boolean }} */
export function randomOf(seed) {
    let state = seed >>> 0;
    const next = () => { // xorshift32
        state ^= state << 13;
        state >>>= 0;
        state ^= state >>> 17;
        state ^= state << 5;
        state >>>= 0;
        return state / 2 ** 32;
    };
    for (let i = 0; i < 8; i++) next();
    const below = (n) => Math.floor(next() * n);
    return { below, pick: (list) => list[below(list.length)], chance: (p) => next() < p };
}
