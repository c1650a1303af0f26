// Days as the sites' calendars have them.

import assert from 'node:assert/strict';
import { entry, overview } from '../service.mjs';

const HOUR = 3600e3;

/** The columns' days, and those of each row's cells. */
const shown = (page) => page.evaluate(() => ({
  heads: [...document.querySelectorAll('.grid thead b')].map((one) => one.textContent),
  rows: [...document.querySelectorAll('.grid tbody tr')].map((row) => [...row.querySelectorAll('[data-day]')].map((cell) => cell.dataset.day)),
}));

async function check({ page, open }) {
  await open('calendar');
  const { heads, rows } = await shown(page);
  assert.equal(new Set(rows[0]).size, 30);
  for (const days of rows) assert.deepEqual(days.map((day) => String(Number(day.slice(8)))), heads);
  return rows[0];
}

export const cases = [
  ['a day of 25 hours is one column', async (all) => {
    const days = await check(all);
    assert.deepEqual(days.slice(0, 3), ['2026-10-31', '2026-11-01', '2026-11-02']);
  }, { time: new Date('2026-11-01T03:30:00Z') }],
  ['a day of 23 hours is one column', async (all) => {
    const days = await check(all);
    assert.deepEqual(days.slice(0, 3), ['2026-03-07', '2026-03-08', '2026-03-09']);
  }, { time: new Date('2026-03-08T04:45:00Z') }],
  ['a booking shows on its site\'s day, under the column of that day', async (all) => {
    const { page, service } = all;
    const start = '2026-06-11T04:30:00Z';
    service.overview = overview({ calendar: [entry({ asset: 'hall', start, end: '2026-06-11T04:59:00Z' })] });
    await check(all);
    const label = await page.getAttribute('[data-asset=hall][data-day="2026-06-10"]', 'aria-label');
    assert.match(label, /booked/);
  }, { time: new Date('2026-06-10T12:00:00Z') }],
  ['what began long ago is not shown as free', async (all) => {
    const { page, service } = all;
    const now = Date.parse('2026-06-10T12:00:00Z');
    const block = entry({ kind: 'block', title: 'Winter', start: new Date(now - 40 * 24 * HOUR).toISOString(), end: new Date(now + 50 * HOUR).toISOString() });
    service.overview = overview({ calendar: [block] });
    await check(all);
    const cells = page.locator('[data-asset=pontoon]:has(.block)');
    assert.equal(await cells.count(), 3);
    assert.match(await page.getAttribute('[data-asset=pontoon][data-day="2026-06-10"]', 'aria-label'), /blocked goes on/);
    assert.match(await page.innerText('#day'), /Winter/);
  }, { time: new Date('2026-06-10T12:00:00Z') }],
];
