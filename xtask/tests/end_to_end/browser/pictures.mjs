// A picture of every view in every mode. One argument: a JSON object with `url`, `token`, `modules` (where playwright-core is), `axe` (its
// script), `chromium` and `pictures` (a folder). Prints one JSON object of what was seen.

import { browserOf } from './service.mjs';
import { MODES, VIEWS, Visits } from './visit.mjs';

const settings = JSON.parse(process.argv[2]);
const browser = await browserOf(settings.modules, settings.chromium);
const visits = new Visits(browser, settings);
const { seen } = visits;
Object.assign(seen, { views: {}, cutOff: [] });
/** Which of them the README shows: the others are to be looked at. */
const shown = ['phone-light-today', 'desktop-light-today', 'desktop-dark-calendar', 'desktop-dark-messages', 'desktop-light-inbox', 'desktop-light-reports', 'desktop-light-system'];
const isAll = Boolean(process.env.LANDFALL_ALL_PICTURES) || !process.env.LANDFALL_PICTURES;

// What becomes of the sample's messages is told by and by.
const first = await visits.enter('desktop-light');
await visits.show(first, 'messages');
await first.waitForSelector('text=Did not arrive', { timeout: 240_000 });
if (process.env.LANDFALL_PICTURES) await atRest(first);
await first.context().close();
for (const mode of Object.keys(MODES)) {
  const page = await visits.enter(mode);
  for (const view of VIEWS) {
    await visits.show(page, view);
    if (view === 'inbox') {
      await page.click('.opener:has-text("draft ready") >> nth=0');
      await page.waitForSelector('#answer');
      await page.waitForTimeout(250);
    }
    await visits.check(page, `${mode} ${view}`);
    const name = `${mode}-${view}`;
    if (isAll || shown.includes(name)) await page.screenshot({ path: `${settings.pictures}/dashboard-${name}.png` });
    seen.views[view] = await page.innerText('main');
    if (view === 'calendar' && mode.startsWith('desktop')) {
      const right = await page.evaluate(() => [document.querySelector('.grid tr td:last-child').getBoundingClientRect().right, document.querySelector('main .card').getBoundingClientRect().right]);
      if (right[0] > right[1]) seen.cutOff.push(`${mode}: ${right}`);
    }
  }
  await page.context().close();
}
await browser.close();
console.log(JSON.stringify(seen));

/** Waits a while for the last message to be on its way: what is left then is shown as it is. */
async function atRest(page) {
  for (let turns = 0; turns < 45 && /planned|ready|being sent/.test(await page.innerText('main')); turns += 1) await page.waitForTimeout(2000);
}
