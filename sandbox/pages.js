// The admin pages that a person would open: products, a product, a variant and the adjustment history of its stock,
// as tables that need no script and nothing from outside.
import { cells, facts, html, missing, number, numbers, page, paged, table } from './html.js';
import { NAMES, UNAVAILABLE, levelsOf } from './quantities.js';
import { numberOf } from './world.js';

const productPath = (product) => `/admin/products/${numberOf(product.id)}`;
const variantPath = (variant) => `/admin/products/${numberOf(variant.product)}/variants/${numberOf(variant.id)}`;
const historyPath = (variant) => `${variantPath(variant)}/inventory_history`;
const historyAt = (variant, location) => `${historyPath(variant)}?location_id=${numberOf(location.id)}`;

/**
 * One page of the admin.
 * @param {URLSearchParams} query
 * @returns {{ status: number, html: string, location?: string }}
 */
export function adminPage(world, pathname, query) {
    const path = pathname.replace(/\/$/, '');
    if (path === '' || path === '/admin') return { status: 302, html: '', location: '/admin/products' };
    if (path === '/admin/products') return productList(world, query);
    const match = /^\/admin\/products\/(\d+)(?:\/variants\/(\d+)(\/inventory_history)?)?$/.exec(path);
    if (!match) return missing('This page');
    const product = world.products.get(`gid://shopify/Product/${match[1]}`);
    if (!product) return missing(`Product ${match[1]}`);
    if (!match[2]) return productPage(world, product);
    const variant = world.variants.get(`gid://shopify/ProductVariant/${match[2]}`);
    if (variant?.product !== product.id) return missing(`Variant ${match[2]}`);
    return match[3] ? historyPage(world, product, variant, query) : variantPage(world, product, variant);
}

const variantsOf = (world, product) => product.variants.map((id) => world.variants.get(id));

const total = (world, variants, name) =>
    variants.flatMap((variant) => levelsOf(world, variant.item)).reduce((n, level) => n + level.q[name], 0);

const linked = (path, words) => html`<th scope="row"><a href="${path}">${words}</a></th>`;

function productList(world, query) {
    const wanted = (query.get('query') ?? '').trim().toLowerCase();
    const has = (text) => (text ?? '').toLowerCase().includes(wanted);
    const found = [...world.products.values()].filter(
        (product) => has(product.title) || variantsOf(world, product).some((variant) => has(variant.sku)),
    );
    const { part, links } = paged(found, query, '/admin/products');
    const rows = part.map((product) => {
        const variants = variantsOf(world, product);
        const skus = variants.map((variant) => variant.sku).filter(Boolean);
        return html`<tr>${linked(productPath(product), product.title)}
${cells([skus.join(', '), product.status.toLowerCase()])}
${numbers(['available', 'on_hand'].map((name) => total(world, variants, name)))}</tr>\n`;
    });
    return page(
        'Products',
        html`<form role="search" action="/admin/products">
<label>Title or SKU <input name="query" value="${query.get('query')}"></label> <button>Search</button>
</form>
${table(`${found.length} products`, ['Product', 'SKU', 'Status'], ['Available', 'On hand'], rows)}
${links}`,
    );
}

function productPage(world, product) {
    const { title, status, vendor, productType } = product;
    const rows = variantsOf(world, product).map(
        (variant) => html`<tr>${linked(variantPath(variant), variant.title)}
${cells([variant.sku, variant.barcode])}${numbers([total(world, [variant], 'available')])}</tr>\n`,
    );
    return page(
        title,
        html`${facts([['Status', status.toLowerCase()], ['Vendor', vendor], ['Type', productType]])}
${table('Variants', ['Variant', 'SKU', 'Barcode'], ['Available'], rows)}`,
    );
}

const unavailable = (q) => UNAVAILABLE.reduce((n, name) => n + q[name], 0);

/** The four numbers of a level, as the admin shows them. */
const COLUMNS = [
    ['Unavailable', unavailable],
    ['Committed', (q) => q.committed],
    ['Available', (q) => q.available],
    ['On hand', (q) => q.on_hand],
];
const COLUMN_NAMES = COLUMNS.map(([name]) => name);

function variantPage(world, product, variant) {
    const item = world.items.get(variant.item);
    const rows = levelsOf(world, item.id, true).map(({ location: id, active, q }) => {
        const location = world.locations.get(id);
        const label = `Adjustment history at ${location.name}`;
        return html`<tr><th scope="row">${location.name}</th>
${cells([active ? 'yes' : 'no', html`<a href="${historyAt(variant, location)}" aria-label="${label}">History</a>`])}
${numbers([...COLUMNS.map(([, of]) => of(q)), q.incoming])}</tr>\n`;
    });
    return page(
        `${product.title} - ${variant.title}`,
        html`<p><a href="${productPath(product)}">${product.title}</a></p>
${facts([
    ['SKU', variant.sku],
    ['Barcode', variant.barcode],
    ['Inventory', item.tracked ? 'tracked' : 'not tracked'],
    ['When out of stock', variant.policy === 'CONTINUE' ? 'continue selling' : 'stop selling'],
    ['Bundle', variant.bundle ? 'made of other products' : 'no'],
])}
${table('Inventory by location', ['Location', 'Stocked', 'Adjustments'], [...COLUMN_NAMES, 'Incoming'], rows)}`,
    );
}

/** One entry for each step of a level, oldest first: what it was and the numbers before and after it. */
function entries(rows) {
    const q = Object.fromEntries(NAMES.map((name) => [name, 0]));
    const out = [];
    for (const row of rows) {
        if (out.at(-1)?.row.step !== row.step) out.push({ row, before: { ...q } });
        q[row.name] = row.after;
        out.at(-1).after = { ...q };
    }
    return out;
}

/** What a change refers to: an order by its name, another document by its address. */
const referenceOf = (world, reference) => (reference ? (world.orders.get(reference)?.name ?? reference) : null);

function timeOf(ms) {
    const text = new Date(ms).toISOString();
    return html`<time datetime="${text}">${text.slice(0, 10)} ${text.slice(11, 19)} UTC</time>`;
}

/** What a number became, and by how much it changed. */
function changeOf(before, after) {
    const delta = after - before;
    if (delta === 0) return html`<span class="soft">${number(after)}</span>`;
    return html`<strong>${delta > 0 ? '+' : ''}${number(delta)}</strong> <span class="soft">(${number(after)})</span>`;
}

function historyRow(world, { row, before, after }) {
    const by = [row.who, row.reason, referenceOf(world, row.reference)].filter(Boolean).join(' · ');
    return html`<tr>${cells([timeOf(row.at), html`${row.activity}<br><span class="soft">${by}</span>`])}
${numbers(COLUMNS.map(([, of]) => changeOf(of(before), of(after))))}</tr>\n`;
}

function historyPage(world, product, variant, query) {
    const levels = levelsOf(world, variant.item, true);
    const wanted = query.get('location_id');
    const level = wanted ? levels.find((one) => numberOf(one.location) === Number(wanted)) : levels[0];
    if (!level) return missing(wanted ? `A level at location ${wanted}` : 'A level of this variant');
    const { name } = world.locations.get(level.location);
    const others = levels.filter((one) => one !== level).map((one) => world.locations.get(one.location));
    const all = entries(world.history.get(level.id) ?? []).reverse();
    const { part, links } = paged(all, query, historyPath(variant));
    const caption = `${all.length} changes at ${name}, newest first; in brackets the number after a change`;
    return page(
        'Adjustment history',
        html`<p><a href="${variantPath(variant)}">${product.title} - ${variant.title}</a>
· SKU ${variant.sku || '-'} · <strong>${name}</strong>
${others.map((location) => html`· <a href="${historyAt(variant, location)}">${location.name}</a>\n`)}</p>
${table(caption, ['Date', 'Activity'], COLUMN_NAMES, part.map((entry) => historyRow(world, entry)))}
${links}`,
    );
}
