// Charts of what the event log adds up to, each with its table.

import { Gone, get } from './api.js';
import { bars, columns, funnel } from './charts.js';
import { action, el, empty, redraw, section } from './dom.js';
import { dayKey, later } from './times.js';

const WEEKS = 12;
const NAMES = ['bookings', 'cancellations', 'conversion'];
const root = el('div', { 'data-key': 'reports' });
const state = {};
let turn = 0;

export function forgetReports() {
  turn += 1;
  Object.assign(state, { query: null, told: null });
  root.replaceChildren();
}
forgetReports();

export function reports(view) {
  show(view);
  return [root];
}

/** What was told before is shown until what is asked for now is told, if it is of the same question. */
async function show(view) {
  turn += 1;
  const mine = turn;
  const weeks = weeksFrom(dayKey(Date.now(), 'UTC'));
  const query = new URLSearchParams({ from: weeks[0].monday, to: later(weeks.at(-1).monday, 7), ...(view.site && { site: view.site }) }).toString();
  if (query !== state.query) redraw(root, [el('p', { class: 'card skeleton' }, 'Reading the reports')]);
  try {
    const told = await Promise.all(NAMES.map((name) => get(`reports/${name}?${query}`)));
    const now = JSON.stringify([query, told]);
    if (mine !== turn || (now === state.told && query === state.query)) return;
    Object.assign(state, { query, told: now });
    redraw(root, drawn(view, told, weeks.map((week) => week.name), query));
  } catch (error) {
    if (mine !== turn || error instanceof Gone) return;
    state.query = null;
    redraw(root, [section('Reports', null, empty(`They cannot be read just now: ${error.message}`), action('Try again', 'main', 'read-reports', async () => { await show(view); }))]);
  }
}

function drawn(view, [bookings, cancellations, conversion], weeks, query) {
  const platform = (row) => (row.platform === 'own' ? 'Your own' : row.platform === 'google' ? 'Google' : view.platformName(row.platform));
  const money = bookings.totals.revenue ?? null;
  const table = (report, field) => details(view, report, field, platform, query);
  return [
    el('div', { class: 'tiles' },
      tile('Bookings', bookings.totals.bookings), tile('Hours', Math.round(bookings.totals.hours)),
      tile('Revenue', money === null ? 'not known' : inMoney(money)), tile('Cancelled', percent(cancellations.totals.rate)),
      tile('Asked, then booked', percent(conversion.totals.rate))),
    el('p', { class: 'note' }, 'A booking counts in the week in which it was made.'),
    chart('Bookings by week', columns('Bookings by week', weeks, byKey(bookings.rows, 'week', 'bookings'), String), table(bookings, 'bookings')),
    chart('Revenue by week', money === null ? null : columns('Revenue by week', weeks, byKey(bookings.rows, 'week', 'revenue'), inMoney, inShort), table(bookings, 'revenue'),
      'No platform tells what its bookings pay.'),
    chart('Bookings by platform', bars(byKey(bookings.rows, platform, 'bookings')), table(bookings, 'bookings')),
    chart('From the first question to a booking', funnel([['Inquiries', conversion.totals.inquiries], ['Requests', conversion.totals.requests], ['Bookings', conversion.totals.bookings]]),
      table(conversion, 'requests')),
    chart('Hours by week', columns('Hours by week', weeks, byKey(bookings.rows, 'week', 'hours'), (hours) => String(Math.round(hours))), table(bookings, 'hours')),
    chart('Cancelled by week', cancellations.totals.cancelled ? columns('Cancelled by week', weeks, byKey(cancellations.rows, 'week', 'cancelled'), String) : null,
      table(cancellations, 'cancelled'), cancellations.totals.bookings ? `None of ${cancellations.totals.bookings} bookings was cancelled.` : null),
  ];
}

function tile(name, value) {
  return el('div', { class: 'tile' }, el('b', {}, value === null ? '–' : String(value)), el('span', {}, name));
}

function chart(title, drawing, table, otherwise) {
  return section(title, null, drawing || empty(otherwise || 'Nothing in these weeks.'), table);
}

/** The sums of a field by a key; what is known of none is missing. */
function byKey(rows, key, field) {
  const sums = new Map();
  for (const row of rows) {
    const name = typeof key === 'function' ? key(row) : row[key];
    if (row[field] !== null && row[field] !== undefined) sums.set(name, (sums.get(name) || 0) + row[field]);
  }
  return sums;
}

function details(view, report, field, platform, query) {
  if (!report.rows.length) return null;
  const siteName = (id) => view.overview.sites.find((site) => site.id === id)?.name || '–';
  const value = (row) => (row[field] === null ? '–' : field === 'revenue' ? inMoney(row[field]) : Math.round(row[field] * 10) / 10);
  const cells = (row) => [row.week, siteName(row.site), row.asset ? view.assetName(row.asset) : '–', platform(row), value(row)];
  return el('details', {}, el('summary', {}, 'As a table'),
    el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${report.report}: ${field}` }, el('table', { class: 'plain' },
      el('thead', {}, el('tr', {}, ['Week', 'Site', 'Asset', 'Platform', field].map((name) => el('th', { scope: 'col' }, name)))),
      el('tbody', {}, report.rows.map((row) => el('tr', {}, cells(row).map((text) => el('td', {}, String(text)))))))),
    el('a', { href: `reports/${report.report}?${query}&format=csv`, download: `${report.report}.csv`, class: 'quiet' }, 'CSV'));
}

/** Twelve ISO weeks (ISO 8601) by their Mondays, up to the one of this day: nothing is made in later ones. */
export function weeksFrom(today) {
  const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
  const first = later(today, -weekday - 7 * (WEEKS - 1));
  return Array.from({ length: WEEKS }, (_, index) => later(first, 7 * index)).map((monday) => ({ monday, name: weekName(monday) }));
}

function weekName(monday) {
  const thursday = later(monday, 3);
  const year = thursday.slice(0, 4);
  const week = 1 + Math.floor((new Date(thursday) - new Date(`${year}-01-01`)) / (7 * 86400e3));
  return `${year}-W${String(week).padStart(2, '0')}`;
}

function inMoney(hundredths) {
  return (hundredths / 100).toLocaleString(undefined, { maximumFractionDigits: 0 });
}

function inShort(hundredths) {
  return (hundredths / 100).toLocaleString(undefined, { notation: 'compact', maximumFractionDigits: 1 });
}

function percent(rate) {
  return rate === null || rate === undefined ? null : `${Math.round(rate * 100)} %`;
}
