// Webhook subscriptions: what can be registered, how it reads back, how it lists.

import { ask, capture, refusal } from '../lib/case.js';
import { ANY, OPERATION, TIME } from '../lib/match.js';

const SUBSCRIPTION = 'id topic format includeFields metafieldNamespaces filter createdAt updatedAt uri';
const CREATE = `mutation Create($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) { webhookSubscription { ${SUBSCRIPTION} } userErrors { field message } } }`;
const UPDATE = `mutation Update($id: ID!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $webhookSubscription) { webhookSubscription { ${SUBSCRIPTION} } userErrors { field message } } }`;
const DELETE = 'mutation Delete($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } } }';
const DETAIL = `query Detail($id: ID!) { webhookSubscription(id: $id) { ${SUBSCRIPTION} } }`;

// The captures read the address as `endpoint { callbackUrl }`, which is deprecated; here it is read as `uri`.
const both = (shape) => ({
  expect: shape((url) => ({ uri: url })),
  recorded: shape((url) => ({ endpoint: { __typename: 'WebhookHttpEndpoint', callbackUrl: url } })),
});
const asking = (from, document, variables, shape, more = {}) => {
  const { expect, recorded } = both(shape);
  return ask(from, document, variables, expect, { recorded, ...more });
};
const input = (uri, more = {}) => ({ uri, format: 'JSON', ...more });
const FULL = { includeFields: ['id', 'name'], metafieldNamespaces: ['custom'] };
const LEAN = { includeFields: ['id'], metafieldNamespaces: [] };
const subscription = (id, topic, url, more) => (at) => ({ id: `\${${id}}`, topic, format: 'JSON', createdAt: TIME, updatedAt: TIME, ...more, ...at(url) });

const created = (...args) => (at) => ({ data: { webhookSubscriptionCreate: { webhookSubscription: subscription(...args)(at), userErrors: [] } }, cost: [10, 10] });
const updated = (...args) => (at) => ({ data: { webhookSubscriptionUpdate: { webhookSubscription: subscription(...args)(at), userErrors: [] } }, cost: [10, 10] });
const detail = (...args) => (at) => ({ data: { webhookSubscription: subscription(...args)(at) }, cost: [1, 1] });
const refused = (root, ...userErrors) => ({ data: { [root]: { webhookSubscription: null, userErrors } }, cost: [10, 10] });
const deleted = (id) => ({ data: { webhookSubscriptionDelete: { deletedWebhookSubscriptionId: `\${${id}}`, userErrors: [] } }, cost: [10, 10] });
const ADDRESS = ['webhookSubscription', 'callbackUrl'];
const BLANK = refusal(ADDRESS, 'Address can\'t be blank');
const HTTP = refusal(ADDRESS, 'Address protocol http:// is not supported');
const INTERNAL = refusal(ADDRESS, 'Address cannot be a Shopify or an internal domain');
const GONE = refusal(['id'], 'Webhook subscription does not exist');
const BAD_FILTER = refusal(['webhookSubscription'], 'The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.');

const UNKNOWN = 'gid://shopify/WebhookSubscription/999999999999';
const urls = (...tags) => Object.fromEntries(tags.map((tag) => [`url.${tag}`, `https://example.com/conformance-${tag}`]));
const register = (from, tag, topic, more) => asking(from, CREATE, { topic, webhookSubscription: input(`\${url.${tag}}`, more) },
  created(tag, topic, `\${url.${tag}}`, { filter: null, ...more }));
const remove = (from, tag) => ask(from, DELETE, { id: `\${${tag}}` }, deleted(tag));

const EMPTY_PAGE = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
const VALIDATION = `mutation Branches($unknownId: ID!, $unknownUpdateInput: WebhookSubscriptionInput!) {
  updateUnknown: webhookSubscriptionUpdate(id: $unknownId, webhookSubscription: $unknownUpdateInput) { webhookSubscription { id } userErrors { field message } }
  deleteUnknown: webhookSubscriptionDelete(id: $unknownId) { deletedWebhookSubscriptionId userErrors { field message } }
  createMissingUri: webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: { format: JSON }) { webhookSubscription { id } userErrors { field message } } }`;

const conformance = capture('webhook-subscription-conformance', {
  given: { ...urls('life', 'life2', 'plain', 'empty', 'filtered', 'base', 'bad', 'check'), uri: 'https://example.com/unknown', rule: 'customer_id:1' },
  scaffold: ['filterValidation.setupCustomer', 'filterValidation.cleanupCustomer'],
  steps: [
    ask('catalog', `query Catalog($first: Int!, $unknownId: ID!) { webhookSubscriptions(first: $first) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
      unknown: webhookSubscription(id: $unknownId) { id } }`, { first: 5, unknownId: UNKNOWN },
    { data: { webhookSubscriptions: { nodes: [], pageInfo: EMPTY_PAGE }, unknown: null } }),
    register('lifecycle.create', 'life', 'SHOP_UPDATE', { filter: '', ...FULL }),
    asking('lifecycle.detailAfterCreate', DETAIL, { id: '${life}' }, detail('life', 'SHOP_UPDATE', '${url.life}', { filter: '', ...FULL })),
    asking('lifecycle.update', UPDATE, { id: '${life}', webhookSubscription: input('${url.life2}', { filter: '', ...LEAN }) },
      updated('life', 'SHOP_UPDATE', '${url.life2}', { filter: '', ...LEAN })),
    asking('lifecycle.detailAfterUpdate', DETAIL, { id: '${life}' }, detail('life', 'SHOP_UPDATE', '${url.life2}', { filter: '', ...LEAN })),
    remove('lifecycle.delete', 'life'),
    ask('lifecycle.postDeleteDetail', DETAIL, { id: '${life}' }, { data: { webhookSubscription: null }, cost: [1, 1] }),
    register('filterDefault.createWithoutFilter', 'plain', 'SHOP_UPDATE', FULL),
    asking('filterDefault.detailWithoutFilter', DETAIL, { id: '${plain}' }, detail('plain', 'SHOP_UPDATE', '${url.plain}', { filter: null, ...FULL })),
    remove('filterDefault.deleteWithoutFilter', 'plain'),
    register('filterDefault.createWithEmptyFilter', 'empty', 'SHOP_UPDATE', { filter: '', ...FULL }),
    remove('filterDefault.deleteWithEmptyFilter', 'empty'),
    register('filterValidation.createValidFilter', 'filtered', 'CUSTOMERS_UPDATE', { filter: '${rule}', ...FULL }),
    asking('filterValidation.detailValidFilter', DETAIL, { id: '${filtered}' }, detail('filtered', 'CUSTOMERS_UPDATE', '${url.filtered}', { filter: '${rule}', ...FULL })),
    remove('filterValidation.deleteValidFilter', 'filtered'),
    register('filterValidation.createUpdateBase', 'base', 'CUSTOMERS_UPDATE', FULL),
    asking('filterValidation.updateValidFilter', UPDATE, { id: '${base}', webhookSubscription: input('${url.base}', { filter: '${rule}', ...LEAN }) },
      updated('base', 'CUSTOMERS_UPDATE', '${url.base}', { filter: '${rule}', ...LEAN })),
    asking('filterValidation.detailAfterValidUpdate', DETAIL, { id: '${base}' }, detail('base', 'CUSTOMERS_UPDATE', '${url.base}', { filter: '${rule}', ...LEAN })),
    ask('filterValidation.updateInvalidFilter', UPDATE, { id: '${base}', webhookSubscription: input('${url.base}', { filter: 'totally bogus syntax', ...LEAN }) },
      refused('webhookSubscriptionUpdate', BAD_FILTER)),
    remove('filterValidation.deleteUpdateBase', 'base'),
    ask('filterValidation.createInvalidFilter', CREATE, { topic: 'CUSTOMERS_UPDATE', webhookSubscription: input('${url.bad}', { filter: 'totally bogus syntax', ...FULL }) },
      refused('webhookSubscriptionCreate', BAD_FILTER)),
    register('updateValidation.create', 'check', 'SHOP_UPDATE', { filter: '', ...FULL }),
    ask('updateValidation.updateBlankUri', UPDATE, { id: '${check}', webhookSubscription: input('', { filter: '', ...LEAN }) }, refused('webhookSubscriptionUpdate', BLANK)),
    ask('updateValidation.updateHttpUri', UPDATE, { id: '${check}', webhookSubscription: input('http://example.com', { filter: '', ...LEAN }) }, refused('webhookSubscriptionUpdate', HTTP)),
    ask('updateValidation.updateInvalidPubSub', UPDATE, { id: '${check}', webhookSubscription: input('pubsub://valid-project:', { filter: '', ...LEAN }) },
      refused('webhookSubscriptionUpdate', refusal(ADDRESS, 'Address protocol pubsub:// is not supported'),
        refusal(ADDRESS, 'Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic'))),
    asking('updateValidation.detailAfterFailedUpdates', DETAIL, { id: '${check}' }, detail('check', 'SHOP_UPDATE', '${url.check}', { filter: '', ...FULL })),
    remove('updateValidation.delete', 'check'),
    ask('validation', VALIDATION, { unknownId: UNKNOWN, unknownUpdateInput: input('${uri}') },
      { data: { updateUnknown: { webhookSubscription: null, userErrors: [GONE] }, deleteUnknown: { deletedWebhookSubscriptionId: null, userErrors: [GONE] },
        createMissingUri: { webhookSubscription: null, userErrors: [BLANK] } }, cost: [30, 30] }),
    ask('graphqlValidation.missingCreateTopic', 'mutation Topicless { webhookSubscriptionCreate(webhookSubscription: { uri: "https://example.com" }) { webhookSubscription { id } } }', {},
      { errors: [{ message: 'Field \'webhookSubscriptionCreate\' is missing required arguments: topic', path: [OPERATION, 'webhookSubscriptionCreate'],
        extensions: { code: 'missingRequiredArguments', className: 'Field', name: 'webhookSubscriptionCreate', arguments: 'topic' } }] }),
    ask('graphqlValidation.nullUpdateInput', 'mutation Inputless { webhookSubscriptionUpdate(id: "gid://shopify/WebhookSubscription/1", webhookSubscription: null) { webhookSubscription { id } } }', {},
      { errors: [{ message: 'Argument \'webhookSubscription\' on Field \'webhookSubscriptionUpdate\' has an invalid value (null). Expected type \'WebhookSubscriptionInput!\'.',
        path: [OPERATION, 'webhookSubscriptionUpdate', 'webhookSubscription'],
        extensions: { code: 'argumentLiteralsIncompatible', typeName: 'Field', argumentName: 'webhookSubscription' } }] }),
  ],
  left: [{ from: 'schemaAndAccess', why: 'lists the scopes of the recorded app and the enums of its version; the schemas served here are Shopify\'s own' }],
});

const LIST = `query List($first: Int, $last: Int, $after: String, $before: String, $sortKey: WebhookSubscriptionSortKeys, $reverse: Boolean, $query: String) {
  webhookSubscriptions(first: $first, last: $last, after: $after, before: $before, sortKey: $sortKey, reverse: $reverse, query: $query) {
    nodes { ${SUBSCRIPTION} } edges { cursor node { id topic } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const HOOKS = { one: ['ORDERS_CREATE', 'one'], two: ['ORDERS_PAID', 'two'], three: ['PRODUCTS_CREATE', 'three'] };
const listed = (tags, hasNextPage, hasPreviousPage, cursor = (tag) => `\${cursor.${tag}}`) => (at) => ({ data: { webhookSubscriptions: {
  nodes: tags.map((tag) => subscription(tag, HOOKS[tag][0], `\${url.${tag}}`, {})(at)),
  edges: tags.map((tag) => ({ cursor: cursor(tag), node: { id: `\${${tag}}`, topic: HOOKS[tag][0] } })),
  pageInfo: { hasNextPage, hasPreviousPage, startCursor: cursor(tags[0]), endCursor: cursor(tags.at(-1)) } } } });
const byId = (tag) => `\${id.cursor.${tag}}`;
const ALL = ['one', 'two', 'three'];

const list = capture('webhook-subscription-list-connection', {
  given: urls(...ALL),
  steps: [
    ...ALL.map((tag) => register(`setup.create${tag[0].toUpperCase()}${tag.slice(1)}`, tag, HOOKS[tag][0], { filter: '', ...LEAN })),
    asking('reads.defaultSort', LIST, { first: 3 }, listed(ALL, false, false)),
    asking('reads.firstPage', LIST, { first: 2 }, listed(['one', 'two'], true, false)),
    asking('reads.secondPage', LIST, { first: 2, after: '${cursor.two}' }, listed(['three'], false, true)),
    asking('reads.beforePage', LIST, { last: 1, before: '${cursor.three}' }, listed(['two'], true, true)),
    asking('reads.reverseId', LIST, { first: 3, sortKey: 'ID', reverse: true }, listed([...ALL].reverse(), false, false, byId)),
    asking('reads.createdAtFilter', LIST, { first: 3, query: 'created_at:>=2000-01-01' }, listed(ALL, false, false)),
    asking('reads.updatedAtFilter', LIST, { first: 3, query: 'updated_at:<=2100-01-01' }, listed(ALL, false, false)),
    ask('validation.invalidSortKey', 'query Sorted { webhookSubscriptions(first: 1, sortKey: TOPIC) { nodes { id } } }', {},
      { errors: [{ message: 'Argument \'sortKey\' on Field \'webhookSubscriptions\' has an invalid value (TOPIC). Expected type \'WebhookSubscriptionSortKeys\'.',
        path: [OPERATION, 'webhookSubscriptions', 'sortKey'], extensions: { code: 'argumentLiteralsIncompatible', typeName: 'Field', argumentName: 'sortKey' } }] }),
  ],
});

const badTopic = (from, topic) => ask(`validation.${from}`,
  `mutation Topic { webhookSubscriptionCreate(topic: ${topic}, webhookSubscription: { uri: "https://example.com/topic" }) { webhookSubscription { id } userErrors { field message } } }`, {},
  { errors: [{ message: `Argument 'topic' on Field 'webhookSubscriptionCreate' has an invalid value (${topic}). Expected type 'WebhookSubscriptionTopic!'.`,
    path: [OPERATION, 'webhookSubscriptionCreate', 'topic'], extensions: { code: 'argumentLiteralsIncompatible', typeName: 'Field', argumentName: 'topic' } }] });

const topics = capture('webhook-subscription-topic-enum-validation', {
  given: { ...urls('bogus', 'known') },
  note: 'The list of known topics in one message belongs to the version and is only compared up to its start.',
  scaffold: ['validation.cleanup'],
  steps: [
    badTopic('createBogusTopicRejected', 'NOT_A_REAL_TOPIC'),
    badTopic('createHiddenTopicRejected', 'CUSTOMER_INTERACTIONS'),
    ask('validation.createBogusVariableTopicRejected', CREATE, { topic: 'NOT_A_REAL_TOPIC', webhookSubscription: { uri: '${url.bogus}' } },
      { errors: [{ message: 'Variable $topic of type WebhookSubscriptionTopic! was provided invalid value', locations: [{ line: ANY, column: ANY }],
        extensions: { code: 'INVALID_VARIABLE', value: 'NOT_A_REAL_TOPIC', problems: [{ path: [], explanation: 'Expected "NOT_A_REAL_TOPIC" to be one of: ${topics}' }] } }] }),
    asking('validation.createKnownTopicAccepted', CREATE, { topic: 'SHOP_UPDATE', webhookSubscription: { uri: '${url.known}' } },
      created('known', 'SHOP_UPDATE', '${url.known}', { includeFields: [], metafieldNamespaces: [], filter: null })),
  ],
});

const addresses = capture('webhook-subscription-uri-validation', {
  given: urls('base'),
  steps: [
    ask('primary', `mutation Addresses($baselineTopic: WebhookSubscriptionTopic!, $baselineWebhookSubscription: WebhookSubscriptionInput!) {
      createHttpUriRejected: webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: { uri: "http://example.com/hook" }) { webhookSubscription { id } userErrors { field message } }
      createInternalDomainRejected: webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: { uri: "https://localhost/hook" }) { webhookSubscription { id } userErrors { field message } }
      createShopifyDomainRejected: webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: { uri: "https://example.myshopify.com/hook" }) { webhookSubscription { id } userErrors { field message } }
      baselineCreate: webhookSubscriptionCreate(topic: $baselineTopic, webhookSubscription: $baselineWebhookSubscription) { webhookSubscription { id } userErrors { field message } } }`,
    { baselineTopic: 'SHOP_UPDATE', baselineWebhookSubscription: input('${url.base}', { filter: '', ...LEAN }) },
    { data: { createHttpUriRejected: { webhookSubscription: null, userErrors: [HTTP] }, createInternalDomainRejected: { webhookSubscription: null, userErrors: [INTERNAL] },
      createShopifyDomainRejected: { webhookSubscription: null, userErrors: [INTERNAL] }, baselineCreate: { webhookSubscription: { id: '${base}' }, userErrors: [] } }, cost: [40, 40] }),
    ask('updateHttp', UPDATE, { id: '${base}', webhookSubscription: input('http://example.com/hook', LEAN) }, refused('webhookSubscriptionUpdate', HTTP)),
  ],
});

const whitespace = capture('webhook-subscription-uri-whitespace', {
  steps: [
    ask('cases.createWhitespaceOnlyUri', CREATE, { topic: 'SHOP_UPDATE', webhookSubscription: input('   ') }, refused('webhookSubscriptionCreate', BLANK)),
    asking('cases.createUriWithLeadingWhitespace', CREATE, { topic: 'SHOP_UPDATE', webhookSubscription: input('  https://example.com/h  ') },
      created('made', 'SHOP_UPDATE', 'https://example.com/h', { includeFields: [], metafieldNamespaces: [], filter: null })),
  ],
});

export default [conformance, list, topics, addresses, whitespace];
