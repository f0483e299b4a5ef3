// What the demo says at its end.

const at = (sorted, share) => (sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] : null);
const seconds = (ms) => (ms === null ? 'none' : `${(ms / 1000).toFixed(2)} s`);

/** A few products as a table: ours, term by term, beside Shopify's number. @param {any[]} views answers of `atp --json` */
export function productTable(views, shopNumbers) {
    const columns = ['SKU', 'QOH', 'reserved', 'safety', 'threshold', 'queue', 'online ATP', 'Shopify'];
    const rows = views.map((view) => {
        const inChannel = view.facilities.filter((f) => f.why !== 'not_in_channel' && f.why !== 'virtual' && f.why !== 'inactive');
        const sum = (key) => inChannel.reduce((total, f) => total + f[key], 0);
        const term = (name) => view.terms.find((t) => t.name === name)?.quantity ?? 0;
        return [view.sku, sum('qoh'), sum('reserved'), -term('safety_stock'), -term('threshold'), -term('queue'), view.online_atp, shopNumbers.get(view.sku) ?? 'unknown'];
    });
    const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => String(row[i]).length)));
    const line = (cells) => cells.map((v, i) => (i === 0 ? String(v).padEnd(widths[i]) : String(v).padStart(widths[i]))).join('  ');
    return [line(columns), ...rows.map(line)].join('\n');
}

export function totals(t) {
    const { explained, unexplained, waits } = t.account;
    return [
        `changes ${t.changes} (of a promise: ${t.account.changes}), lines pushed ${t.pushed}, calls ${t.calls}, points ${t.points}, throttled ${t.throttled}`,
        `orders ${t.orders}, sold ${t.sold} units, turned away ${t.turnedAway} (sold out), refunded ${t.refunded}, returns skipped ${t.skipped}`,
        `oversold ${t.oversold}: ${explained} sold between a loss here and its push, ${unexplained} unexplained`,
        `raised ${t.raised}`,
        `violations ${t.violations.length}`,
        `change to Shopify: median ${seconds(at(waits, 0.5))}, p99 ${seconds(at(waits, 0.99))} (${waits.length} changes)`,
        `verify: ${t.differences} differences`,
        `in sync: ${t.inSync} of ${t.targets}`,
    ].join('\n');
}
