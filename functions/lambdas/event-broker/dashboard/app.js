// The page: who is signed in, which view is shown, and what is new every twenty seconds.

import { Refused, forget, get, getIfNew, post } from './api.js';
import { calendar } from './calendar.js';
import { action, el, section } from './dom.js';
import { inbox } from './inbox.js';
import { messages } from './messages.js';
import { reports } from './reports.js';
import { system } from './system.js';
import { ago } from './times.js';
import { today } from './today.js';

const EVERY = 20_000;
// The last word: it looks for what is new by itself, each time.
const VIEWS = [['today', 'Today', today], ['inbox', 'Inbox', inbox, 'live'], ['calendar', 'Calendar', calendar], ['messages', 'Messages', messages],
  ['reports', 'Reports', reports], ['system', 'System', system]];
const $ = (id) => document.getElementById(id);
const state = { overview: null, pending: [], site: '', heard: null, drawn: '' };

const view = {
  get overview() { return state.overview; },
  get pending() { return state.pending.filter((request) => view.has(request.asset)); },
  get site() { return state.site; },
  assets() {
    return state.overview.sites.filter((site) => !state.site || site.id === state.site)
      .flatMap((site) => site.assets.map((asset) => ({ ...asset, site: site.id, zone: site.time_zone })));
  },
  has(asset) { return view.assets().some((one) => one.id === asset); },
  zone(asset) { return all().find((one) => one.id === asset)?.zone || 'UTC'; },
  assetName(asset) { return all().find((one) => one.id === asset)?.name || asset; },
  async reload() {
    forget();
    await load();
  },
};

function all() {
  return state.overview.sites.flatMap((site) => site.assets.map((asset) => ({ ...asset, zone: site.time_zone })));
}

function current() {
  const name = location.hash.slice(1);
  return VIEWS.find(([id]) => id === name) || VIEWS[0];
}

function draw(isAnother = false) {
  if (!state.overview) return;
  const [id, , render] = current();
  for (const link of $('tabs').children) {
    if (link.hash === `#${id}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  // What the operator has in hand stays under their finger.
  if (!isAnother && $('main').contains(document.activeElement) && document.activeElement.matches('input, textarea, summary, .cell')) return;
  performance.mark('draw-begins');
  $('main').replaceChildren(el('h1', { class: 'hidden' }, current()[1]), ...render(view));
  performance.measure('draw', 'draw-begins');
  if (isAnother) {
    $('main').focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

function tabs() {
  const waiting = view.pending.length + state.overview.conflicts.filter((clash) => clash.is_open && view.has(clash.asset)).length;
  const { inbox: threads } = state.overview;
  const counts = { today: waiting, inbox: threads ? threads.waiting + threads.drafted : 0 };
  $('tabs').replaceChildren(...VIEWS.map(([id, name]) => el('a', { href: `#${id}` }, name,
    counts[id] ? el('span', { class: 'count' }, String(counts[id]), el('span', { class: 'hidden' }, ' waiting')) : null)));
}

async function load() {
  try {
    const [overview, pending] = await Promise.all([getIfNew('overview'), get('bookings/pending')]);
    if (overview) state.overview = overview;
    state.pending = pending.bookings;
    state.heard = Date.now();
    banner(state.overview.token?.ends_at ? `This token was superseded and ends ${new Date(state.overview.token.ends_at).toLocaleString()}: sign in with the new one.` : '');
    const now = JSON.stringify([state.overview, state.pending, state.site]);
    if (now !== state.drawn) {
      state.drawn = now;
      sites();
      tabs();
      draw();
    } else if (current()[3]) {
      current()[2](view);
    }
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return signIn('');
    banner(`${navigator.onLine ? 'The service does not answer' : 'You are offline'}: this is what was known ${state.heard ? ago(state.heard) : 'before'}.`);
    if (!state.overview) $('main').replaceChildren(section('Nothing to show yet', null, action('Try again', 'main', load, '')));
  }
  fresh();
  return undefined;
}

function banner(text) {
  $('banner').hidden = !text;
  $('banner').textContent = text;
}

function fresh() {
  $('fresh').textContent = state.heard ? `Updated ${ago(state.heard)}` : '';
}

function sites() {
  const select = $('site');
  $('site-label').hidden = state.overview.sites.length < 2;
  if (select.options.length === state.overview.sites.length + 1) return;
  select.replaceChildren(el('option', { value: '' }, 'All sites'), ...state.overview.sites.map((site) => el('option', { value: site.id }, site.name)));
}

function signIn(said) {
  state.overview = null;
  state.drawn = '';
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
  $('main').replaceChildren(form);
  field.focus();
}

async function begin() {
  for (const id of ['tabs', 'sign-out']) $(id).hidden = false;
  $('main').replaceChildren(...Array.from({ length: 3 }, () => el('div', { class: 'card skeleton' })));
  await load();
}

$('sign-out').addEventListener('click', async () => {
  await post('session/end').catch(() => {});
  forget();
  signIn('');
});
$('site').addEventListener('change', (event) => {
  state.site = event.target.value;
  tabs();
  draw(true);
});
addEventListener('hashchange', () => draw(true));
addEventListener('online', load);
document.addEventListener('visibilitychange', () => { if (!document.hidden && state.overview) load(); });
setInterval(() => { if (!document.hidden && state.overview) load(); else fresh(); }, EVERY);
begin();
