// Locations: switching them off and on, deleting them, listing them. Evenstock only reads locations; they change by hand
// (`POST /_control/location`), so the mutations are refused by name.

import { ask, beyond, capture, control, location, product, topLevel } from '../lib/case.js';
import { ANY, KEY, OPERATION } from '../lib/match.js';

const STATE = 'id name isActive activatable deactivatable fulfillsOnlineOrders hasActiveInventory deletable';
const DEACTIVATE = `mutation Deactivate($locationId: ID!, $idempotencyKey: String!) { locationDeactivate(locationId: $locationId) @idempotent(key: $idempotencyKey) {
  location { ${STATE} } locationDeactivateUserErrors { field code message } } }`;
const ACTIVATE = `mutation Activate($locationId: ID!, $idempotencyKey: String!) { locationActivate(locationId: $locationId) @idempotent(key: $idempotencyKey) {
  location { ${STATE} } locationActivateUserErrors { field code message } } }`;
// The directive without its key.
const BARE = (document) => document.replace('(key: $idempotencyKey)', '').replace(', $idempotencyKey: String!', '');
const READ = `query Location($id: ID!) { location(id: $id) { ${STATE} } }`;

const BY_HAND = 'locations are switched by hand (`POST /_control/location`); the mutation is not modelled';
const OLD = 'an answer of 2025-10 or 2026-01, before the directive was required; these versions are not served';
const keyed = { locationId: '${loc}', idempotencyKey: KEY };
const noKey = (root) => ({ errors: [topLevel('Directive \'idempotent\' is missing required arguments: key', 'missingRequiredArguments',
  { path: [OPERATION, root], extensions: { className: 'Directive', name: 'idempotent', arguments: 'key' } })] });
const state = (isActive, deletable) => ({ data: { location: { id: '${loc}', name: '${name}', isActive, activatable: true, deactivatable: true,
  hasActiveInventory: false, deletable } } });
const TWO = [location('loc', 'A', {}), location('main', 'Shop location')];

const lifecycle = capture('location-activate-deactivate-lifecycle', {
  setup: TWO,
  given: { name: 'A' },
  steps: [
    beyond('workflow.deactivateWithDirective202604', DEACTIVATE, keyed, 'Mutation.locationDeactivate', BY_HAND),
    beyond('workflow.activateWithDirective202604', ACTIVATE, keyed, 'Mutation.locationActivate', BY_HAND),
    ask('workflow.deactivateWithBareDirective202604', BARE(DEACTIVATE),
      { locationId: '${loc}' }, noKey('locationDeactivate')),
    ask('workflow.activateWithBareDirective202604', BARE(ACTIVATE),
      { locationId: '${loc}' }, noKey('locationActivate')),
    ask('workflow.readAfterKeyedActivate', READ, { id: '${loc}' }, state(true, false)),
  ],
  left: [
    ...['deactivateWithoutDirective202510', 'activateWithoutDirective202510', 'deactivateWithDirective202510', 'activateWithDirective202510']
      .map((name) => ({ from: `workflow.${name}`, why: OLD })),
    ...['deactivateWithoutDirective202604', 'activateWithoutDirective202604'].map((name) => ({ from: `workflow.${name}`, why: BY_HAND })),
  ],
});

const directive = capture('location-activate-deactivate-with-idempotency-directive', {
  setup: TWO,
  given: { name: 'A' },
  steps: [
    beyond('workflow.deactivateWithDirective', DEACTIVATE, keyed, 'Mutation.locationDeactivate', BY_HAND),
    control('location', { id: '${loc}', active: false }),
    ask('workflow.readAfterDeactivate', READ, { id: '${loc}' }, state(false, true)),
    beyond('workflow.activateWithDirective', ACTIVATE, keyed, 'Mutation.locationActivate', BY_HAND),
  ],
  left: [{ from: 'workflow.missingDirective202604', why: BY_HAND }, { from: 'workflow.deactivateWithoutDirective202601', why: OLD }],
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
  setup: [location('alpha', 'Alpha'), location('zulu', 'Zulu'), location('beta', 'Beta'), location('main', 'Shop location'),
    control('location', { id: '${beta}', active: false })],
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

const machine = capture('location-deactivate-state-machine', {
  setup: [...TWO, product('a', ['${loc}', '${main}']), control('levels', [{ sku: 'a', location: '${loc}', available: 7 }])],
  steps: [
    beyond('workflow.sourceHasActiveInventory', DEACTIVATE, keyed, 'Mutation.locationDeactivate', BY_HAND),
  ],
  left: ['destinationSameId', 'destinationInactive', 'sourceOnlyOnlineFulfiller', 'sourcePermanentlyBlocked'].map((name) =>
    ({ from: `workflow.${name}`, why: BY_HAND })),
});

const LEVELS = `query Levels($inventoryItemId: ID!, $deletedLocationId: ID!) { inventoryItem(id: $inventoryItemId) { id locationsCount { count precision }
  deletedLevel: inventoryLevel(locationId: $deletedLocationId) { id location { id name } }
  inventoryLevels(first: 10) { nodes { id location { id name } quantities(names: ["available", "on_hand"]) { name quantity } } } } }`;
const stock = (id, place, n) => ({ id: `\${level.${id}}`, location: { id: `\${${place}}`, name: ANY }, quantities: [{ name: 'available', quantity: n }, { name: 'on_hand', quantity: n }] });
const activate = (from, place, available) => ask(from, `mutation Activate($inventoryItemId: ID!, $locationId: ID!, $available: Int, $idempotencyKey: String!) {
  inventoryActivate(inventoryItemId: $inventoryItemId, locationId: $locationId, available: $available) @idempotent(key: $idempotencyKey) {
    inventoryLevel { id location { id name } quantities(names: ["available", "on_hand"]) { name quantity } } userErrors { field message } } }`,
{ inventoryItemId: '${a.item}', locationId: `\${${place}}`, available, idempotencyKey: KEY },
{ data: { inventoryActivate: { userErrors: [], inventoryLevel: stock(place, place, available) } }, cost: [12, 12] });

const cascade = capture('location-delete-inventory-level-cascade', {
  setup: [location('main', 'Shop location'), location('target', 'Target'), location('destination', 'Destination'), product('a', ['${main}'])],
  scaffold: ['workflow.targetLocationAdd', 'workflow.destinationLocationAdd', 'workflow.productCreate', 'workflow.productTrack'],
  steps: [
    activate('workflow.destinationInventoryActivate', 'destination', 9),
    ask('workflow.defaultInventoryRead', LEVELS, { inventoryItemId: '${a.item}', deletedLocationId: '${target}' },
      { data: { inventoryItem: { id: '${a.item}', locationsCount: { count: 2, precision: 'EXACT' }, deletedLevel: null,
        inventoryLevels: { nodes: [stock('main', 'main', 0), stock('destination', 'destination', 9)] } } } }),
    ask('workflow.defaultInventoryDeactivations.0', `mutation Deactivate($inventoryLevelId: ID!, $idempotencyKey: String!) {
      inventoryDeactivate(inventoryLevelId: $inventoryLevelId) @idempotent(key: $idempotencyKey) { userErrors { field message } } }`,
    { inventoryLevelId: '${level.main}', idempotencyKey: KEY }, { data: { inventoryDeactivate: { userErrors: [] } }, cost: [10, 10] }),
    activate('workflow.targetInventoryActivate', 'target', 5),
    // the two levels come in no promised order
    ask('workflow.inventoryBeforeDelete', LEVELS, { inventoryItemId: '${a.item}', deletedLocationId: '${target}' },
      { data: { inventoryItem: { id: '${a.item}', locationsCount: { count: 2, precision: 'EXACT' }, deletedLevel: { id: '${level.target}', location: { id: '${target}' } },
        inventoryLevels: { nodes: [stock('destination', 'destination', 9), stock('target', 'target', 5)] } } } }),
    beyond('workflow.targetDelete', 'mutation Delete($locationId: ID!) { locationDelete(locationId: $locationId) { deletedLocationId locationDeleteUserErrors { field message code } } }',
      { locationId: '${target}' }, 'Mutation.locationDelete', 'deleting a location is not modelled'),
  ],
  left: [
    { from: 'workflow.targetDeactivate', why: 'moving all stock to a destination on deactivation is not modelled' },
    { from: 'workflow.inventoryAfterDelete', why: 'deleting a location is not modelled' },
  ],
});

export default [lifecycle, directive, filters, machine, cascade];
