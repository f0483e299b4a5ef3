// verify finds what somebody changed behind the program's back, and names the place.
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { orders, resets, retail } from '../lib/stock.js';

async function kept(t) {
    const at = await retail(t, { product_channels: [{ sku: 'A', channel: 'web', threshold: 1 }] });
    await resets(at, [['A', 'NYC', 10], ['B', 'WH', 7]]);
    const line = { line: '1', sku: 'A', channel: 'web' };
    await orders(at, [{ ...line, event_id: 'e1', order: '1001', quantity: 3, kind: 'placed', facility: 'NYC' }, { ...line, event_id: 'e2', order: '1002', quantity: 2, kind: 'placed' },
        { ...line, event_id: 'e3', order: '1003', quantity: 1, kind: 'cancelled' }]);
    const report = await at.verify();
    assert.ok(report.levels === 2 && report.orders === 3 && report.targets > 0, JSON.stringify(report));
    return at;
}

const A = "(SELECT id FROM product WHERE sku = 'A')", NYC = "(SELECT id FROM facility WHERE code = 'NYC')";
const LINE = "(SELECT id FROM order_line WHERE order_ref = '1001')";
const FREE = ['ledger', 'order_event'].flatMap((table) => [`DROP TRIGGER ${table}_no_update;`, `DROP TRIGGER ${table}_no_delete;`]).join(' ');
const DAMAGE = {
    'a level': [`UPDATE level SET qoh = qoh + 1, atp = atp + 1 WHERE product = ${A} AND facility = ${NYC}`, /A at NYC/],
    'the reservation of a level': [`UPDATE level SET atp = atp - 1 WHERE product = ${A} AND facility = ${NYC}`, /A at NYC/],
    'a level that is gone': [`DELETE FROM level WHERE product = ${A} AND facility = ${NYC}`, /A at NYC/],
    'a level that never moved': [`INSERT INTO level SELECT ${A}, (SELECT id FROM facility WHERE code = 'BOS'), 5, 5, 0, configured, safety_stock, allow_brokering, allow_pickup, reset_at, reset_given, 0 FROM level LIMIT 1`, /A at BOS/],
    'a movement': [`${FREE} UPDATE ledger SET qoh_delta = qoh_delta + 1 WHERE seq = (SELECT min(seq) FROM ledger WHERE product = ${A})`, /A at NYC/],
    'the balance of a movement': [`${FREE} UPDATE ledger SET qoh = qoh + 1 WHERE seq = (SELECT max(seq) FROM ledger WHERE product = ${A})`, /A at NYC/],
    'a movement that is gone': [`${FREE} DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger WHERE product = ${A})`, /A at NYC/],
    'a movement too many': [`INSERT INTO ledger SELECT seq + 1000, product, facility, at, recorded_at, 1, 1, qoh + 1, atp + 1, kind, in_count, reason, source, actor, comment FROM ledger WHERE product = ${A} ORDER BY seq DESC LIMIT 1`, /A at NYC/],
    'a queue': [`UPDATE queue SET units = units + 5 WHERE product = ${A}`, /A.*web/],
    'a queue that is gone': [`DELETE FROM queue WHERE product = ${A}`, /A.*web/],
    'the number of a channel': [`UPDATE target SET t = t + 1, raw = raw + 1 WHERE product = ${A}`, /A in (web|nyc)/],
    'an order event': [`${FREE} UPDATE order_event SET quantity = 7 WHERE event_id = 'e1'`, /1001/],
    'an order event that is gone': [`${FREE} DELETE FROM order_event WHERE event_id = 'e1'`, /1001/],
    'the effect of a line': [`UPDATE order_line SET effect = NULL WHERE id = ${LINE}`, /1001|A at NYC/],
    'a line that no longer waits': ["UPDATE order_line SET waiting = 0 WHERE order_ref = '1003'", /1003/],
    'a safety stock': [`UPDATE level SET safety_stock = 4, configured = 1 WHERE product = ${A} AND facility = ${NYC}`, /A in web/],
    'a threshold': [`UPDATE target SET threshold = 0 WHERE product = ${A}`, /A in web/],
    'a switch': [`UPDATE target SET sellable = 0 WHERE product = ${A}`, /A in web/],
    'a facility': [`UPDATE facility SET active = 0 WHERE code = 'NYC'`, /A in web/],
    'a membership': [`UPDATE member SET replaced_at = 1 WHERE facility = ${NYC}`, /A in web/],
    'a table that is gone': ['DROP TABLE adjustment_key', null],
    'an effect that is no JSON': [`UPDATE order_line SET effect = '{' WHERE id = ${LINE}`, null],
    'a name that leads nowhere': [`PRAGMA foreign_keys = OFF; UPDATE order_line SET product = 999 WHERE id = ${LINE}`, /./],
};
for (const [name, [sql, place]] of Object.entries(DAMAGE))
    test(`verify finds damage: ${name}`, async (t) => {
        const at = await kept(t);
        const { status, stderr } = spawnSync('sqlite3', ['-bail', at.db, sql], { encoding: 'utf8' });
        assert.strictEqual(status, 0, stderr);
        if (!place) return at.refuses(['verify', '--json'], 3, /evenstock\.db|order_line|effect|adjustment_key/);
        const report = await at.json(['verify'], [1]);
        assert.ok(report.differences > 0);
        assert.ok(report.details.some((one) => place.test(one.where) || place.test(JSON.stringify(one))), JSON.stringify(report.details));
        const people = await at.run(['verify']);
        assert.strictEqual(people.status, 1);
        assert.match(people.out, place);
        assert.deepStrictEqual((await at.json(['verify'], [1])).differences, report.differences, 'verify mends nothing');
    });
