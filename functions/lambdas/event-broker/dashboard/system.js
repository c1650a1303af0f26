// Feeds, deployments and the token.

import { badge, el, empty, rows, section } from './dom.js';
import { accept, runSync } from './today.js';
import { ago, day } from './times.js';

const KINDS = { fresh: 'good', stale: 'bad', failing: 'bad', quarantined: 'bad', never: '' };
const OUTCOMES = { healthy: 'good', 'smoke-failed': 'bad', 'rolled-back': 'bad', unreadable: 'bad' };

export function system(view) {
  const feeds = view.only(view.overview.feeds);
  return [
    el('div', { class: 'pile' }, section('Feeds', null, feeds.length
      ? el('ul', { class: 'rows' }, feeds.map((feed) => row(view, feed))) : empty('The manifest has no listings.'),
    el('div', { class: 'actions' }, runSync(view)))),
    el('div', { class: 'pile' }, section('Deployments', null, ...deployments(view.overview)), token(view.overview.token)),
  ];
}

function row(view, feed) {
  return el('li', { class: 'row', 'data-key': `feed ${feed.listing}` },
    el('div', { class: 'what' },
      el('p', { class: 'line' }, el('strong', {}, feed.listing), ' ', badge(feed.state === 'never' ? 'not read yet' : feed.state, KINDS[feed.state])),
      el('p', { class: 'note' }, `${view.assetName(feed.asset)} · `, feed.last_imported ? `last imported ${ago(feed.last_imported)}` : 'never imported'),
      feed.why ? el('p', { class: 'note bad' }, feed.why) : null),
    feed.state === 'quarantined' ? el('div', { class: 'actions' }, accept(view, feed)) : null);
}

function token(token) {
  if (!token) return '';
  return section('Token', null, el('div', { class: 'what' }, el('strong', {}, token.kid),
    el('p', { class: 'note' }, `in use since ${day(token.since, 'UTC')} (${ago(token.since)})`),
    token.ends_at ? el('p', { class: 'note bad' }, `Superseded: it ends on ${day(token.ends_at, 'UTC')}. Sign in with the new one.`) : null));
}

function deployments(overview) {
  if (overview.problems.includes('deployments')) return [empty('What was deployed cannot be read now.')];
  if (!overview.deployments.length) return [empty('No release is recorded yet.')];
  return rows(overview.deployments.map((release) => el('li', { class: 'row' },
    el('div', { class: 'what' },
      el('p', { class: 'line' }, el('strong', {}, release.what || release.id), ' ', badge(release.outcome.replace('-', ' '), OUTCOMES[release.outcome])),
      el('p', { class: 'note' }, [
        release.at && ago(release.at),
        release.commit && `commit ${release.commit.slice(0, 7)}${release.is_dirty ? ' with changes' : ''}`,
        release.by && `by ${release.by}`].filter(Boolean).join(' · '))))));
}
