// The operator's page in a real browser. One argument: a JSON object with `url`, `token`, `superseded` (a token that ends), `simulator`, `modes`,
// `modules` (where playwright-core is), `axe` (its script) and `chromium`. Prints one JSON object of what was seen.

import { act } from './dashboard/act.mjs';
import { askedFor, bytes, live, scriptTime } from './dashboard/measure.mjs';
import { browserOf } from './service.mjs';
import { VIEWS, Visits } from './visit.mjs';

const settings = JSON.parse(process.argv[2]);
const { url, token, superseded, simulator, modes } = settings;
const browser = await browserOf(settings.modules, settings.chromium);
const visits = new Visits(browser, settings);
const { seen } = visits;
Object.assign(seen, { views: {}, done: {} });

const arrived = await visits.arrive('phone-light');
await visits.check(arrived, 'sign-in');
await arrived.context().close();

// Every view is looked at before anything is done, and once more where nothing but the page itself keeps markup out.
for (const mode of modes) {
  const page = await visits.enter(mode);
  seen.views[mode] = {};
  for (const view of VIEWS) {
    await visits.show(page, view);
    await visits.check(page, `${mode} ${view}`);
    seen.views[mode][view] = await page.innerText('main');
  }
  await page.context().close();
}
const bare = await visits.enter('desktop-light', { bypassCSP: true });
for (const view of VIEWS) {
  await visits.show(bare, view);
  if (view === 'inbox') await bare.click('.opener >> nth=0');
  if (view === 'inbox') await bare.waitForSelector('#answer');
  await visits.look(bare, `without a policy ${view}`);
}
await bare.context().close();

// What was seeded is in the calendar, on its day.
const calendar = await visits.enter('phone-light');
await visits.show(calendar, 'calendar');
await calendar.click('.cell[data-asset=sloop]:has(.booking)');
seen.day = await calendar.innerText('#day');
await calendar.selectOption('#site', 'lakehouse');
await calendar.waitForSelector('.cell[data-asset=sloop]', { state: 'detached' });
seen.isFiltered = await calendar.isVisible('.cell[data-asset=hall]');
await calendar.context().close();

seen.live = await live(visits, askedFor(url, token));
for (const mode of modes) seen.done[mode] = await act(visits, mode);

// A page that the service does not answer says so.
const lonely = await visits.enter('phone-light');
await lonely.route('**/overview', (route) => route.abort());
await lonely.reload();
await lonely.waitForSelector('text=Try again');
await visits.check(lonely, 'error');
await lonely.context().close();

// Whose token is to end is told.
const late = await visits.enter('phone-light', {}, superseded);
seen.isAnnounced = (await late.innerText('#banner')).includes('This token was superseded and ends');
await late.context().close();

// A feed that lost all is believed only by the operator's word.
const nothing = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\nEND:VCALENDAR\r\n';
await fetch(`${simulator}/_documents/feeds/getmyboat/getmyboat-sloop.ics`, { method: 'PUT', body: nothing });
const page = await visits.enter('desktop-light');
await visits.show(page, 'system');
await page.click('text=Synchronise now');
await page.waitForSelector('.toast.show');
seen.isSynchronised = (await page.innerText('.toast')) === 'Synchronised.';
await page.click('text=Believe it');
await page.click('dialog >> text=Believe it');
await page.waitForSelector('.toast:has-text("Believed.")');
await page.waitForSelector('main >> text=Believe it', { state: 'detached' });
seen.isAccepted = true;
await visits.look(page, 'accepted');

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

seen.bytes = await bytes(visits);
seen.scriptMs = await scriptTime(visits);
await browser.close();
console.log(JSON.stringify(seen));
