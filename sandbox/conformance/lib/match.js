// Comparing an answer with what it should look like.
//
// A pattern is plain data. An object lists the fields that matter (others may be there), an array lists all
// its elements in order, and a text may hold names: "${item}" stands for whatever that name is bound to, and
// binds it when it is not bound yet. So one pattern serves two answers: the stand-in's, with its own ids, and
// the recorded one, with Shopify's. "${item#}" is the number at the end of a bound id.

class Marker {
  constructor(label, test) { this.label = label; this.test = test; }
}

const TIME_FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

export const ANY = new Marker('anything but null', (v) => v !== null && v !== undefined);
export const TEXT = new Marker('a text', (v) => typeof v === 'string' && v !== '');
export const TIME = new Marker('a UTC time to the second', (v) => typeof v === 'string' && TIME_FORM.test(v));
export const WHOLE = new Marker('a whole number above 0', (v) => Number.isInteger(v) && v > 0);
export const COUNT_TEXT = new Marker('a count as text', (v) => typeof v === 'string' && /^\d+$/.test(v));
// The first part of the path of an error found in the document.
export const OPERATION = new Marker('the operation and its name', (v) => /^(query|mutation)( \w+)?$/.test(v));
export const ABSENT = new Marker('nothing', (v) => v === undefined);
// In variables: a fresh idempotency key for every request.
export const KEY = new Marker('an idempotency key', (v) => typeof v === 'string' && v !== '');
// In variables: a text of so many letters x.
export const letters = (n) => Object.assign(new Marker(`${n} letters`, (v) => v?.length === n), { text: 'x'.repeat(n) });
// In lists: these elements are among the actual ones, in this order.
export const including = (...elements) => Object.assign(new Marker('a list with given elements', null), { elements });

// In lists: exactly these elements, in any order.
export const inAnyOrder = (...elements) => Object.assign(new Marker('a list in any order', null), { any: elements });

const NAME = /\$\{([\w.]+)(#?)\}/g;

export const numberOf = (id) => /(\d+)(?:\?.*)?$/.exec(id)?.[1];

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const shown = (value) => {
  const text = JSON.stringify(value);
  return text === undefined ? 'nothing' : text.length > 300 ? `${text.slice(0, 300)}...` : text;
};

// Fills the names of a template; a name that is not bound is a mistake in the case.
export function fill(template, binds, freshKey) {
  if (template === KEY) return freshKey();
  if (template instanceof Marker) {
    if (template.text !== undefined) return template.text;
    throw new Error(`a variable cannot be ${template.label}`);
  }
  if (typeof template === 'string') {
    return template.replace(NAME, (whole, name, tail) => {
      if (!binds.has(name)) throw new Error(`"${whole}" is not bound yet`);
      return tail ? numberOf(binds.get(name)) : binds.get(name);
    });
  }
  if (Array.isArray(template)) return template.map((part) => fill(part, binds, freshKey));
  if (template !== null && typeof template === 'object') {
    return Object.fromEntries(Object.entries(template).map(([k, v]) => [k, fill(v, binds, freshKey)]));
  }
  return template;
}

function matchText(pattern, actual, binds, at, found) {
  if (typeof actual !== 'string') return void found.push(`${at}: expected ${shown(pattern)}, is ${shown(actual)}`);
  const fresh = [];
  let source = '';
  let from = 0;
  for (const hit of pattern.matchAll(NAME)) {
    const [whole, name, tail] = hit;
    source += quoted(pattern.slice(from, hit.index));
    from = hit.index + whole.length;
    if (binds.has(name)) source += quoted(tail ? numberOf(binds.get(name)) : binds.get(name));
    else { source += tail ? '(\\d+)' : '([^]+?)'; fresh.push(name); }
  }
  const got = new RegExp(`^${source}${quoted(pattern.slice(from))}$`).exec(actual);
  if (!got) return void found.push(`${at}: expected ${shown(pattern)}, is ${shown(actual)}`);
  fresh.forEach((name, i) => binds.set(name, got[i + 1]));
}

function matchIncluding(elements, actual, binds, at, found) {
  if (!Array.isArray(actual)) return void found.push(`${at}: expected a list, is ${shown(actual)}`);
  let next = 0;
  for (const [i, element] of elements.entries()) {
    while (next < actual.length && match(element, actual[next], new Map(binds), at).length > 0) next++;
    if (next === actual.length) return void found.push(`${at}: element ${i}, ${shown(element)}, is not in ${shown(actual)}`);
    match(element, actual[next++], binds, at);
  }
}

function matchInAnyOrder(elements, actual, binds, at, found) {
  if (!Array.isArray(actual) || actual.length !== elements.length) {
    return void found.push(`${at}: expected ${elements.length} elements, is ${shown(actual)}`);
  }
  const left = [...actual];
  for (const element of elements) {
    const i = left.findIndex((one) => match(element, one, new Map(binds), at).length === 0);
    if (i < 0) found.push(`${at}: ${shown(element)} is not in ${shown(left)}`);
    else match(element, left.splice(i, 1)[0], binds, at);
  }
}

// The differences between `actual` and `pattern`, as lines; none when it matches. Binds names in `binds`.
export function match(pattern, actual, binds, at = 'answer', found = []) {
  if (pattern instanceof Marker) {
    if (pattern.any) matchInAnyOrder(pattern.any, actual, binds, at, found);
    else if (pattern.elements) matchIncluding(pattern.elements, actual, binds, at, found);
    else if (!pattern.test(actual)) found.push(`${at}: expected ${pattern.label}, is ${shown(actual)}`);
  } else if (typeof pattern === 'string') {
    matchText(pattern, actual, binds, at, found);
  } else if (Array.isArray(pattern)) {
    if (!Array.isArray(actual)) found.push(`${at}: expected a list, is ${shown(actual)}`);
    else if (actual.length !== pattern.length) found.push(`${at}: expected ${pattern.length} elements, is ${shown(actual)}`);
    else pattern.forEach((part, i) => match(part, actual[i], binds, `${at}.${i}`, found));
  } else if (pattern !== null && typeof pattern === 'object') {
    if (actual === null || typeof actual !== 'object') found.push(`${at}: expected an object, is ${shown(actual)}`);
    else for (const [key, part] of Object.entries(pattern)) match(part, actual[key], binds, `${at}.${key}`, found);
  } else if (pattern !== actual) {
    found.push(`${at}: expected ${shown(pattern)}, is ${shown(actual)}`);
  }
  return found;
}

// A whole GraphQL answer. Besides the fields: `data` and `errors` are there exactly when expected, and an answer
// to a document or variables that did not validate has no `extensions` (nothing ran, nothing was charged).
// `cost` is [requested, actual], in points.
export function matchAnswer(expected, answer, binds) {
  const found = [];
  for (const part of ['data', 'errors']) {
    const wanted = part in expected;
    if (wanted !== (part in answer)) found.push(`${part}: expected ${wanted ? 'it' : 'none'}, is ${shown(answer[part])}`);
    else if (wanted) match(expected[part], answer[part], binds, part, found);
  }
  if (!('data' in expected) && 'extensions' in answer) found.push(`extensions: expected none, is ${shown(answer.extensions)}`);
  if (expected.cost) {
    const [requestedQueryCost, actualQueryCost] = expected.cost;
    match({ requestedQueryCost, actualQueryCost, throttleStatus: { maximumAvailable: 2000, restoreRate: 100 } },
      answer.extensions?.cost, binds, 'cost', found);
  }
  if (expected.search) match(expected.search, answer.extensions?.search, binds, 'search', found);
  return found;
}
