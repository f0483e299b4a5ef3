// Holds the figures of the cases to the captures themselves, where these are at hand: every pattern that the
// stand-in must meet has to match the recorded answer as well, and no recorded answer may go unmentioned.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { match, matchAnswer } from './match.js';

export const at = (value, path) => path.split('.').reduce((v, key) => v?.[key], value);

const answerOf = (node) => {
  const answer = node?.response ?? node;
  return answer?.payload ?? answer;
};

export const readCapture = async (folder, file) => JSON.parse(await readFile(join(folder, `${file}.json`), 'utf8'));

export const captureFiles = async (folder) =>
  (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)).sort();

// The paths of all answers in a capture.
export function answers(node, path = '') {
  if (node === null || typeof node !== 'object') return [];
  const isAnswer = 'response' in node || 'payload' in node
    || (node.data !== null && typeof node.data === 'object') || Array.isArray(node.errors);
  if (isAnswer && path !== '') return [path];
  return Object.entries(node).flatMap(([key, part]) => answers(part, path === '' ? key : `${path}.${key}`));
}

function stepDifferences(step, capture, binds) {
  const node = at(capture, step.from);
  if (node === undefined) return [`the capture has no "${step.from}"`];
  switch (step.kind) {
    case 'ask': {
      const sent = step.own || !node.variables ? [] : match(step.variables, node.variables, binds, 'variables');
      return [...sent, ...matchAnswer(step.recorded ?? step.expect, answerOf(node), binds)];
    }
    case 'upload': return match(step.status, node.status, binds, 'upload status');
    case 'download': return match(step.rows, node, binds, 'rows');
    default: return [];
  }
}

// The differences between a case and its capture.
export function caseDifferences(one, capture) {
  const binds = new Map();
  const found = [];
  for (const step of one.steps.filter((s) => s.from)) {
    found.push(...stepDifferences(step, capture, binds).map((line) => `${step.from}: ${line}`));
  }
  const named = [...one.steps.map((s) => s.from), ...one.left.map((l) => l.from)].filter(Boolean);
  for (const path of one.left.map((l) => l.from)) if (at(capture, path) === undefined) found.push(`${path}: not in the capture`);
  const covers = (outer, path) => path === outer || path.startsWith(`${outer}.`);
  for (const path of answers(capture)) {
    if (one.scaffold.some((s) => covers(s, path)) || named.some((n) => covers(n, path) || covers(path, n))) continue;
    found.push(`${path}: neither replayed nor listed as left out`);
  }
  return found;
}
