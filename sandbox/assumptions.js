// What Shopify does not document and the recorded answers do not show, decided once, here.
// Whoever learns better in a real shop changes the constant and the test that shows it.
//
// Decided in the code of each thing, for want of a figure:
// - orders.js: available and committed move when the order is created, at the location routing will choose, also
//   before there is a fulfilment order; an order of an app that takes no stock moves nothing at any later step;
//   while an item is untracked no order moves its numbers, not even one that was placed before
// - quantities.js: inventory_levels/update is sent when `available` changed, one for each location
// - adjust.js: the same (item, location) twice in one adjust call: both lines apply, in order
// - idempotency.js: only the arguments of the field belong to a key's fingerprint, not selection set or API version
// - bulk_rules.js: the nesting depth of a connection at the root is 0

/** A key whose first attempt ended in userErrors answers a retry with IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED. */
export const FAILED_KEY_STAYS_FAILED = true;

/** How long a key is remembered, from the first request with it. */
export const KEY_LIFE_MS = 24 * 3600 * 1000;

/** Life of a token from client credentials. */
export const TOKEN_LIFE_S = 86_399;

/** `duplicateSkuCount` counts the other items with the same SKU, not the item itself. */
export const DUPLICATES_EXCLUDE_SELF = true;

/** Sales of kind RETURN in an agreement carry a negative quantity. */
export const RETURN_SALE_SIGN = -1;

/** A point of sale refuses, like the online shop, what is not available (`force` in the control call sells anyway). */
export const POS_REFUSES_SHORT_STOCK = true;

/** Error code of an input array above 250 entries; the documentation gives the limit, not the code. */
export const ARRAY_LIMIT_CODE = 'MAX_INPUT_SIZE_EXCEEDED';
export const ARRAY_LIMIT = 250;

/** Weight of a connection by `first`, read off recorded answers: cost = 2 + weight * cost of a node.
 *  Points between two recorded ones are interpolated; max(1, floor(2 ln n)) gives all recorded points, so also 250. */
export const CONNECTION_WEIGHT = [
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 3],
    [10, 4],
    [20, 5],
    [50, 7],
    [100, 9],
    [250, 11],
];

/** Objects that cost nothing in recorded answers: amounts, addresses, page information and errors. */
export const FREE_TYPES = new Set(['MoneyBag', 'MoneyV2', 'PageInfo', 'LocationAddress', 'ApiVersion', 'ShopPlan']);

/** Bucket sizes: recorded for standard (2,000 at 100 a second), 20 times the rate for the others. */
export const PLANS = {
    standard: { name: 'Basic', rate: 100, bucket: 2_000, plus: false },
    advanced: { name: 'Advanced', rate: 200, bucket: 4_000, plus: false },
    plus: { name: 'Plus', rate: 1_000, bucket: 20_000, plus: true },
    enterprise: { name: 'Plus', rate: 2_000, bucket: 40_000, plus: true },
};

/** Pauses before the eight retries of a webhook, seconds on the shop's clock: four hours in all. */
export const WEBHOOK_RETRIES_S = [10, 60, 300, 900, 1_800, 2_700, 3_600, 5_030];

/** How many bulk operations of a kind may run at once, and how long a result file lives. */
export const BULK_AT_ONCE = 5;
export const BULK_FILE_LIFE_MS = 7 * 24 * 3600 * 1000;
