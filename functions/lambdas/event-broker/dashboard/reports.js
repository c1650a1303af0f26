// Charts of what the event log adds up to, each with its table.

import { get } from './api.js';
import { el, empty, section } from './dom.js';

const WEEKS = 12;
const cache = { key: null, nodes: null };

export function reports(view) {
  const place = el('div', {}, el('p', { class: 'skeleton' }, 'Reading the reports'));
  const to = new Date(Date.now() + 35 * 86400e3);
  const from = new Date(to.getTime() - WEEKS * 7 * 86400e3);
  const query = `from=${iso(from)}&to=${iso(to)}${view.site ? `&site=${encodeURIComponent(view.site)}` : ''}`;
  if (cache.key === query && cache.nodes) return cache.nodes;
  fill(place, query).catch((error) => place.replaceChildren(section('Reports', null, empty(`They cannot be read: ${error.message}`))));
  return [place];
}

async function fill(place, query) {
  const [bookings, cancellations, conversion] = await Promise.all(
    ['bookings', 'cancellations', 'conversion'].map((name) => get(`reports/${name}?${query}`)));
  const money = bookings.totals.revenue === null || bookings.totals.revenue === undefined
    ? 'not known' : (bookings.totals.revenue / 100).toLocaleString(undefined, { maximumFractionDigits: 0 });
  place.replaceChildren(
    el('div', { class: 'tiles' },
      tile('Bookings', bookings.totals.bookings), tile('Hours', Math.round(bookings.totals.hours)),
      tile('Revenue', money), tile('Cancelled', percent(cancellations.totals.rate)), tile('Request to booking', percent(conversion.totals.rate))),
    chart('Bookings by week', bookings, 'bookings', query), chart('Hours by week', bookings, 'hours', query),
    chart('Cancellations by week', cancellations, 'cancelled', query), chart('Requests by week', conversion, 'requests', query));
}

function tile(name, value) {
  return el('div', { class: 'tile' }, el('b', {}, value === null ? '–' : String(value)), el('span', {}, name));
}

function chart(title, report, field, query) {
  const weeks = new Map(weeksOf(query).map((week) => [week, 0]));
  for (const row of report.rows) weeks.set(row.week, (weeks.get(row.week) || 0) + (row[field] || 0));
  const points = [...weeks.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const csv = el('a', { href: `reports/${report.report}?${query}&format=csv`, download: `${report.report}.csv`, class: 'quiet' }, 'CSV');
  if (!report.rows.length) return section(title, null, empty('Nothing in these weeks.'));
  const most = Math.max(...points.map(([, value]) => value), 1);
  const [width, height, gap] = [600, 160, 8];
  const step = width / points.length;
  const bars = points.map(([week, value], index) => {
    const tall = (value / most) * (height - 44);
    return el('g', {},
      el('rect', { class: 'column', x: String(index * step + gap / 2), y: String(height - 18 - tall), width: String(step - gap), height: String(tall), rx: '3' },
        el('title', { drawn: true }, `${week}: ${round(value)}`)),
      el('text', { x: String(index * step + step / 2), y: String(height - 4), class: 'tick' }, week.slice(5)),
      value ? el('text', { x: String(index * step + step / 2), y: String(height - 22 - tall), class: 'value' }, String(round(value))) : null);
  });
  return section(title, null,
    el('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}: ${points.map(([week, value]) => `${week} ${round(value)}`).join(', ')}` }, bars),
    el('details', {}, el('summary', {}, 'As a table'), el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title }, el('table', { class: 'plain' },
      el('thead', {}, el('tr', {}, ['Week', 'Asset', 'Platform', field].map((name) => el('th', { scope: 'col' }, name)))),
      el('tbody', {}, report.rows.map((row) => el('tr', {}, [row.week, row.asset, row.platform || 'own', round(row[field])].map((text) => el('td', {}, String(text)))))))), csv));
}

/** The ISO weeks (ISO 8601) of a query's window. */
function weeksOf(query) {
  const range = new URLSearchParams(query);
  const [from, to] = ['from', 'to'].map((name) => new Date(`${range.get(name)}T12:00:00Z`).getTime());
  const weeks = new Set();
  for (let at = from; at < to; at += 86400e3) {
    const thursday = new Date(at);
    thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7));
    const first = Date.UTC(thursday.getUTCFullYear(), 0, 4);
    const week = 1 + Math.floor((thursday.getTime() - first + ((new Date(first).getUTCDay() + 6) % 7) * 86400e3) / (7 * 86400e3));
    weeks.add(`${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`);
  }
  return [...weeks];
}

function round(value) {
  return Math.round((value || 0) * 10) / 10;
}

function percent(rate) {
  return rate === null || rate === undefined ? null : `${Math.round(rate * 100)} %`;
}

function iso(date) {
  return date.toISOString().slice(0, 10);
}
