// Quantities and levels: adjust, set, set on hand, move, activate, deactivate, and how they read afterwards.

import { ask, capture, level, levelId, location, order, product, quantity, refusal, topLevel } from '../lib/case.js';
import { ANY, inAnyOrder, KEY, OPERATION, TIME, WHOLE } from '../lib/match.js';
import {
  ACTIVATE_AVAILABLE, ACTIVATE_BOTH, ACTIVATE_ON_HAND, ACTIVATE_READ, ADJUST, ADJUST_BARE, ADJUST_NO_KEY, ALL_NAMES, DEACTIVATE,
  levelsOf, MOVE, MOVE_BARE, SET, SET_BARE, SET_NO_KEY, SET_ON_HAND, SET_ON_HAND_BARE, SET_ON_HAND_NO_KEY,
} from '../lib/documents.js';

const REASONS = 'correction, cycle_count_available, damaged, movement_canceled, movement_created, movement_received, movement_updated, '
  + 'other, promotion, quality_control, received, reservation_created, reservation_deleted, reservation_updated, restock, safety_stock, shrinkage';
const BAD_NAME = 'The specified quantity name is invalid. Valid values are: available, damaged, incoming, quality_control, reserved, safety_stock.';
const NO_ITEM = 'The specified inventory item could not be found.';
const NO_LOCATION = 'The specified location could not be found.';

const NO_DIRECTIVE = (root) => ({
  data: { [root]: null }, cost: [10, 10],
  errors: [topLevel('The @idempotent directive is required for this mutation but was not provided.', 'BAD_REQUEST', { path: [root] })],
});
const NO_COMPARE = (root, type, cost) => ({
  data: { [root]: null }, cost,
  errors: [topLevel(`${type} must include the following argument: changeFromQuantity.`, 'INVALID_FIELD_ARGUMENTS', { path: [root] })],
});
const refused = (root, cost, ...userErrors) => ({ data: { [root]: { inventoryAdjustmentGroup: null, userErrors } }, cost });

const change = (name, delta, item, at, ledgerDocumentUri = null) =>
  ({ name, delta, ledgerDocumentUri, item: { id: `\${${item}.item}` }, location: { id: `\${${at}}` } });
// Shopify never tells the quantity after a change.
const blind = (row) => ({ ...row, quantityAfterChange: null });
const unlisted = ({ ledgerDocumentUri, ...row }) => row;

const written = (root, changes, more = {}, cost = [13, 13]) =>
  ({ data: { [root]: { inventoryAdjustmentGroup: { reason: 'correction', ...more, changes }, userErrors: [] } }, cost });

const line = (item, at, delta, changeFromQuantity, more = {}) =>
  ({ inventoryItemId: `\${${item}.item}`, locationId: `\${${at}}`, delta, changeFromQuantity, ...more });
const adjust = (name, changes, more = {}) =>
  ({ input: { name, reason: 'correction', referenceDocumentUri: '${uri}', changes, ...more }, idempotencyKey: KEY });
const setLine = (item, at, n, changeFromQuantity) => ({ inventoryItemId: `\${${item}.item}`, locationId: `\${${at}}`, quantity: n, changeFromQuantity });
const set = (name, quantities, more = {}) =>
  ({ input: { name, reason: 'correction', referenceDocumentUri: '${uri}', quantities, ...more }, idempotencyKey: KEY });
const setOnHand = (setQuantities, more = {}) =>
  ({ input: { reason: 'correction', referenceDocumentUri: '${uri}', setQuantities, ...more }, idempotencyKey: KEY });

// A level as read: available carries its time, on_hand none, a state never used none either.
const seen = (id, at, quantities) => ({ id: `\${${id}}`, location: { id: `\${${at}}` }, quantities });
const itemLevels = (item, nodes, cost) => ({ data: { inventoryItem: { id: `\${${item}.item}`, inventoryLevels: { nodes } } }, ...(cost ? { cost } : {}) });
const eight = (available, onHand) => [quantity('available', available, TIME), quantity('on_hand', onHand, null),
  ...ALL_NAMES.slice(2).map((name) => quantity(name, 0, null))];

const uri = 'gid://evenstock/Conformance/1';
const ledger = 'ledger://conformance/1';
const ONE_SHOP = [location('loc', 'Shop location')];
const ONE_ITEM = [...ONE_SHOP, product('a', ['${loc}'])];
const TWO_SHOPS = [location('loc', 'Shop location'), location('other', 'My Custom Location')];

const activateOnHand = capture('inventory-activate-on-hand', {
  setup: [...TWO_SHOPS, product('a', ['${loc}']), product('b', ['${loc}']), product('c', ['${loc}'])],
  steps: [
    ask('cases.activateOnHand', ACTIVATE_ON_HAND,
      { inventoryItemId: '${a.item}', locationId: '${other}', onHand: 50, idempotencyKey: KEY },
      { data: { inventoryActivate: { userErrors: [], inventoryLevel: { id: '${level}', isActive: true,
        quantities: [quantity('available', 50, TIME), quantity('on_hand', 50, null)] } } }, cost: [11, 11] }),
    ask('cases.activateOnHandRead',
      'query Level($inventoryLevelId: ID!) { inventoryLevel(id: $inventoryLevelId) { isActive quantities(names: ["on_hand"]) { name quantity } } }',
      { inventoryLevelId: '${level}' },
      { data: { inventoryLevel: { isActive: true, quantities: [quantity('on_hand', 50)] } }, cost: [2, 2] }),
    ask('cases.availableOnHandConflict', ACTIVATE_BOTH,
      { inventoryItemId: '${b.item}', locationId: '${other}', available: 10, onHand: 20, idempotencyKey: KEY },
      { data: { inventoryActivate: { inventoryLevel: null, userErrors: ['available', 'onHand'].map((field) => refusal([field],
        'The product couldn\'t be stocked at My Custom Location because not allowed to set available and on_hand quantities at the same time.')) } },
      cost: [10, 10] }),
    ask('cases.alreadyActiveOnHand', ACTIVATE_ON_HAND,
      { inventoryItemId: '${a.item}', locationId: '${other}', onHand: 5, idempotencyKey: KEY },
      { data: { inventoryActivate: { inventoryLevel: { id: '${level}', isActive: true,
        quantities: [quantity('available', 50, TIME), quantity('on_hand', 50, null)] },
      userErrors: [refusal(['onHand'], 'Not allowed to set an on_hand quantity when the item is already active at the location.')] } }, cost: [11, 11] }),
    ask('cases.onHandOutOfRange', ACTIVATE_ON_HAND,
      { inventoryItemId: '${c.item}', locationId: '${other}', onHand: 1000000001, idempotencyKey: KEY },
      { data: { inventoryActivate: { inventoryLevel: null, userErrors: [refusal(['onHand'],
        'The product couldn\'t be stocked at My Custom Location because the quantity needs to be between -1 billion and 1 billion.')] } }, cost: [11, 10] }),
  ],
});

const moveFrom = (from, to) => ({ input: { reason: 'correction', referenceDocumentUri: '${uri}', changes: [{ inventoryItemId: '${a.item}', quantity: 1,
  from: { locationId: '${loc}', name: from, changeFromQuantity: 0, ledgerDocumentUri: '${from}' },
  to: { locationId: '${loc}', name: to, changeFromQuantity: 0, ledgerDocumentUri: '${to}' } }] }, idempotencyKey: KEY });
const fresh = (more) => ({ uri, from: `${ledger}/from`, to: `${ledger}/to`, ...more });

const nameAllowlist = capture('inventory-adjust-name-allowlist', {
  setup: ONE_ITEM,
  given: fresh({ 'uri.2': `${uri}2`, 'uri.3': `${uri}3`, 'uri.4': `${uri}4`, 'uri.5': `${uri}5`, ledger, 'ledger.2': `${ledger}2`, 'from.2': `${ledger}3`, 'to.2': `${ledger}4` }),
  steps: [
    ask('setup.baselineRead', levelsOf(ALL_NAMES), { item: '${a.item}' },
      itemLevels('a', [seen('level', 'loc', eight(0, 0))], [12, 6]), { own: true }),
    ask('cases.adjustOnHand', ADJUST, adjust('on_hand', [line('a', 'loc', 1, 0, { ledgerDocumentUri: '${ledger}' })]),
      refused('inventoryAdjustQuantities', [13, 10], refusal(['input', 'name'], BAD_NAME))),
    ask('cases.adjustCommitted', ADJUST,
      adjust('committed', [line('a', 'loc', 1, 0, { ledgerDocumentUri: '${ledger.2}' })], { referenceDocumentUri: '${uri.2}' }),
      refused('inventoryAdjustQuantities', [13, 10], refusal(['input', 'name'], BAD_NAME))),
    ask('cases.moveOnHand', MOVE, moveFrom('on_hand', 'damaged'),
      refused('inventoryMoveQuantities', [12, 10], refusal(['input', 'changes', '0', 'from', 'name'], BAD_NAME)), { own: true }),
    ask('cases.moveCommitted', MOVE, moveFrom('committed', 'reserved'),
      refused('inventoryMoveQuantities', [12, 10], refusal(['input', 'changes', '0', 'from', 'name'], BAD_NAME)), { own: true }),
    ask('afterInvalidsRead', levelsOf(ALL_NAMES), { item: '${a.item}' },
      itemLevels('a', [seen('level', 'loc', eight(0, 0))], [12, 6]), { own: true }),
    ask('cases.setOnHand', SET_ON_HAND, setOnHand([setLine('a', 'loc', 3, 0)], { referenceDocumentUri: '${uri.5}' }),
      written('inventorySetOnHandQuantities', [change('available', 3, 'a', 'loc'), change('on_hand', 3, 'a', 'loc')], { referenceDocumentUri: '${uri.5}' })),
    ask('afterSetOnHandRead', levelsOf(ALL_NAMES), { item: '${a.item}' },
      itemLevels('a', [seen('level', 'loc', eight(3, 3))], [12, 6]), { own: true }),
  ],
});

const MIRROR_NAMES = ['available', 'incoming', 'damaged', 'quality_control', 'reserved', 'safety_stock', 'on_hand'];
const MIRRORS = [
  // the case, its quantity and reason, the delta; what the level then holds in the order of MIRROR_NAMES
  ['damaged', 'damaged', 'damaged', 2, [0, 0, 2, 0, 0, 0, 2]],
  ['reserved', 'reserved', 'reservation_created', 3, [0, 0, 2, 0, 3, 0, 5]],
  ['qualityControl', 'quality_control', 'quality_control', 4, [0, 0, 2, 4, 3, 0, 9]],
  ['safetyStock', 'safety_stock', 'safety_stock', 5, [0, 0, 2, 4, 3, 5, 14]],
  ['incoming', 'incoming', 'received', 6, [0, 6, 2, 4, 3, 5, 14]],
];
const MIRROR_READ = `query Mirrors($product: ID!, $variant: ID!, $inventoryItem: ID!) {
  product(id: $product) { totalInventory tracksInventory } productVariant(id: $variant) { inventoryQuantity }
  inventoryItem(id: $inventoryItem) { inventoryLevels(first: 5) { nodes { quantities(names: [${MIRROR_NAMES.map((n) => `"${n}"`).join(', ')}]) { name quantity updatedAt } } } } }`;
const mirrored = (held) => held.map((n, i) => quantity(MIRROR_NAMES[i], n, n !== 0 && MIRROR_NAMES[i] !== 'on_hand' || i === 0 ? TIME : null));

const mirrors = capture('inventory-adjust-on-hand-name-mirrors', {
  setup: ONE_ITEM,
  given: Object.fromEntries(MIRRORS.map(([name]) => [`ledger.${name}`, `${ledger}/${name}`])),
  steps: MIRRORS.flatMap(([name, state, reason, delta, held]) => [
    ask(`cases.${name}`, ADJUST,
      { input: { name: state, reason, changes: [line('a', 'loc', delta, 0, { ledgerDocumentUri: `\${ledger.${name}}` })] }, idempotencyKey: KEY },
      written('inventoryAdjustQuantities', [change(state, delta, 'a', 'loc', `\${ledger.${name}}`),
        ...(state === 'incoming' ? [] : [change('on_hand', delta, 'a', 'loc')])].map(blind), { reason })),
    ask(`cases.${name}.downstreamRead`, MIRROR_READ, { product: '${a.product}', variant: '${a.variant}', inventoryItem: '${a.item}' },
      { data: { product: { totalInventory: 0, tracksInventory: true }, productVariant: { inventoryQuantity: 0 },
        inventoryItem: { inventoryLevels: { nodes: [{ quantities: mirrored(held) }] } } } }, { own: true }),
  ]),
});

const missing = (field) => ({ errors: [{
  message: `Variable $input of type InventoryAdjustQuantitiesInput! was provided invalid value for changes.0.${field} (Expected value to not be null)`,
  locations: [{ line: ANY, column: ANY }],
  extensions: { code: 'INVALID_VARIABLE', value: ANY, problems: [{ path: ['changes', 0, field], explanation: 'Expected value to not be null' }] },
}] });
const OLD = 'In 2025-01 a call went without @idempotent and changeFromQuantity; both are sent here, the answer is the recorded one. '
  + 'What the call with the refused `staffMember` spent (15 points) is not compared.';
const old = (input) => ({ input, idempotencyKey: KEY });
const STAFF = ADJUST.replace('reason referenceDocumentUri', 'id createdAt reason referenceDocumentUri app { id title } staffMember { id }');
const incoming = (fields) => old({ name: 'incoming', reason: 'correction', referenceDocumentUri: uri, changes: [fields] });

const adjust2025 = capture('inventory-adjust-quantities-2025-01', {
  setup: [location('loc', '103 ossington'), product('a', ['${loc}']), product('b', ['${loc}'])],
  given: { uri, 'uri.2': `${uri}2`, 'uri.3': `${uri}3`, ledger },
  note: OLD,
  steps: [
    ask('setup.seedAdjustment', ADJUST, old({ name: 'available', reason: 'correction', referenceDocumentUri: uri,
      changes: [line('a', 'loc', 3, null), line('b', 'loc', 7, null)] }),
    written('inventoryAdjustQuantities', [change('available', 3, 'a', 'loc'), change('available', 7, 'b', 'loc'),
      change('on_hand', 3, 'a', 'loc'), change('on_hand', 7, 'b', 'loc')].map(blind)), { own: true }),
    ask('mutation', STAFF, old({ name: 'available', reason: 'correction', referenceDocumentUri: '${uri.2}',
      changes: [line('a', 'loc', -2, null), line('b', 'loc', 4, null)] }),
    { data: { inventoryAdjustQuantities: { userErrors: [], inventoryAdjustmentGroup: { reason: 'correction', referenceDocumentUri: '${uri.2}',
      app: { id: '${app}' }, staffMember: null,
      changes: [change('available', -2, 'a', 'loc'), change('available', 4, 'b', 'loc'), change('on_hand', -2, 'a', 'loc'), change('on_hand', 4, 'b', 'loc')].map(blind) } } },
    errors: [{ message: '${denied}', path: ['inventoryAdjustQuantities', 'inventoryAdjustmentGroup', 'staffMember'], extensions: { code: 'ACCESS_DENIED' } }],
    cost: [15, WHOLE] }, { own: true }), // spent: 15 there; the refused field is not charged here
    ask('downstreamRead', `query After($a: ID!, $b: ID!, $p: ID!) { firstVariant: productVariant(id: $a) { id inventoryQuantity }
      secondVariant: productVariant(id: $b) { id inventoryQuantity } firstProduct: product(id: $p) { tracksInventory } }`,
    { a: '${a.variant}', b: '${b.variant}', p: '${a.product}' },
    { data: { firstVariant: { id: '${a.variant}', inventoryQuantity: 1 }, secondVariant: { id: '${b.variant}', inventoryQuantity: 11 },
      firstProduct: { tracksInventory: true } } }, { own: true }),
    ask('nonAvailableMutation', ADJUST, old({ name: 'incoming', reason: 'correction', referenceDocumentUri: '${uri.3}',
      changes: [line('a', 'loc', 2, null, { ledgerDocumentUri: '${ledger}' })] }),
    written('inventoryAdjustQuantities', [blind(change('incoming', 2, 'a', 'loc', '${ledger}'))], { referenceDocumentUri: '${uri.3}' }), { own: true }),
    ask('nonAvailableMutation.downstreamRead', `query Incoming($item: ID!) { firstInventoryItem: inventoryItem(id: $item) {
      inventoryLevels(first: 5) { nodes { quantities(names: ["available", "incoming", "reserved", "damaged", "quality_control", "safety_stock", "committed", "on_hand"]) { name quantity updatedAt } } } } }`,
    { item: '${a.item}' },
    { data: { firstInventoryItem: { inventoryLevels: { nodes: [{ quantities: [quantity('available', 1, TIME), quantity('incoming', 2, TIME),
      ...['reserved', 'damaged', 'quality_control', 'safety_stock', 'committed'].map((n) => quantity(n, 0, null)), quantity('on_hand', 1, null)] }] } } } }, { own: true }),
    ask('invalidNameProbe', ADJUST, old({ name: 'on_hand', reason: 'correction', referenceDocumentUri: uri, changes: [line('a', 'loc', 1, null)] }),
      refused('inventoryAdjustQuantities', [13, 10], refusal(['input', 'name'], BAD_NAME),
        refusal(['input', 'changes', '0', 'ledgerDocumentUri'], 'A ledger document URI is required except when adjusting available.')), { own: true }),
    ask('missingRequiredFieldProbes.missingInventoryItemId', ADJUST,
      incoming({ locationId: '${loc}', ledgerDocumentUri: ledger, delta: 2 }), missing('inventoryItemId'), { own: true }),
    ask('missingRequiredFieldProbes.missingDelta', ADJUST,
      incoming({ inventoryItemId: '${a.item}', locationId: '${loc}', ledgerDocumentUri: ledger }), missing('delta'), { own: true }),
    ask('missingRequiredFieldProbes.missingLocationId', ADJUST,
      incoming({ inventoryItemId: '${a.item}', ledgerDocumentUri: ledger, delta: 2 }), missing('locationId'), { own: true }),
    ask('missingRequiredFieldProbes.unknownInventoryItemId', ADJUST,
      incoming({ inventoryItemId: 'gid://shopify/InventoryItem/999999999999', locationId: '${loc}', ledgerDocumentUri: ledger, delta: 2, changeFromQuantity: null }),
      refused('inventoryAdjustQuantities', [13, 10], refusal(['input', 'changes', '0', 'inventoryItemId'], NO_ITEM)), { own: true }),
    ask('missingRequiredFieldProbes.unknownLocationId', ADJUST,
      old({ name: 'available', reason: 'correction', referenceDocumentUri: uri,
        changes: [{ inventoryItemId: '${a.item}', locationId: 'gid://shopify/Location/999999999999', delta: 1, changeFromQuantity: null }] }),
      refused('inventoryAdjustQuantities', [13, 10], refusal(['input', 'changes', '0', 'locationId'], NO_LOCATION)), { own: true }),
  ],
});

const zeroDelta = capture('inventory-adjust-zero-delta-noop', {
  setup: [...ONE_ITEM, product('b', ['${loc}'])],
  given: { uri, 'uri.2': `${uri}2` },
  steps: [
    ask('allZero', ADJUST, adjust('available', [line('a', 'loc', 0, 0)]),
      { data: { inventoryAdjustQuantities: { inventoryAdjustmentGroup: null, userErrors: [] } }, cost: [13, 10] }),
    ask('mixedZeroAndNonzero', ADJUST,
      adjust('available', [line('a', 'loc', 0, 0), line('b', 'loc', 3, 0)], { referenceDocumentUri: '${uri.2}' }),
      written('inventoryAdjustQuantities', [change('available', 3, 'b', 'loc'), change('on_hand', 3, 'b', 'loc')].map(unlisted).map(blind),
        { referenceDocumentUri: '${uri.2}' })),
  ],
});

const fiveNames = (...numbers) => ['available', 'on_hand', 'committed', 'incoming', 'reserved'].map((name, i) =>
  quantity(name, numbers[i], i === 0 || (i > 1 && numbers[i] !== 0) ? TIME : null));
const TWO_STOCKED = (sku) => [product(sku, ['${loc}', '${other}']), level(sku, '${loc}', 5), level(sku, '${other}', 3)];
const levelsRead = levelsOf(['available', 'on_hand', 'committed', 'incoming', 'reserved']);
const committedRead = `query Committed($product: ID!) { product(id: $product) { variants(first: 1) { nodes { inventoryQuantity inventoryItem {
  inventoryLevels(first: 5) { nodes { id isActive location { id name } quantities(names: ["available", "on_hand", "committed", "incoming", "reserved"]) { name quantity updatedAt } } } } } } } }`;
const committedLevels = (total, ...levels) => ({ data: { product: { variants: { nodes: [{ inventoryQuantity: total, inventoryItem: { inventoryLevels: {
  nodes: levels.map(([id, at, name, numbers]) => ({ id: `\${${id}}`, isActive: true, location: { id: `\${${at}}`, name }, quantities: numbers })) } } }] } } } });
const deactivate = (levelId) => ({ inventoryLevelId: levelId, idempotencyKey: KEY });
const deactivated = (...userErrors) => ({ data: { inventoryDeactivate: { userErrors } }, cost: [10, 10] });
const unstocked = (why) => refusal(null, `The product couldn't be unstocked${why}`);
const noCode = (root) => ({ errors: [{ message: 'Field \'code\' doesn\'t exist on type \'UserError\'', path: [OPERATION, root, 'userErrors', 'code'],
  extensions: { code: 'undefinedField', typeName: 'UserError', fieldName: 'code' } }] });

const deactivateValidation = capture('inventory-deactivate-validation-2026-04', {
  setup: [...TWO_SHOPS, ...TWO_STOCKED('a'), ...TWO_STOCKED('b'), product('c', ['${loc}']), level('c', '${loc}', 5), ...TWO_STOCKED('d'),
    order('order', 'a', 2, '${loc}')],
  scaffold: ['adjustments'],
  note: 'The transfers that reserved units and sent some on their way are adjustments of the same states here.',
  steps: [
    ask('productReads.committedAfterAdjust', committedRead, { product: '${a.product}' },
      committedLevels(6, ['a.level', 'loc', 'Shop location', [...fiveNames(3, 5, 2, 0, 0)]],
        ['a.other', 'other', 'My Custom Location', fiveNames(3, 3, 0, 0, 0)]), { own: true }),
    // transfers are not modelled: their units come to the same states by adjustments
    ...[['available', -2, 'loc'], ['reserved', 2, 'loc'], ['incoming', 1, 'loc'], ['available', -1, 'other'], ['reserved', 1, 'other'], ['reserved', -1, 'other']]
      .map(([name, delta, at]) => ask(null, ADJUST_BARE,
        { input: { name, reason: 'other', changes: [line('b', at, delta, null, name === 'available' ? {} : { ledgerDocumentUri: ledger })] }, idempotencyKey: KEY },
        { data: { inventoryAdjustQuantities: { userErrors: [] } } })),
    ask('productReads.incomingReservedAfterAdjust', committedRead, { product: '${b.product}' },
      committedLevels(5, ['b.level', 'loc', 'Shop location', fiveNames(3, 5, 0, 1, 2)],
        ['b.other', 'other', 'My Custom Location', [...fiveNames(2, 2, 0, 0).slice(0, 4), quantity('reserved', 0, TIME)]]), { own: true }),
    ask('inventoryDeactivateCommitted', DEACTIVATE, deactivate('${a.level}'), deactivated()),
    ask('inventoryDeactivateIncomingReserved', DEACTIVATE, deactivate('${b.level}'), deactivated()),
    levelId('c.level', '${c.item}', '${loc}'),
    ask('inventoryDeactivateOnlyLocation', DEACTIVATE, deactivate('${c.level}'),
      deactivated(unstocked(' from Shop location because products need to be stocked at a minimum of 1 location.'))),
    ask('inventoryDeactivateMissingLevel', DEACTIVATE, deactivate('gid://shopify/InventoryLevel/999999999999?inventory_item_id=999999999998'),
      deactivated(unstocked(' because the product was deleted.'))),
    ask('inventoryDeactivateDeletedLocation', DEACTIVATE, deactivate('gid://shopify/InventoryLevel/999999999999?inventory_item_id=${a.item#}'),
      deactivated(unstocked(' because the location was deleted.'))),
    ask('inventoryActivateActiveAvailable', ACTIVATE_AVAILABLE,
      { inventoryItemId: '${c.item}', locationId: '${loc}', available: 7, idempotencyKey: KEY },
      { data: { inventoryActivate: { inventoryLevel: { id: '${c.level}', isActive: true, location: { id: '${loc}', name: 'Shop location' }, item: { id: '${c.item}' } },
        userErrors: [refusal(['available'], 'Not allowed to set available quantity when the item is already active at the location.')] } }, cost: [12, 12] }),
    ask('inventoryActivateCodeSelection', ACTIVATE_AVAILABLE.replace('field message', 'code field message'),
      { inventoryItemId: '${c.item}', locationId: '${loc}', available: 7, idempotencyKey: KEY }, noCode('inventoryActivate')),
    ask('inventoryDeactivateCodeSelection', DEACTIVATE.replace('field message', 'code field message'), deactivate('${c.level}'), noCode('inventoryDeactivate')),
    levelId('d.other', '${d.item}', '${other}'),
    ask('inventoryDeactivateBeforeReactivate', DEACTIVATE, deactivate('${d.other}'), deactivated()),
    ask('inventoryActivateInactiveAvailable', ACTIVATE_AVAILABLE,
      { inventoryItemId: '${d.item}', locationId: '${other}', available: 7, idempotencyKey: KEY },
      { data: { inventoryActivate: { userErrors: [], inventoryLevel: { id: '${d.other}', isActive: true,
        location: { id: '${other}', name: 'My Custom Location' }, item: { id: '${d.item}' } } } }, cost: [12, 12] }),
  ],
});

const existence = capture('inventory-existence-validation', {
  given: { uri },
  steps: [
    ask('adjustUnknownInventoryItem', ADJUST, adjust('available', [{ inventoryItemId: 'gid://shopify/InventoryItem/42',
      locationId: 'gid://shopify/Location/515151515151', delta: 1, changeFromQuantity: 0 }]),
    refused('inventoryAdjustQuantities', [13, 10], refusal(['input', 'changes', '0', 'inventoryItemId'], NO_ITEM, 'INVALID_INVENTORY_ITEM'),
      refusal(['input', 'changes', '0', 'locationId'], NO_LOCATION, 'INVALID_LOCATION'))),
  ],
});


const READ_PAIR = (i) => `nodes { id isActive item { id } location { id name } quantities(names: ["available", "on_hand", "damaged"]) { name quantity } }
    pageInfo { hasNextPage hasPreviousPage${i ? '' : ' startCursor endCursor'} }`;
const EDGES = READ_PAIR().replace('nodes {', 'edges { cursor node {').replace('\n', ' }\n');
const CONNECTION_READ = `query Connection($inventoryItemId: ID!, $itemQuery: String!, $missingItemQuery: String!) {
  inventoryItem(id: $inventoryItemId) { id
    activeLevels: inventoryLevels(first: 10) { ${EDGES} }
    allLevels: inventoryLevels(first: 10, includeInactive: true) { ${EDGES} }
    firstPage: inventoryLevels(first: 1, includeInactive: true) { ${READ_PAIR()} }
    filtered: inventoryLevels(first: 5, includeInactive: true, query: $itemQuery) { ${READ_PAIR()} }
    emptyFilter: inventoryLevels(first: 5, includeInactive: true, query: $missingItemQuery) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    reverseLevels: inventoryLevels(first: 10, includeInactive: true, reverse: true) { ${READ_PAIR()} } } }`;
const UNKNOWN_FIELD_READ = `query Unknown($inventoryItemId: ID!, $invalidLocationQuery: String!) { inventoryItem(id: $inventoryItemId) {
    invalidLocationFilter: inventoryLevels(first: 5, includeInactive: true, query: $invalidLocationQuery) { ${READ_PAIR()} } } }`;
const WINDOW_READ = `query Window($inventoryItemId: ID!, $after: String!, $before: String!) { inventoryItem(id: $inventoryItemId) {
    afterFirst: inventoryLevels(first: 1, includeInactive: true, after: $after) { ${READ_PAIR()} }
    beforeSecond: inventoryLevels(last: 1, includeInactive: true, before: $before) { ${READ_PAIR()} } } }`;

const SOURCE = (isActive) => ({ id: '${level.1}', isActive, item: { id: '${a.item}' }, location: { id: '${loc}', name: '${source}' },
  quantities: [quantity('available', 4), quantity('on_hand', 4), quantity('damaged', 0)] });
const DESTINATION = { id: '${level.2}', isActive: true, item: { id: '${a.item}' }, location: { id: '${other}', name: '${destination}' },
  quantities: [quantity('available', 10), quantity('on_hand', 10), quantity('damaged', 0)] };
const CURSORS = new Map([['1', '${cursor.1}'], ['2', '${cursor.2}']]);
const whole = (first, last, hasNextPage = false, hasPreviousPage = false) =>
  ({ hasNextPage, hasPreviousPage, startCursor: CURSORS.get(first) ?? null, endCursor: CURSORS.get(last) ?? null });
const edge = (n, node) => ({ cursor: CURSORS.get(n), node });

function connection(isActive) {
  const source = SOURCE(isActive);
  const both = { nodes: [source, DESTINATION], pageInfo: whole('1', '2') };
  return { data: { inventoryItem: { id: '${a.item}',
    activeLevels: isActive ? { edges: [edge('1', source), edge('2', DESTINATION)], pageInfo: whole('1', '2') }
      : { edges: [edge('2', DESTINATION)], pageInfo: whole('2', '2') },
    allLevels: { edges: [edge('1', source), edge('2', DESTINATION)], pageInfo: whole('1', '2') },
    firstPage: { nodes: [source], pageInfo: whole('1', '1', true) },
    filtered: both,
    emptyFilter: { nodes: [], pageInfo: whole() },
    reverseLevels: { nodes: [DESTINATION, source], pageInfo: whole('2', '1') } } } };
}
// At Shopify an unknown field of a search does not narrow it.
const unnarrowed = (isActive) => ({ data: { inventoryItem: { invalidLocationFilter: { nodes: [SOURCE(isActive), DESTINATION], pageInfo: whole('1', '2') } } },
  search: [{ path: ['inventoryItem', 'invalidLocationFilter'], query: 'location_id:${other#}',
    parsed: { field: 'location_id', match_all: '${other#}' },
    warnings: [{ field: 'location_id', message: 'Invalid search field for this query.', code: 'invalid_field' }] }] });
const connectionVariables = { inventoryItemId: '${a.item}', itemQuery: 'inventory_item_id:${a.item#}', missingItemQuery: 'inventory_item_id:${missing}' };
const unknownField = (from, isActive) => ask(from, UNKNOWN_FIELD_READ, { inventoryItemId: '${a.item}', invalidLocationQuery: 'location_id:${other#}' }, unnarrowed(isActive),
  { differs: { why: 'its `invalidLocationFilter`: an unknown field of a search is refused by name; Shopify ignores it, with a warning in `extensions.search`',
    answer: { data: { inventoryItem: null }, errors: [{ message: 'The sandbox does not model the search field "location_id".', extensions: { code: 'SANDBOX_NOT_MODELLED' } }] } } });

const windowing = capture('inventory-item-levels-connection-windowing-2026-04', {
  setup: [location('loc', 'Source'), location('other', 'Destination'), product('a', ['${loc}'])],
  given: { uri, 'uri.2': `${uri}2`, source: 'Source', destination: 'Destination', missing: '999999' },
  scaffold: ['operations.sourceLocationAdd', 'operations.destinationLocationAdd', 'operations.productSet'],
  steps: [
    ask('operations.inventorySet', SET, set('available', [setLine('a', 'loc', 4, 0)]),
      written('inventorySetQuantities', [change('available', 4, 'a', 'loc'), change('on_hand', 4, 'a', 'loc')].map(unlisted).map(blind), { referenceDocumentUri: '${uri}' })),
    ask('operations.inventoryActivate', ACTIVATE_READ, { inventoryItemId: '${a.item}', locationId: '${other}', available: 9, idempotencyKey: KEY },
      { data: { inventoryActivate: { userErrors: [], inventoryLevel: { id: '${level.2}', isActive: true, location: { id: '${other}', name: '${destination}' },
        quantities: [quantity('available', 9), quantity('on_hand', 9), quantity('damaged', 0)], item: { id: '${a.item}', tracked: true } } } }, cost: [13, 13] }),
    ask('operations.inventoryAdjust', ADJUST, adjust('available', [line('a', 'other', 1, 9)], { referenceDocumentUri: '${uri.2}' }),
      written('inventoryAdjustQuantities', [change('available', 1, 'a', 'other'), change('on_hand', 1, 'a', 'other')].map(unlisted).map(blind), { referenceDocumentUri: '${uri.2}' })),
    ask('operations.activeRead', CONNECTION_READ, connectionVariables, connection(true)),
    unknownField('operations.activeRead', true),
    ask('operations.inventoryDeactivate', DEACTIVATE, deactivate('${level.1}'), deactivated()),
    ask('operations.inactiveRead', CONNECTION_READ, connectionVariables, connection(false)),
    unknownField('operations.inactiveRead', false),
    ask('operations.windowRead', WINDOW_READ, { inventoryItemId: '${a.item}', after: '${cursor.1}', before: '${cursor.2}' },
      { data: { inventoryItem: { afterFirst: { nodes: [DESTINATION], pageInfo: whole('2', '2', false, true) },
        beforeSecond: { nodes: [SOURCE(false)], pageInfo: whole('1', '1', true) } } }, cost: [13, 13] }),
  ],
});

const COLD_READ = `query Cold($inventoryItemId: ID!, $inventoryLevelId: ID!, $itemQuery: String!) {
  item: inventoryItem(id: $inventoryItemId) { id tracked requiresShipping variant { id inventoryQuantity product { id } } }
  items: inventoryItems(first: 5, query: $itemQuery) { edges { cursor node { id tracked requiresShipping variant { id inventoryQuantity product { id } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  level: inventoryLevel(id: $inventoryLevelId) { id isActive item { id tracked } location { id name }
    quantities(names: ["available", "on_hand", "committed", "incoming", "reserved"]) { name quantity updatedAt } } }`;
const coldItem = { id: '${a.item}', tracked: false, requiresShipping: true, variant: { id: '${a.variant}', inventoryQuantity: 0, product: { id: '${a.product}' } } };

const coldReads = capture('inventory-live-hybrid-cold-authoritative-reads', {
  setup: [...ONE_SHOP, product('a', ['${loc}'], { tracked: false })],
  steps: [
    levelId('level', '${a.item}', '${loc}'),
    ask('coldRead', COLD_READ, { inventoryItemId: '${a.item}', inventoryLevelId: '${level}', itemQuery: 'id:${a.item#}' },
      { data: { item: coldItem, items: { edges: [{ cursor: '${cursor}', node: coldItem }],
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: '${cursor}', endCursor: '${cursor}' } },
      level: { id: '${level}', isActive: true, item: { id: '${a.item}', tracked: false }, location: { id: '${loc}', name: 'Shop location' }, quantities: fiveNames(0, 0, 0, 0, 0) } } }),
  ],
});

const moveShape = capture('inventory-move-adjustment-group-shape', {
  setup: ONE_ITEM,
  given: { uri, 'uri.2': `${uri}2`, ledger },
  steps: [
    ask('setup.seedSet', SET_BARE, set('available', [setLine('a', 'loc', 5, 0)]),
      { data: { inventorySetQuantities: { inventoryAdjustmentGroup: { reason: 'correction', referenceDocumentUri: '${uri}' }, userErrors: [] } }, cost: [10, 10] }),
    ask('move', MOVE, { input: { reason: 'correction', referenceDocumentUri: '${uri.2}', changes: [{ inventoryItemId: '${a.item}', quantity: 2,
      from: { locationId: '${loc}', name: 'available', changeFromQuantity: 5 },
      to: { locationId: '${loc}', name: 'damaged', changeFromQuantity: 0, ledgerDocumentUri: '${ledger}' } }] }, idempotencyKey: KEY },
    { data: { inventoryMoveQuantities: { userErrors: [], inventoryAdjustmentGroup: { reason: 'correction', referenceDocumentUri: '${uri.2}', changes: [
      { name: 'available', delta: -2, quantityAfterChange: null, ledgerDocumentUri: null, location: { id: '${loc}', name: 'Shop location' } },
      { name: 'damaged', delta: 2, quantityAfterChange: null, ledgerDocumentUri: '${ledger}', location: { id: '${loc}', name: 'Shop location' } }] } } }, cost: [12, 12] }),
  ],
});

const UNKNOWN_ITEM = 'gid://shopify/InventoryItem/999999999999';
const UNKNOWN_LOCATION = 'gid://shopify/Location/999999999999';
const pair = (delta) => [change('available', delta, 'a', 'loc'), change('on_hand', delta, 'a', 'loc')].map(unlisted).map(blind);
const badMove = (item, at, extra = {}) => ({ input: { reason: 'correction', changes: [{ inventoryItemId: item, quantity: 1,
  from: { locationId: at, name: 'available', changeFromQuantity: 9 },
  to: { locationId: at, name: 'damaged', changeFromQuantity: 0, ledgerDocumentUri: '${ledger}' } }], referenceDocumentUri: '${uri.move}', ...extra }, idempotencyKey: KEY });
const inputFields = (...list) => ({ inputFields: inAnyOrder(...list.map((name) => ({ name }))) });
const without = (input, name) => { const { [name]: gone, ...rest } = input; return rest; };

const contracts = capture('inventory-quantity-contracts-2026-04', {
  setup: ONE_ITEM,
  given: { uri, ledger, ...Object.fromEntries(['set', 'adjust', 'onHand', 'move', 'move.2', ...Array(10).keys()].map((n) => [`uri.${n}`, `${uri}${n}`])), 'ledger.2': `${ledger}2` },
  steps: [
    ask('schema', `query Fields { inventoryChangeInput: __type(name: "InventoryChangeInput") { inputFields { name } }
      inventorySetQuantityInput: __type(name: "InventorySetQuantityInput") { inputFields { name } }
      inventorySetQuantitiesInput: __type(name: "InventorySetQuantitiesInput") { inputFields { name } }
      inventorySetOnHandQuantitiesInput: __type(name: "InventorySetOnHandQuantitiesInput") { inputFields { name } } }`, {},
    { data: { inventoryChangeInput: inputFields('delta', 'changeFromQuantity', 'inventoryItemId', 'locationId', 'ledgerDocumentUri'),
      inventorySetQuantityInput: inputFields('inventoryItemId', 'locationId', 'quantity', 'changeFromQuantity'),
      inventorySetQuantitiesInput: inputFields('reason', 'name', 'referenceDocumentUri', 'quantities'),
      inventorySetOnHandQuantitiesInput: inputFields('reason', 'referenceDocumentUri', 'setQuantities') } }),
    ask('inventorySetQuantities', SET, set('available', [setLine('a', 'loc', 5, 0)], { referenceDocumentUri: '${uri.set}' }),
      written('inventorySetQuantities', pair(5), { referenceDocumentUri: '${uri.set}' })),
    ask('missingSetIdempotency', SET_NO_KEY, without(set('available', [setLine('a', 'loc', 5, 0)], { referenceDocumentUri: '${uri.set}' }), 'idempotencyKey'),
      NO_DIRECTIVE('inventorySetQuantities')),
    ask('missingSetChangeFromQuantity', SET,
      { input: { name: 'available', reason: 'correction', quantities: [without(setLine('a', 'loc', 5), 'changeFromQuantity')] }, idempotencyKey: KEY },
      NO_COMPARE('inventorySetQuantities', 'InventoryQuantityInput', [13, 10])),
    ask('legacySetShape', SET, { input: { name: 'available', reason: 'correction', ignoreCompareQuantity: true,
      quantities: [without(setLine('a', 'loc', 5), 'changeFromQuantity')] }, idempotencyKey: KEY },
    { errors: [{ message: 'Variable $input of type InventorySetQuantitiesInput! was provided invalid value for ignoreCompareQuantity (Field is not defined on InventorySetQuantitiesInput)',
      locations: [{ line: ANY, column: ANY }], extensions: { code: 'INVALID_VARIABLE', value: { name: 'available', ignoreCompareQuantity: true },
        problems: [{ path: ['ignoreCompareQuantity'], explanation: 'Field is not defined on InventorySetQuantitiesInput' }] } }] }),
    ask('inventoryAdjustQuantities', ADJUST, adjust('available', [line('a', 'loc', 2, 5)], { referenceDocumentUri: '${uri.adjust}' }),
      written('inventoryAdjustQuantities', pair(2), { referenceDocumentUri: '${uri.adjust}' })),
    ask('inventorySetOnHandQuantities', SET_ON_HAND, setOnHand([setLine('a', 'loc', 9, 7)], { referenceDocumentUri: '${uri.onHand}' }),
      written('inventorySetOnHandQuantities', pair(2), { referenceDocumentUri: '${uri.onHand}' })),
    ask('missingSetOnHandIdempotency', SET_ON_HAND_NO_KEY, without(setOnHand([setLine('a', 'loc', 9, 7)], { referenceDocumentUri: '${uri.onHand}' }), 'idempotencyKey'),
      NO_DIRECTIVE('inventorySetOnHandQuantities')),
    ask('missingSetOnHandChangeFromQuantity', SET_ON_HAND,
      { input: { reason: 'correction', setQuantities: [without(setLine('a', 'loc', 9), 'changeFromQuantity')] }, idempotencyKey: KEY },
      NO_COMPARE('inventorySetOnHandQuantities', 'InventorySetQuantityInput', [13, 10])),
    ask('missingAdjustIdempotency', ADJUST_NO_KEY, without(adjust('available', [line('a', 'loc', 2, 5)], { referenceDocumentUri: '${uri.adjust}' }), 'idempotencyKey'),
      NO_DIRECTIVE('inventoryAdjustQuantities')),
    ask('missingAdjustChangeFromQuantity', ADJUST_BARE,
      { input: { name: 'available', reason: 'correction', changes: [without(line('a', 'loc', 1), 'changeFromQuantity')] }, idempotencyKey: KEY },
      NO_COMPARE('inventoryAdjustQuantities', 'InventoryChangeInput', [10, 10]), { own: true }),
    ask('unknownIdValidation.setUnknownInventoryItem', SET_BARE,
      set('available', [{ inventoryItemId: UNKNOWN_ITEM, locationId: '${loc}', quantity: 3, changeFromQuantity: 0 }], { referenceDocumentUri: '${uri.1}' }),
      refused('inventorySetQuantities', [10, 10], refusal(['input', 'quantities', '0', 'inventoryItemId'], NO_ITEM, 'INVALID_INVENTORY_ITEM'))),
    ask('unknownIdValidation.setUnknownLocation', SET_BARE,
      set('available', [{ inventoryItemId: '${a.item}', locationId: UNKNOWN_LOCATION, quantity: 3, changeFromQuantity: 0 }], { referenceDocumentUri: '${uri.2}' }),
      refused('inventorySetQuantities', [10, 10], refusal(['input', 'quantities', '0', 'locationId'], NO_LOCATION, 'INVALID_LOCATION'))),
    ask('unknownIdValidation.setOnHandUnknownInventoryItem', SET_ON_HAND_BARE,
      setOnHand([{ inventoryItemId: UNKNOWN_ITEM, locationId: '${loc}', quantity: 3, changeFromQuantity: 0 }], { referenceDocumentUri: '${uri.3}' }),
      refused('inventorySetOnHandQuantities', [10, 10], refusal(['input', 'setQuantities', '0', 'inventoryItemId'], NO_ITEM, 'INVALID_INVENTORY_ITEM'))),
    ask('unknownIdValidation.setOnHandUnknownLocation', SET_ON_HAND_BARE,
      setOnHand([{ inventoryItemId: '${a.item}', locationId: UNKNOWN_LOCATION, quantity: 3, changeFromQuantity: 0 }], { referenceDocumentUri: '${uri.4}' }),
      refused('inventorySetOnHandQuantities', [10, 10], refusal(['input', 'setQuantities', '0', 'locationId'], NO_LOCATION, 'INVALID_LOCATION'))),
    ask('unknownIdValidation.setOnHandNegativeQuantity', SET_ON_HAND_BARE, setOnHand([setLine('a', 'loc', -1, 9)], { referenceDocumentUri: '${uri.5}' }),
      refused('inventorySetOnHandQuantities', [10, 10], refusal(['input', 'setQuantities', '0', 'quantity'], 'The quantity can\'t be negative.', 'INVALID_QUANTITY_NEGATIVE'))),
    ask('unknownIdValidation.setOnHandTooHighQuantity', SET_ON_HAND_BARE, setOnHand([setLine('a', 'loc', 1000000001, 9)], { referenceDocumentUri: '${uri.6}' }),
      refused('inventorySetOnHandQuantities', [10, 10], refusal(['input', 'setQuantities', '0', 'quantity'], 'The quantity can\'t be higher than 1,000,000,000.', 'INVALID_QUANTITY_TOO_HIGH'))),
    ask('unknownIdValidation.setOnHandInvalidReason', SET_ON_HAND_BARE, setOnHand([setLine('a', 'loc', 9, 9)], { reason: 'not_a_reason', referenceDocumentUri: '${uri.7}' }),
      refused('inventorySetOnHandQuantities', [10, 10], refusal(['input', 'reason'], `The specified reason is invalid. Valid values are: ${REASONS}.`, 'INVALID_REASON'))),
    ask('unknownIdValidation.adjustUnknownInventoryItem', ADJUST_BARE,
      adjust('available', [{ inventoryItemId: UNKNOWN_ITEM, locationId: '${loc}', delta: 1, changeFromQuantity: 0 }], { referenceDocumentUri: '${uri.8}' }),
      refused('inventoryAdjustQuantities', [10, 10], refusal(['input', 'changes', '0', 'inventoryItemId'], NO_ITEM, 'INVALID_INVENTORY_ITEM'))),
    ask('unknownIdValidation.adjustUnknownLocation', ADJUST_BARE,
      adjust('available', [{ inventoryItemId: '${a.item}', locationId: UNKNOWN_LOCATION, delta: 1, changeFromQuantity: 0 }], { referenceDocumentUri: '${uri.9}' }),
      refused('inventoryAdjustQuantities', [10, 10], refusal(['input', 'changes', '0', 'locationId'], NO_LOCATION, 'INVALID_LOCATION'))),
    ask('unknownIdValidation.moveUnknownInventoryItem', MOVE_BARE, badMove(UNKNOWN_ITEM, '${loc}'),
      refused('inventoryMoveQuantities', [10, 10], refusal(['input', 'changes', '0', 'inventoryItemId'], NO_ITEM, 'INVALID_INVENTORY_ITEM'))),
    ask('unknownIdValidation.moveUnknownLocation', MOVE_BARE, badMove('${a.item}', UNKNOWN_LOCATION), refused('inventoryMoveQuantities', [10, 10],
      refusal(['input', 'changes', '0', 'from', 'locationId'], NO_LOCATION, 'INVALID_LOCATION'),
      refusal(['input', 'changes', '0', 'to', 'locationId'], NO_LOCATION, 'INVALID_LOCATION')), { own: true }),
    ask('downstreamRead', `query After($productId: ID!, $inventoryItemId: ID!) { product(id: $productId) { id tracksInventory }
      inventoryItem(id: $inventoryItemId) { id tracked variant { id inventoryQuantity product { id } }
        inventoryLevels(first: 5) { nodes { id location { id name } quantities(names: ["available", "on_hand"]) { name quantity updatedAt } } } } }`,
    { productId: '${a.product}', inventoryItemId: '${a.item}' },
    { data: { product: { id: '${a.product}', tracksInventory: true }, inventoryItem: { id: '${a.item}', tracked: true, variant: { inventoryQuantity: 9 },
      inventoryLevels: { nodes: [{ location: { id: '${loc}', name: 'Shop location' }, quantities: [quantity('available', 9, TIME), quantity('on_hand', 9, null)] }] } } }, cost: [15, 9] }, { own: true }),
  ],
});

const onlyTwo = (name) => ask(`cases.${name}`, SET, set(name, [setLine(name, 'loc', 5, 0)], { referenceDocumentUri: `\${uri.${name}}` }),
  refused('inventorySetQuantities', [13, 10], refusal(['input', 'name'], 'The quantity name must be either \'available\' or \'on_hand\'.', 'INVALID_NAME')));
const TWICE = 'The combination of inventoryItemId and locationId must be unique.';

const setNames = capture('inventorySetQuantities-name-validation', {
  setup: [...ONE_SHOP, ...['damaged', 'committed', 'onHand', 'high', 'twice'].map((sku) => product(sku, ['${loc}']))],
  given: Object.fromEntries(['damaged', 'committed', 'onHand', 'high', 'twice'].map((n) => [`uri.${n}`, `${uri}/${n}`])),
  steps: [
    onlyTwo('damaged'),
    onlyTwo('committed'),
    ask('cases.onHand', SET, set('on_hand', [setLine('onHand', 'loc', 4, 0)], { referenceDocumentUri: '${uri.onHand}' }),
      written('inventorySetQuantities', [change('available', 4, 'onHand', 'loc'), change('on_hand', 4, 'onHand', 'loc')].map(unlisted), { referenceDocumentUri: '${uri.onHand}' })),
    ask('cases.availableTooHigh', SET, set('available', [setLine('high', 'loc', 1000000001, 0)], { referenceDocumentUri: '${uri.high}' }),
      refused('inventorySetQuantities', [13, 10], refusal(['input', 'quantities', '0', 'quantity'], 'The quantity can\'t be higher than 1,000,000,000.', 'INVALID_QUANTITY_TOO_HIGH'))),
    ask('cases.duplicatePair', SET, set('available', [setLine('twice', 'loc', 1, 0), setLine('twice', 'loc', 2, 0)], { referenceDocumentUri: '${uri.twice}' }),
      refused('inventorySetQuantities', [13, 10], ...['0', '1'].map((n) =>
        refusal(['input', 'quantities', n, 'locationId'], TWICE, 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR')))),
  ],
});

export default [activateOnHand, nameAllowlist, mirrors, adjust2025, zeroDelta, deactivateValidation, existence, windowing, coldReads, moveShape, contracts, setNames];
