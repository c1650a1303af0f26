// What guests wrote, one thread at a time, and the operator's answer.

import { get, post } from './api.js';
import { action, badge, el, empty, section, toast } from './dom.js';
import { ago, clock, day } from './times.js';

const FILTERS = [['', 'To answer'], ['answered', 'Answered'], ['closed', 'Closed']];
const STATES = { drafted: ['draft ready', 'good'], waiting: ['waits', 'bad'], answered: ['answered', ''], closed: ['closed', ''] };
const SENT = {
  PLANNED: 'on its way', RENDERED: 'on its way', CLAIMED: 'on its way', SUBMITTING: 'on its way', ACCEPTED: 'sent', DELIVERED: 'seen on the platform',
  HELD_QUIET: 'goes out in the morning', UNKNOWN: 'nobody knows whether it was sent', FAILED: 'not sent', EXPIRED: 'not sent in time', BOUNCED: 'came back',
  SUPPRESSED: 'not sent',
};
const BAD = ['UNKNOWN', 'FAILED', 'EXPIRED', 'BOUNCED', 'SUPPRESSED'];
const list = el('div', { class: 'threads' }, el('div', { class: 'card skeleton' }));
const thread = el('div', { class: 'thread' });
const root = el('div', { class: 'inbox' }, list, thread);
const state = { open: null, filter: '', shown: '', drawn: { list: '', thread: '' } };
/** What is being written, by thread: it outlives every look at what is new. */
const typed = new Map();

export function inbox(view) {
  refresh(view);
  return [root];
}

async function refresh(view) {
  const open = state.open;
  try {
    const query = new URLSearchParams({ ...(state.filter && { state: state.filter }), ...(view.site && { site: view.site }) });
    const [found, shown] = await Promise.all([get(`inbox?${query}`), open ? get(`inbox/${encodeURIComponent(open)}`) : null]);
    if (open !== state.open) return;
    drawList(view, found);
    drawThread(view, shown);
  } catch (error) {
    list.replaceChildren(section('Inbox', null, empty(`It cannot be read just now: ${error.message}`), action('Try again', 'main', () => refresh(view), '')));
    state.drawn.list = '';
  }
}

function show(view, id) {
  state.open = id;
  state.drawn.thread = '';
  root.classList.toggle('has-thread', Boolean(id));
  for (const one of list.querySelectorAll('.opener')) {
    if (one.dataset.id === id) one.setAttribute('aria-current', 'true');
    else one.removeAttribute('aria-current');
  }
  if (id) thread.replaceChildren(el('div', { class: 'card skeleton' }));
  else thread.replaceChildren();
  return refresh(view);
}

function drawList(view, found) {
  const now = JSON.stringify([found, state.open, state.filter, Math.floor(Date.now() / 60e3)]);
  if (now === state.drawn.list || (list.contains(document.activeElement) && state.drawn.list && sameThreads(found))) return;
  state.drawn.list = now;
  state.shown = ids(found);
  const choice = el('div', { class: 'choice', role: 'group', 'aria-label': 'Which threads' }, FILTERS.map(([name, label]) => {
    const button = el('button', { type: 'button', 'aria-pressed': String(state.filter === name) }, label);
    button.addEventListener('click', () => {
      state.filter = name;
      state.drawn.list = '';
      show(view, null);
    });
    return button;
  }));
  const more = found.next_cursor ? el('p', { class: 'note' }, 'Older threads are not shown: cargo xtask inbox list tells them.') : null;
  list.replaceChildren(section('Inbox', null, choice, found.threads.length
    ? el('ul', { class: 'rows' }, found.threads.map((one) => el('li', {}, opener(view, one))))
    : empty(state.filter ? 'No thread is here.' : 'Nobody waits for an answer.'), more));
}

function ids(found) {
  return JSON.stringify(found.threads.map((one) => [one.id, one.state, one.messages]));
}

function sameThreads(found) {
  return state.shown === ids(found);
}

function opener(view, one) {
  const [text, kind] = STATES[one.state] || [one.state, ''];
  const button = el('button', { type: 'button', class: 'opener', 'data-id': one.id, 'aria-current': one.id === state.open ? 'true' : undefined },
    el('span', { class: 'what' }, el('strong', {}, one.guest || 'A guest'), ' ', badge(text, kind), one.person ? badge(`for ${one.person}`) : null,
      one.reply && BAD.includes(one.reply.standing) ? badge(SENT[one.reply.standing], 'bad') : null,
      el('span', { class: 'preview' }, one.preview ? `${one.preview.from === 'guest' ? '' : 'You: '}${one.preview.text}` : one.subject || ''),
      el('span', { class: 'note' }, `${one.asset ? `${view.assetName(one.asset)} · ` : ''}${one.platform} · ${ago(one.last_at)}`)));
  button.addEventListener('click', () => show(view, one.id));
  return button;
}

function drawThread(view, shown) {
  if (!shown) {
    thread.replaceChildren();
    return;
  }
  const now = JSON.stringify(shown);
  if (now === state.drawn.thread || (state.drawn.thread && thread.contains(document.activeElement) && document.activeElement.matches('textarea'))) return;
  const isFirst = !state.drawn.thread;
  state.drawn.thread = now;
  const one = shown.thread;
  const zone = one.asset ? view.zone(one.asset) : 'UTC';
  const back = el('button', { type: 'button', class: 'quiet back' }, 'Back to the list');
  back.addEventListener('click', () => show(view, null));
  const title = el('h2', { tabindex: '-1' }, one.guest || 'A guest');
  thread.replaceChildren(el('section', { class: 'card' }, back,
    el('div', { class: 'head' }, title, el('p', { class: 'note' }, [one.asset && view.assetName(one.asset), one.platform, one.booking].filter(Boolean).join(' · '))),
    one.subject ? el('p', { class: 'note' }, one.subject) : null,
    shown.older ? el('p', { class: 'note' }, `${shown.older} older messages are not shown.`) : null,
    el('ol', { class: 'talk', 'aria-label': 'Messages' }, shown.messages.map((message) => said(message, zone, decisionsOf(shown, message.id)))),
    ours(shown), composer(view, one)));
  if (isFirst) title.focus({ preventScroll: true });
}

function decisionsOf(shown, id) {
  return shown.decisions.filter((decision) => decision.message === id);
}

function said(message, zone, decisions) {
  const who = message.from === 'host' ? 'You' : message.from === 'guest' ? message.name || 'Guest' : 'The platform';
  const marks = [message.is_automatic && 'by a machine', message.is_edited && 'edited'].filter(Boolean).join(', ');
  return el('li', { class: `said ${message.from}` },
    el('p', { class: 'note' }, `${who} · ${day(message.at, zone)}, ${clock(message.at, zone)}`, marks ? ` · ${marks}` : ''),
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
  if (!open.length) return null;
  return el('ol', { class: 'talk', 'aria-label': 'Your answers on their way' }, open.map((decision) => el('li', { class: 'said host' },
    el('p', { class: 'note' }, decision.what === 'reply' ? `Rule ${decision.rule}` : 'You', ` · ${ago(decision.at)}`, outcome(decision.reply)),
    el('p', { class: 'words' }, decision.text))));
}

function composer(view, one) {
  const field = el('textarea', { id: 'answer', rows: '5', maxlength: '2000' });
  field.value = typed.get(one.id) ?? (one.draft ? one.draft.text : '');
  field.addEventListener('input', () => typed.set(one.id, field.value));
  const path = `inbox/${encodeURIComponent(one.id)}`;
  const send = action(one.draft ? 'Send this answer' : 'Send', 'main', async () => {
    const text = field.value.trim();
    if (!text) {
      toast('Write an answer first.', true);
      field.focus();
      return false;
    }
    const isDraft = one.draft && text === one.draft.text.trim();
    await post(`${path}/reply`, { ...(!isDraft && { text }), ...(one.draft && { draft: one.draft.id }) });
    typed.delete(one.id);
    field.value = '';
    state.drawn = { list: '', thread: '' };
    field.blur();
    return view.reload();
  }, 'It is on its way.');
  const close = action(one.state === 'closed' ? 'Closed' : 'Nothing to do', '', async () => {
    await post(`${path}/close`);
    typed.delete(one.id);
    state.drawn.list = '';
    await show(view, null);
    return view.reload();
  }, 'Closed. A new message opens it again.');
  return el('div', { class: 'composer' },
    el('label', { for: 'answer' }, one.draft ? `Draft by rule ${one.draft.rule}: change it as you like` : 'Your answer'), field,
    el('div', { class: 'actions' }, send, one.state === 'closed' ? null : close));
}
