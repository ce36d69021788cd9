import test from 'node:test';
import assert from 'node:assert/strict';
import { label, result, selected } from '../src/cases.js';

const range = { start: { line: 3, character: 2 }, end: { line: 3, character: 9 } };
const passed = { name: 'a.pw', block: null, scenario: null, range, outcome: 'passed', golden: 'same', problems: [], expected: 'x', actual: 'x' };
const failed = {
  ...passed,
  name: 'a.pw :: again',
  scenario: 'again',
  outcome: 'failed',
  problems: [
    { uri: 'file:///a.pw', range, message: 'tlb', expected: 'tlb miss', actual: 'tlb hit' },
    { uri: 'file:///a.pw', range, message: 'no case', expected: null, actual: null },
  ],
};

test('a case is named by its block and its scenario', () => {
  assert.equal(label({ block: null, scenario: null }), 'statements outside scenarios');
  assert.equal(label({ block: null, scenario: 'again' }), 'again');
  assert.equal(label({ block: 'block 2', scenario: 'again' }), 'block 2 :: again');
});

test('a result has the words of VS Code, and a problem has two sides if it is a difference', () => {
  assert.deepEqual(result('a.pw', [passed, failed]), { state: 'passed', problems: [] });
  const at = { uri: 'file:///a.pw', range };
  assert.deepEqual(result('a.pw :: again', [passed, failed]), {
    state: 'failed',
    problems: [{ message: 'tlb', sides: ['tlb miss', 'tlb hit'], at }, { message: 'no case', sides: null, at }],
  });
  assert.equal(result('a.pw', [{ ...passed, outcome: 'wrong' }]).state, 'errored');
  assert.equal(result('a.pw', [{ ...passed, outcome: 'not-run' }]).state, 'skipped');
  assert.equal(result('b.pw', [passed, failed]).state, 'errored');
});

test('a difference has only the facts that differ', () => {
  const sides = (/** @type {string} */ expected, /** @type {string} */ actual) =>
    result('a.pw :: again', [{ ...failed, problems: [{ ...failed.problems[0], expected, actual }] }]).problems[0].sides;
  assert.deepEqual(
    sides('vpn 0x0F, vpo 0x14, tlbi 0x3, tlbt 0x03, tlb miss, walk 1, ppn 0x0D\n', 'vpn 0x0F, vpo 0x14, tlbi 0x3, tlbt 0x03, tlb hit, ppn 0x0D\n'),
    ['tlb miss, walk 1', 'tlb hit'],
  );
  // A fact may be missing on one side.
  assert.deepEqual(sides('vpn 1, fault none\ncycles 4\n', 'vpn 1\ncycles 4\n'), ['fault none', '']);
  assert.deepEqual(sides('  0 │ 0D 1\n  1 │ 0E 1\n', '  0 │ 0D 0\n  1 │ 0E 1\n'), ['  0 │ 0D 1', '  0 │ 0D 0']);
  assert.deepEqual(sides('a 1, b 2', 'b 2, a 1'), ['a 1, b 2', 'b 2, a 1']);
});

test('a file selects all of its cases, except those that are excluded', () => {
  const all = [{ item: 'f', file: null }, { item: 'f1', file: 'f' }, { item: 'f2', file: 'f' }, { item: 'g', file: null }, { item: 'g1', file: 'g' }];
  const listed = (/** @type {string[] | undefined} */ include, /** @type {string[] | undefined} */ exclude) => [...selected(all, include, exclude)];
  assert.deepEqual(listed(undefined, undefined), [['f', ['f1', 'f2']], ['g', ['g1']]]);
  assert.deepEqual(listed(['f'], ['f1']), [['f', ['f2']]]);
  assert.deepEqual(listed(['g1', 'f2'], undefined), [['f', ['f2']], ['g', ['g1']]]);
  assert.deepEqual(listed(undefined, ['f', 'g1']), []);
});
