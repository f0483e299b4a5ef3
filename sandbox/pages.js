// The admin pages that a person would open: products, a product, a variant and the adjustment history of its stock,
// as tables that need no script and nothing from outside.
import { NAMES, UNAVAILABLE, levelsOf } from './quantities.js';
import { numberOf } from './world.js';

const PAGE = 50;

const STYLE = `
:root { color-scheme: light dark; --line: #d4d4d8; --soft: #52525b; --link: #1d4ed8; --back: #ffffff; --text: #18181b; --band: #f4f4f5; }
@media (prefers-color-scheme: dark) { :root { --line: #3f3f46; --soft: #a1a1aa; --link: #93c5fd; --back: #18181b; --text: #f4f4f5; --band: #27272a; } }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; background: var(--back); color: var(--text); }
header, main { max-width: 72rem; margin: 0 auto; padding: 0.75rem 1.25rem; }
header { border-bottom: 1px solid var(--line); display: flex; gap: 1.25rem; align-items: baseline; }
a { color: var(--link); } a:focus-visible, input:focus-visible, button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.4rem; margin: 0.75rem 0; } h2 { font-size: 1.1rem; } .soft { color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: 0.75rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.25rem; }
th, td { text-align: left; padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; } thead th { background: var(--band); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; } dd { margin: 0; }
input, button, select { font: inherit; padding: 0.3rem 0.6rem; }`;

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A piece of HTML; what is put into `html` is escaped unless it is one itself. */
class Markup { constructor(text) { this.text = text; } }

function html(parts, ...values) {
    const shown = (v) => (v instanceof Markup ? v.text : Array.isArray(v) ? v.map(shown).join('') : String(v ?? '').replace(/[&<>"']/g, (c) => ESCAPES[c]));
    return new Markup(parts.reduce((text, part, i) => text + shown(values[i - 1]) + part));
}

const page = (title, body, status = 200) => ({
    status,
    html: html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<title>${title} · Evenstock sandbox</title><style>${new Markup(STYLE)}</style></head>
<body><header><strong>Evenstock sandbox</strong><nav aria-label="Admin"><a href="/admin/products">Products</a></nav></header>
<main><h1>${title}</h1>${body}</main></body></html>
`.text,
});

const missing = (what) => page('Not found', html`<p>${what} does not exist. <a href="/admin/products">All products</a></p>`, 404);

const head = (names) => html`<thead><tr>${names.map(([name, n]) => html`<th scope="col"${n ? new Markup(' class="n"') : ''}>${name}</th>`)}</tr></thead>`;
const time = (ms) => { const text = new Date(ms).toISOString(); return html`<time datetime="${text}">${text.slice(0, 10)} ${text.slice(11, 19)} UTC</time>`; };
const number = (n) => (n < 0 ? `−${-n}` : String(n));

const productPath = (product) => `/admin/products/${numberOf(product.id)}`;
const variantPath = (variant) => `/admin/products/${numberOf(variant.product)}/variants/${numberOf(variant.id)}`;
const historyPath = (variant, location) => `${variantPath(variant)}/inventory_history?location_id=${numberOf(location.id)}`;

/**
 * One page of the admin.
 * @param {URLSearchParams} query
 * @returns {{ status: number, html: string, location?: string }}
 */
export function adminPage(world, pathname, query) {
    const path = pathname.replace(/\/$/, '');
    if (path === '' || path === '/admin') return { status: 302, html: '', location: '/admin/products' };
    if (path === '/admin/products') return products(world, query);
    const match = /^\/admin\/products\/(\d+)(?:\/variants\/(\d+)(\/inventory_history)?)?$/.exec(path);
    if (!match) return missing('This page');
    const product = world.products.get(`gid://shopify/Product/${match[1]}`);
    if (!product) return missing(`Product ${match[1]}`);
    if (!match[2]) return productPage(world, product);
    const variant = world.variants.get(`gid://shopify/ProductVariant/${match[2]}`);
    if (variant?.product !== product.id) return missing(`Variant ${match[2]}`);
    return match[3] ? history(world, product, variant, query) : variantPage(world, product, variant);
}

/** A part of a long list, and the links to the others. */
function paged(list, query, path) {
    const last = Math.max(1, Math.ceil(list.length / PAGE));
    const n = Math.min(last, Math.max(1, Number.parseInt(query.get('page') ?? '1', 10) || 1));
    const to = (i) => { const q = new URLSearchParams(query); q.set('page', i); return `${path}?${q}`; };
    const links = html`<nav aria-label="Pages"><p>${n > 1 ? html`<a rel="prev" href="${to(n - 1)}">Previous</a> ` : ''}Page ${n} of ${last}${n < last ? html` <a rel="next" href="${to(n + 1)}">Next</a>` : ''}</p></nav>`;
    return { part: list.slice((n - 1) * PAGE, n * PAGE), links };
}

const sum = (world, product, name) => product.variants.map((id) => world.variants.get(id)).reduce((n, variant) =>
    n + levelsOf(world, variant.item).reduce((m, level) => m + level.q[name], 0), 0);

function products(world, query) {
    const wanted = (query.get('query') ?? '').trim().toLowerCase();
    const found = [...world.products.values()].filter((product) => product.title.toLowerCase().includes(wanted)
        || product.variants.some((id) => (world.variants.get(id).sku ?? '').toLowerCase().includes(wanted)));
    const { part, links } = paged(found, query, '/admin/products');
    const skus = (product) => product.variants.map((id) => world.variants.get(id).sku).filter(Boolean).join(', ');
    return page('Products', html`<form role="search" action="/admin/products"><label>Title or SKU <input name="query" value="${query.get('query')}"></label> <button>Search</button></form>
<div class="wide"><table><caption>${found.length} products</caption>${head([['Product'], ['SKU'], ['Status'], ['Available', true], ['On hand', true]])}<tbody>
${part.map((product) => html`<tr><th scope="row"><a href="${productPath(product)}">${product.title}</a></th><td>${skus(product)}</td><td>${product.status.toLowerCase()}</td>
<td class="n">${number(sum(world, product, 'available'))}</td><td class="n">${number(sum(world, product, 'on_hand'))}</td></tr>`)}</tbody></table></div>${links}`);
}

function productPage(world, product) {
    const variants = product.variants.map((id) => world.variants.get(id));
    return page(product.title, html`<dl><dt>Status</dt><dd>${product.status.toLowerCase()}</dd><dt>Vendor</dt><dd>${product.vendor || '-'}</dd><dt>Type</dt><dd>${product.productType || '-'}</dd></dl>
<div class="wide"><table><caption>Variants</caption>${head([['Variant'], ['SKU'], ['Barcode'], ['Available', true]])}<tbody>
${variants.map((variant) => html`<tr><th scope="row"><a href="${variantPath(variant)}">${variant.title}</a></th><td>${variant.sku}</td><td>${variant.barcode}</td>
<td class="n">${number(levelsOf(world, variant.item).reduce((n, level) => n + level.q.available, 0))}</td></tr>`)}</tbody></table></div>`);
}

const unavailable = (q) => UNAVAILABLE.reduce((n, name) => n + q[name], 0);

function variantPage(world, product, variant) {
    const item = world.items.get(variant.item);
    const rows = levelsOf(world, item.id, true).map((level) => ({ level, location: world.locations.get(level.location) }));
    return page(`${product.title} - ${variant.title}`, html`<p><a href="${productPath(product)}">${product.title}</a></p>
<dl><dt>SKU</dt><dd>${variant.sku || '-'}</dd><dt>Barcode</dt><dd>${variant.barcode || '-'}</dd><dt>Inventory</dt><dd>${item.tracked ? 'tracked' : 'not tracked'}</dd>
<dt>When out of stock</dt><dd>${variant.policy === 'CONTINUE' ? 'continue selling' : 'stop selling'}</dd>${variant.bundle ? html`<dt>Bundle</dt><dd>made of other products</dd>` : ''}</dl>
<div class="wide"><table><caption>Inventory by location</caption>
${head([['Location'], ['Stocked'], ['Unavailable', true], ['Committed', true], ['Available', true], ['On hand', true], ['Incoming', true], ['History']])}<tbody>
${rows.map(({ level: { q, active }, location }) => html`<tr><th scope="row">${location.name}</th><td>${active ? 'yes' : 'no'}</td><td class="n">${number(unavailable(q))}</td><td class="n">${number(q.committed)}</td>
<td class="n">${number(q.available)}</td><td class="n">${number(q.on_hand)}</td><td class="n">${number(q.incoming)}</td>
<td><a href="${historyPath(variant, location)}" aria-label="Adjustment history at ${location.name}">Adjustment history</a></td></tr>`)}</tbody></table></div>`);
}

const COLUMNS = [['Unavailable', unavailable], ['Committed', (q) => q.committed], ['Available', (q) => q.available], ['On hand', (q) => q.on_hand]];

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
const referenceOf = (world, reference) => (reference ? world.orders.get(reference)?.name ?? reference : null);

function historyRow(world, { row, before, after }) {
    const reference = referenceOf(world, row.reference);
    const cell = (of) => {
        const delta = of(after) - of(before);
        return html`<td class="n">${delta ? html`<strong>${delta > 0 ? '+' : ''}${number(delta)}</strong> <span class="soft">(${number(of(after))})</span>` : html`<span class="soft">${number(of(after))}</span>`}</td>`;
    };
    return html`<tr><td>${time(row.at)}</td><td>${row.activity}<br><span class="soft">${row.who}${row.reason ? ` · ${row.reason}` : ''}${reference ? html` · <span>${reference}</span>` : ''}</span></td>
${COLUMNS.map(([, of]) => cell(of))}</tr>`;
}

function history(world, product, variant, query) {
    const levels = levelsOf(world, variant.item, true);
    const wanted = query.get('location_id');
    const level = wanted ? levels.find((l) => numberOf(l.location) === Number(wanted)) : levels[0];
    if (!level) return missing(wanted ? `A level at location ${wanted}` : 'A level of this variant');
    const location = world.locations.get(level.location);
    const all = entries(world.history.get(level.id) ?? []).reverse();
    const { part, links } = paged(all, query, `${variantPath(variant)}/inventory_history`);
    const elsewhere = levels.filter((l) => l !== level).map((l) => world.locations.get(l.location));
    return page('Adjustment history', html`<p><a href="${variantPath(variant)}">${product.title} - ${variant.title}</a> · SKU ${variant.sku || '-'} · <strong>${location.name}</strong>
${elsewhere.map((l) => html` · <a href="${historyPath(variant, l)}">${l.name}</a>`)}</p>
<div class="wide"><table><caption>${all.length} changes at ${location.name}, newest first; the number after a change stands in brackets</caption>
${head([['Date'], ['Activity'], ...COLUMNS.map(([name]) => [name, true])])}<tbody>
${part.map((entry) => historyRow(world, entry))}</tbody></table></div>${links}`);
}
