// The page: who is signed in, which view is shown, and what is new every twenty seconds.

import { Gone, endSession, forget, getKnown, onRefused, post } from './api.js';
import { calendar, forgetDay } from './calendar.js';
import { action, el, hush, redraw, section } from './dom.js';
import { forgetThreads, inbox } from './inbox.js';
import { forgetMessages, messages } from './messages.js';
import { forgetReports, reports } from './reports.js';
import { system } from './system.js';
import { ago } from './times.js';
import { today } from './today.js';

const EVERY = 20_000;
// The last word: it looks for what is new by itself, each time.
const VIEWS = [['today', 'Today', today], ['inbox', 'Inbox', inbox, 'live'], ['calendar', 'Calendar', calendar], ['messages', 'Messages', messages],
  ['reports', 'Reports', reports], ['system', 'System', system]];
const $ = (id) => document.getElementById(id);
const state = { overview: null, site: '', heard: null, drawn: '', view: VIEWS[0], isPressed: false };
/** Whatever was asked for before the last of these was asked for in another state of things. */
let turn = 0;

const view = {
  get overview() { return state.overview; },
  get site() { return state.site; },
  assets() { return all().filter((asset) => !state.site || asset.site === state.site); },
  has(asset) { return view.assets().some((one) => one.id === asset); },
  /** Those of a list that are of the site that is looked at. */
  only(list) { return list.filter((one) => view.has(one.asset)); },
  zone(asset) { return all().find((one) => one.id === asset)?.zone || 'UTC'; },
  assetName(asset) { return all().find((one) => one.id === asset)?.name || asset; },
  platformName(id) { return state.overview.platforms.find((one) => one.id === id)?.name || id; },
  async reload() {
    forget();
    await load('anew');
  },
};

function all() {
  return state.overview.sites.flatMap((site) => site.assets.map((asset) => ({ ...asset, site: site.id, zone: site.time_zone })));
}

function draw(isAnother = false) {
  if (!state.overview) return;
  const [id, name, render, isLive] = state.view;
  for (const link of $('tabs').children) {
    if (link.hash === `#${id}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  // What lives by itself stays where it is, with what is being written in it.
  const isThere = isLive && $('main').dataset.view === id;
  performance.mark('draw-begins');
  const nodes = render(view);
  if (!isThere) {
    redraw($('main'), [el('h1', { class: 'hidden' }, name), ...nodes]);
    performance.measure('draw', 'draw-begins');
  }
  $('main').dataset.view = id;
  document.title = `${name} · Landfall`;
  if (isAnother) {
    $('main').focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

function tabs() {
  const { overview, site } = state;
  const waiting = view.only(overview.requests).length + view.only(overview.conflicts).filter((clash) => clash.is_open).length;
  // Threads are counted for all sites together.
  const threads = overview.inbox && !site ? overview.inbox.waiting + overview.inbox.drafted : 0;
  const counts = { today: waiting, inbox: threads };
  redraw($('tabs'), VIEWS.map(([id, name]) => el('a', { href: `#${id}`, 'data-key': `tab ${id}` }, name,
    counts[id] ? el('span', { class: 'count' }, String(counts[id]), el('span', { class: 'hidden' }, ' waiting')) : null)));
}

/** What is not drawn now, because the operator has something in hand, is drawn when they let go. */
function drawIfNew(isAnew) {
  const now = JSON.stringify([state.overview, state.site, state.view[0], Math.floor(Date.now() / 60e3)]);
  if (now === state.drawn) {
    if (state.view[3]) state.view[2](view);
    return;
  }
  if (!isAnew && (state.isPressed || $('main').querySelector('button[aria-busy=true]'))) return;
  sites();
  tabs();
  draw();
  state.drawn = now;
}

async function load(isAnew = '') {
  turn += 1;
  const mine = turn;
  let overview;
  try {
    overview = await getKnown('overview');
  } catch (error) {
    if (!(error instanceof Gone) && mine === turn) unheard();
    return;
  }
  if (mine !== turn) return;
  state.overview = overview;
  state.heard = Date.now();
  const { token } = overview;
  banner(token?.ends_at ? `This token was superseded and ends ${new Date(token.ends_at).toLocaleString()}: sign in with the new one.` : '');
  fresh();
  drawIfNew(isAnew);
}

function unheard() {
  const why = navigator.onLine ? 'The service does not answer' : 'You are offline';
  banner(state.heard ? `${why}: this is what was known ${ago(state.heard)}.` : `${why}.`);
  fresh();
  if (!state.overview) $('main').replaceChildren(section('Nothing to show yet', null, action('Try again', 'main', 'try-again', () => load('anew'))));
}

function banner(text) {
  $('banner').hidden = !text;
  if ($('banner').textContent !== text) $('banner').textContent = text;
}

function fresh() {
  $('fresh').textContent = state.heard ? `Updated ${ago(state.heard)}` : '';
}

function sites() {
  const select = $('site');
  const { sites: list } = state.overview;
  $('site-label').hidden = list.length < 2;
  if (state.site && !list.some((site) => site.id === state.site)) state.site = '';
  select.replaceChildren(el('option', { value: '' }, 'All sites'), ...list.map((site) => el('option', { value: site.id }, site.name)));
  select.value = state.site;
}

/** Of whoever was signed in, nothing stays: not on the page, not on its way. */
function leave(said) {
  endSession();
  turn += 1;
  Object.assign(state, { overview: null, drawn: '', site: '', heard: null });
  for (const one of [forgetThreads, forgetReports, forgetMessages, forgetDay, hush]) one();
  for (const dialog of document.querySelectorAll('dialog')) dialog.close('no');
  banner('');
  fresh();
  signIn(said);
}

function signIn(said) {
  for (const id of ['tabs', 'sign-out', 'site-label']) $(id).hidden = true;
  const field = el('input', { id: 'token', name: 'token', type: 'password', autocomplete: 'current-password', required: true, spellcheck: 'false' });
  const wrong = el('p', { class: 'note bad', role: 'alert' }, said);
  const button = el('button', { type: 'submit', class: 'main' }, 'Sign in');
  const form = el('form', { class: 'card sign-in' }, el('h1', {}, 'Sign in'),
    el('label', { for: 'token' }, 'Dashboard token'), field,
    el('p', { class: 'note' }, 'cargo xtask token show prints it.'), wrong, button);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await post('session', { token: field.value.trim() });
      await begin();
    } catch (error) {
      wrong.textContent = error.status === 401 ? 'This token is not accepted.' : `That did not work: ${error.message}`;
      button.disabled = false;
    }
  });
  document.title = 'Sign in · Landfall';
  delete $('main').dataset.view;
  $('main').replaceChildren(form);
  field.focus();
}

async function begin() {
  endSession();
  for (const id of ['tabs', 'sign-out']) $(id).hidden = false;
  $('main').replaceChildren(...Array.from({ length: 3 }, () => el('div', { class: 'card skeleton' })));
  await load();
}

function turnTo(hash) {
  const found = VIEWS.find(([id]) => `#${id}` === hash);
  // Other anchors of the page are no views.
  if (!found) return false;
  state.view = found;
  return true;
}

onRefused(() => leave(state.overview ? 'The session has ended: sign in again.' : ''));
$('sign-out').addEventListener('click', async () => {
  endSession();
  turn += 1;
  state.overview = null;
  $('main').replaceChildren();
  leave(await post('session/end').then(() => '', (error) => (error instanceof Gone ? '' : 'The service was not reached: the session ends by itself.')));
});
$('site').addEventListener('change', (event) => {
  state.site = event.target.value;
  turn += 1;
  tabs();
  draw();
  load();
});
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  $('main').focus();
});
addEventListener('hashchange', () => { if (turnTo(location.hash)) draw(true); });
addEventListener('online', () => { if (state.overview) load(); });
// What is pressed must still be there when it is let go.
addEventListener('pointerdown', () => { state.isPressed = true; }, true);
for (const event of ['pointerup', 'pointercancel']) {
  addEventListener(event, () => { state.isPressed = false; setTimeout(() => { if (state.overview && !document.hidden) drawIfNew(''); }); }, true);
}
document.addEventListener('visibilitychange', () => { if (!document.hidden && state.overview) load(); });
setInterval(() => { if (!document.hidden && state.overview) load(); else fresh(); }, EVERY);
turnTo(location.hash);
begin();
