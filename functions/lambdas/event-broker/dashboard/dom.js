// Elements. Whatever guests, feeds or templates say enters as text, never as markup.

const SVG = 'http://www.w3.org/2000/svg';
const DRAWN = new Set(['svg', 'path', 'rect', 'line', 'text', 'g', 'title']);

export function el(tag, properties = {}, ...children) {
  const node = DRAWN.has(tag) && tag !== 'title' || properties.drawn
    ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false || name === 'drawn') continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'style') for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function section(title, note, ...children) {
  return el('section', { class: 'card' },
    el('div', { class: 'head' }, el('h2', {}, title), note ? el('p', { class: 'note' }, note) : null), ...children);
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
  if (list.length <= most) return some;
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

/** A button that works while its action does, and says what came of it. */
export function action(label, kind, act, done) {
  const button = el('button', { type: 'button', class: kind }, label);
  button.addEventListener('click', async () => {
    button.disabled = true;
    button.setAttribute('aria-busy', 'true');
    try {
      if (await act() !== false) toast(done);
    } catch (error) {
      toast(`That did not work: ${error.message}`, true);
    } finally {
      button.disabled = false;
      button.removeAttribute('aria-busy');
    }
  });
  return button;
}

/** Asks before what cannot be taken back. Resolves to what was written, '' or null. */
export function confirm(title, text, verb, field) {
  const input = field ? el('input', { type: 'text', id: 'dialog-field', maxlength: '200', value: field.value || '' }) : null;
  const dialog = el('dialog', { 'aria-labelledby': 'dialog-title' },
    el('form', { method: 'dialog' },
      el('h2', { id: 'dialog-title' }, title), el('p', {}, text),
      field ? el('label', { for: 'dialog-field' }, field.label) : null, input,
      el('div', { class: 'actions' },
        el('button', { type: 'submit', value: 'no', class: 'quiet' }, 'Cancel'),
        el('button', { type: 'submit', value: 'yes', class: 'main' }, verb))));
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes' ? (input ? input.value.trim() : '') : null);
    });
    dialog.showModal();
    (input || dialog.querySelector('.main')).focus();
  });
}

/** Copies a text, and lets it be marked by hand where that is not allowed. */
export async function copy(text) {
  await navigator.clipboard.writeText(text);
}
