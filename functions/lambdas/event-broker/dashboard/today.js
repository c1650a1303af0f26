// What needs the operator now: requests, double bookings, tasks, and what is next.

import { post } from './api.js';
import { action, badge, confirm, copy, el, empty, rows, section, toast } from './dom.js';
import { ago, clock, dayKey, span, until } from './times.js';

export function today(view) {
  return [failures(view), requests(view), conflicts(view), tasks(view), next(view)].filter(Boolean);
}

function requests(view) {
  const list = view.pending.map((request) => {
    const zone = view.zone(request.asset);
    const late = request.deadline && new Date(request.deadline) < new Date(Date.now() + 3600e3);
    return el('li', { class: 'row' },
      el('div', { class: 'what' },
        el('strong', {}, request.title || 'Request'), ' ', badge(view.assetName(request.asset)),
        el('p', { class: 'note' }, span(request, zone), ` · ${request.platform}`),
        request.deadline
          ? el('p', { class: late ? 'note bad' : 'note' }, `Answer on ${request.platform}: ${until(request.deadline)}`) : null),
      el('div', { class: 'actions' },
        action('Confirm', 'main', async () => {
          const text = `It counts as booked from now on, and its time is taken on every other platform. Confirm it on ${request.platform}, too.`;
          if (await confirm('Confirm this request?', text, 'Confirm') === null) return false;
          await post(`bookings/${encodeURIComponent(request.id)}/confirm`);
          return view.reload();
        }, 'Confirmed.')));
  });
  return section('Waiting for your answer', count(list.length, 'request'),
    ...(list.length ? [rows(list)].flat() : [empty('No request waits for you.')]));
}

function conflicts(view) {
  const open = view.overview.conflicts.filter((clash) => clash.is_open && view.has(clash.asset));
  const list = open.map((clash) => {
    const zone = view.zone(clash.asset);
    const side = (one) => el('li', { class: 'side' },
      el('div', { class: 'what' },
        el('strong', {}, one.title || one.from), one.id === clash.winner ? badge('keeps the time', 'good') : null,
        el('p', { class: 'note' }, span(one, zone), ` · ${one.from}`)),
      action('Keep this one', one.id === clash.winner ? 'main' : '', async () => {
        const text = 'It keeps the time. The other one gets a task with a message that you can send.';
        if (await confirm('Decide this double booking?', text, 'Keep it') === null) return false;
        await post(`conflicts/${encodeURIComponent(clash.id)}/resolve`, { winner: one.id });
        return view.reload();
      }, 'Decided.'));
    return el('li', { class: 'clash' },
      el('p', {}, badge(view.assetName(clash.asset), 'bad'), ' ',
        el('span', { class: 'note' }, clash.winner ? `The policy decided: ${clash.reason}` : clash.reason)),
      el('ul', { class: 'sides' }, clash.sides.map(side)));
  });
  return section('Double bookings', count(list.length, 'to decide'),
    ...(list.length ? [rows(list)].flat() : [empty('Nothing is booked twice.')]));
}

function tasks(view) {
  const list = view.overview.tasks.filter((task) => view.has(task.asset)).map((task) => el('li', { class: 'row' },
    el('div', { class: 'what' },
      badge(view.assetName(task.asset)), ' ', el('span', {}, task.what),
      task.draft ? el('details', {}, el('summary', {}, 'Drafted message'), el('p', { class: 'draft' }, task.draft)) : null,
      el('p', { class: 'note' }, ago(task.opened_at))),
    task.draft ? el('div', { class: 'actions' },
      action('Copy message', '', () => copy(task.draft), 'Copied: paste it where the guest booked.')) : null));
  return section('To do', count(list.length, 'task'),
    ...(list.length ? [rows(list)].flat() : [empty('Nothing to do.')]));
}

function failures(view) {
  const feeds = view.overview.feeds.filter((feed) => view.has(feed.asset) && !['fresh', 'never'].includes(feed.state));
  const parts = view.overview.problems;
  if (!feeds.length && !parts.length) return null;
  return section('Not in order', null, el('ul', { class: 'rows' },
    parts.map((part) => el('li', { class: 'row' }, `The ${part} could not be read just now.`)),
    feeds.map((feed) => el('li', { class: 'row' },
      el('div', { class: 'what' }, badge(feed.state, 'bad'), ' ', el('strong', {}, feed.listing),
        el('p', { class: 'note' }, feed.why || (feed.last_imported ? `Last imported ${ago(feed.last_imported)}` : ''))),
      feed.state === 'quarantined' ? el('div', { class: 'actions' }, accept(view, feed)) : null))));
}

export function accept(view, feed) {
  return action('Believe it', '', async () => {
    const text = `${feed.why || ''} What it lacks is cancelled, and its time becomes free on every platform.`;
    if (await confirm(`Believe ${feed.listing}?`, text, 'Believe it') === null) return false;
    await post(`listings/${encodeURIComponent(feed.listing)}/accept`);
    return view.reload();
  }, 'Believed.');
}

function next(view) {
  const now = Date.now();
  const soon = view.overview.calendar.filter((entry) => view.has(entry.asset) && entry.kind !== 'block'
    && new Date(entry.end) > now && new Date(entry.start) < now + 48 * 3600e3);
  const days = new Map();
  for (const entry of soon) {
    const key = dayKey(Math.max(new Date(entry.start), now), view.zone(entry.asset));
    days.set(key, [...(days.get(key) || []), entry]);
  }
  const groups = [...days.entries()].map(([key, entries]) => el('li', {},
    el('h3', {}, dayName(key, view.zone(entries[0].asset))),
    el('ul', { class: 'timeline' }, entries.map((entry) => el('li', { class: entry.kind },
      el('span', { class: 'time' }, clock(entry.start, view.zone(entry.asset))),
      el('span', { class: 'what' }, el('strong', {}, entry.title || entry.kind), ' ',
        badge(view.assetName(entry.asset)), entry.in_conflict ? badge('booked twice', 'bad') : null,
        entry.lacking_minutes ? badge(`${entry.lacking_minutes} min too short`, 'bad') : null))))));
  return section('Next 48 hours', null, groups.length ? el('ul', { class: 'days' }, groups) : empty('Nothing is booked.'));
}

function dayName(key, zone) {
  if (key === dayKey(Date.now(), zone)) return 'Today';
  if (key === dayKey(Date.now() + 86400e3, zone)) return 'Tomorrow';
  return new Date(`${key}T12:00:00Z`).toLocaleDateString(undefined, { weekday: 'long', month: 'long', day: 'numeric', timeZone: 'UTC' });
}

function count(number, word) {
  return number ? `${number} ${word}${number > 1 && !word.includes(' ') ? 's' : ''}` : null;
}

export function runSync(view) {
  return action('Synchronise now', '', async () => {
    const told = await post('platforms/sync');
    if (told.answer !== 'synced') toast('It still runs: the page shows what comes of it.');
    return view.reload();
  }, 'Synchronised.');
}
