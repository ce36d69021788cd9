// Builds the practice file's template: one page with everything inside, in which only the exam is missing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

/** A text inside an element: nothing in it ends the element. */
const within = (value) => JSON.stringify(value).replace(/</g, '\\u003c');

/** How every script of the pages is bundled. */
export const BUNDLE = { bundle: true, minify: true, format: 'esm', target: 'es2022', charset: 'utf8', legalComments: 'none' };

/**
 * @param {string} web The folder of the pages' sources.
 * @param {string} wasm The path of the engine.
 */
export async function practiceTemplate(web, wasm) {
  const built = await esbuild.build({
    entryPoints: [join(web, 'src/practice/file.js')],
    ...BUNDLE,
    write: false,
  });
  const styles = ['base.css', 'practice.css'].map((name) => readFileSync(join(web, 'style', name), 'utf8')).join('\n');
  const style = (await esbuild.transform(styles, { loader: 'css', minify: true })).code;
  const worker = (await esbuild.transform(readFileSync(join(web, 'src/worker.js'), 'utf8'), { minify: true })).code;
  const script = built.outputFiles[0].text.replace(/<\/script/gi, '<\\/script');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Practice</title>
<style>${style}</style>
</head>
<body>
<main class="practice"><p class="progress">Loading the exam …</p><noscript>This page needs JavaScript.</noscript></main>
<script type="application/json" id="exam">"@EXAM@"</script>
<script type="application/json" id="worker">${within(worker)}</script>
<script type="text/plain" id="engine">${gzipSync(readFileSync(wasm), { level: 9 }).toString('base64')}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}
