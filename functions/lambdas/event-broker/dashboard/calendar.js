// Thirty days, a row for each asset. Arrow keys go from cell to cell.

import { badge, el, empty, section } from './dom.js';
import { clock, dayKey, span } from './times.js';

const DAYS = 30;
let chosen = null;

export function calendar(view) {
  const assets = view.assets();
  if (!assets.length) return [section('Calendar', null, empty('The manifest names no asset.'))];
  const days = Array.from({ length: DAYS }, (_, index) => Date.now() + index * 86400e3);
  const table = el('table', { class: 'grid', role: 'grid', 'aria-label': 'The next 30 days' },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Asset'),
      days.map((at) => head(at, assets[0].zone)))),
    el('tbody', {}, assets.map((asset) => row(view, asset, days))));
  table.addEventListener('keydown', (event) => move(table, event));
  const shown = el('div', { id: 'day', 'aria-live': 'polite' });
  table.addEventListener('click', (event) => {
    const cell = event.target.closest('button[data-day]');
    if (cell) { chosen = [cell.dataset.asset, cell.dataset.day]; show(view, shown, table); }
  });
  if (!chosen || !assets.some((asset) => asset.id === chosen[0])) chosen = firstBooked(view, assets, days);
  show(view, shown, table);
  return [section('Calendar', 'Next 30 days', legend(), el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Calendar grid' }, table)), shown];
}

function legend() {
  return el('p', { class: 'legend' }, ...[['reservation', 'booked'], ['booking', 'your own'], ['hold', 'request'], ['block', 'blocked'],
    ['turnover', 'turnover'], ['clash', 'booked twice']].map(([kind, text]) => el('span', {}, el('i', { class: `dot ${kind}` }), text)));
}

function head(at, zone) {
  const date = new Date(at);
  const option = (options) => date.toLocaleDateString(undefined, { ...options, timeZone: zone });
  const weekend = ['Sat', 'Sun'].includes(date.toLocaleDateString('en', { weekday: 'short', timeZone: zone }));
  return el('th', { scope: 'col', class: weekend ? 'weekend' : '' },
    el('span', {}, option({ weekday: 'narrow' })), el('b', {}, option({ day: 'numeric' })));
}

function row(view, asset, days) {
  const byDay = entriesByDay(view, asset);
  return el('tr', {}, el('th', { scope: 'row' }, asset.name), days.map((at, index) => {
    const key = dayKey(at, asset.zone);
    const entries = byDay.get(key) || [];
    const kinds = [...new Set(entries.map((entry) => (entry.in_conflict ? 'clash' : entry.kind)))];
    const said = entries.length ? entries.map((entry) => `${entry.kind} ${clock(entry.start, asset.zone)}`).join(', ') : 'free';
    return el('td', {}, el('button', {
      type: 'button', class: `cell ${kinds.includes('clash') ? 'clash' : ''}`, 'data-day': key, 'data-asset': asset.id,
      tabindex: index === 0 ? '0' : '-1', 'aria-label': `${asset.name}, ${key}: ${said}`,
    }, kinds.map((kind) => el('i', { class: `bar ${kind}` }))));
  }));
}

function entriesByDay(view, asset) {
  const byDay = new Map();
  for (const entry of view.overview.calendar) {
    if (entry.asset !== asset.id) continue;
    const end = new Date(entry.end).getTime() - 1;
    for (let at = new Date(entry.start).getTime(), turns = 0; turns < DAYS + 2; turns += 1, at += 86400e3) {
      const key = dayKey(Math.min(at, end), asset.zone);
      const list = byDay.get(key) || [];
      if (!list.includes(entry)) byDay.set(key, [...list, entry]);
      if (at >= end) break;
    }
  }
  return byDay;
}

function firstBooked(view, assets, days) {
  for (const at of days) {
    for (const asset of assets) {
      const key = dayKey(at, asset.zone);
      if (entriesByDay(view, asset).has(key)) return [asset.id, key];
    }
  }
  return [assets[0].id, dayKey(days[0], assets[0].zone)];
}

function show(view, place, table) {
  const [id, key] = chosen;
  const asset = view.assets().find((one) => one.id === id);
  for (const cell of table.querySelectorAll('button[data-day]')) {
    cell.setAttribute('aria-pressed', String(cell.dataset.asset === id && cell.dataset.day === key));
  }
  const entries = entriesByDay(view, asset).get(key) || [];
  const title = new Date(`${key}T12:00:00Z`).toLocaleDateString(undefined, { weekday: 'long', month: 'long', day: 'numeric', timeZone: 'UTC' });
  place.replaceChildren(section(`${asset.name}, ${title}`, asset.zone,
    entries.length ? el('ul', { class: 'rows' }, entries.map((entry) => el('li', { class: `row entry ${entry.kind}` },
      el('div', { class: 'what' }, el('strong', {}, entry.title || entry.kind), ' ', badge(entry.kind, entry.kind),
        entry.in_conflict ? badge('booked twice', 'bad') : null,
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
