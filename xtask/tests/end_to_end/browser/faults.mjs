// The operator's page against a service that is late, wrong, busy or gone. One argument: a JSON object with `modules` (where playwright-core
// is), `chromium` and `files` (the page's folder). Prints one JSON object: for each case what was wrong, or null.

import { cases as ofActions } from './faults/actions.mjs';
import { cases as ofAnswers } from './faults/answers.mjs';
import { cases as ofInbox } from './faults/inbox.mjs';
import { cases as ofMarkup } from './faults/markup.mjs';
import { cases as ofTimes } from './faults/times.mjs';
import { ORIGIN, Service, browserOf } from './service.mjs';

const { modules, chromium, files, only } = JSON.parse(process.argv[2]);
const browser = await browserOf(modules, chromium);
const told = {};
for (const [name, run, settings = {}] of [...ofAnswers, ...ofInbox, ...ofActions, ...ofMarkup, ...ofTimes]) {
  if (only && !name.includes(only)) continue;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.setDefaultTimeout(5000);
  await page.clock.install(settings.time ? { time: settings.time } : undefined);
  const service = new Service(files);
  await service.serve(page);
  const open = async (view = 'today') => {
    await page.goto(`${ORIGIN}/dashboard#${view}`);
    await page.waitForSelector('h2');
  };
  /** What the page does by itself within a poll. */
  const poll = async () => {
    const before = service.count('overview');
    await page.clock.runFor(20_000);
    await until(() => service.count('overview') > before, 'no poll');
    await page.waitForTimeout(80);
  };
  try {
    await run({ page, service, open, poll });
    told[name] = errors.length ? errors.join('; ') : null;
  } catch (error) {
    told[name] = `${error.message}${errors.length ? ` (${errors.join('; ')})` : ''}`;
  }
  await context.close();
}
await browser.close();
console.log(JSON.stringify(told));

async function until(holds, otherwise) {
  for (let turns = 0; turns < 100; turns += 1) {
    if (holds()) return;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  throw new Error(otherwise);
}
