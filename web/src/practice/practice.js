// The practice page of the site: the exams and questions of the examples, or a script of one's own, also as a file.
// @ts-check
import '../book.js';
import { Engine } from '../engine.js';
import { practice, refused } from './sheet.js';

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);
/** @type {Engine | undefined} */
let engine;
/** @type {import('./sheet.js').Exam | undefined} */
let exam;

/** @param {import('./sheet.js').Exam} chosen */
async function open(chosen) {
  exam = chosen;
  engine?.stop();
  engine = new Engine();
  at('save').disabled = false;
  try {
    await practice(at('sheet'), engine, chosen);
  } catch (error) {
    // Another exam may have taken the place of this one.
    if (exam !== chosen) return;
    at('save').disabled = true;
    refused(at('sheet'), error);
  }
}

/** @param {string} path */
async function example(path) {
  const response = await fetch(`examples/${path}`);
  if (response.ok) await open({ path, text: await response.text() });
  else refused(at('sheet'), `The site has no example “${path}”.`);
}

/** A person's own script, as an option beside the exams. The history keeps it, so that it opens again after a reload. */
const own = new Option('', '');
/** @type {import('./sheet.js').Exam | undefined} */
let script = history.state?.script;

/** Offers a script of one's own. @param {import('./sheet.js').Exam} chosen */
function offer(chosen) {
  script = chosen;
  own.textContent = chosen.path;
  at('choose').prepend(own);
}

/** Opens a script of one's own. @param {import('./sheet.js').Exam} chosen */
function openOwn(chosen) {
  offer(chosen);
  own.selected = true;
  history.replaceState({ script }, '', location.pathname);
  return open(chosen);
}

at('choose').onchange = () => {
  if (script && own.selected) return openOwn(script);
  history.replaceState({ script }, '', `?exam=${encodeURIComponent(at('choose').value)}`);
  example(at('choose').value);
};
at('own').onchange = async () => {
  const file = at('own').files[0];
  if (file) await openOwn({ path: file.name, text: await file.text() });
};
at('save').onclick = async () => {
  if (!exam) return;
  const template = await (await fetch('practice-template.html')).text();
  const json = JSON.stringify(exam).replace(/[<\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([template.replace('"@EXAM@"', () => json)], { type: 'text/html' }));
  link.download = `${exam.path.replace(/^.*\/|\.pw$/g, '')}.html`;
  link.click();
};

const list = await (await fetch('examples/index.json')).json();
for (const [group, title] of [['exams', 'Exams'], ['questions', 'Question bank']]) {
  const options = document.createElement('optgroup');
  options.label = title;
  for (const { path } of list.filter((/** @type {any} */ one) => one.group === group)) options.append(new Option(path.replace(/^.*\/|\.pw$/g, ''), path));
  at('choose').append(options);
}
const wanted = new URLSearchParams(location.search).get('exam');
if (script && !wanted) await openOwn(script);
else {
  if (script) offer(script);
  const path = wanted ?? 'exams/address-translation.pw';
  at('choose').value = path;
  await example(path);
}
