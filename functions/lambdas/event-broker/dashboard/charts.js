// Charts: drawn from numbers, and told in words to who does not see them.

import { el } from './dom.js';

const [WIDTH, HEIGHT, GAP] = [600, 160, 8];

/** A column for each name, in their order. There is less room above it than in what is told of it. */
export function columns(title, names, values, words, short = words) {
  const of = (name) => values.get(name) || 0;
  const most = Math.max(...names.map(of), 1);
  const step = WIDTH / names.length;
  const drawn = names.map((name, index) => {
    const tall = (of(name) / most) * (HEIGHT - 44);
    const x = index * step;
    const middle = String(x + step / 2);
    return el('g', {},
      el('rect', { class: 'column', x: String(x + GAP / 2), y: String(HEIGHT - 18 - tall), width: String(step - GAP), height: String(tall), rx: '3' },
        el('title', { drawn: true }, `${name}: ${words(of(name))}`)),
      el('text', { x: middle, y: String(HEIGHT - 4), class: 'tick' }, name.slice(5)),
      of(name) ? el('text', { x: middle, y: String(HEIGHT - 22 - tall), class: 'value' }, short(of(name))) : null);
  });
  const said = names.map((name) => `${name} ${words(of(name))}`).join(', ');
  return el('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${title}: ${said}` }, drawn);
}

/** A bar for each name, the longest first. */
export function bars(values) {
  const list = [...values].sort(([, a], [, b]) => b - a);
  return list.length ? stack(list, Math.max(...list.map(([, value]) => value), 1)) : null;
}

/** What became of those who came, step by step. */
export function funnel(steps) {
  const most = Math.max(...steps.map(([, value]) => value), 1);
  return steps.some(([, value]) => value) ? stack(steps, most) : null;
}

function stack(list, most) {
  return el('ul', { class: 'bars' }, list.map(([name, value]) => el('li', {}, el('span', {}, name),
    el('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, el('rect', { class: 'column', x: '0', y: '0', height: '10', width: String((value / most) * 100) })),
    el('b', {}, String(value)))));
}
