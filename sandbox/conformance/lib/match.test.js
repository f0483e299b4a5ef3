// The comparison itself: what it must find wrong, so that a met case means something.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ask, capture } from './case.js';
import { ABSENT, ANY, COUNT_TEXT, fill, inAnyOrder, including, KEY, letters, match, matchAnswer, TIME } from './match.js';
import { Replay } from './replay.js';
import { verdict } from './table.js';
import { caseDifferences } from './truth.js';

const wrong = (pattern, actual, binds = new Map()) => match(pattern, actual, binds).length;

it('a value of another kind, a missing field and a longer list are found', () => {
  assert.equal(wrong({ a: 1 }, { a: 1, b: 2 }), 0);
  for (const [pattern, actual] of [[{ a: 1 }, { a: '1' }], [{ a: 1 }, {}], [{ a: null }, {}], [{ a: 1 }, null], [[1], [1, 2]], [[1], { 0: 1 }],
    [null, 0], ['x', null], [TIME, '2026-01-01'], [TIME, null], [ANY, null], [ABSENT, null], [COUNT_TEXT, 3]]) {
    assert.equal(wrong(pattern, actual), 1, JSON.stringify([pattern, actual]));
  }
});

it('a name stands for one text only', () => {
  assert.equal(wrong(['${a}', '${a}'], ['x', 'x']), 0);
  assert.equal(wrong(['${a}', '${a}'], ['x', 'y']), 1);
  assert.equal(wrong('order ${a#} is closed', 'order 42 is closed', new Map([['a', 'gid://shopify/Order/42']])), 0);
  assert.equal(wrong('order ${a#} is closed', 'order 43 is closed', new Map([['a', 'gid://shopify/Order/42']])), 1);
});

it('lists with given elements and lists in any order', () => {
  assert.equal(wrong(including(1, 3), [1, 2, 3]), 0);
  assert.equal(wrong(including(3, 1), [1, 2, 3]), 1);
  assert.equal(wrong(inAnyOrder(3, 1), [1, 3]), 0);
  assert.equal(wrong(inAnyOrder(3, 1), [1, 3, 4]), 1);
  assert.equal(wrong(inAnyOrder(1, 1), [1, 3]), 1);
});

it('errors beside data, missing data and a wrong cost are found', () => {
  const cost = { requestedQueryCost: 13, actualQueryCost: 10, throttleStatus: { maximumAvailable: 2000, restoreRate: 100, currentlyAvailable: 1 } };
  const good = { data: { a: 1 }, extensions: { cost } };
  const found = (expected, answer) => matchAnswer(expected, answer, new Map()).length;
  assert.equal(found({ data: { a: 1 }, cost: [13, 10] }, good), 0);
  assert.equal(found({ data: { a: 1 }, cost: [13, 11] }, good), 1);
  assert.equal(found({ data: { a: 1 } }, { ...good, errors: [{ message: 'no' }] }), 1);
  assert.equal(found({ errors: [{ message: 'no' }] }, { errors: [{ message: 'no' }], data: null }), 1);
  assert.equal(found({ errors: [{ message: 'no' }] }, { errors: [{ message: 'no' }], extensions: { cost } }), 1);
});

it('variables are filled, and a name that nothing bound is named', () => {
  const keys = ['k1'];
  assert.deepEqual(fill({ id: '${a}', key: KEY, note: letters(3) }, new Map([['a', 'x']]), () => keys.shift()), { id: 'x', key: 'k1', note: 'xxx' });
  assert.throws(() => fill('${b}', new Map(), () => ''), /"\$\{b\}" is not bound yet/);
});

it('a known difference that is met, or that changed, is reported', async () => {
  const step = ask('x', '{ a }', {}, { data: { a: 1 } }, { differs: { why: 'w', answer: { data: { a: 2 } } } });
  const said = async (a) => {
    const replay = new Replay({ url: '', token: '' }, '2026-07');
    replay.graphql = async () => ({ data: { a }, extensions: {} });
    return (await replay.step(step)).join();
  };
  assert.equal(await said(2), '');
  assert.match(await said(1), /it is met now/);
  assert.match(await said(3), /differs in another way/);
});

it('a figure that the capture has not, and an answer that no case mentions, are reported', () => {
  const recorded = { one: { variables: { n: 1 }, response: { data: { a: 1 } } }, two: { response: { data: { a: 2 } } } };
  const of = (a, n, left) => caseDifferences(capture('f', { steps: [ask('one', '{ a }', { n }, { data: { a } })], left }), recorded);
  assert.deepEqual(of(1, 1, [{ from: 'two', why: 'w' }]), []);
  assert.match(of(2, 1, [{ from: 'two', why: 'w' }]).join(), /one: data.a: expected 2, is 1/);
  assert.match(of(1, 2, [{ from: 'two', why: 'w' }]).join(), /one: variables.n: expected 2, is 1/);
  assert.match(of(1, 1, []).join(), /two: neither replayed nor listed/);
  assert.match(of(1, 1, [{ from: 'two', why: 'w' }, { from: 'three', why: 'w' }]).join(), /three: not in the capture/);
});

it('met, partly and not', () => {
  const step = (differs) => ask('one', '', {}, {}, differs ? { differs: { why: 'w', answer: {} } } : {});
  const word = (steps, left = []) => verdict(capture('f', { steps, left })).word;
  assert.equal(word([step(false)]), 'met');
  assert.equal(word([step(false)], [{ from: 'two', why: 'w' }]), 'partly');
  assert.equal(word([step(true)]), 'not');
});
