// Bulk operations: what may run, how many at once, how they end, and the uploads of bulk mutations.

import { ask, capture, download, location, product, refusal, upload } from '../lib/case.js';
import { ANY, COUNT_TEXT, including, letters, OPERATION, TIME } from '../lib/match.js';

const FIELDS = 'id status type errorCode createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl query';
const RUN_QUERY = `mutation Run($query: String!) { bulkOperationRunQuery(query: $query) { bulkOperation { ${FIELDS} } userErrors { code field message } } }`;
const RUN = `mutation Run($mutation: String!, $path: String!) { bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path) {
  bulkOperation { ${FIELDS} } userErrors { code field message } } }`;
const RUN_NAMED = `mutation Run($mutation: String!, $path: String!, $clientIdentifier: String) {
  bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path, clientIdentifier: $clientIdentifier) { bulkOperation { id } userErrors { code field message } } }`;
const CANCEL = `mutation Cancel($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { ${FIELDS} } userErrors { field message } } }`;
const BY_ID = `query ById($id: ID!) { bulkOperation(id: $id) { ${FIELDS} } }`;
const CURRENT = `query Current { currentBulkOperation(type: MUTATION) { ${FIELDS} } }`;
const STAGED = `mutation Staged($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) {
  stagedTargets { url resourceUrl parameters { name value } } userErrors { field message } } }`;

const operation = (id, status, type, more = {}) => ({ id: `\${${id}}`, status, type, errorCode: null, createdAt: TIME, completedAt: null, objectCount: '0',
  rootObjectCount: '0', fileSize: null, url: null, partialDataUrl: null, ...more });
const ran = (root, id, more = {}) => ({ data: { [root]: { bulkOperation: operation(id, 'CREATED', root.endsWith('Query') ? 'QUERY' : 'MUTATION', more), userErrors: [] } }, cost: [10, 10] });
const refusedRun = (root, ...userErrors) => ({ data: { [root]: { bulkOperation: null, userErrors } }, cost: [10, 10] });
const badQuery = (...messages) => refusedRun('bulkOperationRunQuery', ...messages.map((message) => refusal(['query'], message, 'INVALID')));
const own = { own: true };

const PRODUCTS = '{ products { edges { node { id } } } }';
const STOCK = [location('loc', 'Shop location'), product('a', ['${loc}']), product('b', ['${loc}'])];
const FIVE = ['1', '2', '3', '4', '5'];
const running = (word) => `A bulk ${word} operation for this app and shop is already in progress: ${FIVE.map((n) => `\${op.${n}}`).join(', ')}.`;
// Counts go on rising while an operation runs, so a cancelled one has any count; it keeps what it had reached.
const canceling = (id, type) => ({ data: { bulkOperationCancel: { userErrors: [],
  bulkOperation: operation(id, 'CANCELING', type, { objectCount: COUNT_TEXT, rootObjectCount: COUNT_TEXT }) } }, cost: [10, 10] });

const queryLimit = capture('bulk-operation-run-query-concurrency-limit', {
  setup: [...STOCK, { kind: 'control', call: 'faults', body: { kind: 'bulk_stuck', count: 5 }, as: {} }],
  given: { query: PRODUCTS },
  steps: [
    ...FIVE.map((n, i) => ask(`successfulRuns.${i}`, RUN_QUERY, { query: '${query}' }, ran('bulkOperationRunQuery', `op.${n}`, { query: '${query}' }))),
    ask('sixthRun', RUN_QUERY, { query: '${query}' }, refusedRun('bulkOperationRunQuery', refusal(null, running('query'), 'OPERATION_IN_PROGRESS'))),
    ...FIVE.map((n, i) => ask(`cancelAttempts.${i}`, CANCEL, { id: `\${op.${n}}` }, canceling(`op.${n}`, 'QUERY'))),
  ],
});

const queryCodes = capture('bulk-operation-run-query-user-error-codes', {
  steps: [
    ask('validations.noConnectionWithCode', RUN_QUERY, { query: '{ shop { id } }' }, badQuery('Bulk queries must contain at least one connection.')),
    ask('validations.emptyQuery', RUN_QUERY, { query: '' }, badQuery('Invalid bulk query: syntax error, unexpected end of file')),
  ],
});

const notEdges = (field) => 'All connection fields in a bulk query must select their contents using \'edges\' > \'node\', '
  + `e.g: '${field} { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: '${field}'.`;
const nested = (...fields) => fields.reduceRight((inner, field) => `${field} { edges { node { id ${inner} } } }`, '');
const asks = (name, query, ...messages) => ask(`validations.${name}`, RUN_QUERY, { query }, badQuery(...messages), own);

const queryValidators = capture('bulk-operation-run-query-validators', {
  steps: [
    asks('nodesInsteadOfEdges', '{ products { nodes { id title } } }', notEdges('products')),
    asks('ordersNodesInsteadOfEdges', '{ orders { nodes { id } } }', notEdges('orders')),
    asks('topLevelNode', '{ node(id: "gid://shopify/Product/0") { id } }',
      'Bulk queries cannot contain a top level `node` field.', 'Bulk queries must contain at least one connection.'),
    asks('depthThreeNesting', `{ ${nested('collections', 'products', 'variants', 'metafields')} }`,
      'Bulk queries cannot contain connections with a nesting depth greater than 2.'),
    asks('sixConnections', `{ products { edges { node { id ${['variants', 'metafields', 'collections', 'media', 'sellingPlanGroups'].map((f) => nested(f)).join(' ')} } } } }`,
      'Bulk queries cannot contain more than 5 connections.'),
    asks('nestedWithoutParentId', '{ products { edges { node { title variants { edges { node { id } } } } } } }',
      'The parent \'node\' field for a nested connection must select the \'id\' field without an alias and must be of \'ID\' return type. Connection fields without \'id\': products.'),
    asks('invalidOperationType', 'mutation { productCreate(product: { title: "Not a query" }) { product { id } } }',
      'Invalid operation type. Only `query` operations are supported.'),
    asks('connectionWithinList', '{ orders { edges { node { id fulfillments { events { edges { node { id } } } } } } } }',
      'Queries that contain a connection field within a list field are not currently supported.'),
  ],
});

// The recorded operation had five connections; here one that the stand-in can run, held back so that it is still running.
const CANCELLABLE = '{ productVariants { edges { node { id inventoryItem { id } } } } }';

const cancelKeeps = capture('bulk-operation-cancel-preserves-fields', {
  setup: [...STOCK, { kind: 'control', call: 'faults', body: { kind: 'bulk_stuck', count: 1 }, as: {} }],
  given: { query: CANCELLABLE },
  scaffold: ['lifecycle.progressPolls'],
  note: 'The counts that were reached (5033 objects) are those of the recorded shop; here they only have to stay as they were before the cancellation.',
  steps: [
    ask('lifecycle.run', RUN_QUERY, { query: '${query}' }, ran('bulkOperationRunQuery', 'op', { query: '${query}' })),
    ask('lifecycle.preCancelObservation', BY_ID, { id: '${op}' },
      { data: { bulkOperation: operation('op', 'RUNNING', 'QUERY', { objectCount: '${reached}', rootObjectCount: '${roots}', query: '${query}' }) }, cost: [1, 1] }, { until: true }),
    ask('lifecycle.cancelAttempt', CANCEL, { id: '${op}' }, { data: { bulkOperationCancel: { userErrors: [],
      bulkOperation: operation('op', 'CANCELING', 'QUERY', { objectCount: '${reached}', rootObjectCount: '${roots}', query: '${query}' }) } }, cost: [10, 10] }),
    ask('lifecycle.readAfterCancel', BY_ID, { id: '${op}' }, { data: { bulkOperation: { id: '${op}', completedAt: null, errorCode: null,
      objectCount: '${reached}', rootObjectCount: '${roots}', fileSize: null, url: null, partialDataUrl: null } }, cost: [1, 1] }),
  ],
});

const CREATE = 'mutation ProductCreate($product: ProductCreateInput!) { productCreate(product: $product) { product { id title } userErrors { field message } } }';
// The mutation that this stand-in runs in bulk; the recorded shop made products.
const PUSH = `mutation Push($input: InventoryAdjustQuantitiesInput!, $idempotencyKey: String!) { inventoryAdjustQuantities(input: $input)
  @idempotent(key: $idempotencyKey) { inventoryAdjustmentGroup { id } userErrors { code field message } } }`;
const PUSH_LINE = '{"input":{"name":"available","reason":"correction","changes":[{"inventoryItemId":"${a.item}","locationId":"${loc}","delta":4,"changeFromQuantity":null}]},"idempotencyKey":"line-0"}\n';
const NO_FILE = 'The JSONL file could not be found. Try uploading the file again, and check that you\'ve entered the URL correctly for the stagedUploadPath mutation argument.';
const badRun = (field, message, code) => refusedRun('bulkOperationRunMutation', refusal(field, message, code));

// A target for a POST: parameters in the order in which the form must send them.
const stagedPost = (from, name, more = {}) => ask(from, STAGED, { input: [{ filename: 'input.jsonl', mimeType: 'text/jsonl', resource: 'BULK_MUTATION_VARIABLES', httpMethod: 'POST' }] },
  { data: { stagedUploadsCreate: { userErrors: [], stagedTargets: [{ url: ANY, resourceUrl: ANY, parameters: including(
    { name: 'Content-Type', value: 'text/jsonl' }, { name: 'success_action_status', value: '201' }, { name: 'acl', value: 'private' },
    { name: 'key', value: `\${path.${name}}` }, { name: 'policy', value: ANY }) }] } }, cost: [11, 11] }, { own: true, ...more });
const stagedPut = (from, name, fileSize) => ask(from, STAGED, { input: [{ filename: 'input.jsonl', mimeType: 'text/jsonl', resource: 'BULK_MUTATION_VARIABLES', httpMethod: 'PUT', fileSize }] },
  { data: { stagedUploadsCreate: { userErrors: [], stagedTargets: [{ url: `\${origin}/tmp/\${put.${name}}?\${signed.${name}}`, resourceUrl: ANY,
    parameters: [{ name: 'content_type', value: 'text/jsonl' }, { name: 'acl', value: 'private' }] }] } }, cost: [11, 11] }, own);

const createdStatus = capture('bulk-operation-run-mutation-created-status', {
  setup: STOCK,
  note: 'The inner mutation here is a push of stock; the recorded one made a product.',
  steps: [
    stagedPost('setup.stagedUpload', 'one'),
    upload('setup.upload', PUSH_LINE, 201),
    ask('success.run', RUN, { mutation: PUSH, path: '${path.one}' }, ran('bulkOperationRunMutation', 'op', { query: '${inner}' }), own),
    ask('success.currentAfterRun', CURRENT, {}, { data: { currentBulkOperation: { id: '${op}', type: 'MUTATION', errorCode: null, query: '${inner}' } }, cost: [1, 1] }),
    ask('success.statusPolls.1', BY_ID, { id: '${op}' }, { data: { bulkOperation: operation('op', 'COMPLETED', 'MUTATION',
      { completedAt: TIME, objectCount: '1', rootObjectCount: '1', fileSize: COUNT_TEXT, url: '${result}', query: '${inner}' }) }, cost: [1, 1] }, { until: true }),
    download('success.resultRows', '${result}', [{ data: ANY, __lineNumber: 0 }]),
    stagedPost('missingUpload.stagedUpload', 'two'),
    ask('missingUpload.run', RUN, { mutation: PUSH, path: '${path.two}' }, badRun(null, NO_FILE, 'NO_SUCH_FILE'), own),
  ],
  left: [
    { from: 'success.statusPolls.0', why: 'a poll that found the operation still running: a moment that a fast stand-in may not show' },
    { from: 'success.downstreamRead', why: 'looks for the product that the recorded inner mutation made' },
  ],
});

const emptyFile = capture('bulk-operation-run-mutation-empty-file', {
  setup: STOCK,
  steps: [
    stagedPut('setup.stagedUpload', 'empty', '0'),
    upload('setup.upload', '', 200, { method: 'PUT' }),
    ask('validation.run', RUN, { mutation: PUSH, path: 'tmp/${put.empty}' }, badRun(null, 'The input file is empty.', 'INVALID_STAGED_UPLOAD_FILE'), own),
  ],
});

const clientIdentifier = capture('bulk-operation-run-mutation-client-identifier-validation', {
  given: { path: 'tmp/1/bulk/1/a.jsonl', 'path.2': 'tmp/1/bulk/2/b.jsonl' },
  steps: [
    ask('validations.tooShort', RUN_NAMED, { mutation: CREATE, path: '${path}', clientIdentifier: 'abc' },
      badRun(['clientIdentifier'], 'is too short (minimum is 10 characters)', 'INVALID_MUTATION')),
    ask('validations.tooLong', RUN_NAMED, { mutation: CREATE, path: '${path.2}', clientIdentifier: letters(256) },
      badRun(['clientIdentifier'], 'is too long (maximum is 255 characters)', 'INVALID_MUTATION')),
    ask('observations.runQueryWithClientIdentifier', `mutation Probe($query: String!, $clientIdentifier: String) {
      bulkOperationRunQuery(query: $query, clientIdentifier: $clientIdentifier) { bulkOperation { id } userErrors { field message code } } }`,
    { query: PRODUCTS, clientIdentifier: 'client-one' },
    { errors: [
      { message: 'Field \'bulkOperationRunQuery\' doesn\'t accept argument \'clientIdentifier\'', path: [OPERATION, 'bulkOperationRunQuery', 'clientIdentifier'],
        extensions: { code: 'argumentNotAccepted', name: 'bulkOperationRunQuery', typeName: 'Field', argumentName: 'clientIdentifier' } },
      { message: 'Variable $clientIdentifier is declared by ${operation} but not used', path: [OPERATION],
        extensions: { code: 'variableNotUsed', variableName: 'clientIdentifier' } }] }, own),
  ],
});

const invalid = (name, mutation, field, message, code) => ask(`validations.${name}`, RUN, { mutation, path: 'valid' }, badRun(field, message, code), own);
const TOO_MANY = 'Bulk mutations cannot contain more than 1 connection.';
const page = (...fields) => fields.reduceRight((inner, field) => `${field}(first: 1) { edges { node { id ${inner} } } }`, '');
const creating = (selection) => `mutation ProductCreate($product: ProductCreateInput!) { productCreate(product: $product) { ${selection} } }`;

const mutationConnections = capture('bulk-operation-run-mutation-connection-validators', {
  steps: [
    invalid('tooManyConnections', creating(`product { ${page('variants')} ${page('media')} }`), ['mutation'], TOO_MANY, null),
    invalid('nestingTooDeep', creating(`product { ${page('variants', 'media')} }`), ['mutation'], TOO_MANY, null),
    invalid('productShopProductsVariantsNested', creating(`shop { ${page('products', 'variants')} }`), ['mutation'], TOO_MANY, null),
    invalid('productCollectionsProductsNested', creating(`product { ${page('collections', 'products')} }`), ['mutation'], TOO_MANY, null),
    invalid('customerOrdersLineItemsNested', `mutation CustomerCreate($input: CustomerInput!) { customerCreate(input: $input) { customer { ${page('orders', 'lineItems')} } } }`,
      ['mutation'], TOO_MANY, null),
  ],
});

const mutationValidators = capture('bulk-operation-run-mutation-validators', {
  steps: [
    ask('validations.parserError', RUN, { mutation: 'mutation { not parseable', path: 'valid' },
      badRun(null, 'Failed to parse the mutation - syntax error, unexpected end of file at [1, 16]', 'INVALID_MUTATION')),
    invalid('queryInsteadOfMutation', 'query { products { edges { node { id } } } }', null, 'Invalid operation type. Only `mutation` operations are supported.', 'INVALID_MUTATION'),
    invalid('multipleTopLevelMutations', `mutation Two($product: ProductCreateInput!, $update: ProductUpdateInput!) {
      productCreate(product: $product) { product { id } } productUpdate(product: $update) { product { id } } }`, ['mutation'], 'You must specify a single top level mutation.', null),
    invalid('disallowedMutationName', `mutation Probe($mutation: String!, $stagedUploadPath: String!) {
      bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $stagedUploadPath) { bulkOperation { id } userErrors { field message } } }`,
    ['mutation'], 'You must use an allowed mutation name.', null),
  ],
});

// Five bulk mutations that stay at work, each with its own upload.
const fiveMutations = FIVE.flatMap((n, i) => [
  stagedPost(null, n),
  upload(null, PUSH_LINE, 201),
  ask(`successfulRuns.${i}`, RUN, { mutation: PUSH, path: `\${path.${n}}` }, ran('bulkOperationRunMutation', `op.${n}`), own),
]);
const stuck = [...STOCK, { kind: 'control', call: 'faults', body: { kind: 'bulk_stuck', count: 5 }, as: {} }];

const mutationLimit = capture('bulk-operation-run-mutation-concurrency-limit', {
  setup: stuck,
  steps: [
    ...fiveMutations,
    stagedPost(null, '6'), upload(null, PUSH_LINE, 201),
    ask('sixthRun', RUN, { mutation: PUSH, path: '${path.6}' }, badRun(null, running('mutation'), 'OPERATION_IN_PROGRESS'), own),
    ...FIVE.map((n, i) => ask(`cancelAttempts.${i}`, CANCEL, { id: `\${op.${n}}` }, canceling(`op.${n}`, 'MUTATION'))),
  ],
});

const noSuchFile = capture('bulk-operation-run-mutation-no-such-file-precedence', {
  setup: stuck,
  steps: [
    ...fiveMutations,
    ask('missingRun', RUN, { mutation: PUSH, path: 'tmp/1/bulk/1/missing.jsonl' }, badRun(null, NO_FILE, 'NO_SUCH_FILE'), own),
    ...FIVE.map((n, i) => ask(`cancelAttempts.${i}`, CANCEL, { id: `\${op.${n}}` }, canceling(`op.${n}`, 'MUTATION'))),
  ],
});

const OVER = 104_866_200;
const fileSize = capture('bulk-operation-run-mutation-file-size', {
  setup: [...STOCK, { kind: 'control', call: 'faults', body: { kind: 'bulk_stuck', count: 1 }, as: {} }],
  steps: [
    stagedPut('running.stagedUpload', 'small', '13631680'),
    upload('running.upload', PUSH_LINE, 200, { method: 'PUT' }),
    ask('running.firstRun', RUN, { mutation: PUSH, path: 'tmp/${put.small}' },
      { data: { bulkOperationRunMutation: { bulkOperation: { id: '${op}', status: 'CREATED', type: 'MUTATION' }, userErrors: [] } }, cost: [10, 10] }, own),
    stagedPut('running.oversizedStagedUpload', 'large', String(OVER)),
    upload('running.oversizedUpload', { spaces: OVER }, 200, { method: 'PUT' }),
    ask('running.oversizedRun', RUN, { mutation: PUSH, path: 'tmp/${put.large}' },
      badRun(null, 'The input file size exceeds the maximum allowed size of 100 MB.', 'INVALID_STAGED_UPLOAD_FILE'), own),
    ask('running.currentAfterOversized', CURRENT, {}, { data: { currentBulkOperation: operation('op', 'RUNNING', 'MUTATION') }, cost: [1, 1] }, { until: true }),
    ask('running.cancelAfter', CANCEL, { id: '${op}' }, canceling('op', 'MUTATION')),
  ],
});

const UNMODELLED = 'customers, metaobjects and metafields are not modelled, so they cannot be written in bulk either';
const ROOTS = [
  ['customerCreate', 'mutation Inner($input: CustomerInput!) { customerCreate(input: $input) { customer { id } } }'],
  ['metaobjectDefinitionCreate', 'mutation Inner($definition: MetaobjectDefinitionCreateInput!) { metaobjectDefinitionCreate(definition: $definition) { metaobjectDefinition { id } } }'],
  ['metafieldsSet', 'mutation Inner($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { metafields { id } } }'],
];
const allowedRoots = capture('bulk-operation-run-mutation-allowed-roots', {
  steps: ROOTS.map(([root, mutation]) => ask(`cases.${root}.success.run`, RUN, { mutation, path: 'valid' }, ran('bulkOperationRunMutation', `op.${root}`),
    { own: true, differs: { why: UNMODELLED, answer: { data: { bulkOperationRunMutation: null },
      errors: [{ message: `The sandbox does not model Mutation.${root}.`, path: ['bulkOperationRunMutation'], extensions: { code: 'SANDBOX_NOT_MODELLED' } }] } } })),
  scaffold: ROOTS.flatMap(([root]) => ['success.stagedUpload', 'missingUpload.stagedUpload', 'cleanup'].map((part) => `cases.${root}.${part}`)),
  left: ROOTS.flatMap(([root]) => ['success.currentAfterRun', 'success.statusPolls', 'success.result', 'missingUpload.run']
    .map((part) => ({ from: `cases.${root}.${part}`, why: UNMODELLED }))),
});

export default [queryLimit, queryCodes, queryValidators, cancelKeeps, createdStatus, emptyFile, clientIdentifier, mutationConnections,
  mutationValidators, mutationLimit, noSuchFile, fileSize, allowedRoots];
