// A thread as it was written, with what was decided about each message.

import { badge, el } from './dom.js';
import { ago, clock, day } from './times.js';

export const SENT = {
  PLANNED: 'on its way', RENDERED: 'on its way', CLAIMED: 'on its way', SUBMITTING: 'on its way', ACCEPTED: 'sent', DELIVERED: 'seen on the platform',
  HELD_QUIET: 'goes out in the morning', UNKNOWN: 'nobody knows whether it was sent', FAILED: 'not sent', EXPIRED: 'not sent in time', BOUNCED: 'came back',
  SUPPRESSED: 'not sent',
};
export const BAD = ['UNKNOWN', 'FAILED', 'EXPIRED', 'BOUNCED', 'SUPPRESSED'];

export function talk(view, shown, news) {
  const one = shown.thread;
  const zone = one.asset ? view.zone(one.asset) : 'UTC';
  return [
    el('div', { class: 'head' }, el('h2', { tabindex: '-1' }, one.guest || 'A guest'),
      el('p', { class: 'note' }, [one.asset && view.assetName(one.asset), view.platformName(one.platform), one.booking].filter(Boolean).join(' · '))),
    one.subject ? el('p', { class: 'note' }, one.subject) : '',
    shown.older ? el('p', { class: 'note' }, `${shown.older} older messages are not shown.`) : '',
    el('ol', { class: 'talk', 'aria-label': 'Messages' }, shown.messages.map((message) =>
      said(message, zone, shown.decisions.filter((decision) => decision.message === message.id), news.includes(message.id)))),
    ours(shown),
  ];
}

function said(message, zone, decisions, isNew) {
  const who = message.from === 'host' ? 'You' : message.from === 'guest' ? message.name || 'Guest' : 'The platform';
  const marks = [message.is_automatic && 'by a machine', message.is_edited && 'edited'].filter(Boolean).join(', ');
  return el('li', { class: `said ${message.from}`, 'data-key': `message ${message.id}` },
    el('p', { class: 'note' }, isNew ? [badge('new', 'bad'), ' '] : null, `${who} · ${day(message.at, zone)}, ${clock(message.at, zone)}`, marks ? ` · ${marks}` : ''),
    el('p', { class: 'words' }, message.text),
    message.attachments.map((part) => el('p', { class: 'note' }, `Attached: ${part.name || 'a file'}${part.missing ? ` (not kept: ${part.missing})` : ''}`)),
    decisions.map(decided));
}

function decided(decision) {
  const rule = decision.rule ? `Rule ${decision.rule}: ` : '';
  return el('div', { class: 'note' }, `${rule}${decision.why}`, outcome(decision.reply),
    decision.what === 'dry-run' && decision.text ? el('details', {}, el('summary', {}, 'What it would have said'), el('p', { class: 'draft' }, decision.text)) : null);
}

function outcome(reply) {
  return reply ? el('span', { class: BAD.includes(reply.standing) ? 'bad' : '' }, ` · ${SENT[reply.standing] || reply.standing}`) : '';
}

/** What we wrote and the platform does not show yet. */
function ours(shown) {
  const told = new Set(shown.messages.filter((message) => message.from === 'host').map((message) => message.text.trim()));
  const open = shown.decisions.filter((decision) => ['reply', 'operator'].includes(decision.what) && decision.text && !told.has(decision.text.trim()));
  if (!open.length) return '';
  return el('ol', { class: 'talk', 'aria-label': 'Your answers on their way' }, open.map((decision) => el('li', { class: 'said host' },
    el('p', { class: 'note' }, decision.what === 'reply' ? `Rule ${decision.rule}` : 'You', ` · ${ago(decision.at)}`, outcome(decision.reply)),
    el('p', { class: 'words' }, decision.text))));
}
