// What the replay found, as one table, for people and for README.md.

const SECTION = '## The captures';

// A capture is met when every recorded answer is given; partly, when some are; not, when none is.
export function verdict(one) {
  const unmet = new Set([...one.steps.filter((s) => s.differs), ...one.left].map(({ from }) => from));
  const all = new Set([...one.steps, ...one.left].map(({ from }) => from).filter(Boolean));
  const replayed = one.steps.some((s) => s.from && !s.differs);
  const word = unmet.size === 0 ? 'met' : replayed ? 'partly' : 'not';
  return { word, given: all.size - unmet.size, all: all.size };
}

function reasons(one) {
  const byWhy = new Map();
  for (const { from, differs, why } of [...one.steps.filter((s) => s.differs), ...one.left]) {
    const key = differs?.why ?? why;
    byWhy.set(key, (byWhy.get(key) ?? new Set()).add(from.replace(/^(cases|validations?|workflow|expected|operations)\./, '')));
  }
  return [...byWhy].map(([why, names]) => `${[...names].map((n) => `\`${n}\``).join(', ')}: ${why}`).join('; ');
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export function table(cases) {
  const rows = [...cases].sort((a, b) => (a.file < b.file ? -1 : 1)).map((one) => {
    const { word, given, all } = verdict(one);
    const why = [reasons(one), one.note].filter(Boolean).map((text) => text.replace(/\.?$/, '.')).join(' ');
    return `| ${one.file} | ${word} | ${given} of ${all} | ${cell(why)} |`;
  });
  const count = (word) => cases.filter((one) => verdict(one).word === word).length;
  return [
    `${cases.length} captures: ${count('met')} met, ${count('partly')} partly, ${count('not')} not.`, '',
    '| capture | result | answers | why not all, what was changed |', '| --- | --- | --- | --- |', ...rows, '',
  ].join('\n');
}

export const readme = (cases) => `# What the sandbox is held to

The sandbox imitates a Shopify shop, so what it answers is compared with what a real one answered. The recorded
answers are those of a live development store (API 2026-04, one file 2025-01), published with the project
\`airhorns/shopify-draft-proxy\` under the Apache License 2.0. Nothing of them is copied here but the figures and
shapes that matter: error texts and codes, quantities, ordering, what is null, and what a call costs (where the
recorded selection is known).

\`conformance.test.js\` starts the sandbox, builds the world of each capture through the control API, sends the
requests in our own words, and compares the answers, on every API version that is served. An answer that the
sandbox does not give is listed with its reason; the test fails when such an answer is suddenly right, or wrong in
another way, and when this table is not what it found. \`UPDATE=1\` writes the table anew.

Where the captures themselves are at hand (the folder that \`SHOPIFY_CAPTURES\` names, or
\`../shared/data/shopify-captures\` beside the project), a second check holds every copied figure to them, and every
recorded answer to a place in this table. Without them it is skipped.

\`cases/\` holds what is sent and expected, one file an area; \`lib/case.js\` explains how a case is written. To add one:
name the capture, build its world in \`setup\`, write one \`ask\` for each recorded answer, run with \`UPDATE=1\`.

${SECTION}

${table(cases)}`;
