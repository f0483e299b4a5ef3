// Shared and exclusive turns: what the buyers and the importer do may overlap, a change of stock here stands alone, so
// that the books of the demo know exactly what was promised before and after it.

export class Turns {
    constructor() {
        this.shared = 0;
        this.busy = false;
        this.waiting = [];
    }

    async share(act) {
        while (this.busy || this.waiting.length) await this.#change();
        this.shared++;
        try { return await act(); } finally { this.shared--; this.#wake(); }
    }

    async alone(act) {
        const me = {};
        this.waiting.push(me);
        while (this.busy || this.shared || this.waiting[0] !== me) await this.#change();
        this.waiting.shift();
        this.busy = true;
        try { return await act(); } finally { this.busy = false; this.#wake(); }
    }

    #change() { return new Promise((resolve) => { (this.sleepers ??= []).push(resolve); }); }

    #wake() {
        const all = this.sleepers ?? [];
        this.sleepers = [];
        for (const resolve of all) resolve();
    }
}
