// What needs the operator now: requests, double bookings, tasks, and what is next.

import { post } from './api.js';
import { action, badge, confirm, copy, el, empty, outcome, rows, section } from './dom.js';
import { ago, clock, dayKey, later, ofDay, span, until } from './times.js';

const DAYS_AHEAD = 4;

export function today(view) {
  return [
    el('div', { class: 'pile' }, [failures(view), requests(view), conflicts(view), tasks(view)].filter(Boolean)),
    el('div', { class: 'pile' }, next(view), confirmed(view)),
  ];
}

function requests(view) {
  const list = view.only(view.overview.requests).map((request) => {
    const late = request.deadline && new Date(request.deadline) < new Date(Date.now() + 3600e3);
    const platform = view.platformName(request.platform);
    return el('li', { class: 'row', 'data-key': `request ${request.id}` },
      what(view, request, [span(request, view.zone(request.asset)), platform]),
      el('div', { class: 'actions' }, request.deadline ? badge(until(request.deadline), late ? 'bad' : 'time') : null,
        action('Hold', '', `hold ${request.id}`, async () =>
          outcome(await answer(view, request, 'hold'), `It stays a request, and its time stays kept. ${platform} still waits for your answer.`)),
        action('Confirm', 'main', `confirm ${request.id}`, async () => {
          const text = `It counts as booked from now on, and its time is taken on every other platform. Confirm it on ${platform}, too.`;
          if (await confirm('Confirm this request?', text, 'Confirm') === null) return null;
          return outcome(await answer(view, request, 'confirm'), 'Confirmed.');
        })));
  });
  return section('Waiting for your answer', count(list.length, 'request'),
    ...(list.length ? rows(list) : [empty('No request waits for you.')]));
}

/** What the operator has confirmed and can take back, while its feed still shows a request. */
function confirmed(view) {
  const list = view.only(view.overview.confirmed).map((request) => el('li', { class: 'row', 'data-key': `confirmed ${request.id}` },
    what(view, request, [span(request, view.zone(request.asset)), view.platformName(request.platform)]),
    el('div', { class: 'actions' }, action('Hold again', '', `hold ${request.id}`, async () =>
      outcome(await answer(view, request, 'hold'), 'Taken back: it is a request again.')))));
  return list.length ? section('Confirmed by you', 'not yet by the platform', ...rows(list)) : null;
}

async function answer(view, request, word) {
  const told = await post(`bookings/${encodeURIComponent(request.id)}/${word}`);
  await view.reload();
  return told;
}

function what(view, request, notes) {
  return el('div', { class: 'what' },
    el('p', { class: 'line' }, el('strong', {}, request.title || 'Request'), ' ', badge(view.assetName(request.asset))),
    el('p', { class: 'note' }, notes.join(' · ')));
}

function conflicts(view) {
  const open = view.only(view.overview.conflicts).filter((clash) => clash.is_open);
  const list = open.map((clash) => {
    const zone = view.zone(clash.asset);
    const side = (one) => el('li', { class: 'side' },
      el('div', { class: 'what' },
        el('p', { class: 'line' }, el('strong', {}, one.title || one.from), one.id === clash.winner ? [' ', badge('keeps the time', 'good')] : null),
        el('p', { class: 'note' }, `${span(one, zone)} · ${one.from}`)),
      action('Keep this one', one.id === clash.winner ? 'main' : '', `keep ${clash.id} ${one.id}`, async () => {
        const text = 'It keeps the time. The other one gets a task with a message that you can send.';
        if (await confirm('Decide this double booking?', text, 'Keep it') === null) return null;
        const told = await post(`conflicts/${encodeURIComponent(clash.id)}/resolve`, { winner: one.id });
        await view.reload();
        return outcome(told, 'Decided.');
      }));
    return el('li', { class: 'clash', 'data-key': `clash ${clash.id}` },
      el('p', {}, badge(view.assetName(clash.asset), 'bad'), ' ',
        el('span', { class: 'note' }, clash.winner ? `The policy decided: ${clash.reason}` : `Nobody has decided: ${clash.reason}`)),
      el('ul', { class: 'sides' }, clash.sides.map(side)));
  });
  return section('Double bookings', count(list.length, 'to decide'),
    ...(list.length ? rows(list, 3) : [empty('Nothing is booked twice.')]));
}

function tasks(view) {
  const list = view.only(view.overview.tasks).map((task) => el('li', { class: 'row', 'data-key': `task ${task.id}` },
    el('div', { class: 'what' },
      el('p', { class: 'line' }, el('strong', {}, task.title || 'A booking'), ' ', badge(view.assetName(task.asset)), ' ',
        el('span', { class: 'note' }, ago(task.opened_at))),
      el('p', { class: 'note' }, task.what),
      task.draft ? el('details', {}, el('summary', {}, 'Drafted message'), el('p', { class: 'draft' }, task.draft)) : null),
    task.draft ? el('div', { class: 'actions' },
      action('Copy message', '', `copy ${task.id}`, async () => {
        await copy(task.draft);
        return 'Copied: paste it where the guest booked.';
      })) : null));
  return section('To do', count(list.length, 'task'),
    ...(list.length ? rows(list) : [empty('Nothing to do.')]));
}

function failures(view) {
  const feeds = view.only(view.overview.feeds).filter((feed) => !['fresh', 'never'].includes(feed.state));
  const parts = view.overview.problems;
  if (!feeds.length && !parts.length) return null;
  return section('Not in order', null, el('ul', { class: 'rows' },
    parts.map((part) => el('li', { class: 'row' }, `The ${part} could not be read just now.`)),
    feeds.map((feed) => el('li', { class: 'row', 'data-key': `feed ${feed.listing}` },
      el('div', { class: 'what' }, el('p', { class: 'line' }, el('strong', {}, feed.listing), ' ', badge(feed.state, 'bad')),
        el('p', { class: 'note' }, feed.why || (feed.last_imported ? `Last imported ${ago(feed.last_imported)}` : ''))),
      feed.state === 'quarantined' ? el('div', { class: 'actions' }, accept(view, feed)) : null))));
}

export function accept(view, feed) {
  return action('Believe it', '', `believe ${feed.listing}`, async () => {
    const text = `${feed.why || ''} What it lacks is cancelled, and its time becomes free on every platform.`;
    if (await confirm(`Believe ${feed.listing}?`, text, 'Believe it') === null) return null;
    const told = await post(`listings/${encodeURIComponent(feed.listing)}/accept`);
    await view.reload();
    return outcome(told, 'Believed.');
  });
}

function next(view) {
  const now = Date.now();
  const soon = view.only(view.overview.calendar).filter((entry) => entry.kind !== 'block'
    && new Date(entry.end) > now && new Date(entry.start) < now + DAYS_AHEAD * 24 * 3600e3);
  const days = new Map();
  for (const entry of soon) {
    const key = dayKey(Math.max(new Date(entry.start), now), view.zone(entry.asset));
    days.set(key, [...(days.get(key) || []), entry]);
  }
  const groups = [...days.entries()].map(([key, entries]) => el('li', {},
    el('h3', {}, dayName(key, view.zone(entries[0].asset))),
    el('ul', { class: 'timeline' }, entries.map((entry) => el('li', { class: entry.kind },
      el('span', { class: 'time' }, new Date(entry.start) < now ? 'now' : clock(entry.start, view.zone(entry.asset))),
      el('span', { class: 'what' }, el('strong', {}, entry.title || entry.kind), ' ',
        badge(view.assetName(entry.asset)), entry.in_conflict ? [' ', badge('booked twice', 'bad')] : null,
        entry.lacking_minutes ? [' ', badge(`${entry.lacking_minutes} min too short`, 'bad')] : null))))));
  return section(`Next ${DAYS_AHEAD} days`, null, groups.length ? el('ul', { class: 'days' }, groups) : empty('Nothing is booked.'));
}

function dayName(key, zone) {
  const now = dayKey(Date.now(), zone);
  if (key === now) return 'Today';
  return key === later(now, 1) ? 'Tomorrow' : ofDay(key, { weekday: 'long', month: 'long', day: 'numeric' });
}

function count(number, word) {
  return number ? `${number} ${word}${number > 1 && !word.includes(' ') ? 's' : ''}` : null;
}

export function runSync(view) {
  return action('Synchronise now', '', 'synchronise', async () => {
    const told = await post('platforms/sync');
    await view.reload();
    return synchronised(view, told);
  });
}

/** What a synchronisation came to, of all assets together. */
function synchronised(view, { body, isRunning }) {
  const names = (outcome) => (body.assets || []).filter((asset) => asset.outcome?.[outcome] || asset.outcome === outcome).map((asset) => view.assetName(asset.asset));
  const [stopped, busy] = [names('stopped'), names('busy')];
  if (stopped.length) throw new Error(`${stopped.join(', ')} stopped halfway; the next run finishes it.`);
  if (busy.length) return `${busy.join(', ')}: another run was under way, and starts over for yours.`;
  return isRunning ? 'It still runs: the page shows what comes of it.' : 'Synchronised.';
}
