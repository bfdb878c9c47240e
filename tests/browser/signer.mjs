// What a customer does on the signing page, for the tests that sign.
import { readFileSync } from 'node:fs';
import { eventually, openPage } from './server.mjs';

export async function visit(server, browser, link, size, options) {
  const page = await openPage(browser, server.origin, size, options);
  await page.goto(link);
  return page;
}

export const button = (page, name) => page.getByRole('button', { name });

// As a reader does: on to the end, until the page lets them go on.
export async function read(page) {
  await page.waitForFunction(() => {
    document.querySelector('.count')?.scrollIntoView({ behavior: 'instant' }); // one begun anew each frame never ends
    return document.querySelector('.count[data-end=drawn]') && document.querySelector('.foot .main:enabled');
  });
  await button(page, /I have read it/).click();
}

export async function readToTheEnd(page) {
  await read(page);
  await button(page, /Send the code/).waitFor();
}

export async function prove(page, server) {
  const before = server.messages('code').length;
  await button(page, /Send the code/).click();
  await eventually(() => server.messages('code').length > before, 'the code');
  const field = page.getByRole('textbox', { name: /Code/ });
  await field.fill(server.newestCode());
  await page.locator('.consent').waitFor();
}

export async function draw(page, strokes) {
  const box = await page.locator('.pad').boundingBox();
  for (const stroke of strokes) {
    const at = stroke.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
    await page.mouse.move(...at[0]);
    await page.mouse.down();
    for (const point of at.slice(1)) await page.mouse.move(...point, { steps: 6 });
    await page.mouse.up();
  }
}

export const INK = [
  [
    [0.1, 0.3],
    [0.3, 0.2],
    [0.35, 0.7],
  ],
  [
    [0.45, 0.2],
    [0.5, 0.8],
    [0.8, 0.4],
  ],
];

export async function download(page, link) {
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: link }).click();
  return readFileSync(await (await waiting).path());
}

export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
