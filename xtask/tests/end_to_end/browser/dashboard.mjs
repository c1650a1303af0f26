// The operator's page in a real browser. One argument: a JSON object with `url`, `token`, `modules` (where playwright-core is), `axe` (its
// script), `chromium` and `pictures` (a folder). Prints one JSON object of what was seen.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { url, token, modules, axe, chromium: executablePath, pictures } = JSON.parse(process.argv[2]);
const { chromium } = createRequire(`${modules}/x.js`)('playwright-core');
const judge = readFileSync(axe, 'utf8');
const VIEWS = ['today', 'inbox', 'calendar', 'messages', 'reports', 'system'];
const seen = { errors: [], violations: [], pwned: false, tooWide: [], views: {} };

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function open(width, height, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: 'en-US' });
  const page = await context.newPage();
  page.on('pageerror', (error) => seen.errors.push(error.message));
  page.setDefaultTimeout(20_000);
  await page.goto(`${url}/dashboard`);
  await page.fill('#token', token);
  await page.click('button[type=submit]');
  await page.waitForSelector('h2');
  return page;
}

/** axe runs beside the page's policy, as an extension does. */
async function check(page, where) {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: judge });
  const expression = 'axe.run(document).then((found) => JSON.stringify(found.violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0].html }))))';
  const found = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  for (const violation of JSON.parse(found.result.value)) seen.violations.push({ where, ...violation });
}

for (const [name, width, height, scheme] of [['phone-light', 390, 844, 'light'], ['phone-dark', 390, 844, 'dark'],
  ['desktop-light', 1440, 900, 'light'], ['desktop-dark', 1440, 900, 'dark']]) {
  const page = await open(width, height, scheme);
  for (const view of VIEWS) {
    await page.goto(`${url}/dashboard#${view}`);
    if (view === 'inbox') await page.click('.opener >> nth=0');
    await page.waitForTimeout(view === 'reports' ? 1500 : 400);
    await check(page, `${name} ${view}`);
    await page.screenshot({ path: `${pictures}/${name}-${view}.png` });
    seen.views[view] = await page.innerText('main');
    seen.pwned ||= await page.evaluate(() => window.pwned !== undefined);
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) seen.tooWide.push(`${name} ${view}`);
  }
  await page.context().close();
}

// A double booking is decided, a campaign is paused and goes on, and a drafted message is at hand: on the phone.
const page = await open(390, 844, 'light');
await page.goto(`${url}/dashboard#today`);
await page.click('text=Keep this one >> nth=0');
await page.click('dialog >> text=Keep it');
await page.waitForSelector('text=Nothing is booked twice.');
seen.isResolved = true;
await page.click('summary:has-text("Drafted message")');
seen.draft = await page.innerText('.draft');
await page.goto(`${url}/dashboard#messages`);
await page.click('main button:has-text("Pause") >> nth=0');
await page.click('dialog >> button:has-text("Pause")');
await page.waitForSelector('text=paused: paused on the dashboard');
await page.click('main button:has-text("Resume")');
await page.waitForSelector('text=paused: paused on the dashboard', { state: 'detached' });
seen.isPausedAndResumed = true;

// A drafted answer is sent, and another thread is closed.
await page.goto(`${url}/dashboard#inbox`);
await page.click('.opener:has-text("still free")');
await page.waitForSelector('#answer');
seen.answer = await page.inputValue('#answer');
seen.isCanaryText = (await page.innerText('.thread')).includes('<img src=x');
await check(page, 'phone-light thread');
await page.screenshot({ path: `${pictures}/phone-light-thread.png` });
await page.click('button:has-text("Send this answer")');
await page.waitForSelector('.said.host');
seen.isSent = (await page.innerText('.said.host')).includes(seen.answer.trim().split('\n')[0]);
await page.click('text=Back to the list');
await page.waitForSelector('.opener:has-text("still free")', { state: 'detached' });
await page.click('.opener:has-text("money back")');
await page.fill('#answer', 'half an answer');
await page.click('text=Nothing to do');
await page.waitForSelector('text=Nobody waits for an answer.');
seen.isClosed = true;
seen.pwned ||= await page.evaluate(() => window.pwned !== undefined);

// Nothing inline runs.
seen.inline = await page.evaluate(() => new Promise((resolve) => {
  document.addEventListener('securitypolicyviolation', (event) => resolve({ blocked: event.effectiveDirective, ran: window.inlineRan === true }));
  const script = document.createElement('script');
  script.textContent = 'window.inlineRan = true';
  document.head.append(script);
  setTimeout(() => resolve({ blocked: null, ran: window.inlineRan === true }), 2000);
}));

// Signed out, the page shows nothing any more.
await page.click('#sign-out');
await page.waitForSelector('#token');
await page.goto(`${url}/dashboard`);
await page.waitForSelector('#token');
seen.isSignedOut = true;
await page.context().close();

// The first render of five hundred bookings.
const many = await open(390, 844, 'light');
await many.route('**/overview', async (route) => {
  const headers = { ...route.request().headers() };
  delete headers['if-none-match'];
  const answer = await route.fetch({ headers });
  const body = await answer.json();
  const [first] = body.calendar;
  body.calendar = Array.from({ length: 500 }, (_, index) => {
    const start = new Date(Date.now() + (index % 30) * 86400e3 + index * 60e3);
    return { ...first, id: `many-${index}`, start: start.toISOString(), end: new Date(start.getTime() + 3 * 3600e3).toISOString() };
  });
  await route.fulfill({ response: answer, body: JSON.stringify(body), headers: { ...answer.headers(), etag: '"many"' } });
});
seen.drawn = {};
for (const view of ['today', 'calendar']) {
  await many.goto(`${url}/dashboard#${view}`);
  await many.reload();
  await many.waitForSelector('h2');
  seen.drawn[view] = await many.evaluate(() => performance.getEntriesByName('draw')[0].duration);
}
await browser.close();
console.log(JSON.stringify(seen));
