// What guests wrote, one thread at a time, and the operator's answer.

import { Gone, get, post } from './api.js';
import { action, badge, el, empty, redraw, section, toast } from './dom.js';
import { BAD, SENT, talk } from './talk.js';
import { ago } from './times.js';

const FILTERS = [['', 'To answer'], ['answered', 'Answered'], ['closed', 'Closed']];
const STATES = { drafted: ['draft ready', 'good'], waiting: ['waits', 'bad'], answered: ['answered', ''], closed: ['closed', ''] };
const list = el('div', { class: 'threads', 'data-key': 'threads' });
const head = el('div', { 'data-key': 'thread' });
const composer = el('div', {});
const thread = el('div', { class: 'thread' }, head, composer);
const root = el('div', { class: 'inbox' }, list, thread);
const state = {};
/** What is being written, by thread: it outlives every look at what is new. */
const typed = new Map();
/** An answer to an older question is not shown. */
let turn = 0;

export function forgetThreads() {
  turn += 1;
  typed.clear();
  Object.assign(state, { open: null, filter: '', site: null, drawn: { list: '', thread: '' }, shown: null, news: [] });
  root.classList.remove('has-thread');
  list.replaceChildren(el('div', { class: 'card skeleton' }));
  for (const one of [head, composer]) one.replaceChildren();
}
forgetThreads();

export function inbox(view) {
  if (state.site !== null && state.site !== view.site) close();
  state.site = view.site;
  refresh(view);
  return [root];
}

/** The list and the thread fail each for itself. */
async function refresh(view) {
  turn += 1;
  const [mine, { open }] = [turn, state];
  const query = new URLSearchParams({ ...(state.filter && { state: state.filter }), ...(view.site && { site: view.site }) });
  const asked = [get(`inbox?${query}`), open ? get(`inbox/${encodeURIComponent(open)}`) : null];
  const [found, shown] = await Promise.allSettled(asked);
  if (mine !== turn || [found, shown].some(({ reason }) => reason instanceof Gone)) return;
  if (found.status === 'fulfilled') drawList(view, found.value);
  else drawFailure(view, found.reason);
  if (shown.status === 'fulfilled') drawThread(view, shown.value);
  else drawUnread(view, shown.reason);
}

function close() {
  state.open = null;
  state.drawn = { list: '', thread: '' };
  state.shown = null;
  state.news = [];
  root.classList.remove('has-thread');
  for (const one of [head, composer]) one.replaceChildren();
}

function show(view, id) {
  const before = state.open;
  close();
  state.open = id;
  root.classList.toggle('has-thread', Boolean(id));
  for (const one of list.querySelectorAll('.opener')) {
    if (one.dataset.id === id) one.setAttribute('aria-current', 'true');
    else one.removeAttribute('aria-current');
  }
  if (id) head.replaceChildren(el('div', { class: 'card skeleton' }));
  else [...list.querySelectorAll('.opener')].find((one) => one.dataset.id === before)?.focus();
  return refresh(view);
}

function choices(view) {
  return el('div', { class: 'choice', role: 'group', 'aria-label': 'Which threads' }, FILTERS.map(([name, label]) => {
    const button = el('button', { type: 'button', 'aria-pressed': String(state.filter === name) }, label);
    button.addEventListener('click', () => {
      state.filter = name;
      for (const one of button.parentElement.children) one.setAttribute('aria-pressed', String(one === button));
      show(view, null);
    });
    return button;
  }));
}

function drawFailure(view, error) {
  state.drawn.list = '';
  redraw(list, [section('Inbox', null, choices(view), empty(`It cannot be read just now: ${error.message}`), action('Try again', 'main', 'read-inbox', async () => { await refresh(view); }))]);
}

function drawList(view, found) {
  const now = JSON.stringify([found, state.open, state.filter, Math.floor(Date.now() / 60e3)]);
  if (now === state.drawn.list) return;
  state.drawn.list = now;
  const more = found.next_cursor ? el('p', { class: 'note' }, 'Older threads are not shown: cargo xtask inbox list tells them.') : null;
  redraw(list, [section('Inbox', null, choices(view), found.threads.length
    ? el('ul', { class: 'rows' }, found.threads.map((one) => el('li', {}, opener(view, one))))
    : empty(state.filter ? 'No thread is here.' : 'Nobody waits for an answer.'), more)]);
}

function opener(view, one) {
  const [text, kind] = STATES[one.state] || [one.state, ''];
  const button = el('button', { type: 'button', class: 'opener', 'data-id': one.id, 'data-key': `open ${one.id}`, 'aria-current': one.id === state.open ? 'true' : undefined },
    el('span', { class: 'what' }, el('strong', {}, one.guest || 'A guest'), ' ', badge(text, kind), one.person ? badge(`for ${one.person}`) : null,
      one.reply && BAD.includes(one.reply.standing) ? badge(SENT[one.reply.standing], 'bad') : null,
      el('span', { class: 'preview' }, one.preview ? `${one.preview.from === 'guest' ? '' : 'You: '}${one.preview.text}` : one.subject || ''),
      el('span', { class: 'note' }, [one.asset && view.assetName(one.asset), view.platformName(one.platform), ago(one.last_at)].filter(Boolean).join(' · '))));
  button.addEventListener('click', () => show(view, one.id));
  return button;
}

function back(view) {
  const button = el('button', { type: 'button', class: 'quiet back' }, 'Back to the list');
  button.addEventListener('click', () => show(view, null));
  return button;
}

/** What was written stays at hand, where the thread was seen before. */
function drawUnread(view, error) {
  state.drawn.thread = '';
  const text = error.status === 404 ? 'There is no such thread any more.' : `It cannot be read just now: ${error.message}`;
  redraw(head, [el('section', { class: 'card', 'data-key': 'unread' }, back(view), el('p', { class: 'empty', role: 'alert' }, text),
    action('Try again', 'main', 'read-thread', async () => { await refresh(view); }))]);
}

function drawThread(view, shown) {
  if (!shown) return;
  const isFirst = !state.shown;
  const heard = isFirst ? [] : news(state.shown, shown);
  state.news.push(...heard);
  state.shown = shown;
  const now = JSON.stringify([shown, Math.floor(Date.now() / 60e3)]);
  if (now !== state.drawn.thread) {
    state.drawn.thread = now;
    redraw(head, [el('section', { class: 'card' }, back(view), ...talk(view, shown, state.news))]);
  }
  compose(view, heard.length > 0);
  if (isFirst && document.activeElement?.matches('input, textarea') !== true) head.querySelector('h2').focus({ preventScroll: true });
}

/** What guests wrote since the thread was last shown. */
function news(before, shown) {
  const known = new Set(before.messages.map((message) => message.id));
  return shown.messages.filter((message) => message.from === 'guest' && !known.has(message.id)).map((message) => message.id);
}

/** What is written in is made once for each thread: what is new comes beside it. */
function compose(view, hasNews) {
  const { thread: one } = state.shown;
  const drafted = one.draft ? one.draft.text : '';
  if (composer.firstChild?.dataset.thread !== one.id) composer.replaceChildren(form(view, one.id));
  const [field, label, said, close] = ['textarea', 'label', '.said-new', '.close'].map((name) => composer.querySelector(name));
  // Whoever has written something of their own keeps it.
  if (!typed.has(one.id) && field.value !== drafted) field.value = drafted;
  label.textContent = one.draft ? `Draft by rule ${one.draft.rule}: change it as you like` : 'Your answer';
  if (hasNews && typed.has(one.id)) said.textContent = 'The guest wrote again while you were writing: it is shown above.';
  close.hidden = one.state === 'closed';
}

function form(view, id) {
  const field = el('textarea', { id: 'answer', rows: '5', maxlength: '2000' });
  field.value = typed.get(id) ?? '';
  field.addEventListener('input', () => {
    // What is emptied is the operator's wish, too, until they leave it.
    if (field.value === (state.shown.thread.draft?.text ?? '')) typed.delete(id);
    else typed.set(id, field.value);
  });
  const said = el('p', { class: 'said-new note bad', role: 'alert' });
  const send = action('Send', 'main', `send ${id}`, () => reply(view, id, field, said));
  const close = action('Nothing to do', 'close', `close ${id}`, async () => {
    await told(view, said, post(`inbox/${encodeURIComponent(id)}/close`, seen()));
    typed.delete(id);
    await show(view, null);
    await view.reload();
    return 'Closed. A new message opens it again.';
  });
  return el('section', { class: 'card composer', 'data-thread': id, 'data-key': 'composer' }, el('label', { for: 'answer' }), field, said, el('div', { class: 'actions' }, send, close));
}

/** The newest message that was on the screen: the service refuses an answer to less than all that was written. */
function seen() {
  const last = state.shown.messages.at(-1);
  return last ? { seen: last.id } : {};
}

async function reply(view, id, field, said) {
  const { draft } = state.shown.thread;
  const text = field.value.trim();
  if (!text) {
    toast('Write an answer first.', true);
    field.focus();
    return null;
  }
  const isDraft = draft && text === draft.text.trim();
  await told(view, said, post(`inbox/${encodeURIComponent(id)}/reply`, { ...(!isDraft && { text }), ...(draft && { draft: draft.id }), ...seen() }));
  typed.delete(id);
  field.value = '';
  said.textContent = '';
  state.news = [];
  state.drawn = { list: '', thread: '' };
  await refresh(view);
  await view.reload();
  return 'It is on its way.';
}

/** A thread that has changed is shown as it is now, and the words are kept. */
async function told(view, said, asked) {
  try {
    return await asked;
  } catch (error) {
    if (error.status === 409) {
      await refresh(view);
      said.textContent = `Not done: ${error.message}. What you wrote is kept: read what is new, then try again.`;
    }
    throw error;
  }
}
