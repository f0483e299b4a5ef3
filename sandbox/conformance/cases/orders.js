// Orders: cancelling, refunding, fulfilling. Money is not modelled: the stand-in's orders have no amounts.

import { ask, capture, location, order, product, refusal } from '../lib/case.js';
import { ANY, inAnyOrder, KEY, letters, OPERATION, TEXT, TIME } from '../lib/match.js';
import { ORDER_CANCEL } from '../lib/documents.js';

const SHOP = [location('loc', 'Shop location'), product('a', ['${loc}']),
  { kind: 'control', call: 'levels', body: [{ sku: 'a', location: '${loc}', available: 20 }], as: {} }];
const line = (name, quantity = 1) => order(name, 'a', quantity, '${loc}');

const cancel = (order, more = {}) => ({ orderId: `\${${order}}`, restock: false, reason: 'OTHER', ...more });
const cancelled = { data: { orderCancel: { job: { id: ANY, done: false }, orderCancelUserErrors: [], userErrors: [] } }, cost: [10, 10] };
const kept = (field, message) => ({ data: { orderCancel: { job: null, orderCancelUserErrors: [refusal([field], message, 'INVALID')],
  userErrors: [refusal([field], message)] } }, cost: [10, 10] });
const ALREADY = 'Cannot cancel an order that has already been canceled';
const TWO_WAYS = 'Only one of the arguments `refund` or `refund_method` is allowed.';
const READ_CANCELLED = 'query Cancelled($id: ID!) { order(id: $id) { id closed closedAt cancelledAt cancelReason } }';

const cancelErrors = capture('orderCancel-error-messages', {
  setup: [...SHOP, line('fresh'), line('gone')],
  steps: [
    ask('setup.setupCancel', ORDER_CANCEL, cancel('gone'), cancelled),
    ask('setup.cancelledOrderRead', READ_CANCELLED, { id: '${gone}' },
      { data: { order: { id: '${gone}', closed: true, closedAt: TIME, cancelledAt: TIME, cancelReason: 'OTHER' } }, cost: [1, 1] }, { until: true }),
    ask('expected.staffNoteTooLong', ORDER_CANCEL, cancel('fresh', { staffNote: letters(300) }),
      kept('staffNote', 'Staff note is too long. Maximum length is 255 characters.')),
    ask('expected.refundTrueAndRefundMethodConflict', ORDER_CANCEL,
      cancel('fresh', { refund: true, refundMethod: { originalPaymentMethodsRefund: true } }), kept('refund', TWO_WAYS)),
    ask('expected.refundFalseAndRefundMethodConflict', ORDER_CANCEL,
      cancel('fresh', { refund: false, refundMethod: { originalPaymentMethodsRefund: true } }), kept('refund', TWO_WAYS)),
    ask('expected.alreadyCancelled', ORDER_CANCEL, cancel('gone'), kept('orderId', ALREADY)),
  ],
});

const NO_MONEY = 'Amounts, gateways and transactions of the order are not modelled and not compared.';

const cancelParity = capture('orderCancel-parity', {
  setup: [...SHOP, line('order')],
  note: NO_MONEY,
  steps: [
    ask('mutation', ORDER_CANCEL, cancel('order', { notifyCustomer: false, staffNote: 'gone by mistake' }),
      { data: { orderCancel: { orderCancelUserErrors: [] } }, cost: [10, 10] }, { own: true }),
    ask('downstreamRead', READ_CANCELLED, { id: '${order}' },
      { data: { order: { id: '${order}', closed: true, closedAt: TIME, cancelledAt: TIME, cancelReason: 'OTHER' } } }, { until: true }),
  ],
});

const RESTOCKED = `query Restocked($id: ID!) { order(id: $id) { id closed closedAt cancelledAt cancelReason cancellation { staffNote } displayFulfillmentStatus
  fulfillmentOrders(first: 5) { nodes { id status requestStatus lineItems(first: 5) { nodes { id totalQuantity remainingQuantity lineItem { id quantity } } } } } } }`;

const cancelRestock = capture('orderCancel-restock-refundMethod-parity', {
  setup: [...SHOP, line('order', 2)],
  given: { staffNote: 'put it back' },
  note: NO_MONEY,
  steps: [
    ask('mutation', ORDER_CANCEL, cancel('order', { restock: true, notifyCustomer: false, staffNote: '${staffNote}', refundMethod: { originalPaymentMethodsRefund: true } }),
      { data: { orderCancel: { orderCancelUserErrors: [] } }, cost: [10, 10] }, { own: true }),
    ask('downstreamRead', RESTOCKED, { id: '${order}' }, { data: { order: { id: '${order}', closed: true, closedAt: TIME, cancelledAt: TIME, cancelReason: 'OTHER',
      cancellation: { staffNote: '${staffNote}' }, displayFulfillmentStatus: 'UNFULFILLED',
      fulfillmentOrders: { nodes: [{ id: '${fo}', status: 'CLOSED', requestStatus: 'UNSUBMITTED',
        lineItems: { nodes: [{ id: '${fol}', totalQuantity: 0, remainingQuantity: 0, lineItem: { id: '${line}', quantity: 2 } }] } }] } } } }, { until: true }),
  ],
});

const REFUND_INPUT = ['pointOfSaleDeviceId', 'locationId', 'userId', 'transactionGroupId'];
const attribution = { orderId: '${order}', pointOfSaleDeviceId: '9999999', locationId: 'gid://shopify/Location/0', userId: 0, transactionGroupId: '0' };
const NOT_DEFINED = 'Field is not defined on RefundInput';
const REFUND_INLINE = `mutation Inline { refundCreate(input: { orderId: "gid://shopify/Order/1" pointOfSaleDeviceId: "9999999"
  locationId: "gid://shopify/Location/0" userId: 0 transactionGroupId: "0" }) { refund { id } order { id } userErrors { field message } } }`;

const refundAttribution = capture('refund-create-attribution-validation', {
  setup: [...SHOP, line('order')],
  note: NO_MONEY,
  steps: [
    ask('schemaProbe', 'query Fields { refundInput: __type(name: "RefundInput") { inputFields { name } } userError: __type(name: "UserError") { fields { name } } }', {},
      { data: { refundInput: { inputFields: inAnyOrder(...['currency', 'orderId', 'note', 'notify', 'shipping', 'processedAt', 'refundLineItems', 'refundDuties', 'transactions',
        'refundMethods', 'discrepancyReason', 'allowOverRefunding'].map((name) => ({ name }))) }, userError: { fields: [{ name: 'field' }, { name: 'message' }] } } }),
    ask('invalidVariable', 'mutation Refund($input: RefundInput!) { refundCreate(input: $input) { refund { id } order { id } userErrors { field message } } }',
      { input: attribution },
      { errors: [{ message: `Variable $input of type RefundInput! was provided invalid value for ${REFUND_INPUT.map((f) => `${f} (${NOT_DEFINED})`).join(', ')}`,
        locations: [{ line: ANY, column: ANY }],
        extensions: { code: 'INVALID_VARIABLE', value: attribution, problems: REFUND_INPUT.map((f) => ({ path: [f], explanation: NOT_DEFINED })) } }] }),
    ask('invalidInline', REFUND_INLINE, {},
      { errors: REFUND_INPUT.map((f) => ({ message: `InputObject 'RefundInput' doesn't accept argument '${f}'`, path: [OPERATION, 'refundCreate', 'input', f],
        extensions: { code: 'argumentNotAccepted', name: 'RefundInput', typeName: 'InputObject', argumentName: f } })) }),
    ask('downstreamRead', `query After($id: ID!) { order(id: $id) { id displayFulfillmentStatus refunds { id }
      returns(first: 5) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`, { id: '${order}' },
    { data: { order: { id: '${order}', displayFulfillmentStatus: 'UNFULFILLED', refunds: [],
      returns: { nodes: [], pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } } } } }),
  ],
});

const REFUND = `mutation Refund($input: RefundInput!, $idempotencyKey: String!) { refundCreate(input: $input) @idempotent(key: $idempotencyKey) {
  refund { id } order { id } userErrors { field message } } }`;
const MONEY_ONLY = 'refunds of money (transactions, gateways, amounts) are not modelled; a refund moves stock (`refundLineItems`, or the control call `orders/ID/refund`)';
const money = (name, kind, parent) => ask(name, REFUND, { input: { orderId: '${order}', transactions: [{ amount: '1.00', gateway: 'manual', kind, orderId: '${order}', parentId: parent }] }, idempotencyKey: KEY },
  { data: { refundCreate: ANY } }, { own: true, differs: { why: MONEY_ONLY, answer: { data: { refundCreate: null },
    errors: [{ message: 'The sandbox does not model RefundInput.transactions.', path: ['refundCreate'], extensions: { code: 'SANDBOX_NOT_MODELLED' } }] } } });
const SALE = 'gid://shopify/OrderTransaction/999999999999';

const refundTransactions = capture('refund-create-transactions-validation', {
  setup: [...SHOP, line('order')],
  steps: [
    money('invalidKind', 'AUTHORIZATION', SALE),
    money('missingParent', 'REFUND', SALE),
    money('mismatchedGateway', 'REFUND', SALE),
    money('happyPath', 'REFUND', SALE),
  ],
});

const FULFIL = `mutation Fulfil($fulfillment: FulfillmentInput!, $message: String) { fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
  fulfillment { id status displayStatus trackingInfo { number url company } fulfillmentLineItems(first: 5) { nodes { id quantity lineItem { id } } } }
  userErrors { field message } } }`;
const FULFIL_LEAN = `mutation Fulfil($fulfillment: FulfillmentInput!, $message: String) { fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
  fulfillment { id status displayStatus trackingInfo { number url company } } userErrors { field message } } }`;
const trackingOf = (tag) => ({ number: `\${number.${tag}}`, url: `\${url.${tag}}`, company: 'Hermes' });
const tracking = trackingOf('1');
const numbers = (...tags) => Object.fromEntries(tags.flatMap((tag) => [[`number.${tag}`, `N${tag}`], [`url.${tag}`, `https://example.com/track/${tag}`]]));
const fulfil = (fo, items, tag = '1') => ({ fulfillment: { notifyCustomer: false, trackingInfo: trackingOf(tag),
  lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: fo, ...(items ? { fulfillmentOrderLineItems: items } : {}) }] }, message: TEXT });
const withMessage = (variables) => ({ ...variables, message: 'conformance' });
const unfulfilled = (field, message) => ({ data: { fulfillmentCreate: { fulfillment: null, userErrors: [refusal(field, message)] } } });
const done = (order) => ({ data: { fulfillmentCreate: { userErrors: [], fulfillment: { id: `\${${order}.fulfillment}`, status: 'SUCCESS', displayStatus: 'FULFILLED',
  trackingInfo: [trackingOf(order)], fulfillmentLineItems: { nodes: [{ id: ANY, quantity: 1, lineItem: { id: ANY } }] } } } } });
// The open fulfilment order of an order, and its line.
const openOf = (order) => ask(null, `query Open($id: ID!) { order(id: $id) { fulfillmentOrders(first: 5) { nodes { id status requestStatus
  lineItems(first: 5) { nodes { id totalQuantity remainingQuantity } } } } } }`, { id: `\${${order}}` },
{ data: { order: { fulfillmentOrders: { nodes: [{ id: `\${${order}.fo}`, status: 'OPEN', requestStatus: 'UNSUBMITTED',
  lineItems: { nodes: [{ id: `\${${order}.fol}`, totalQuantity: 1, remainingQuantity: 1 }] } }] } } } });
const own = { own: true };
const V2 = (name) => ({ from: `cases.${name}`, why: '`fulfillmentCreateV2` is the deprecated twin of `fulfillmentCreate` and is not modelled' });

const fulfilPreconditions = capture('fulfillment-create-preconditions', {
  setup: [...SHOP, ...['cancelled', 'zero', 'over', 'closed', 'progress', 'happy'].map((name) => line(name))],
  given: numbers('1', 'closed', 'progress', 'happy'),
  scaffold: ['cases.nonPositiveQuantity.setup'],
  steps: [
    ...['cancelled', 'zero', 'over', 'closed', 'progress', 'happy'].map(openOf),
    ask('cases.cancelled.setup.orderCancel', ORDER_CANCEL, cancel('cancelled', { restock: true, notifyCustomer: false }), cancelled, own),
    ask(null, READ_CANCELLED, { id: '${cancelled}' }, { data: { order: { cancelledAt: TIME } } }, { until: true }),
    ask('cases.cancelled', FULFIL, withMessage(fulfil('${cancelled.fo}')),
      unfulfilled(['fulfillment'], 'Fulfillment order ${cancelled.fo#} has an unfulfillable status= closed.'), own),
    ask('cases.nonPositiveQuantity', FULFIL, withMessage(fulfil('${zero.fo}', [{ id: '${zero.fol}', quantity: 0 }])),
      unfulfilled(['fulfillment', 'lineItemsByFulfillmentOrder', '0', 'fulfillmentOrderLineItems', '0', 'quantity'], 'Quantity must be greater than 0'), own),
    ask('cases.overFulfill', FULFIL, withMessage(fulfil('${over.fo}', [{ id: '${over.fol}', quantity: 2 }])),
      unfulfilled(['fulfillment'], 'Invalid fulfillment order line item quantity requested.'), own),
    ask('cases.missingFulfillmentOrder', FULFIL,
      withMessage(fulfil('gid://shopify/FulfillmentOrder/999999999', [{ id: 'gid://shopify/FulfillmentOrderLineItem/999999999', quantity: 1 }])),
      unfulfilled(['fulfillment'], 'Fulfillment order does not exist.'), own),
    ask('cases.closed.setup.firstFulfillmentCreate', FULFIL, withMessage(fulfil('${closed.fo}', undefined, 'closed')), done('closed'), own),
    ask('cases.closed', FULFIL, withMessage(fulfil('${closed.fo}')),
      unfulfilled(['fulfillment'], 'Fulfillment order ${closed.fo#} has an unfulfillable status= closed.'), own),
    ask('cases.inProgress.setup.reportProgress', `mutation Progress($id: ID!, $progressReport: FulfillmentOrderReportProgressInput) {
      fulfillmentOrderReportProgress(id: $id, progressReport: $progressReport) { fulfillmentOrder { id status requestStatus
        lineItems(first: 5) { nodes { id totalQuantity remainingQuantity } } } userErrors { field message } } }`,
    { id: '${progress.fo}', progressReport: { reasonNotes: 'conformance' } },
    { data: { fulfillmentOrderReportProgress: { userErrors: [], fulfillmentOrder: { id: '${progress.fo}', status: 'IN_PROGRESS', requestStatus: 'UNSUBMITTED',
      lineItems: { nodes: [{ id: '${progress.fol}', totalQuantity: 1, remainingQuantity: 1 }] } } } } }, own),
    ask('cases.inProgress', FULFIL, withMessage(fulfil('${progress.fo}', undefined, 'progress')), done('progress'), own),
    ask('cases.happyPath', FULFIL, withMessage(fulfil('${happy.fo}', undefined, 'happy')), done('happy'), own),
    ask('cleanup.gid://shopify/Order/8887507681586.cancel', ORDER_CANCEL, cancel('happy', { restock: true, notifyCustomer: false }),
      kept('orderId', 'Cannot cancel an order that has outstanding fulfillments'), own),
    ask('cleanup.gid://shopify/Order/8887505649970.cancel', ORDER_CANCEL, cancel('cancelled', { restock: true, notifyCustomer: false }), kept('orderId', ALREADY), own),
  ],
  left: [V2('nonPositiveQuantityV2'), V2('missingFulfillmentOrderV2')],
});

const FULFILMENT = 'fulfillment { id status displayStatus trackingInfo { number url company } } userErrors { field message }';
const CANCEL_FULFILMENT = `mutation CancelFulfilment($id: ID!) { fulfillmentCancel(id: $id) { ${FULFILMENT} } }`;
const EVENT = `mutation Event($fulfillmentEvent: FulfillmentEventInput!) { fulfillmentEventCreate(fulfillmentEvent: $fulfillmentEvent) {
  fulfillmentEvent { id status message happenedAt createdAt } userErrors { field message } } }`;
const shipped = (root, id, status, displayStatus, info = tracking) =>
  ({ data: { [root]: { fulfillment: { id, status, displayStatus, trackingInfo: [info] }, userErrors: [] } } });
const event = (id, message) => ({ fulfillmentEvent: { fulfillmentId: id, status: 'DELIVERED', message, happenedAt: TIME } });
const eventAt = (variables) => ({ fulfillmentEvent: { ...variables.fulfillmentEvent, happenedAt: '2026-11-24T00:00:00Z' } });
const eventMade = (message) => ({ data: { fulfillmentEventCreate: { userErrors: [], fulfillmentEvent: { id: ANY, status: 'DELIVERED', message, happenedAt: TIME, createdAt: TIME } } }, cost: [10, 10] });
const second = trackingOf('2');
const third = trackingOf('3');

const fulfilStates = capture('fulfillment-state-preconditions', {
  setup: [...SHOP, line('one'), line('two')],
  given: numbers('1', '2', '3'),
  scaffold: ['deliveredSetup'],
  steps: [
    openOf('one'), openOf('two'),
    ask('setup.fulfillmentCreate', FULFIL_LEAN, withMessage(fulfil('${one.fo}')), { ...shipped('fulfillmentCreate', '${f1}', 'SUCCESS', 'FULFILLED'), cost: [11, 11] }, own),
    ask('initialCancel', CANCEL_FULFILMENT, { id: '${f1}' }, { ...shipped('fulfillmentCancel', '${f1}', 'CANCELLED', 'CANCELED'), cost: [11, 11] }),
    ask('cancelAlreadyCancelled', CANCEL_FULFILMENT, { id: '${f1}' }, { ...shipped('fulfillmentCancel', '${f1}', 'CANCELLED', 'CANCELED'), cost: [11, 11] }),
    ask('trackingAlreadyCancelled', `mutation Tracking($fulfillmentId: ID!, $trackingInfoInput: FulfillmentTrackingInput!, $notifyCustomer: Boolean) {
      fulfillmentTrackingInfoUpdate(fulfillmentId: $fulfillmentId, trackingInfoInput: $trackingInfoInput, notifyCustomer: $notifyCustomer) { ${FULFILMENT} } }`,
    { fulfillmentId: '${f1}', notifyCustomer: false, trackingInfoInput: second }, shipped('fulfillmentTrackingInfoUpdate', '${f1}', 'CANCELLED', 'CANCELED', second)),
    ask('eventOnCancelled', EVENT, eventAt(event('${f1}', 'delivered')), eventMade(TEXT), own),
    ask('deliveredSetup.fulfillmentCreate', FULFIL_LEAN,
      { fulfillment: { ...fulfil('${two.fo}').fulfillment, trackingInfo: third }, message: 'conformance' }, shipped('fulfillmentCreate', '${f2}', 'SUCCESS', 'FULFILLED', third), own),
    ask('deliveredEventCreate', EVENT, eventAt(event('${f2}', 'delivered')), eventMade(TEXT), own),
    ask('cancelDelivered', CANCEL_FULFILMENT, { id: '${f2}' }, { ...shipped('fulfillmentCancel', '${f2}', 'CANCELLED', 'CANCELED', third), cost: [11, 11] }),
  ],
});

export default [cancelErrors, cancelParity, cancelRestock, refundAttribution, refundTransactions, fulfilPreconditions, fulfilStates];
