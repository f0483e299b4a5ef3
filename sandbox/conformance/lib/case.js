// The words in which the cases are written. A case belongs to one recorded capture:
//
//   file    the capture, without ".json"
//   setup   control calls that build the world before the first step (location, product, level, order below)
//   given   names bound beforehand to texts of our own (reference URIs, names)
//   steps   what is sent and what must come back; see `ask`
//   note    what was changed for the replay, for the table
//   left    recorded answers that are not replayed, each with the reason
//   scaffold  further paths of the capture that only built or cleaned up its world
//
// A step names the recorded answer it stands for (`from`, a path into the capture), so that its figures can be
// checked against it (`recorded` replaces `expect` there, when the document asks for the same in other words); one with `from: null` only gets the stand-in to where the recorded shop was. A step with `differs` is one that the stand-in does not meet: `why`, and what it says instead.

const DEFAULT_SCAFFOLD = ['setup', 'cleanup', 'upstreamCalls', 'preCaptureCleanup', 'cleanupBefore'];

export const capture = (file, { setup = [], given = {}, steps, left = [], scaffold = [], note = '' }) =>
  ({ file, setup, given, steps, left, note, scaffold: [...DEFAULT_SCAFFOLD, ...scaffold] });

// One request. `expect` holds data, errors, cost, search; `own: true` marks variables that are not the recorded ones
// (the recorded request did the same with another mutation or more lines); `until` repeats it until it matches.
export const ask = (from, document, variables, expect, more = {}) => ({ kind: 'ask', from, document, variables, expect, ...more });

// Binds a name to the id of an item's level.
export const levelId = (name, item, at) => ask(null,
  'query LevelId($item: ID!, $at: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $at, includeInactive: true) { id } } }',
  { item, at }, { data: { inventoryItem: { inventoryLevel: { id: `\${${name}}` } } } });

// The upload that follows a staged target, a form by POST unless `method` is PUT; the content is a text or so many `spaces`.
export const upload = (from, content, status, more = {}) => ({ kind: 'upload', from, content, status, ...more });
// The download of a bulk result, line by line.
export const download = (from, url, rows, more = {}) => ({ kind: 'download', from, url, rows, ...more });
// Something that people or fate do to the shop between two requests; `as` binds fields of the answer.
export const control = (call, body, as = {}) => ({ kind: 'control', call, body, as });

export const location = (name, title, more = {}) => control('locations', { name: title, ...more }, { [name]: 'id' });
export const product = (name, stocked, more = {}) =>
  control('products', [{ sku: name, title: name, tracked: true, stocked, ...more }],
    { [`${name}.item`]: '0.item', [`${name}.variant`]: '0.variant', [`${name}.product`]: '0.product' });
export const level = (sku, at, available) => control('levels', [{ sku, location: at, available }]);
export const order = (name, sku, quantity, at, more = {}) =>
  control('orders', { lines: [{ sku, quantity }], location: at, ...more }, { [name]: 'id', [`${name}.name`]: 'name' });

// Shapes that come again and again.
export const quantity = (name, n, ...updatedAt) => ({ name, quantity: n, ...(updatedAt.length ? { updatedAt: updatedAt[0] } : {}) });
export const refusal = (field, message, ...code) => ({ field, message, ...(code.length ? { code: code[0] } : {}) });
export const topLevel = (message, code, more = {}) => ({ message, extensions: { code, ...more.extensions }, ...(more.path ? { path: more.path } : {}) });
