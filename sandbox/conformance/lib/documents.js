// The documents that several cases send. Selections are those whose figures a case checks; the costs follow from them.

const GROUP = `inventoryAdjustmentGroup { reason referenceDocumentUri
  changes { name delta quantityAfterChange ledgerDocumentUri item { id } location { id } } }`;

const ID = 'inventoryAdjustmentGroup { id }';

const quantities = (root, input, { group = GROUP, directive = '@idempotent(key: $idempotencyKey)', code = 'code' } = {}) =>
  `mutation Write($input: ${input}!${directive.includes('$') ? ', $idempotencyKey: String!' : ''}) {
  ${root}(input: $input) ${directive} { ${group} userErrors { ${code} field message } } }`;

export const ADJUST = quantities('inventoryAdjustQuantities', 'InventoryAdjustQuantitiesInput');
export const ADJUST_NO_KEY = quantities('inventoryAdjustQuantities', 'InventoryAdjustQuantitiesInput', { directive: '', group: ID });
export const ADJUST_BARE = quantities('inventoryAdjustQuantities', 'InventoryAdjustQuantitiesInput', { group: ID });
export const SET = quantities('inventorySetQuantities', 'InventorySetQuantitiesInput');
export const SET_NO_KEY = quantities('inventorySetQuantities', 'InventorySetQuantitiesInput', { directive: '', group: ID });
export const SET_BARE = quantities('inventorySetQuantities', 'InventorySetQuantitiesInput',
  { group: 'inventoryAdjustmentGroup { reason referenceDocumentUri }' });
export const SET_ON_HAND = quantities('inventorySetOnHandQuantities', 'InventorySetOnHandQuantitiesInput');
export const SET_ON_HAND_NO_KEY = quantities('inventorySetOnHandQuantities', 'InventorySetOnHandQuantitiesInput', { directive: '', group: ID });
export const SET_ON_HAND_BARE = quantities('inventorySetOnHandQuantities', 'InventorySetOnHandQuantitiesInput',
  { group: ID });
export const MOVE = quantities('inventoryMoveQuantities', 'InventoryMoveQuantitiesInput', {
  group: `inventoryAdjustmentGroup { reason referenceDocumentUri
    changes { name delta quantityAfterChange ledgerDocumentUri location { id name } } }` });
export const MOVE_BARE = quantities('inventoryMoveQuantities', 'InventoryMoveQuantitiesInput', { group: ID });

const activate = (args, level) => `mutation Activate($inventoryItemId: ID!, $locationId: ID!, ${
  args.map((a) => `$${a}: Int, `).join('')}$idempotencyKey: String!) {
  inventoryActivate(inventoryItemId: $inventoryItemId, locationId: $locationId${args.map((a) => `, ${a}: $${a}`).join('')})
    @idempotent(key: $idempotencyKey) { inventoryLevel { ${level} } userErrors { field message } } }`;

export const ACTIVATE_ON_HAND = activate(['onHand'], 'id isActive quantities(names: ["available", "on_hand"]) { name quantity updatedAt }');
export const ACTIVATE_BOTH = activate(['available', 'onHand'], 'id');
export const ACTIVATE_AVAILABLE = activate(['available'], 'id isActive location { id name } item { id }');
export const ACTIVATE_READ = activate(['available'],
  'id isActive location { id name } quantities(names: ["available", "on_hand", "damaged"]) { name quantity } item { id tracked }');
export const DEACTIVATE = `mutation Deactivate($inventoryLevelId: ID!, $idempotencyKey: String!) {
  inventoryDeactivate(inventoryLevelId: $inventoryLevelId) @idempotent(key: $idempotencyKey) { userErrors { field message } } }`;

export const ALL_NAMES = ['available', 'on_hand', 'committed', 'incoming', 'reserved', 'damaged', 'quality_control', 'safety_stock'];
const names = (list) => list.map((n) => `"${n}"`).join(', ');

// An item's levels; 3 objects a level, so 12 points asked for five of them, 6 spent on one.
export const levelsOf = (list, first = 5, more = '') => `query Levels($item: ID!) { inventoryItem(id: $item) { id
  inventoryLevels(first: ${first}${more}) { nodes { id location { id name } quantities(names: [${names(list)}]) { name quantity updatedAt } } } } }`;

export const ORDER_CANCEL = `mutation Cancel($orderId: ID!, $restock: Boolean!, $reason: OrderCancelReason!, $notifyCustomer: Boolean,
    $refund: Boolean, $refundMethod: OrderCancelRefundMethodInput, $staffNote: String) {
  orderCancel(orderId: $orderId, restock: $restock, reason: $reason, notifyCustomer: $notifyCustomer, refund: $refund,
    refundMethod: $refundMethod, staffNote: $staffNote) {
    job { id done } orderCancelUserErrors { field message code } userErrors { field message } } }`;
