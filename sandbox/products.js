// Products, variants and items come and go.
import { productPayload } from './payloads.js';
import { levelAt } from './quantities.js';
import { numberOf } from './world.js';

/** One product of a control call with one variant; `handle` puts several variants into one product. */
export function addProduct(world, spec, byHandle) {
    const {
        sku,
        title = sku,
        barcode = null,
        tracked = true,
        stocked = [],
        bundle = false,
        components = null,
        policy = 'deny',
    } = spec;
    const now = world.now();
    let product = spec.handle ? byHandle.get(spec.handle) : null;
    if (!product) {
        const id = world.gid('Product');
        product = {
            kind: 'Product',
            id,
            title,
            handle: spec.handle ?? `product-${numberOf(id)}`,
            status: (spec.status ?? 'active').toUpperCase(),
            vendor: spec.vendor ?? '',
            productType: spec.product_type ?? '',
            giftCard: spec.gift_card ?? false,
            variants: [],
            createdAt: now,
            updatedAt: now,
        };
        if (spec.handle) byHandle.set(spec.handle, product);
    }
    const variant = {
        kind: 'ProductVariant',
        id: world.gid('ProductVariant'),
        product: product.id,
        item: world.gid('InventoryItem'),
        sku,
        barcode,
        title: spec.variant ?? 'Default Title',
        bundle,
        components,
        policy: policy.toUpperCase(),
        options: spec.options ?? [{ name: 'Title', value: spec.variant ?? 'Default Title' }],
        position: product.variants.length + 1,
        createdAt: now,
        updatedAt: now,
    };
    product.variants.push(variant.id);
    world.put('products', product.id, product);
    world.put('variants', variant.id, variant);
    world.put('items', variant.item, {
        kind: 'InventoryItem',
        id: variant.item,
        variant: variant.id,
        sku,
        tracked,
        requiresShipping: spec.requires_shipping ?? true,
        createdAt: now,
        updatedAt: now,
    });
    world.indexVariant(variant);
    for (const id of stocked) levelAt(world, variant.item, id, true);
    world.announce('products/create', () => productPayload(world, product));
    return { sku, product: product.id, variant: variant.id, item: variant.item };
}

/** The variant with its item and levels goes; the product with its last variant. */
export function deleteItem(world, item) {
    const variant = world.variants.get(item.variant);
    const product = world.products.get(variant.product);
    for (const level of world.levelsOfItem.get(item.id)?.values() ?? []) world.drop('levels', level.id);
    world.levelsOfItem.delete(item.id);
    world.unindexVariant(variant);
    world.drop('variants', variant.id);
    world.drop('items', item.id);
    product.variants = product.variants.filter((id) => id !== variant.id);
    world.announce('inventory_items/delete', () => ({ id: numberOf(item.id), admin_graphql_api_id: item.id }));
    if (product.variants.length) {
        world.touch('products', product.id);
        world.announce('products/update', () => productPayload(world, product));
    } else {
        world.drop('products', product.id);
        world.announce('products/delete', () => ({ id: numberOf(product.id) }));
    }
}
