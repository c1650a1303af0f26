// What is asked for, kept and forgotten; what comes too late; who is signed in.

import assert from 'node:assert/strict';
import { ORIGIN, json, overview, request, thread } from '../service.mjs';

const main = (page) => page.innerText('main');

export const cases = [
  ['after a failure trying again helps', async ({ page, service, open }) => {
    service.answers.overview = () => json({ title: 'unavailable' }, 503);
    await open();
    assert.match(await main(page), /Nothing to show yet/);
    delete service.answers.overview;
    await page.click('text=Try again');
    await page.waitForSelector('text=Request of Guest B');
    assert.equal(await page.isVisible('#banner'), false);
  }],
  ['an answer that was cut off is not kept', async ({ page, service, open, poll }) => {
    service.answers.overview = () => ({ status: 200, headers: { etag: '"half"' }, body: '{"sites": [' });
    await open();
    service.answers.overview = ({ headers }) => (headers['if-none-match'] ? { status: 304 } : null);
    await page.click('text=Try again');
    await page.waitForSelector('text=Request of Guest B');
    assert.equal(service.last('overview').headers['if-none-match'], undefined);
    await poll();
    assert.match(await main(page), /Request of Guest B/);
  }],
  ['one overview is polled with its etag, and what is unchanged is a 304', async ({ page, service, open, poll }) => {
    await open();
    const first = service.asked.map((one) => one.path);
    assert.deepEqual(first, ['overview']);
    await poll();
    assert.ok(service.last('overview').headers['if-none-match']);
    service.overview.requests[0].title = 'Another name';
    await poll();
    assert.match(await main(page), /Another name/);
    assert.deepEqual([...new Set(service.asked.map((one) => one.path))], ['overview']);
  }],
  ['nothing is asked for while the page is hidden', async ({ page, service, open }) => {
    await open();
    const turn = (state) => page.evaluate((is) => {
      for (const [name, value] of [['visibilityState', is], ['hidden', is === 'hidden']]) Object.defineProperty(document, name, { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
    await turn('hidden');
    const before = service.asked.length;
    await page.clock.runFor(120_000);
    await page.waitForTimeout(100);
    assert.equal(service.asked.length, before);
    service.overview.requests[0].title = 'While away';
    await turn('visible');
    await page.waitForSelector('text=While away');
  }],
  ['who signs in again is shown all anew', async ({ page, service, open }) => {
    await open();
    await page.click('#sign-out');
    await page.fill('#token', 'x');
    await page.click('text=Sign in >> nth=-1');
    await page.waitForSelector('text=Request of Guest B');
    assert.equal(service.last('overview').headers['if-none-match'], undefined);
  }],
  ['signed out, nothing that is on its way is shown', async ({ page, service, open }) => {
    await open();
    const go = service.hold('overview');
    await page.clock.runFor(20_000);
    await page.click('#sign-out');
    await page.waitForSelector('#token');
    go();
    await page.waitForTimeout(150);
    assert.match(await main(page), /Sign in/);
    assert.doesNotMatch(await page.innerText('body'), /Guest B|Updated/);
  }],
  ['a session that has ended says so', async ({ page, service, open, poll }) => {
    await open();
    service.isSignedIn = false;
    await poll();
    assert.match(await main(page), /The session has ended/);
    await page.goto('about:blank');
    await page.goto(`${ORIGIN}/dashboard`);
    await page.waitForSelector('#token');
    assert.doesNotMatch(await main(page), /has ended/);
  }],
  ['an old answer does not take the place of a newer one', async ({ page, service, open }) => {
    await open();
    const go = service.hold('overview');
    await page.clock.runFor(20_000);
    service.answers['bookings/r1/confirm'] = () => { service.overview = overview({ requests: [] }); return null; };
    await page.click('main >> text=Confirm');
    await page.click('dialog >> text=Confirm >> nth=-1');
    await page.waitForSelector('text=No request waits for you.');
    go();
    await page.waitForTimeout(150);
    assert.match(await main(page), /No request waits for you/);
  }],
  ['what is new is drawn around what has the focus', async ({ page, service, open, poll }) => {
    service.overview.requests = [request(), request({ id: 'r2', title: 'Second' })];
    await open();
    const button = page.locator('[data-key="confirm r2"]');
    await button.focus();
    service.overview.requests = [request({ id: 'r0', title: 'Newest' }), ...service.overview.requests];
    await poll();
    assert.match(await main(page), /Newest/);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.key), 'confirm r2');
    service.overview.requests = [];
    await poll();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Waiting for your answer');
  }],
  ['what is open stays open', async ({ page, service, open, poll }) => {
    service.overview.tasks = [{ id: 'k1', asset: 'pontoon', title: 'A', what: 'Find another time', draft: 'Hello', opened_at: new Date().toISOString() }];
    await open();
    await page.click('summary');
    service.overview.requests = [];
    await poll();
    assert.match(await main(page), /No request waits/);
    assert.equal(await page.isVisible('.draft'), true);
  }],
  ['what is pressed is not drawn away', async ({ page, service, open, poll }) => {
    await open();
    await page.locator('[data-key="hold r1"]').hover();
    await page.mouse.down();
    service.overview.requests[0].title = 'Changed meanwhile';
    await poll();
    await page.mouse.up();
    await page.waitForSelector('text=Changed meanwhile');
    assert.equal(service.count('bookings/r1/hold'), 1);
  }],
  ['the link to the content leaves the view as it is', async ({ page, open, poll, service }) => {
    await open('calendar');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    service.overview.requests = [];
    await poll();
    assert.match(await main(page), /Next 30 days/);
    await page.evaluate(() => { location.hash = '#main'; });
    await page.waitForTimeout(50);
    assert.match(await main(page), /Next 30 days/);
  }],
  ['a site shows what is its own', async ({ page, service, open }) => {
    service.overview.requests = [request(), request({ id: 'r2', asset: 'hall', title: 'At the lake' })];
    service.threads = [thread()];
    await open();
    await page.selectOption('#site', 'lakehouse');
    await page.waitForSelector('text=At the lake');
    assert.doesNotMatch(await main(page), /Guest B/);
    assert.equal(await page.isVisible('#tabs a[href="#inbox"] .count'), false);
    await page.click('#tabs >> text=Inbox');
    await page.waitForSelector('.opener');
    assert.equal(service.last('inbox').query.get('site'), 'lakehouse');
  }],
  ['a token that was superseded is announced', async ({ page, service, open }) => {
    service.overview.token.ends_at = '2030-01-02T00:00:00Z';
    await open();
    assert.match(await page.innerText('#banner'), /superseded and ends 1\/[12]\/2030/);
  }],
];
