// Campaigns, and what became of their messages.

import { get, post } from './api.js';
import { action, badge, confirm, el, empty, redraw, section } from './dom.js';
import { ago } from './times.js';

const GOOD = ['DELIVERED'];
const BAD = ['BOUNCED', 'COMPLAINED', 'FAILED', 'UNKNOWN', 'EXPIRED'];
const NAMES = {
  PLANNED: 'planned', RENDERED: 'ready', CLAIMED: 'being sent', SUBMITTING: 'being sent', ACCEPTED: 'sent', DELIVERED: 'delivered',
  BOUNCED: 'bounced', COMPLAINED: 'spam complaint', HELD_QUIET: 'until morning', SUPPRESSED: 'not wanted', EXPIRED: 'too late',
  FAILED: 'failed', UNKNOWN: 'unknown',
};
const CHANNELS = { sms: 'SMS', email: 'e-mail', thread: 'platform' };
/** So many of a state are shown, and so many pages at most are looked through for them. */
const [SHOWN, PAGES] = [5, 3];
const troubled = el('div', { class: 'trouble', 'data-key': 'trouble' });
let turn = 0;

export function messages(view) {
  const list = view.overview.campaigns;
  lookAtTrouble(list);
  return [section('Campaigns', view.site ? 'of all sites' : null, list.length
    ? el('ul', { class: 'rows wide' }, list.map((campaign) => row(view, campaign))) : empty('The manifest has no campaigns.')), troubled];
}

export function forgetMessages() {
  turn += 1;
  troubled.replaceChildren();
}

function row(view, campaign) {
  const states = Object.entries(campaign.counts).filter(([, number]) => number > 0);
  const total = states.reduce((sum, [, number]) => sum + number, 0);
  return el('li', { class: 'row', 'data-key': `campaign ${campaign.id}` },
    el('div', { class: 'what' },
      el('p', { class: 'line' }, el('strong', {}, campaign.name), ' ', badge(CHANNELS[campaign.channel])),
      campaign.paused ? el('p', { class: 'note bad' }, `Paused: ${campaign.paused}`) : null,
      campaign.waiting ? el('p', {}, badge(`${campaign.waiting} wait for your word`, 'bad')) : null,
      el('p', { class: 'counts' }, states.length
        ? states.map(([state, number]) => el('span', { class: kind(state) }, el('b', {}, String(number)), ` ${NAMES[state] || state}`))
        : el('span', { class: 'note' }, 'nothing sent yet')),
      total ? meter(states, total) : null),
    el('div', { class: 'actions' }, button(view, campaign)));
}

function button(view, campaign) {
  const path = `campaigns/${encodeURIComponent(campaign.id)}`;
  const key = `pause ${campaign.id}`;
  // A pause of everything is not ended here.
  if (campaign.is_paused_by_all) return null;
  if (campaign.paused) {
    return action('Resume', 'main', key, async () => {
      await post(`${path}/resume`);
      await view.reload();
      return 'It goes on.';
    });
  }
  return action('Pause', '', key, async () => {
    const why = await confirm(`Pause ${campaign.name}?`, 'Nothing of it is sent until you resume it. Nothing is lost.', 'Pause', { label: 'Why', value: 'paused on the dashboard' });
    if (why === null) return null;
    await post(`${path}/pause`, { why: why || 'paused on the dashboard' });
    await view.reload();
    return 'Paused.';
  });
}

function kind(state) {
  return GOOD.includes(state) ? 'good' : BAD.includes(state) ? 'bad' : '';
}

function meter(states, total) {
  let x = 0;
  const bars = states.map(([state, number]) => {
    const width = (number / total) * 100;
    const bar = el('rect', { x: String(x), y: '0', width: String(width), height: '6', class: `fill ${kind(state) || 'other'}` });
    x += width;
    return bar;
  });
  return el('svg', { class: 'meter', viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, bars);
}

/** Who did not get a message, and why: of each campaign and state of which there are any. */
async function lookAtTrouble(campaigns) {
  troubled.setAttribute('aria-busy', 'true');
  turn += 1;
  const mine = turn;
  const wanted = campaigns.flatMap((campaign) => BAD.filter((state) => campaign.counts[state]).map((state) => [campaign, state]));
  const found = await Promise.all(wanted.map(([campaign, state]) => newest(campaign.id, state).then((rows) => rows.map((row) => ({ ...row, name: campaign.name })), () => null)));
  if (mine !== turn) return;
  const list = found.filter(Boolean).flat().sort((a, b) => (a.since < b.since ? 1 : -1));
  const more = wanted.reduce((sum, [campaign, state]) => sum + campaign.counts[state], 0) - list.length;
  const unread = found.includes(null) ? empty('Some of it cannot be read just now.') : null;
  redraw(troubled, list.length || unread ? [section('Did not arrive', more > 0 ? `${more} more` : null, unread,
    el('ul', { class: 'rows wide' }, list.map((delivery) => el('li', { class: 'row' }, el('div', { class: 'what' },
      el('p', { class: 'line' }, el('strong', {}, delivery.to), ' ', badge(NAMES[delivery.state] || delivery.state, 'bad')),
      el('p', { class: 'note' }, [delivery.name, ago(delivery.since), delivery.why].filter(Boolean).join(' · ')))))))] : []);
  troubled.removeAttribute('aria-busy');
}

/** A page may be short and not the last. */
async function newest(campaign, state) {
  const rows = [];
  let cursor;
  for (let pages = 0; pages < PAGES && rows.length < SHOWN; pages += 1) {
    const query = new URLSearchParams({ campaign, state, limit: String(SHOWN), ...(cursor && { cursor }) });
    const found = await get(`deliveries?${query}`);
    rows.push(...found.deliveries);
    cursor = found.next_cursor;
    if (!cursor) break;
  }
  return rows.slice(0, SHOWN);
}
