// What the operator does, and what is said of it.

import assert from 'node:assert/strict';
import { at, json, request } from '../service.mjs';

const toast = async (page) => {
  await page.waitForSelector('.toast.show');
  return page.innerText('.toast');
};

export const cases = [
  ['Enter in the dialog does what the dialog is for', async ({ page, service, open }) => {
    await open('messages');
    await page.click('main >> text=Pause');
    await page.fill('#dialog-field', 'rain');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(150);
    assert.deepEqual(service.last('campaigns/news/pause')?.body, { why: 'rain' });
  }],
  ['Cancel and Escape do nothing, and give the focus back', async ({ page, service, open }) => {
    await open('messages');
    for (const leave of [() => page.click('dialog >> text=Cancel'), () => page.keyboard.press('Escape')]) {
      await page.click('main >> text=Pause');
      await leave();
      await page.waitForSelector('dialog', { state: 'detached' });
      assert.equal(await page.evaluate(() => document.activeElement.dataset.key), 'pause news');
    }
    assert.equal(service.count('campaigns/news/pause'), 0);
  }],
  ['the keyboard alone confirms a request', async ({ page, service, open }) => {
    await open();
    for (let turns = 0; turns < 40 && await page.evaluate(() => document.activeElement.dataset.key) !== 'confirm r1'; turns += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog');
    await page.keyboard.press('Enter');
    await toast(page);
    assert.equal(service.count('bookings/r1/confirm'), 1);
  }],
  ['what still runs is not said to be done', async ({ page, service, open }) => {
    service.answers['bookings/r1/confirm'] = () => json({ state: 'still-running' }, 202);
    await open();
    await page.click('main >> text=Confirm');
    await page.click('dialog >> text=Confirm >> nth=-1');
    assert.match(await toast(page), /still runs/);
    service.answers['platforms/sync'] = () => json({ answer: 'synced', assets: [{ asset: 'pontoon', outcome: 'busy' }] }, 202);
    await page.click('#tabs >> text=System');
    await page.click('text=Synchronise now');
    await page.waitForSelector('text=another run was under way');
    service.answers['platforms/sync'] = () => json({ answer: 'synced', assets: [{ asset: 'hall', outcome: { stopped: { reason: 'x', writes: 1 } } }] });
    await page.click('text=Synchronise now');
    await page.waitForSelector('text=Hall stopped halfway');
  }],
  ['a request is held, and one that was confirmed is taken back', async ({ page, service, open, poll }) => {
    await open();
    await page.click('[data-key="hold r1"]');
    assert.match(await toast(page), /stays a request/);
    service.overview.requests = [];
    service.overview.confirmed = [request()];
    await poll();
    await page.click('text=Hold again');
    await page.waitForSelector('text=Taken back');
    assert.equal(service.count('bookings/r1/hold'), 2);
  }],
  ['an action that runs is not begun twice, even when it is drawn anew', async ({ page, service, open }) => {
    await open();
    const go = service.hold('bookings/r1/hold');
    await page.click('[data-key="hold r1"]');
    service.overview.requests[0].title = 'Drawn anew';
    await page.selectOption('#site', 'harbor');
    await page.waitForSelector('[data-key="hold r1"][aria-busy]');
    await page.evaluate(() => document.querySelector('[data-key="hold r1"]').click());
    go();
    await page.waitForSelector('[data-key="hold r1"]:not([aria-busy])');
    assert.equal(service.count('bookings/r1/hold'), 1);
  }],
  ['a quarantined feed is accepted', async ({ page, service, open }) => {
    Object.assign(service.overview.feeds[0], { state: 'quarantined', why: 'It lacks 9 of 10 bookings that it had.' });
    await open();
    await page.click('text=Believe it');
    await page.click('dialog >> text=Believe it');
    assert.match(await toast(page), /Believed/);
    assert.equal(service.count('listings/getmyboat-pontoon/accept'), 1);
  }],
  ['whose message did not arrive is looked for by state', async ({ page, service, open }) => {
    service.overview.campaigns[0].counts = { DELIVERED: 900, BOUNCED: 2 };
    service.answers.deliveries = ({ query }) => json(query.get('cursor')
      ? { deliveries: ['old', 'new'].map((to, index) => ({ to, state: query.get('state'), since: at(index - 2), campaign: 'news' })) }
      : { deliveries: [], next_cursor: 'more' });
    await open('messages');
    await page.waitForSelector('text=Did not arrive');
    assert.deepEqual([...new Set(service.asked.map((one) => one.query.get('state')).filter(Boolean))], ['BOUNCED']);
    assert.deepEqual(await page.locator('.trouble strong').allInnerTexts(), ['new', 'old']);
  }],
  ['reports that only know one week are shown by it', async ({ page, service, open }) => {
    const before = service.decide.bind(service);
    service.decide = (one) => (one.path.startsWith('reports/') && one.query.has('by') ? json({ title: 'invalid' }, 422) : before(one));
    await open('reports');
    await page.waitForSelector('.tile');
    assert.equal(await page.isVisible('text=by week made'), false);
  }],
  ['reports that are known are shown at once', async ({ page, service, open }) => {
    await open('reports');
    await page.waitForSelector('.tile');
    await page.click('#tabs >> text=System');
    const go = service.hold('reports/bookings');
    await page.click('#tabs >> text=Reports');
    assert.equal(await page.isVisible('.tile'), true);
    go();
  }],
];
