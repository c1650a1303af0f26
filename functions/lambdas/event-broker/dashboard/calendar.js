// Thirty days, a row for each asset. Arrow keys go from cell to cell.

import { badge, el, empty, section } from './dom.js';
import { clock, dayKey, daysOf, isWeekend, later, ofDay, span } from './times.js';

const DAYS = 30;
const NAMES = { reservation: 'booked', booking: 'your own', hold: 'request', block: 'blocked', turnover: 'turnover' };
let chosen = null;

export function calendar(view) {
  const assets = view.assets();
  if (!assets.length) return [section('Calendar', null, empty('The manifest names no asset.'))];
  const days = daysFrom(assets, Date.now());
  const entries = new Map(assets.map((asset) => [asset.id, entriesByDay(view.overview.calendar, asset, days)]));
  const table = el('table', { class: 'grid', role: 'grid', 'aria-label': 'The next 30 days' },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Asset'), days.map(head))),
    el('tbody', {}, assets.map((asset) => row(asset, days, entries.get(asset.id)))));
  table.addEventListener('keydown', (event) => move(table, event));
  const shown = el('div', { id: 'day', 'aria-live': 'polite' });
  table.addEventListener('click', (event) => {
    const cell = event.target.closest('button[data-day]');
    if (cell) { chosen = [cell.dataset.asset, cell.dataset.day]; show(assets, entries, shown, table); }
  });
  if (!chosen || !entries.has(chosen[0]) || !days.includes(chosen[1])) chosen = firstBooked(assets, entries, days);
  show(assets, entries, shown, table);
  return [section('Calendar', 'Next 30 days', legend(), el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Calendar grid' }, table)), shown];
}

/** The columns: dates, the same for every row. The first is the earliest that is today at any site. */
export function daysFrom(assets, now) {
  const [first] = assets.map((asset) => dayKey(now, asset.zone)).sort();
  return Array.from({ length: DAYS }, (_, index) => later(first, index));
}

function legend() {
  return el('p', { class: 'legend' }, [...Object.entries(NAMES), ['clash', 'booked twice']]
    .map(([kind, text]) => el('span', {}, el('i', { class: `dot ${kind}` }), text)));
}

function head(key) {
  return el('th', { scope: 'col', class: isWeekend(key) ? 'weekend' : '' },
    el('span', {}, ofDay(key, { weekday: 'narrow' })), el('b', {}, ofDay(key, { day: 'numeric' })));
}

function row(asset, days, byDay) {
  return el('tr', {}, el('th', { scope: 'row' }, asset.name), days.map((key) => {
    const entries = byDay.get(key) || [];
    const kinds = [...new Set(entries.map((entry) => (entry.in_conflict ? 'clash' : entry.kind)))];
    const when = (entry) => (dayKey(entry.start, asset.zone) === key ? clock(entry.start, asset.zone) : 'goes on');
    const said = entries.length ? entries.map((entry) => `${NAMES[entry.kind] || entry.kind} ${when(entry)}`).join(', ') : 'free';
    return el('td', {}, el('button', {
      type: 'button', class: `cell ${kinds.includes('clash') ? 'clash' : ''}`, 'data-day': key, 'data-asset': asset.id, 'data-key': `${asset.id} ${key}`,
      tabindex: '-1', 'aria-label': `${asset.name}, ${key}: ${said}`,
    }, kinds.map((kind) => el('i', { class: `bar ${kind}` }))));
  }));
}

/** What an asset has on each of the days, whenever it began. */
export function entriesByDay(calendar, asset, days) {
  const byDay = new Map();
  for (const entry of calendar) {
    if (entry.asset !== asset.id) continue;
    for (const key of daysOf(entry, asset.zone, days[0], days.at(-1))) {
      if (!byDay.has(key)) byDay.set(key, []);
      byDay.get(key).push(entry);
    }
  }
  return byDay;
}

function firstBooked(assets, entries, days) {
  for (const key of days) {
    const asset = assets.find((one) => entries.get(one.id).has(key));
    if (asset) return [asset.id, key];
  }
  return [assets[0].id, days[0]];
}

function show(assets, byAsset, place, table) {
  const [id, key] = chosen;
  const asset = assets.find((one) => one.id === id);
  for (const cell of table.querySelectorAll('button[data-day]')) {
    const is = cell.dataset.asset === id && cell.dataset.day === key;
    cell.setAttribute('aria-pressed', String(is));
    cell.tabIndex = is ? 0 : -1;
  }
  const entries = byAsset.get(id).get(key) || [];
  const title = `${asset.name}, ${ofDay(key, { weekday: 'long', month: 'long', day: 'numeric' })}`;
  place.replaceChildren(section(title, `${asset.zone.split('/').pop().replaceAll('_', ' ')} time`,
    entries.length ? el('ul', { class: 'rows' }, entries.map((entry) => el('li', { class: `row entry ${entry.kind}` },
      el('div', { class: 'what' }, el('strong', {}, entry.title || NAMES[entry.kind]), ' ', badge(NAMES[entry.kind] || entry.kind, entry.kind),
        entry.in_conflict ? [' ', badge('booked twice', 'bad')] : null,
        el('p', { class: 'note' }, span(entry, asset.zone), entry.listing ? ` · ${entry.listing}` : '', entry.crew ? ` · ${entry.crew}` : ''))))) : empty('Free all day.')));
}

function move(table, event) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const step = steps[event.key];
  const cell = event.target.closest('button[data-day]');
  if (!step || !cell) return;
  const rows = [...table.tBodies[0].rows];
  const at = rows.indexOf(cell.closest('tr')) + step[0];
  const column = cell.closest('td').cellIndex + step[1];
  const next = rows[at]?.cells[column]?.querySelector('button');
  if (!next) return;
  event.preventDefault();
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

export function forgetDay() {
  chosen = null;
}
