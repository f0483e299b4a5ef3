// Locations: switching them off and on, deleting them, listing them.

import { ask, capture, control, location, product, topLevel } from '../lib/case.js';
import { ANY, KEY, OPERATION } from '../lib/match.js';

const STATE = 'location { id name isActive activatable deactivatable fulfillsOnlineOrders hasActiveInventory hasUnfulfilledOrders deletable shipsInventory }';
const KEYED = '@idempotent(key: $idempotencyKey)';
const DEACTIVATE = `mutation Deactivate($locationId: ID!, $idempotencyKey: String!) { locationDeactivate(locationId: $locationId) ${KEYED} {
  ${STATE} locationDeactivateUserErrors { field code message } } }`;
const DEACTIVATE_TO = `mutation Deactivate($locationId: ID!, $destinationLocationId: ID!, $idempotencyKey: String!) {
  locationDeactivate(locationId: $locationId, destinationLocationId: $destinationLocationId) ${KEYED} {
    ${STATE} locationDeactivateUserErrors { field code message } } }`;
const ACTIVATE = `mutation Activate($locationId: ID!, $idempotencyKey: String!) { locationActivate(locationId: $locationId) ${KEYED} {
  ${STATE} locationActivateUserErrors { field code message } } }`;
const DELETE = 'mutation Delete($locationId: ID!) { locationDelete(locationId: $locationId) { deletedLocationId locationDeleteUserErrors { field message code } } }';
const READ = `query Location($id: ID!) { ${STATE.replace('location', 'location(id: $id)')} }`;
// The directive without its key, and no directive at all.
const bare = (document) => document.replace(KEYED, '@idempotent').replace(', $idempotencyKey: String!', '');
const plain = (document) => document.replace(KEYED, '').replace(', $idempotencyKey: String!', '');

const OLD = 'an answer of 2025-10 or 2026-01, which took no directive or needed none; these versions are not served';
const keyed = { locationId: '${loc}', idempotencyKey: KEY };
const keyless = { locationId: '${loc}' };
const noKey = (root) => ({ errors: [topLevel('Directive \'idempotent\' is missing required arguments: key', 'missingRequiredArguments',
  { path: [OPERATION, root], extensions: { className: 'Directive', name: 'idempotent', arguments: 'key' } })] });
const noDirective = (root) => ({ data: { [root]: null }, cost: [10, 10],
  errors: [topLevel('The @idempotent directive is required for this mutation but was not provided.', 'BAD_REQUEST', { path: [root] })] });

// A location that does not fulfil online orders and holds nothing, as it is and as it is answered.
const idle = (isActive) => ({ id: '${loc}', name: '${name}', isActive, activatable: true, deactivatable: true, fulfillsOnlineOrders: false,
  hasActiveInventory: false, hasUnfulfilledOrders: false, deletable: !isActive, shipsInventory: false });
const deactivated = (place, ...errors) => ({ data: { locationDeactivate: { location: place, locationDeactivateUserErrors: errors } } });
const activated = (place) => ({ data: { locationActivate: { location: place, locationActivateUserErrors: [] } } });
const offline = (name, title) => location(name, title, { online: false });
const SHOP = location('main', 'Shop location');

const lifecycle = capture('location-activate-deactivate-lifecycle', {
  setup: [SHOP, offline('loc', 'A'), offline('spent', 'B')],
  given: { name: 'A' },
  steps: [
    ask('workflow.deactivateWithoutDirective202604', plain(DEACTIVATE), keyless, noDirective('locationDeactivate')),
    ask('workflow.activateWithoutDirective202604', plain(ACTIVATE), keyless, noDirective('locationActivate')),
    ask('workflow.deactivateWithDirective202604', DEACTIVATE, keyed, deactivated(idle(false))),
    ask('workflow.activateWithDirective202604', ACTIVATE, keyed, activated(idle(true))),
    ask('workflow.deactivateWithBareDirective202604', bare(DEACTIVATE), keyless, noKey('locationDeactivate')),
    ask('workflow.activateWithBareDirective202604', bare(ACTIVATE), keyless, noKey('locationActivate')),
    ask('workflow.readAfterKeyedActivate', READ, { id: '${loc}' }, { data: { location: idle(true) } }),
    // a key that was first sent with another location
    ask(null, DEACTIVATE, { locationId: '${spent}', idempotencyKey: 'spent' }, deactivated({ id: '${spent}', isActive: false })),
    ask('cleanup.0', DEACTIVATE, { locationId: '${loc}', idempotencyKey: 'spent' }, deactivated(idle(true),
      { field: null, code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH', message: 'The same idempotency key cannot be used with different operation parameters.' }), { own: true }),
    ask('cleanup.1', DELETE, keyless, { data: { locationDelete: { deletedLocationId: null,
      locationDeleteUserErrors: [{ field: ['locationId'], code: 'LOCATION_IS_ACTIVE', message: 'The location cannot be deleted while it is active.' }] } }, cost: [10, 10] }),
  ],
  left: ['deactivateWithoutDirective202510', 'activateWithoutDirective202510', 'deactivateWithDirective202510', 'activateWithDirective202510']
    .map((name) => ({ from: `workflow.${name}`, why: OLD })),
});

const directive = capture('location-activate-deactivate-with-idempotency-directive', {
  setup: [SHOP, offline('loc', 'A')],
  given: { name: 'A' },
  steps: [
    ask('workflow.deactivateWithDirective', DEACTIVATE, keyed, deactivated(idle(false))),
    ask('workflow.readAfterDeactivate', READ, { id: '${loc}' }, { data: { location: idle(false) } }),
    ask('workflow.activateWithDirective', ACTIVATE, keyed, activated(idle(true))),
    ask('workflow.missingDirective202604', plain(DEACTIVATE), keyless, noDirective('locationDeactivate')),
    ask('cleanup.0', DEACTIVATE, keyed, deactivated(idle(false))),
    ask('cleanup.1', DELETE, keyless, { data: { locationDelete: { deletedLocationId: '${loc}', locationDeleteUserErrors: [] } }, cost: [10, 10] }),
  ],
  left: [{ from: 'workflow.deactivateWithoutDirective202601', why: OLD }],
});

const place = (id, isActive = true, isFulfillmentService = false) => ({ id: `\${${id}}`, name: `\${name.${id}}`, isActive, isFulfillmentService });
const named = (id) => ({ id: `\${${id}}`, name: `\${name.${id}}` });
const CONNECTION = `query Filtered($query: String!, $alphaQuery: String!) {
  filteredDefault: locations(first: 10, query: $query, sortKey: NAME) { edges { cursor } nodes { id name isActive isFulfillmentService } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  filteredIncludeInactive: locations(first: 10, query: $query, sortKey: NAME, includeInactive: true) { nodes { id name isActive isFulfillmentService } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  queryAlpha: locations(first: 10, query: $alphaQuery) { nodes { id name isActive } }
  nameFirst: locations(first: 1, query: $query, sortKey: NAME) { edges { cursor } nodes { id name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  reversed: locations(first: 10, query: $query, sortKey: NAME, reverse: true) { nodes { id name } } }`;
const ends = (hasNextPage, start, end) => ({ hasNextPage, hasPreviousPage: false, startCursor: `\${cursor.${start}}`, endCursor: `\${cursor.${end}}` });

const filters = capture('location-connection-filters', {
  setup: [SHOP, location('alpha', 'Alpha'), location('zulu', 'Zulu'), location('beta', 'Beta'), control('location', { id: '${beta}', active: false })],
  given: { 'name.alpha': 'Alpha', 'name.beta': 'Beta', 'name.zulu': 'Zulu' },
  scaffold: ['workflow.alphaLocationAdd', 'workflow.zuluLocationAdd', 'workflow.betaLocationAdd', 'workflow.betaDeactivate'],
  note: 'Counts and the location of a fulfilment service (`includeLegacy`) are not compared.',
  steps: [
    ask('workflow.connectionRead', CONNECTION,
      { query: 'name:\'${name.alpha}\' OR name:\'${name.beta}\' OR name:\'${name.zulu}\'', alphaQuery: 'name:\'${name.alpha}\'' },
      { data: {
        filteredDefault: { edges: [{ cursor: '${cursor.alpha}' }, { cursor: '${cursor.zulu}' }], nodes: [place('alpha'), place('zulu')], pageInfo: ends(false, 'alpha', 'zulu') },
        filteredIncludeInactive: { nodes: [place('alpha'), place('beta', false), place('zulu')], pageInfo: ends(false, 'alpha', 'zulu') },
        queryAlpha: { nodes: [{ ...named('alpha'), isActive: true }] },
        nameFirst: { edges: [{ cursor: '${cursor.alpha}' }], nodes: [named('alpha')], pageInfo: ends(true, 'alpha', 'alpha') },
        reversed: { nodes: [named('zulu'), named('alpha')] } } }, { own: true }),
  ],
  left: [{ from: 'workflow.fulfillmentServiceCreate', why: 'fulfilment services are not modelled' }],
});

const blocked = (place, field, code, message) => deactivated({ isActive: true, deletable: false, ...place },
  { field: [field], code, message });
const to = (destinationLocationId) => ({ locationId: '${source}', destinationLocationId, idempotencyKey: KEY });
const source = { id: '${source}', hasActiveInventory: false, fulfillsOnlineOrders: false };

const machine = capture('location-deactivate-state-machine', {
  setup: [SHOP, location('second', 'Second'), offline('source', 'Source'), offline('closed', 'Closed'), control('location', { id: '${closed}', active: false }),
    offline('stocked', 'Stocked'), product('a', ['${main}', '${stocked}']), control('levels', [{ sku: 'a', location: '${stocked}', available: 7 }])],
  steps: [
    ask('workflow.destinationSameId', DEACTIVATE_TO, to('${source}'), blocked(source, 'destinationLocationId', 'DESTINATION_LOCATION_IS_THE_SAME_LOCATION',
      'Location could not be deactivated because the destination location cannot be set to the location to be deactivated.')),
    ask('workflow.destinationInactive', DEACTIVATE_TO, to('${closed}'), blocked(source, 'destinationLocationId', 'DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE',
      'Location could not be deactivated because the destination location could be not found or is inactive.')),
    ask('workflow.sourceHasActiveInventory', DEACTIVATE, { locationId: '${stocked}', idempotencyKey: KEY },
      blocked({ id: '${stocked}', hasActiveInventory: true }, 'locationId', 'HAS_ACTIVE_INVENTORY_ERROR',
        'Location could not be deactivated without specifying where to relocate inventory stocked at the location.')),
    ask('workflow.sourcePermanentlyBlocked', DEACTIVATE, { locationId: '${main}', idempotencyKey: KEY },
      blocked({ id: '${main}', name: 'Shop location', activatable: true, deactivatable: false, fulfillsOnlineOrders: true }, 'locationId', 'PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR',
        'Location could not be deactivated because it either has a fulfillment service or is the only location with a shipping address.')),
    // a shop whose only location for online orders is not its primary one
    control('reset', { plan: 'standard', seed: 2 }), offline('primary', 'Shop location'), location('online', 'Online'),
    ask('workflow.sourceOnlyOnlineFulfiller', DEACTIVATE, { locationId: '${online}', idempotencyKey: KEY },
      blocked({ id: '${online}', deactivatable: true, fulfillsOnlineOrders: true, hasActiveInventory: false }, 'locationId', 'CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT',
        'At least one location must fulfill online orders.')),
  ],
});

const LEVELS = `query Levels($inventoryItemId: ID!, $deletedLocationId: ID!) { inventoryItem(id: $inventoryItemId) { id locationsCount { count precision }
  deletedLevel: inventoryLevel(locationId: $deletedLocationId) { id location { id name } }
  inventoryLevels(first: 10) { nodes { id location { id name } quantities(names: ["available", "on_hand"]) { name quantity } } } } }`;
const stock = (at, n) => ({ id: `\${level.${at}}`, location: { id: `\${${at}}`, name: ANY }, quantities: [{ name: 'available', quantity: n }, { name: 'on_hand', quantity: n }] });
const held = (count, deletedLevel, ...nodes) => ({ data: { inventoryItem: { id: '${a.item}', locationsCount: { count, precision: 'EXACT' }, deletedLevel, inventoryLevels: { nodes } } } });
const heldBy = { inventoryItemId: '${a.item}', deletedLocationId: '${target}' };
const activate = (from, at, available) => ask(from, `mutation Activate($inventoryItemId: ID!, $locationId: ID!, $available: Int, $idempotencyKey: String!) {
  inventoryActivate(inventoryItemId: $inventoryItemId, locationId: $locationId, available: $available) ${KEYED} {
    inventoryLevel { id location { id name } quantities(names: ["available", "on_hand"]) { name quantity } } userErrors { field message } } }`,
{ inventoryItemId: '${a.item}', locationId: `\${${at}}`, available, idempotencyKey: KEY },
{ data: { inventoryActivate: { userErrors: [], inventoryLevel: stock(at, available) } }, cost: [12, 12] });

const cascade = capture('location-delete-inventory-level-cascade', {
  setup: [location('main', 'Shop location'), offline('target', 'Target'), offline('destination', 'Destination'), product('a', ['${main}'])],
  scaffold: ['workflow.targetLocationAdd', 'workflow.destinationLocationAdd', 'workflow.productCreate', 'workflow.productTrack'],
  steps: [
    activate('workflow.destinationInventoryActivate', 'destination', 9),
    ask('workflow.defaultInventoryRead', LEVELS, heldBy, held(2, null, stock('main', 0), stock('destination', 9))),
    ask('workflow.defaultInventoryDeactivations.0', `mutation Deactivate($inventoryLevelId: ID!, $idempotencyKey: String!) {
      inventoryDeactivate(inventoryLevelId: $inventoryLevelId) ${KEYED} { userErrors { field message } } }`,
    { inventoryLevelId: '${level.main}', idempotencyKey: KEY }, { data: { inventoryDeactivate: { userErrors: [] } }, cost: [10, 10] }),
    activate('workflow.targetInventoryActivate', 'target', 5),
    ask('workflow.inventoryBeforeDelete', LEVELS, heldBy,
      held(2, { id: '${level.target}', location: { id: '${target}' } }, stock('destination', 9), stock('target', 5))),
    ask('workflow.targetDeactivate', DEACTIVATE_TO, { locationId: '${target}', destinationLocationId: '${destination}', idempotencyKey: KEY },
      deactivated({ id: '${target}', isActive: false, hasActiveInventory: false, deletable: true })),
    ask('workflow.targetDelete', DELETE, { locationId: '${target}' },
      { data: { locationDelete: { deletedLocationId: '${target}', locationDeleteUserErrors: [] } }, cost: [10, 10] }),
    // all nine and five units are at the destination now
    ask('workflow.inventoryAfterDelete', LEVELS, heldBy, held(1, null, stock('destination', 14))),
  ],
});

export default [lifecycle, directive, filters, machine, cascade];
