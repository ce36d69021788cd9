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

at('choose').onchange = () => {
  history.replaceState(null, '', `?exam=${encodeURIComponent(at('choose').value)}`);
  example(at('choose').value);
};
at('own').onchange = async () => {
  const file = at('own').files[0];
  if (file) await open({ path: file.name, text: await file.text() });
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
const wanted = new URLSearchParams(location.search).get('exam') ?? 'exams/address-translation.pw';
at('choose').value = wanted;
await example(wanted);
