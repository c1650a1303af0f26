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

export function span(entry, zone) {
  const [start, end] = [day(entry.start, zone), day(entry.end, zone)];
  const last = end === start ? '' : `${end}, `;
  return `${start}, ${clock(entry.start, zone)} – ${last}${clock(entry.end, zone)}`;
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
