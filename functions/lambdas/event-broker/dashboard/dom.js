// Elements. Whatever guests, feeds or templates say enters as text, never as markup.

import { Gone } from './api.js';

const SVG = 'http://www.w3.org/2000/svg';
const DRAWN = new Set(['svg', 'path', 'rect', 'line', 'text', 'g']);
/** The keys of the buttons whose actions run: drawn anew, they still wait. */
const busy = new Set();

export function el(tag, properties = {}, ...children) {
  const node = DRAWN.has(tag) || properties.drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false || name === 'drawn') continue;
    node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function section(title, note, ...children) {
  return el('section', { class: 'card', 'data-key': title },
    el('div', { class: 'head' }, el('h2', { tabindex: '-1' }, title), note ? el('p', { class: 'note' }, note) : null), ...children);
}

export function empty(text) {
  return el('p', { class: 'empty' }, text);
}

export function badge(text, kind) {
  return el('span', { class: `badge ${kind || ''}` }, text);
}

/** Rows, of which the first are shown at once. */
export function rows(list, most = 4) {
  const some = el('ul', { class: 'rows' }, list.slice(0, most));
  if (list.length <= most) return [some];
  return [some, el('details', { class: 'more' }, el('summary', {}, `Show ${list.length - most} more`), el('ul', { class: 'rows' }, list.slice(most)))];
}

/** Says something to everybody, also to who does not see it. */
export function toast(text, isError = false) {
  const place = document.getElementById('toast');
  place.textContent = text;
  place.className = `toast show${isError ? ' bad' : ''}`;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { place.className = 'toast'; }, isError ? 9000 : 5000);
}

export function hush() {
  clearTimeout(toast.timer);
  const place = document.getElementById('toast');
  place.className = 'toast';
  place.textContent = '';
}

/**
 * A button that works while its action does, and says what came of it: `act` gives the words, or nothing where there are none. It keeps the
 * focus meanwhile, and its key, by which it is found again when the page is drawn anew.
 */
export function action(label, kind, key, act) {
  const button = el('button', { type: 'button', class: kind, 'data-key': key });
  button.append(label);
  setBusy(button, busy.has(key));
  button.addEventListener('click', async () => {
    if (busy.has(key)) return;
    busy.add(key);
    setBusy(button, true);
    try {
      const said = await act();
      if (said) toast(said);
    } catch (error) {
      if (!(error instanceof Gone)) toast(`That did not work: ${error.message}`, true);
    } finally {
      busy.delete(key);
      for (const one of [button, ...document.querySelectorAll('button[aria-busy]')]) if (one.dataset.key === key) setBusy(one, false);
    }
  });
  return button;
}

function setBusy(button, is) {
  for (const name of ['aria-busy', 'aria-disabled']) {
    if (is) button.setAttribute(name, 'true');
    else button.removeAttribute(name);
  }
}

/** What is said of work that was asked for: done, or still under way. */
export function outcome({ isRunning, body }, done) {
  if (isRunning) return 'It still runs: the page shows what comes of it.';
  const hasStopped = (body.assets || []).some((asset) => asset.outcome?.stopped);
  return hasStopped ? `${done} What follows from it stopped halfway: the next run finishes it.` : done;
}

/** Asks before what cannot be taken back. Resolves to what was written, '' or null. */
export function confirm(title, text, verb, field) {
  const input = field ? el('input', { type: 'text', id: 'dialog-field', maxlength: '200', value: field.value || '' }) : null;
  // Enter presses the first button that submits: that is the verb, and not this one.
  const cancel = el('button', { type: 'button', class: 'quiet' }, 'Cancel');
  const dialog = el('dialog', { 'aria-labelledby': 'dialog-title' },
    el('form', { method: 'dialog' },
      el('h2', { id: 'dialog-title' }, title), el('p', {}, text),
      field ? el('label', { for: 'dialog-field' }, field.label) : null, input,
      el('div', { class: 'actions' }, cancel, el('button', { type: 'submit', value: 'yes', class: 'main' }, verb))));
  const before = keyOf(document.activeElement);
  document.body.append(dialog);
  return new Promise((resolve) => {
    cancel.addEventListener('click', () => dialog.close('no'));
    dialog.addEventListener('close', () => {
      dialog.remove();
      focusOn(document.getElementById('main'), before);
      resolve(dialog.returnValue === 'yes' ? (input ? input.value.trim() : '') : null);
    });
    dialog.showModal();
    (input || dialog.querySelector('.main')).focus();
  });
}

/** Copies a text. Only pages that came over a safe way may. */
export async function copy(text) {
  if (!navigator.clipboard) throw new Error('this browser does not copy here. Open the drafted message and mark it.');
  await navigator.clipboard.writeText(text);
}

/** What an element is known by when what is around it has been drawn anew: its own key, or its place among its like in whatever has one. */
export function keyOf(node) {
  if (!node || !node.closest) return null;
  if (node.dataset.key) return node.dataset.key;
  const around = node.parentElement?.closest('[data-key]');
  if (!around) return null;
  return `${around.dataset.key}/${node.localName}/${[...around.querySelectorAll(node.localName)].indexOf(node)}`;
}

function found(place, key) {
  if (!key) return null;
  const own = [...place.querySelectorAll('[data-key]')].find((one) => one.dataset.key === key);
  if (own) return own;
  const [, around, name, index] = key.match(/^(.*)\/([a-z0-9]+)\/(\d+)$/) || [];
  return around === undefined ? null : found(place, around)?.querySelectorAll(name)[index] || null;
}

function focusOn(place, key) {
  const node = found(place, key);
  if (node && document.activeElement !== node) node.focus({ preventScroll: true });
  return Boolean(node);
}

/** Draws a place anew. What was open stays open, what was scrolled stays so, and the focus stays where it was, or near it. */
export function redraw(place, nodes) {
  const had = place.contains(document.activeElement) && document.activeElement !== place;
  const focus = had ? keyOf(document.activeElement) : null;
  const near = had ? keyOf(document.activeElement.closest('section')) : null;
  const open = [...place.querySelectorAll('details[open]')].map(keyOf);
  const scrolled = [...place.querySelectorAll('.scroll')].map((one) => [keyOf(one), one.scrollLeft]);
  place.replaceChildren(...nodes);
  for (const key of open) found(place, key)?.setAttribute('open', '');
  for (const [key, left] of scrolled) {
    const one = found(place, key);
    if (one) one.scrollLeft = left;
  }
  if (!had || focusOn(place, focus)) return;
  const section = found(place, near);
  (section?.querySelector('h2') || place).focus({ preventScroll: true });
}
