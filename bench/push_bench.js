// Pushing 10,000 owed lines to the stand-in shop: calls against the least possible, points, time a call.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Evenstock, startSandbox } from '../demo/lib/children.js';

const LINES = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'evenstock-bench-'));
const shop = await startSandbox();
try {
    const { control } = shop;
    await control.post('reset', { plan: 'standard', seed: 1 });
    const { id: location } = await control.post('locations', { name: 'Web' });
    const skus = Array.from({ length: LINES }, (_, i) => `S${i}`);
    await control.post('products', skus.map((sku) => ({ sku, title: sku, tracked: true, stocked: [location] })));
    const evenstock = new Evenstock(join(folder, 'bench.db'), { BENCH_TOKEN: shop.token });
    const config = join(folder, 'config.json'), levels = join(folder, 'levels.csv');
    writeFileSync(config, JSON.stringify({
        facilities: [{ code: 'WH', type: 'warehouse' }], products: skus.map((sku) => ({ sku })),
        shops: [{ code: 'main', url: shop.url, api_version: '2026-10', token_env: 'BENCH_TOKEN', index_lag_s: 0 }],
        channels: [{ code: 'web', shop: 'main', location, mode: 'physical', facility: 'WH' }],
    }));
    writeFileSync(levels, 'sku,facility,quantity\n' + skus.map((sku) => `${sku},WH,7`).join('\n') + '\n');
    await evenstock.json('import', 'config', config);
    await evenstock.json('import', 'levels', levels, '--mode', 'qoh');
    await evenstock.json('shop', 'link', 'main');
    await evenstock.json('shop', 'adopt', 'main');
    const report = await evenstock.json('sync', 'recent');
    const least = Math.ceil(LINES / 250);
    const { violations, throttled } = await control.get('stats');
    console.log(`owed lines ${report.selected}, pushed ${report.pushed}, calls ${report.calls} (least possible ${least}), points ${report.points}, throttled ${throttled}, violations ${violations.length}`);
    console.log(`${report.seconds} s, ${Math.round(report.pushed / report.seconds)} lines a second, plan standard`);
    process.exitCode = report.pushed === LINES && report.calls === least && violations.length === 0 ? 0 : 1;
} finally {
    await shop.stop();
    rmSync(folder, { recursive: true, force: true });
}
