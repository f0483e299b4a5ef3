// HTML for the admin pages: a template tag that escapes, and the frame that all pages have.

/** A piece of HTML, ready to be put into another. */
class Markup {
    constructor(text) {
        this.text = text;
    }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function shown(value) {
    if (value instanceof Markup) return value.text;
    if (Array.isArray(value)) return value.map(shown).join('');
    return String(value ?? '').replace(/[&<>"']/g, (c) => ESCAPES[c]);
}

/** Everything that is put in is escaped, unless it was made by `html` itself. */
export function html(parts, ...values) {
    return new Markup(parts.reduce((text, part, i) => text + shown(values[i - 1]) + part));
}

const STYLE = new Markup(`
:root {
    color-scheme: light dark;
    --line: #d4d4d8; --soft: #52525b; --link: #1d4ed8; --back: #ffffff; --text: #18181b; --band: #f4f4f5;
}
@media (prefers-color-scheme: dark) {
    :root { --line: #3f3f46; --soft: #a1a1aa; --link: #93c5fd; --back: #18181b; --text: #f4f4f5; --band: #27272a; }
}
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; background: var(--back); color: var(--text); }
header, main { max-width: 72rem; margin: 0 auto; padding: 0.75rem 1.25rem; }
header { border-bottom: 1px solid var(--line); display: flex; gap: 1.25rem; align-items: baseline; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.4rem; margin: 0.75rem 0; }
.soft { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 0.75rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.25rem; }
th, td { text-align: left; padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { background: var(--band); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dd { margin: 0; }
input, button { font: inherit; padding: 0.3rem 0.6rem; }
`);

/** A whole page. @returns {{ status: number, html: string }} */
export function page(title, body, status = 200) {
    const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title} · Evenstock sandbox</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<strong>Evenstock sandbox</strong>
<nav aria-label="Admin"><a href="/admin/products">Products</a></nav>
</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
    return { status, html: text };
}

export function missing(what) {
    return page('Not found', html`<p>${what} does not exist. <a href="/admin/products">All products</a></p>`, 404);
}

/** A number with a true minus. */
export const number = (n) => (n < 0 ? `−${-n}` : String(n));

/** Cells of a row: texts first, then numbers. */
export const cells = (list) => list.map((cell) => html`<td>${cell}</td>`);
export const numbers = (list) => list.map((n) => html`<td class="n">${n instanceof Markup ? n : number(n)}</td>`);

/** A table; `words` head its columns of text, `figures` those of numbers, which come after them. */
export function table(caption, words, figures, rows) {
    return html`<div class="wide">
<table>
<caption>${caption}</caption>
<thead>
<tr>${words.map((name) => html`<th scope="col">${name}</th>`)}
${figures.map((name) => html`<th scope="col" class="n">${name}</th>`)}</tr>
</thead>
<tbody>
${rows}
</tbody>
</table>
</div>`;
}

export function facts(pairs) {
    return html`<dl>${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value || '-'}</dd>\n`)}</dl>`;
}

const PAGE = 50;

/** A part of a long list, and the links to the parts around it. */
export function paged(list, query, path) {
    const last = Math.max(1, Math.ceil(list.length / PAGE));
    const n = Math.min(last, Math.max(1, Number.parseInt(query.get('page') ?? '1', 10) || 1));
    const link = (rel, i, words) => {
        const to = new URLSearchParams(query);
        to.set('page', i);
        return html`<a rel="${rel}" href="${path}?${to}">${words}</a>`;
    };
    const previous = n > 1 ? link('prev', n - 1, 'Previous') : '';
    const next = n < last ? link('next', n + 1, 'Next') : '';
    return {
        part: list.slice((n - 1) * PAGE, n * PAGE),
        links: html`<nav aria-label="Pages"><p>${previous} Page ${n} of ${last} ${next}</p></nav>`,
    };
}
