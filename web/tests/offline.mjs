// The site without a network, after one visit.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM, SITE, browser, done, need, serve, test } from './setup.mjs';

need(CHROMIUM, 'no Chromium; run .ci/web install');
need(existsSync(join(SITE, 'sw.js')), 'no site; run .ci/web build');

const server = await serve();
const chrome = await browser();
const context = await chrome.newContext();
const page = await context.newPage();

await test('after one visit, each page works without the server', async () => {
  await page.goto(`${server.site}book/index.html`);
  await page.evaluate(() => {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no service worker')), 20_000));
    return Promise.race([navigator.serviceWorker.ready.then(() => true), late]);
  });
  await server.close();
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(`${server.site}book/tutorials/tutorial.html`);
  const script = page.locator('pagewalk-script').first();
  await script.getByRole('button', { name: 'Run' }).click();
  await script.getByRole('status').getByText('✓ 3 expectations hold').waitFor();
  await page.locator('#search').fill('inverted page table');
  await page.getByText('sections found').waitFor({ state: 'attached' });
  await page.goto(`${server.site}explorer.html?example=fork.pw`);
  await page.locator('#totals').getByText('✓ all 38 expectations hold').waitFor();
  await page.locator('#back').click();
  await page.locator('#position').getByText('30 of 31', { exact: true }).waitFor();
  await page.goto(`${server.site}practice.html?exam=exams/address-translation.pw`);
  await page.locator('.blank').first().fill('0xFFFF');
  await page.locator('.blank').first().press('Enter');
  await page.locator('.verdict > span').first().waitFor();
  await page.goto(server.site);
  await page.getByRole('heading', { level: 1, name: 'Memory systems, step by step' }).waitFor();
});

await test('only this version is kept', async () => {
  assert.equal(await page.evaluate(async () => (await caches.keys()).length), 1);
});

await chrome.close();
done();
