// Tests which documents start the server.
import test from 'node:test';
import assert from 'node:assert/strict';
import { needsServer } from '../src/markdown.js';

/**
 * @param {string} languageId
 * @param {string} text
 */
const needs = (languageId, text) => needsServer({ languageId, getText: () => text });

test('scripts and Markdown with a block start the server', () => {
  assert.ok(needs('pagewalk', ''));
  for (const text of ['```pagewalk\nread 0\n```', '> ~~~ pagewalk,fails\n', '# A\n\n- ````pagewalk lib.pw\n']) assert.ok(needs('markdown', text), text);
});

test('other documents do not start the server', () => {
  for (const text of ['', '# Pagewalk', '```text\npagewalk\n```', '```pagewalks\n']) assert.ok(!needs('markdown', text), text);
  assert.ok(!needs('plaintext', '```pagewalk\n'));
});
