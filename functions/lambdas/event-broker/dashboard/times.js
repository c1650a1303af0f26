// Times as people at the site say them.

const formats = new Map();

function format(zone, options) {
  const key = `${zone} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(undefined, { timeZone: zone, ...options }));
  return formats.get(key);
}

export function clock(text, zone) {
  return format(zone, { hour: 'numeric', minute: '2-digit' }).format(new Date(text));
}

export function day(text, zone) {
  return format(zone, { weekday: 'short', month: 'short', day: 'numeric' }).format(new Date(text));
}

/** A day's own name: the same for every instant of it at the site. */
export function dayKey(at, zone) {
  const parts = format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date(at));
  const of = (type) => parts.find((part) => part.type === type).value;
  return `${of('year')}-${of('month')}-${of('day')}`;
}

/** So many days later in the calendar: a day of 23 or 25 hours is one like every other. */
export function later(key, days) {
  const at = new Date(`${key}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** A day's name by parts, such as its weekday. */
export function ofDay(key, options) {
  return format('UTC', options).format(new Date(`${key}T12:00:00Z`));
}

export function isWeekend(key) {
  return [0, 6].includes(new Date(`${key}T12:00:00Z`).getUTCDay());
}

/** The days of [first, last] that an entry touches at its site. */
export function daysOf(entry, zone, first, last) {
  const from = dayKey(entry.start, zone);
  const to = dayKey(Math.max(new Date(entry.end) - 1, new Date(entry.start)), zone);
  const days = [];
  for (let key = from > first ? from : first; key <= to && key <= last; key = later(key, 1)) days.push(key);
  return days;
}

export function span(entry, zone) {
  const options = { weekday: 'short', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' };
  return format(zone, options).formatRange(new Date(entry.start), new Date(entry.end)).replaceAll(':00', '');
}

export function ago(text, now = Date.now()) {
  return apart((now - new Date(text).getTime()) / 60000, 'ago');
}

export function until(text, now = Date.now()) {
  const minutes = (new Date(text).getTime() - now) / 60000;
  return minutes < 0 ? 'overdue' : `${apart(minutes, 'left')}`;
}

function apart(minutes, word) {
  if (minutes < 1) return word === 'ago' ? 'just now' : 'under a minute left';
  if (minutes < 60) return `${Math.floor(minutes)} min ${word}`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${word}`;
  return `${Math.floor(minutes / 1440)} days ${word}`;
}
