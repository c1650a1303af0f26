/**
 * @fileoverview Landfall's client for Google Apps Script. Every 15 minutes it has the API synchronise calendars and
 * platforms, and keeps how that went in the script's properties. What belongs into Google Calendar the server writes
 * there itself: this script has no right to a calendar, a mailbox or a file.
 *
 * To set it up, put this file and appsscript.json into a project (of its own, or a Sheet's), add the script properties
 *
 *   LANDFALL_ENDPOINT   the API's address: `cargo xtask outputs`, ApiUrl
 *   LANDFALL_TOKEN      the dashboard token: `cargo xtask token show`
 *   LANDFALL_SITE       optional: the site whose calendar is read
 *   LANDFALL_ASSET      optional: the asset whose calendar is read
 *
 * under Project Settings, and run `setUp`. LANDFALL_STATUS is the script's own; `getStatus` reads it. A function whose
 * name ends in an underscore cannot be called from outside.
 */

/** How often the trigger fires. Apps Script offers 1, 5, 10, 15 and 30 minutes. */
const EVERY_MINUTES = 15;
/** No request begins later than this after the execution did: Apps Script ends one after 6 minutes, and a request
 * that hangs after 1. */
const LAST_START_MS = 4.5 * 60 * 1000;
/** How often one request is sent, the first time included. */
const MAX_ATTEMPTS = 6;
/** One request is waited for no longer than this, its answers' own times aside: somebody may sit before it. */
const LONGEST_WAIT_MS = 100 * 1000;
const FIRST_PAUSE_MS = 1000;
/** A script property holds 9 kB at most. */
const MAX_ERROR_CHARS = 1000;
const MAX_WARNINGS = 20;
const MAX_WARNING_CHARS = 200;
/** Apps Script evaluates a project's files anew for each execution. */
const STARTED_MS = Date.now();

/**
 * Checks the script properties by asking the API, and installs the 15-minute trigger of `sync` unless it is there.
 *
 * @return {string} what is set up, in words.
 * @throws {LandfallError} which property is missing or wrong, or what the API said.
 */
function setUp() {
  const api = connect_();
  const caller = call_(api, { method: 'get', path: '/auth/check' }).body;
  // A page of one: it names a site or an asset that does not exist.
  call_(api, { method: 'get', path: '/calendar/events', query: { ...whose_(api, {}), limit: 1 } });
  const lock = LockService.getScriptLock();
  // Two that run at once would each install a trigger.
  lock.waitLock(30 * 1000);
  try {
    installTrigger_();
  } finally {
    lock.releaseLock();
  }
  const ready = `Landfall is set up: token ${caller.kid}, sync every ${EVERY_MINUTES} minutes`;
  console.info(ready);
  return ready;
}

/**
 * Has the API synchronise, reads the calendar and what is in conflict, and keeps the status. The trigger calls it.
 * While another run is at work it does nothing.
 *
 * @return {?Object} the status that is kept, as `getStatus` reads it; null when another run is at work.
 * @throws {LandfallError} when it failed, so that Apps Script mails the owner of the trigger. The status tells it too.
 */
function sync() {
  const lock = LockService.getScriptLock();
  if (!lock.tryLock(0)) {
    console.info('Landfall: another run is at work');
    return null;
  }
  try {
    return run_();
  } finally {
    lock.releaseLock();
  }
}

/**
 * What the last run left.
 *
 * @return {?{ran_at: string, took_ms: number, outcome: string, succeeded_at: ?string, writes: ?number,
 *   conflicts: ?number, tasks: ?number, events: ?number, warnings: !Array<string>, token_ends_at: ?string,
 *   error: ?string}} null before the first run. Instants are RFC 3339. The outcome is `done`; `running` when the server
 *   goes on by itself; `busy` when it begins anew after a run that was at work already; `stopped` when its next run has
 *   to finish something; or `failed`, with the error. `succeeded_at` is the last run that did not fail.
 */
function getStatus() {
  const text = PropertiesService.getScriptProperties().getProperty('LANDFALL_STATUS');
  const status = text === null ? undefined : parsed_(text);
  return status === undefined ? null : status;
}

/**
 * Lists own events and the platforms' bookings, all pages.
 *
 * @param {{site: (string|undefined), asset: (string|undefined), from: (string|Date|undefined),
 *   to: (string|Date|undefined)}=} query Which, and over which time. Without site and asset: those of the script
 *   properties. Without from and to: the next 30 days.
 * @return {{events: !Array<Object>, sources: !Array<Object>}} the events by start, and how the reading of each
 *   listing's feed went: what a feed that was not read would say is missing among the events.
 * @throws {LandfallError} what the API said.
 */
function listEvents(query) {
  const api = connect_();
  const { items, sources } = list_(api, '/calendar/events', whose_(api, query), 'events');
  return { events: items, sources };
}

/**
 * Lists what the platforms' feeds say, all pages.
 *
 * @param {{platform: (string|undefined), site: (string|undefined), asset: (string|undefined),
 *   from: (string|Date|undefined), to: (string|Date|undefined), status: (string|undefined)}=} query Which, and over
 *   which time; see `listEvents`. The status is `confirmed`, `tentative` or `cancelled`.
 * @return {{bookings: !Array<Object>, sources: !Array<Object>}} the bookings by start; see `listEvents`.
 * @throws {LandfallError} what the API said.
 */
function listBookings(query) {
  const api = connect_();
  const { items, sources } = list_(api, '/platforms/bookings', whose_(api, query), 'bookings');
  return { bookings: items, sources };
}

/**
 * Adds one event unless it conflicts.
 *
 * @param {{asset: (string|undefined), title: string, start: (string|Date), end: (string|Date),
 *   kind: (string|undefined), accept_unchecked: (boolean|undefined)}} event The event. Without an asset: the script
 *   properties' one. The kind is `booking` (the default) or `block`.
 * @param {string=} key An Idempotency-Key: for 24 hours, the same event with the same key is added once. Without it,
 *   each call is another one.
 * @return {{event: Object, unchecked: !Array<Object>}} the event as it was added.
 * @throws {LandfallError} what the API said. For a conflict its message says what is in the way by kind and time, and
 *   its `problem.conflicts` all that is known, with guests' names.
 */
function addEvent(event, key) {
  const api = connect_();
  const body = { ...(api.asset === null ? {} : { asset: api.asset }), ...event };
  return call_(api, { method: 'post', path: '/calendar/add-event', body, key: key || Utilities.getUuid() }).body;
}

/** Adds a menu to the Sheet that the script belongs to, when it is opened. */
function onOpen() {
  const menu = SpreadsheetApp.getUi().createMenu('Landfall');
  menu.addItem('Synchronise now', 'sync').addItem('Set up', 'setUp').addToUi();
}

/** What went wrong, in words for whoever reads the log: neither the token nor a guest's name is among them. */
class LandfallError extends Error {
  constructor(message, { status = null, problem = null, isTransient = false, retryAfterMs = null } = {}) {
    super(message);
    this.name = 'LandfallError';
    /** The HTTP status; null when there was no answer. */
    this.status = status;
    /** The API's problem details (RFC 9457), if it sent any. */
    this.problem = problem;
    /** Whether the same request may be answered later. */
    this.isTransient = isTransient;
    /** How long the API asked to wait; null when it did not say. */
    this.retryAfterMs = retryAfterMs;
  }
}

function installTrigger_() {
  const [, ...surplus] = ScriptApp.getProjectTriggers().filter((one) => one.getHandlerFunction() === 'sync');
  surplus.forEach((trigger) => ScriptApp.deleteTrigger(trigger));
  if (!ScriptApp.getProjectTriggers().some((one) => one.getHandlerFunction() === 'sync')) {
    ScriptApp.newTrigger('sync').timeBased().everyMinutes(EVERY_MINUTES).create();
  }
}

/** One run, with its status kept however it ends. */
function run_() {
  const before = getStatus();
  const status = {
    ran_at: new Date(STARTED_MS).toISOString(),
    took_ms: 0,
    outcome: 'failed',
    succeeded_at: before === null ? null : before.succeeded_at,
    writes: null,
    conflicts: null,
    tasks: null,
    events: null,
    warnings: [],
    token_ends_at: null,
    error: null,
  };
  let api = null;
  try {
    api = connect_();
    Object.assign(status, synchronise_(api));
    status.succeeded_at = status.ran_at;
    status.warnings.forEach((warning) => console.warn(`Landfall: ${warning}`));
  } catch (error) {
    status.error = error.message.slice(0, MAX_ERROR_CHARS);
    throw error;
  } finally {
    status.took_ms = Date.now() - STARTED_MS;
    status.token_ends_at = api === null ? null : api.tokenEndsAt;
    PropertiesService.getScriptProperties().setProperty('LANDFALL_STATUS', JSON.stringify(status));
  }
  return status;
}

function synchronise_(api) {
  const { outcome, assets } = synced_(api);
  const pages = pages_(api, '/conflicts', {}, 'conflicts');
  const { items, sources } = list_(api, '/calendar/events', whose_(api, {}), 'events');
  const unread = sources
    .filter(isPartial_)
    .map(({ listing, status, error }) => `${listing}: not read whole: ${error || status}`);
  const warnings = [...assets.flatMap(warningsOf_), ...unread].slice(0, MAX_WARNINGS);
  return {
    outcome,
    writes: assets.length === 0 ? null : assets.reduce((sum, asset) => sum + writesOf_(asset), 0),
    conflicts: pages.flatMap((page) => page.conflicts).length,
    tasks: pages.flatMap((page) => page.tasks || []).length,
    events: items.length,
    warnings: warnings.map((warning) => warning.slice(0, MAX_WARNING_CHARS)),
  };
}

/** Has everything synchronised: how that ended, and for each asset what was done. */
function synced_(api) {
  let answer;
  try {
    answer = call_(api, { method: 'post', path: '/platforms/sync', body: {}, key: Utilities.getUuid() });
  } catch (error) {
    // A run that is at work starts over when it ends, so that this request is not lost.
    if (error.status === 409) {
      return { outcome: 'busy', assets: [] };
    }
    throw error;
  }
  // 202: the server goes on by itself, and cannot tell yet what it does.
  if (answer.status === 202) {
    return { outcome: 'running', assets: [] };
  }
  const assets = listOf_(answer.body, 'assets');
  const isAny = (name) => assets.some((asset) => name in asOutcome_(asset.outcome));
  return { outcome: ['stopped', 'busy'].find(isAny) || 'done', assets };
}

/** `"busy"` and `{"done": {"writes": 1}}` are how the API writes an outcome without and with facts. */
function asOutcome_(outcome) {
  return typeof outcome === 'string' ? { [outcome]: {} } : outcome;
}

function writesOf_({ outcome }) {
  return Object.values(asOutcome_(outcome)).reduce((sum, { writes = 0 }) => sum + writes, 0);
}

function warningsOf_({ asset, outcome, feeds = [] }) {
  const { stopped } = asOutcome_(outcome);
  const said = stopped === undefined ? [] : [`${asset}: stopped: ${stopped.reason}`];
  for (const { listing, failure, quarantine, is_stale, last_imported } of feeds) {
    if (quarantine) {
      said.push(`${listing}: quarantined: ${quarantine}`);
    } else if (failure || is_stale) {
      said.push(`${listing}: ${failure || 'stale'}, last imported ${last_imported || 'never'}`);
    }
  }
  return said;
}

/** @return what the script properties say of the API, and what its answers have said of the token so far. */
function connect_() {
  const properties = PropertiesService.getScriptProperties().getProperties();
  const text = (name) => (properties[name] || '').trim();
  const endpoint = text('LANDFALL_ENDPOINT').replace(/\/+$/, '');
  const token = text('LANDFALL_TOKEN');
  const faults = [];
  // The token travels with each request: in the clear only on the machine itself, to the local stage.
  if (!/^(https:\/\/[^\s\/?#@]+|http:\/\/(127\.0\.0\.1|([\w-]+\.)*localhost)(:\d+)?)(\/[^\s?#]*)?$/.test(endpoint)) {
    faults.push("LANDFALL_ENDPOINT must be the API's https address");
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    faults.push('LANDFALL_TOKEN must be the dashboard token');
  }
  if (faults.length > 0) {
    throw new LandfallError(`script properties are missing or wrong: ${faults.join('; ')}`);
  }
  const site = text('LANDFALL_SITE') || null;
  return { endpoint, token, site, asset: text('LANDFALL_ASSET') || null, tokenEndsAt: null };
}

/** The query, for the script properties' site and asset unless it names either. */
function whose_({ site, asset }, query) {
  const asked = query || {};
  return asked.site || asked.asset ? asked : { ...asked, site, asset };
}

/** All items of a list, and of each source the worst that was told of it on any page. */
function list_(api, path, query, name) {
  const pages = pages_(api, path, query, name);
  const sources = new Map();
  for (const source of pages.flatMap((page) => page.sources || [])) {
    const known = sources.get(source.listing);
    sources.set(source.listing, known !== undefined && isPartial_(known) ? known : source);
  }
  return { items: pages.flatMap((page) => page[name]), sources: [...sources.values()] };
}

function isPartial_(source) {
  return source.status === 'incomplete' || source.status === 'error';
}

function pages_(api, path, query, name) {
  const pages = [];
  const seen = new Set();
  let asked = query;
  for (;;) {
    const page = call_(api, { method: 'get', path, query: asked }).body;
    listOf_(page, name);
    pages.push(page);
    const cursor = page.next_cursor;
    if (!cursor) {
      return pages;
    }
    if (seen.has(cursor)) {
      throw new LandfallError(`${path} goes in circles`);
    }
    seen.add(cursor);
    // The cursor carries the window, and an address holds 2 kB at most.
    const { from, to, ...rest } = query;
    asked = { ...rest, cursor };
  }
}

function listOf_(body, name) {
  if (!Array.isArray(body[name])) {
    throw new LandfallError(`the answer has no ${name}`);
  }
  return body[name];
}

/** Sends a request until it is answered, its attempts are used up, or the execution has no time for another. */
function call_(api, request) {
  const what = `${request.method.toUpperCase()} ${request.path}`;
  let failure = null;
  let waitedMs = 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const pauseMs = failure === null ? 0 : pauseMs_(attempt, failure.retryAfterMs);
    waitedMs += pauseMs;
    if (waitedMs > LONGEST_WAIT_MS) {
      throw failure;
    }
    if (Date.now() + pauseMs > STARTED_MS + LAST_START_MS) {
      const last = failure === null ? '' : ` after: ${failure.message}`;
      throw new LandfallError(`this run has no time left for ${what}${last}`, failure || {});
    }
    if (failure !== null) {
      Utilities.sleep(pauseMs);
    }
    const answer = send_(api, request, what);
    if (!(answer instanceof LandfallError)) {
      return answer;
    }
    if (!answer.isTransient) {
      throw answer;
    }
    failure = answer;
  }
  throw failure;
}

/** A pause that grows and differs between clients, or the one that was asked for and a little more. */
function pauseMs_(attempt, retryAfterMs) {
  const jitter = Math.random();
  if (retryAfterMs !== null) {
    return Math.ceil(retryAfterMs + jitter * FIRST_PAUSE_MS);
  }
  return Math.ceil((FIRST_PAUSE_MS * 2 ** (attempt - 1) * (1 + jitter)) / 2);
}

/** @return the answer's status and body, or a LandfallError. */
function send_(api, { method, path, query = {}, body, key }, what) {
  const headers = { Authorization: `Bearer ${api.token}`, Accept: 'application/json' };
  if (key) {
    headers['Idempotency-Key'] = key;
  }
  // A redirect would carry the token to wherever it points.
  const options = { method, headers, muteHttpExceptions: true, followRedirects: false };
  if (body !== undefined) {
    Object.assign(options, { contentType: 'application/json', payload: JSON.stringify(body) });
  }
  let response;
  try {
    response = UrlFetchApp.fetch(api.endpoint + path + asQuery_(query), options);
  } catch (error) {
    return new LandfallError(`${what} was not answered: ${withoutToken_(api, error.message)}`, { isTransient: true });
  }
  return read_(api, response, what);
}

function asQuery_(query) {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const asText = (value) => (typeof value.toISOString === 'function' ? value.toISOString() : String(value));
  const encoded = pairs.map((pair) => pair.map((one) => encodeURIComponent(asText(one))).join('='));
  return encoded.length === 0 ? '' : `?${encoded.join('&')}`;
}

function read_(api, response, what) {
  const status = response.getResponseCode();
  const headers = {};
  // Gateways write a header's name in their own ways.
  for (const [name, value] of Object.entries(response.getHeaders())) {
    headers[name.toLowerCase()] = value;
  }
  noteSunset_(api, headers.sunset);
  const text = response.getContentText();
  const body = parsed_(text);
  if (status >= 300 && status < 400) {
    const reason = `${what} was redirected (${status}): LANDFALL_ENDPOINT must be the API itself`;
    return new LandfallError(reason, { status });
  }
  if (status >= 400) {
    const isTransient = status === 429 || status >= 500;
    const facts = { status, problem: body || null, isTransient, retryAfterMs: retryAfterMs_(headers['retry-after']) };
    return new LandfallError(withoutToken_(api, described_(status, body || {}, what)), facts);
  }
  if (body === undefined) {
    return new LandfallError(
      `${what} was answered by what is no JSON object (${status}, ${text.length} characters)`,
      {
        status,
        isTransient: true,
      },
    );
  }
  return { status, body };
}

/** Whoever answers may repeat what it was sent. */
function withoutToken_(api, text) {
  return text.split(api.token).join('(the token)');
}

/** Says once in an execution that the token has been superseded, and until when it is accepted. */
function noteSunset_(api, sunset) {
  if (!sunset || api.tokenEndsAt !== null) {
    return;
  }
  const end = new Date(sunset);
  api.tokenEndsAt = Number.isNaN(end.getTime()) ? String(sunset) : end.toISOString();
  console.warn(
    `Landfall: the token in LANDFALL_TOKEN has been superseded and ends at ${api.tokenEndsAt}: ` +
      'replace it by the one that `cargo xtask token show` tells',
  );
}

/** @return the JSON object; undefined when the text is none. */
function parsed_(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    return undefined;
  }
}

/** Retry-After as milliseconds: it is seconds, or a date. */
function retryAfterMs_(text) {
  if (text === undefined) {
    return null;
  }
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : new Date(text).getTime() - Date.now();
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}

/** A problem in words: its title and detail, and a line for each thing that it names. */
function described_(status, problem, what) {
  const title = problem.title || problem.message || 'the API gave no reason';
  const first = `${title}${problem.detail ? `: ${problem.detail}` : ''} (${status}, ${what})`;
  const lines = [
    ...(problem.errors || []).map(({ field, message }) => `${field} ${message}`),
    ...(problem.conflicts || []).map(
      ({ kind, listing, start, end, cause }) => `${kind} of ${listing || 'your own'}, ${start} to ${end} (${cause})`,
    ),
    ...(problem.unchecked || []).map(
      ({ listing, status: how, error }) => `${listing} could not be read: ${error || how}`,
    ),
  ];
  if (status === 401) {
    lines.push('LANDFALL_TOKEN must be what `cargo xtask token show` tells');
  }
  return [first, ...lines].join('\n- ');
}
