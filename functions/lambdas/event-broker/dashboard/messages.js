// Campaigns, and what became of their messages.

import { get, post } from './api.js';
import { action, badge, confirm, el, empty, section } from './dom.js';
import { ago } from './times.js';

const GOOD = ['DELIVERED'];
const BAD = ['BOUNCED', 'COMPLAINED', 'FAILED', 'UNKNOWN', 'EXPIRED'];
const NAMES = {
  PLANNED: 'planned', RENDERED: 'ready', CLAIMED: 'being sent', SUBMITTING: 'being sent', ACCEPTED: 'sent', DELIVERED: 'delivered',
  BOUNCED: 'bounced', COMPLAINED: 'spam complaint', HELD_QUIET: 'until morning', SUPPRESSED: 'not wanted', EXPIRED: 'too late',
  FAILED: 'failed', UNKNOWN: 'unknown',
};

export function messages(view) {
  const list = view.overview.campaigns;
  const troubled = el('div', { class: 'trouble' });
  lookAtTrouble(list, troubled);
  return [section('Campaigns', null, list.length
    ? el('ul', { class: 'rows wide' }, list.map((campaign) => row(view, campaign))) : empty('The manifest has no campaigns.')), troubled];
}

function row(view, campaign) {
  const states = Object.entries(campaign.counts).filter(([, number]) => number > 0);
  const total = states.reduce((sum, [, number]) => sum + number, 0);
  return el('li', { class: 'row' },
    el('div', { class: 'what' },
      el('strong', {}, campaign.name), ' ', badge({ sms: 'SMS', email: 'e-mail', thread: 'platform' }[campaign.channel]),
      campaign.paused ? badge(`paused: ${campaign.paused}`, 'bad') : null,
      campaign.waiting ? badge(`${campaign.waiting} wait for your word`, 'bad') : null,
      el('p', { class: 'counts' }, states.length
        ? states.map(([state, number]) => el('span', { class: kind(state) }, el('b', {}, String(number)), ` ${NAMES[state] || state}`))
        : el('span', { class: 'note' }, 'nothing sent yet')),
      total ? meter(states, total) : null),
    el('div', { class: 'actions' }, campaign.paused && !campaign.is_paused_by_all
      ? action('Resume', 'main', async () => {
        await post(`campaigns/${encodeURIComponent(campaign.id)}/resume`);
        return view.reload();
      }, 'It goes on.')
      : action('Pause', '', async () => {
        const why = await confirm(`Pause ${campaign.name}?`, 'Nothing of it is sent until you resume it. Nothing is lost.', 'Pause', { label: 'Why', value: 'paused on the dashboard' });
        if (why === null) return false;
        await post(`campaigns/${encodeURIComponent(campaign.id)}/pause`, { why: why || 'paused on the dashboard' });
        return view.reload();
      }, 'Paused.')));
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

/** Who did not get a message, and why: of the campaigns in which that happened. */
async function lookAtTrouble(campaigns, place) {
  const troubled = campaigns.filter((campaign) => BAD.some((state) => campaign.counts[state]));
  const rows = [];
  for (const campaign of troubled.slice(0, 5)) {
    try {
      const found = await get(`deliveries?campaign=${encodeURIComponent(campaign.id)}&limit=50`);
      rows.push(...found.deliveries.filter((delivery) => BAD.includes(delivery.state)).slice(0, 10));
    } catch { /* the campaign's own line says that something is wrong */ }
  }
  if (!rows.length) return;
  place.replaceChildren(section('Did not arrive', null, el('ul', { class: 'rows' }, rows.map((delivery) => el('li', { class: 'row' },
    el('div', { class: 'what' }, badge(NAMES[delivery.state] || delivery.state, 'bad'), ' ', el('strong', {}, delivery.to),
      el('p', { class: 'note' }, `${delivery.campaign} · ${ago(delivery.since)}`, delivery.why ? ` · ${delivery.why}` : '')))))));
}
