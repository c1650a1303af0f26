// Mails in a real browser. One argument: a JSON object with `folder` (of `templates preview`), `mails` (their names), `modules` (where
// playwright-core is), `axe` (its script) and `chromium`. Prints one JSON object of what was seen.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { folder, mails, modules, axe, chromium: executablePath } = JSON.parse(process.argv[2]);
const { chromium } = createRequire(`${modules}/x.js`)('playwright-core');
const judge = readFileSync(axe, 'utf8');
const seen = { widths: {}, violations: [], undecided: [], judged: 0, asked: [] };

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** What axe leaves open: text on a gradient, and signs such as stars. Its least contrast with whatever is behind it, and what it should be. */
function leastContrast(target) {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * channel(red / 255) + 0.7152 * channel(green / 255) + 0.0722 * channel(blue / 255);
  const colours = (text) => [...text.matchAll(/rgba?\(([^)]*)\)/g)].map(([, numbers]) => numbers.split(',').map(Number)).filter(([, , , alpha]) => alpha !== 0);
  const element = document.querySelector(target);
  const style = getComputedStyle(element);
  let behind = [];
  for (let at = element; at && behind.length === 0; at = at.parentElement) {
    const { backgroundImage, backgroundColor } = getComputedStyle(at);
    behind = colours(backgroundImage === 'none' ? backgroundColor : backgroundImage);
  }
  if (behind.length === 0) return null;
  const [text] = colours(style.color);
  const ratios = behind.map((colour) => {
    const [low, high] = [light(text), light(colour)].sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
  });
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const isSign = !/[\p{L}\p{N}]/u.test(element.textContent);
  return { ratio: Math.min(...ratios), least: isLarge || isSign ? 3 : 4.5 };
}

for (const mail of mails) {
  for (const [name, width, colorScheme] of [['phone-light', 390, 'light'], ['phone-dark', 390, 'dark'], ['desktop-light', 800, 'light'], ['desktop-dark', 800, 'dark']]) {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const page = await context.newPage();
    const where = `${mail} ${name}`;
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) seen.asked.push(`${where}: ${request.url()}`);
    });
    await page.goto(pathToFileURL(`${folder}/${mail}/body.html`).href);
    seen.widths[where] = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.evaluate(judge);
    const found = await page.evaluate(() => axe.run(document).then(({ violations, incomplete, passes }) => ({ violations, incomplete, passes })));
    for (const { id, impact, nodes } of found.violations) seen.violations.push({ where, id, impact, html: nodes[0].html });
    seen.judged += found.passes.filter(({ id }) => id === 'color-contrast').flatMap(({ nodes }) => nodes).length;
    for (const { target: [target], html } of found.incomplete.filter(({ id }) => id === 'color-contrast').flatMap(({ nodes }) => nodes)) {
      const contrast = await page.evaluate(leastContrast, target);
      if (contrast) seen.judged += 1;
      if (!contrast || contrast.ratio < contrast.least) seen.undecided.push({ where, html, ...contrast });
    }
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(seen));
