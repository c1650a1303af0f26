// What Apps Script gives a script: the services that ours uses, as their reference describes them, and nothing else. There
// is no fetch, no timer and no URL, and a service is refused unless appsscript.json asks for its scope.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

import { exchange } from './network.mjs';

const FOLDER = new URL('../../apps-script/', import.meta.url);
export const SOURCE = readFileSync(new URL('CalendarSync.gs', FOLDER), 'utf8');
export const MANIFEST = JSON.parse(readFileSync(new URL('appsscript.json', FOLDER), 'utf8'));

/** The same as it would be after a way through JSON: what a script makes has prototypes of its own. */
export const plain = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** A project, and all that outlives one execution. */
export class Project {
  /**
   * @param {Object<string, string>} properties The script properties.
   * @param {{timeoutMs: (number|undefined), tookMs: (number|undefined), isPatient: (boolean|undefined),
   *   exchange: (Function|undefined)}=} world How long a request may take, how long each seems to take, whether pauses
   *   are made or pass at once, and what answers requests.
   */
  constructor(properties, world = {}) {
    Object.assign(this, { timeoutMs: 60_000, tookMs: 0, isPatient: false, exchange, ...world });
    this.properties = new Map(Object.entries(properties));
    this.triggers = [];
    this.menus = [];
    this.isLocked = false;
    this.scopes = new Set();
    this.log = [];
  }

  /** @return {!Object} the script's globals in a new execution. */
  execute() {
    this.pausesMs = [];
    this.elapsedMs = 0;
    const globals = vm.createContext({
      console: this.console(),
      LockService: this.lockService(),
      PropertiesService: this.propertiesService(),
      ScriptApp: this.scriptApp(() => globals),
      SpreadsheetApp: this.spreadsheetApp(() => globals),
      UrlFetchApp: { fetch: (url, options) => this.fetch(url, options) },
      Utilities: this.utilities(),
    });
    const clock = vm.runInContext('Date', globals);
    const began = clock.now();
    // What passes at once must still show.
    clock.now = () => (this.isPatient ? Date.now() : began + this.elapsedMs);
    vm.runInContext(SOURCE, globals, { filename: 'CalendarSync.gs' });
    return globals;
  }

  /** Calls a function of the script in an execution of its own. */
  run(name, ...inputs) {
    return plain(this.execute()[name](...inputs));
  }

  /** What a function throws. */
  failure(name, ...inputs) {
    try {
      this.run(name, ...inputs);
    } catch (error) {
      assert.equal(error.name, 'LandfallError', error.stack);
      return error;
    }
    return assert.fail(`${name} did not fail`);
  }

  status() {
    return JSON.parse(this.properties.get('LANDFALL_STATUS'));
  }

  /** Lines of a level of the log. */
  logged(level) {
    return this.log.filter((line) => line.startsWith(`${level}: `)).map((line) => line.slice(level.length + 2));
  }

  needs(scope, call) {
    const name = `https://www.googleapis.com/auth/${scope}`;
    this.scopes.add(name);
    if (!MANIFEST.oauthScopes.includes(name)) {
      throw new Error(`Specified permissions are not sufficient to call ${call}. Required permissions: ${name}`);
    }
  }

  console() {
    const writes = (level) => (text) => this.log.push(`${level}: ${text}`);
    return { log: writes('log'), info: writes('info'), warn: writes('warn'), error: writes('error') };
  }

  lockService() {
    let isOurs = false;
    const take = () => {
      isOurs = isOurs || !this.isLocked;
      this.isLocked = true;
      return isOurs;
    };
    const lock = {
      tryLock: take,
      waitLock() {
        if (!take()) {
          throw new Error('Lock timeout: another process was holding the lock for too long.');
        }
      },
      releaseLock: () => {
        this.isLocked = this.isLocked && !isOurs;
        isOurs = false;
      },
    };
    return { getScriptLock: () => lock };
  }

  propertiesService() {
    const { properties } = this;
    const store = {
      getProperty: (name) => (properties.has(name) ? properties.get(name) : null),
      getProperties: () => Object.fromEntries(properties),
      setProperty(name, value) {
        assert.equal(typeof value, 'string');
        assert.ok(Buffer.byteLength(value) <= 9 * 1024, 'a property holds 9 kB');
        properties.set(name, value);
      },
    };
    return { getScriptProperties: () => store };
  }

  scriptApp(globals) {
    const permitted = (call) => this.needs('script.scriptapp', `ScriptApp.${call}`);
    const added = (name, minutes) => {
      assert.equal(typeof globals()[name], 'function');
      assert.ok([1, 5, 10, 15, 30].includes(minutes), `${minutes} minutes`);
      const trigger = { minutes, getHandlerFunction: () => name };
      this.triggers.push(trigger);
      return trigger;
    };
    const builder = (name) => ({
      timeBased: () => ({ everyMinutes: (minutes) => ({ create: () => added(name, minutes) }) }),
    });
    return {
      getProjectTriggers: () => (permitted('getProjectTriggers'), [...this.triggers]),
      newTrigger: (name) => (permitted('newTrigger'), builder(name)),
      deleteTrigger: (trigger) => {
        permitted('deleteTrigger');
        this.triggers = this.triggers.filter((other) => other !== trigger);
      },
    };
  }

  /** A menu needs no scope; anything that shows a page would. */
  spreadsheetApp(globals) {
    const createMenu = (title) => {
      const items = [];
      const menu = {
        addItem(caption, name) {
          assert.equal(typeof globals()[name], 'function');
          items.push({ caption, name });
          return menu;
        },
        addToUi: () => this.menus.push({ title, items }),
      };
      return menu;
    };
    return { getUi: () => ({ createMenu }) };
  }

  utilities() {
    return {
      getUuid: () => randomUUID(),
      sleep: (ms) => {
        assert.ok(Number.isInteger(ms) && ms >= 0 && ms <= 300_000, `${ms} ms`);
        this.pausesMs.push(ms);
        this.elapsedMs += ms;
        if (this.isPatient) {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
        }
      },
    };
  }

  fetch(url, options) {
    this.needs('script.external_request', 'UrlFetchApp.fetch');
    const {
      method = 'get',
      headers = {},
      payload,
      contentType,
      muteHttpExceptions,
      followRedirects,
      ...rest
    } = options;
    assert.deepEqual(Object.keys(rest), [], 'an option that Apps Script does not know');
    assert.ok(url.length <= 2048, 'an address that Apps Script does not send');
    for (const [name, value] of Object.entries(headers)) {
      if (!/^[\x20-\x7e]*$/.test(value)) {
        throw new Error(`Attribute provided with invalid value: Header:${name}: ${value}`);
      }
    }
    const sent = {
      url,
      method: method.toUpperCase(),
      headers: { ...headers },
      body: payload,
      timeoutMs: this.timeoutMs,
    };
    if (payload !== undefined) {
      sent.headers['Content-Type'] = contentType || 'application/x-www-form-urlencoded';
      sent.headers['Content-Length'] = Buffer.byteLength(payload);
    }
    const answer = this.exchange(sent);
    this.elapsedMs += this.tookMs;
    if (answer.error !== undefined) {
      throw new Error(`${answer.error}: ${url}`);
    }
    if (followRedirects !== false && answer.headers.Location) {
      return this.fetch(new URL(answer.headers.Location, url).href, options);
    }
    if (!muteHttpExceptions && answer.status >= 400) {
      throw new Error(`Request failed for ${url} returned code ${answer.status}`);
    }
    return {
      getResponseCode: () => answer.status,
      getHeaders: () => answer.headers,
      getContentText: () => answer.text,
    };
  }
}
