import test from 'node:test';
import assert from 'node:assert/strict';
import { around, blocks, question } from '../src/scenarios.js';

const lenses = [
  { line: 0, scenario: null },
  { line: 4, scenario: 'one' },
  { line: 10, scenario: 'two' },
];
const range = (/** @type {number} */ start, /** @type {number} */ end) => ({ range: { start: { line: start }, end: { line: end } } });

test('the cursor is in the scenario whose block holds it', () => {
  const outline = blocks([range(0, 3), { ...range(4, 7), children: [range(5, 6)] }, range(10, 12)]);
  assert.deepEqual(outline, [{ start: 0, end: 3 }, { start: 4, end: 7 }, { start: 5, end: 6 }, { start: 10, end: 12 }]);
  const found = [0, 3, 4, 5, 7, 8, 10, 12, 13].map((line) => around(lenses, outline, line));
  assert.deepEqual(found, [null, null, 'one', 'one', 'one', null, 'two', 'two', null]);
});

test('without an outline only its own line is a scenario', () => {
  assert.deepEqual([4, 5, 10].map((line) => around(lenses, [], line)), ['one', null, 'two']);
});

test('the question at the cursor is the last one that begins above it', () => {
  const lines = ['machine simple', 'question "One" points 2 {', '  ask "x" = 1', '}', '  question "Two" {', '}'];
  assert.deepEqual(lines.map((_, line) => question(lines, line)), [null, 'One', 'One', 'One', 'Two', 'Two']);
});
