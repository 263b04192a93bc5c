// The recipes of the IIIF Cookbook, as they are after an import, with pictures of ours in place of theirs. Sounds, films and what else lies
// elsewhere is not fetched, so all that must hold is that a viewer opens them, says what they are, and does not break.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { cookbook } from './catalogue.js';
import { COLOURS } from './pictures.js';
import { TOLERATED } from './view.js';

/** Complaints about sounds and films that do not come, and what Mirador says of its own element for them. */
const ELSEWHERE = [/net::ERR_NAME_NOT_RESOLVED/, /Each child in a list should have a unique "key"[^]*render method of `(video|audio)`/];

/** Imports them, and gives the trials of each in each version. */
export async function importCookbook(service) {
  const trials = [];
  for (const [name, document] of cookbook()) {
    const id = `cookbook-${name.replace('.json', '').replaceAll('/', '-')}`;
    // Two of them say they are the same; here they are two.
    const uri = '@id' in document ? '@id' : 'id';
    await service.send('POST', '/api/v1/imports', { id, status: 'published', document: { ...ours(document, service.base), [uri]: `https://recipes.example/${id}` } });
    const { label } = await service.json(`/manifests/${id}`);
    trials.push({ item: id, recipe: true, labels: Object.values(label).flat() });
  }
  return trials;
}

/** The same with pictures of ours wherever there is one, a different one for each of them as long as there are enough. */
function ours(document, base) {
  const known = new Map();
  const picture = (id) => {
    const name = id.replace(/\/(full|square|\d+,\d+,\d+,\d+)\/[^/]+\/[^/]+\/[^/]+$/, '');
    if (!known.has(name)) known.set(name, Object.keys(COLOURS)[known.size % Object.keys(COLOURS).length]);
    return `pages%2F${known.get(name)}`;
  };
  return replaced(document, (object, id, type) => {
    if (['Image', 'dctypes:Image'].includes(type)) return `${base}/iiif/2/${picture(id)}/full/full/0/default.jpg`;
    const version = `${type} ${object['@context']}`.match(/(?:ImageService|api\/image\/)([23])/)?.[1];
    return version ? `${base}/iiif/${version}/${picture(id)}` : id;
  });
}

/** A copy in which every object with an id has the one that `renamed` gives it. */
function replaced(value, renamed) {
  if (Array.isArray(value)) return value.map((one) => replaced(one, renamed));
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, renamed)]));
  const name = '@id' in copy ? '@id' : 'id';
  if (typeof copy[name] === 'string') copy[name] = renamed(copy, copy[name], copy.type ?? copy['@type']);
  return copy;
}

/** Whether a viewer with a recipe open is still well. */
export async function survives(view, labels) {
  await view.readsOne(labels);
  await sleep(500);
  const text = await view.page.evaluate(() => document.body.innerText);
  assert.ok(!/an error occurred|technical details|no dataUri/i.test(text), 'the viewer shows an error');
  assert.deepEqual(view.watched.refused(), [], 'refused by the service');
  const complaints = view.watched.errors.filter((error) => ![...TOLERATED, ...ELSEWHERE].some((one) => one.test(error)));
  assert.deepEqual(complaints, [], 'errors in the page');
}
