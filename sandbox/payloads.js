// Webhook bodies, REST-shaped: numeric ids, snake case. They say which thing changed; the rest is read over GraphQL.
import { iso, numberOf } from './world.js';

export function orderPayload(world, order) {
    return {
        id: numberOf(order.id),
        admin_graphql_api_id: order.id,
        name: order.name,
        created_at: iso(order.createdAt),
        processed_at: iso(order.processedAt),
        updated_at: iso(order.updatedAt),
        cancelled_at: iso(order.cancelledAt),
        closed_at: iso(order.closedAt),
        test: order.test,
        source_name: order.sourceName,
        location_id: order.retailLocation ? numberOf(order.retailLocation) : null,
        line_items: order.lines.map((line) => ({
            id: numberOf(line.id),
            sku: line.sku,
            title: line.title,
            quantity: line.quantity,
            current_quantity: line.current,
            variant_id: line.variant ? numberOf(line.variant) : null,
            product_id: line.variant ? numberOf(world.variants.get(line.variant)?.product) : null,
            requires_shipping: line.requiresShipping,
            gift_card: line.giftCard,
            fulfillable_quantity: line.open,
        })),
    };
}

export function productPayload(world, product) {
    return {
        id: numberOf(product.id),
        admin_graphql_api_id: product.id,
        title: product.title,
        handle: product.handle,
        status: product.status.toLowerCase(),
        updated_at: iso(product.updatedAt),
        variants: product.variants
            .map((id) => world.variants.get(id))
            .map((v) => ({
                id: numberOf(v.id),
                sku: v.sku,
                barcode: v.barcode,
                title: v.title,
                inventory_item_id: numberOf(v.item),
            })),
    };
}
