// Whatever others write enters the page as text. Here no policy stands before it.

import assert from 'node:assert/strict';
import { at, entry, json, message, overview, request, thread } from '../service.mjs';

const CANARY = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>"\'><b class=canary>';

/** Every text of an answer that somebody else may have written. */
const hostile = () => ({
  overview: overview({
    sites: [{ id: 'harbor', name: CANARY, time_zone: 'America/New_York', assets: [{ id: 'pontoon', name: CANARY }] }, { id: 'lakehouse', name: CANARY, time_zone: 'UTC', assets: [] }],
    platforms: [{ id: 'getmyboat', name: CANARY }],
    calendar: [entry({ title: CANARY, listing: CANARY, crew: CANARY, start: at(0.1), end: at(0.3) })],
    requests: [request({ title: CANARY })], confirmed: [request({ id: 'c', title: CANARY })],
    conflicts: [{ id: 'x', asset: 'pontoon', is_open: true, winner: 'a', reason: CANARY, sides: ['a', 'b'].map((id) => ({ id, from: CANARY, title: id === 'a' ? CANARY : '', start: at(1), end: at(2) })) }],
    tasks: [{ id: 'k', asset: 'pontoon', title: CANARY, what: CANARY, draft: CANARY, opened_at: at(0) }],
    feeds: [{ listing: CANARY, asset: 'pontoon', state: 'quarantined', why: CANARY, last_imported: null }, { listing: 'b', asset: 'pontoon', state: 'failing', why: CANARY, last_imported: at(0) }],
    campaigns: [{ id: CANARY, name: CANARY, channel: 'email', paused: CANARY, is_paused_by_all: false, counts: { BOUNCED: 1 }, waiting: 1 },
      { id: 'b', name: CANARY, channel: 'email', paused: null, is_paused_by_all: false, counts: {}, waiting: null }],
    deployments: [{ id: CANARY, what: CANARY, by: CANARY, commit: CANARY, outcome: CANARY, is_dirty: true, at: null }],
    token: { kid: CANARY, since: at(-1), ends_at: null }, problems: [CANARY],
  }),
  thread: Object.assign(thread({ guest: CANARY, subject: CANARY, person: CANARY, booking: CANARY, preview: { from: 'guest', text: CANARY }, draft: { id: 'd', text: CANARY, rule: CANARY } },
    [message({ name: CANARY, text: CANARY, attachments: [{ name: CANARY, missing: CANARY }] }), message({ id: 'm2', from: 'host', text: 'x' })]), {
    decisions: [{ message: 'm1', what: 'dry-run', rule: CANARY, why: CANARY, text: CANARY, at: at(0) }, { message: null, what: 'operator', why: '', text: CANARY, at: at(0), reply: { standing: CANARY } }],
  }),
});

export const cases = [
  ['what others write is text, in every view', async ({ page, service, open }) => {
    const told = hostile();
    service.overview = told.overview;
    service.threads = [told.thread];
    service.answers.deliveries = () => json({ deliveries: [{ to: CANARY, state: 'BOUNCED', why: CANARY, since: at(0) }] });
    const row = { week: '2026-W40', site: 'harbor', asset: 'pontoon', platform: CANARY, bookings: 1, hours: 1, revenue: 1, cancelled: 1, requests: 1 };
    for (const report of ['bookings', 'cancellations', 'conversion']) {
      service.answers[`reports/${report}`] = () => json({ report, rows: [row], totals: { bookings: 1, hours: 1, revenue: 1, cancelled: 1, rate: 1, inquiries: 1, requests: 1 } });
    }
    await open();
    for (const view of ['today', 'inbox', 'calendar', 'messages', 'reports', 'system']) {
      await page.evaluate((hash) => { location.hash = hash; }, view);
      await page.waitForSelector(`main[data-view=${view}] h2`);
      if (view === 'inbox') {
        await page.click('.opener');
        await page.waitForSelector('#answer');
      }
      if (view === 'messages') {
        await page.waitForSelector('.trouble h2');
        await page.click('main >> text=Pause >> nth=-1');
        await page.waitForSelector('dialog');
        await page.keyboard.press('Escape');
      }
      await page.evaluate(() => { for (const one of document.querySelectorAll('details')) one.open = true; });
      await page.waitForTimeout(50);
      assert.ok((await page.innerText('main')).includes('<img src=x') || (view === 'inbox' && (await page.inputValue('#answer')).includes('<img')), view);
      assert.equal(await page.locator('img, .canary, body script, [onerror]').count(), 0, view);
    }
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate(() => window.pwned), undefined);
  }],
];
