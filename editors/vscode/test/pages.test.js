import test from 'node:test';
import assert from 'node:assert/strict';
import { escaped, statePage, state, examPage } from '../src/pages.js';

const step = {
  index: 1,
  count: 3,
  title: 'read 0x03D4 => tlb "<hit>"',
  narration: 'VPN 0x0F  TLB hit? no & PPN 0x0D',
  panels: [{ title: 'tlb', text: 'set way │ tag\n  3   0 │  03' }, { title: 'cache', text: 'idx │ tag' }],
};

/** Returns the text of a page without its tags. @param {string} html */
const text = (html) => html.replace(/<[^>]*>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));

test('nothing of a script becomes a tag', () => {
  assert.equal(escaped(`<b a='1'>&"`), '&#60;b a=&#39;1&#39;&#62;&#38;&#34;');
  const html = state(step);
  assert.ok(!html.includes('<hit>') && text(html).includes('tlb "<hit>"'), html);
});

test('a step tells where it is, what happened and what the tables hold', () => {
  const shown = text(state(step));
  for (const part of ['step 2 of 3', step.title, step.narration, 'tlb', step.panels[0].text, 'cache']) assert.ok(shown.includes(part), part);
});

test('there is no way back from the first step, nor on from the last', () => {
  const disabled = (/** @type {number} */ index, /** @type {string} */ go) =>
    new RegExp(`data-go="${go}"[^>]* disabled`).test(state({ ...step, index }));
  assert.deepEqual([0, 1, 2].map((index) => disabled(index, 'back')), [true, false, false]);
  assert.deepEqual([0, 1, 2].map((index) => disabled(index, 'forward')), [false, false, true]);
});

test('the panel runs its own script only', () => {
  const page = statePage({ nonce: 'abc', script: 'https://x/state.js?"', style: 'https://x/state.css', source: 'https://x' });
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src https:\/\/x; script-src 'nonce-abc'"/);
  assert.equal(page.match(/<script/g)?.length, 1);
  assert.match(page, /<script nonce="abc" src="https:\/\/x\/state\.js\?&#34;"><\/script>/);
});

test('a preview of a paper runs nothing and loads nothing, before anything in it is read', () => {
  const page = examPage('<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>Exam</title></head><body></body></html>');
  assert.match(page, /<head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">/);
  assert.match(page, /<title>Exam<\/title>/);
  assert.match(examPage('<p>bare'), /^<meta http-equiv="Content-Security-Policy"/);
});
