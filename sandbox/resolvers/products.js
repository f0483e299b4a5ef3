// Products, variants and the search for a SKU.
import { numberMatches, parseSearch, timeMatches } from '../search.js';
import { numberOf, skuTokens } from '../world.js';
import { levelsOf } from '../quantities.js';
import { at, connection, find, notModelled, own, takes } from './common.js';
import { legacyId } from './shop.js';

/** Every piece of the wanted SKU stands in the variant's, in this order; a final * is a prefix. */
function skuMatches(variant, value) {
    const wanted = skuTokens(value);
    const have = skuTokens(variant.sku);
    const open = value.endsWith('*');
    if (wanted.length === 0) return variant.sku === '' || variant.sku === null;
    for (let i = 0; i + wanted.length <= have.length; i++)
        if (
            wanted.every((piece, k) =>
                open && k === wanted.length - 1 ? have[i + k].startsWith(piece) : have[i + k] === piece,
            )
        )
            return true;
    return false;
}

const VARIANT_SEARCH = {
    default: (v, _, text) => skuMatches(v, text) || v.title.toLowerCase().includes(text.toLowerCase()),
    sku: (v, _, text) => skuMatches(v, text),
    barcode: (v, _, text) => (v.barcode ?? '').toLowerCase() === text.toLowerCase(),
    id: (v, c, text) => numberMatches(numberOf(v.id), c, text),
    product_id: (v, c, text) => numberMatches(numberOf(v.product), c, text),
    title: (v, _, text) => v.title.toLowerCase().includes(text.toLowerCase()),
    updated_at: (v, c, text) => timeMatches(v.updatedAt, c, text),
};

function variants(_, args, ctx) {
    if ((args.sortKey ?? 'ID') !== 'ID') throw notModelled(`the sort key ${args.sortKey} of productVariants`);
    const { world } = ctx;
    if (!args.query) return [...world.variants.values()];
    const { matches, terms, onlyOr } = parseSearch(args.query, VARIANT_SEARCH);
    if (
        onlyOr &&
        terms.length &&
        terms.every((t) => t.field === 'sku' && !t.value.endsWith('*') && skuTokens(t.value).length)
    )
        return bySku(world, terms);
    return [...world.variants.values()].filter(matches);
}

/** Many SKUs at once, over the index of SKU pieces. */
function bySku(world, terms) {
    const found = new Set();
    for (const { value } of terms) {
        const sets = skuTokens(value).map((token) => world.variantsOfToken.get(token));
        if (sets.some((set) => !set)) continue;
        const least = sets.reduce((a, b) => (b.size < a.size ? b : a));
        for (const id of least) {
            const variant = world.variants.get(id);
            if (skuMatches(variant, value)) found.add(variant);
        }
    }
    return [...found].sort((a, b) => numberOf(a.id) - numberOf(b.id));
}

const PRODUCT_SEARCH = {
    default: (p, _, text) => p.title.toLowerCase().includes(text.toLowerCase()),
    title: (p, _, text) => p.title.toLowerCase().includes(text.toLowerCase()),
    handle: (p, _, text) => p.handle === text,
    id: (p, c, text) => numberMatches(numberOf(p.id), c, text),
    status: (p, _, text) => p.status.toLowerCase() === text.toLowerCase(),
    updated_at: (p, c, text) => timeMatches(p.updatedAt, c, text),
};

function products(_, args, ctx) {
    if ((args.sortKey ?? 'ID') !== 'ID') throw notModelled(`the sort key ${args.sortKey} of products`);
    return [...ctx.world.products.values()].filter(parseSearch(args.query, PRODUCT_SEARCH).matches);
}

const variantsOf = (product, _, ctx) => product.variants.map((id) => ctx.world.variants.get(id));
const available = (ctx, item) => levelsOf(ctx.world, item).reduce((sum, level) => sum + level.q.available, 0);

export default {
    QueryRoot: {
        productVariants: connection(variants, { extra: ['query', 'sortKey'] }),
        productVariant: takes(['id'], (_, { id }, ctx) => find(ctx, 'variants', id)),
        products: connection(products, { extra: ['query', 'sortKey'] }),
        product: takes(['id'], (_, { id }, ctx) => find(ctx, 'products', id)),
    },
    Product: {
        id: own('id'),
        title: own('title'),
        handle: own('handle'),
        status: own('status'),
        isGiftCard: own('giftCard'),
        vendor: own('vendor'),
        productType: own('productType'),
        createdAt: at('createdAt'),
        updatedAt: at('updatedAt'),
        legacyResourceId: legacyId,
        tracksInventory: (p, _, ctx) => variantsOf(p, _, ctx).some((v) => ctx.world.items.get(v.item).tracked),
        totalInventory: (p, _, ctx) => variantsOf(p, _, ctx).reduce((sum, v) => sum + available(ctx, v.item), 0),
        variants: connection(variantsOf),
    },
    ProductVariant: {
        id: own('id'),
        sku: own('sku'),
        barcode: own('barcode'),
        title: own('title'),
        displayName: (v, _, ctx) => `${ctx.world.products.get(v.product).title} - ${v.title}`,
        requiresComponents: own('bundle'),
        inventoryPolicy: own('policy'),
        legacyResourceId: legacyId,
        createdAt: at('createdAt'),
        updatedAt: at('updatedAt'),
        inventoryQuantity: (v, _, ctx) => available(ctx, v.item),
        product: (v, _, ctx) => ctx.world.products.get(v.product),
        inventoryItem: (v, _, ctx) => ctx.world.items.get(v.item),
        selectedOptions: own('options'),
        position: own('position'),
    },
    SelectedOption: { name: own('name'), value: own('value') },
};
