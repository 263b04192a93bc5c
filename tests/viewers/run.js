// Opens what the service publishes in Mirador and Universal Viewer. See README.md.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { servePages, startBrowser } from './browser.js';
import { fill } from './catalogue.js';
import { importCookbook, survives } from './cookbook.js';
import { Service } from './service.js';
import { KNOWN, TRIALS } from './trials.js';
import { View } from './view.js';

const ROOT = join(import.meta.dirname, '../..');
const { values: options } = parseArgs({
  options: {
    program: { type: 'string', default: join(ROOT, 'target/release/triptych') },
    browser: { type: 'string', default: ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync) },
    screenshots: { type: 'string', default: join(ROOT, 'target/viewers') },
    // Parts of names of trials, with commas between them.
    only: { type: 'string', default: '' },
    lanes: { type: 'string', default: '3' },
  },
});

/** Every item in both versions in both viewers. */
function runs(trials) {
  const all = trials.flatMap((trial) => ['mirador', 'uv'].flatMap((viewer) => [3, 2].map((version) => ({ trial, viewer, version }))));
  return all.map((run) => ({ ...run, name: `${run.trial.item}-${run.viewer}-${run.version}` }));
}

async function attempt(world, { trial, viewer, version, name }) {
  const { base } = world.service;
  const url = trial.url?.(base, version) ?? `${base}/manifests/${trial.item}${version === 2 ? '/v2' : ''}`;
  const { [viewer]: own, ...common } = trial;
  const expected = { ...common, ...own };
  const view = await View.open(world, viewer, url, expected.settings);
  try {
    await (trial.recipe ? survives(view, trial.labels) : meets(view, expected));
    if (!trial.recipe) await view.photograph(options.screenshots, name);
    return null;
  } catch (error) {
    await view.photograph(options.screenshots, name);
    return `${error.message}\n${view.watched.errors.join('\n')}`;
  } finally {
    await view.close();
  }
}

async function meets(view, expected) {
  await expected.before?.(view);
  if (expected.colours) await view.sees(expected.colours);
  if (expected.texts) await view.reads(expected.texts);
  if (!expected.pixelless) await view.hasTiles();
  await expected.then?.(view);
  view.isWell();
}

async function lane(world, queue, failures) {
  for (let run = queue.shift(); run; run = queue.shift()) {
    const start = Date.now();
    const [word, failure] = judged(run.name, await attempt(world, run).catch((error) => error.stack));
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    console.log(`${word} ${run.name} (${seconds} s)${failure ? `\n${failure.replace(/^/gm, '    ')}` : ''}`);
    if (word === 'FAILED') failures.push(run.name);
  }
}

/** How a trial is named that ended so: what fails as it is known to is no failure. */
function judged(name, failure) {
  const reason = KNOWN[name];
  if (reason) return failure ? ['known ', reason] : ['FAILED', 'this is known to fail, but does not'];
  return failure ? ['FAILED', failure] : ['ok    ', null];
}

async function main() {
  rmSync(options.screenshots, { recursive: true, force: true });
  const closing = [];
  const failures = [];
  try {
    const service = await Service.start(options.program);
    closing.push(() => service.stop());
    const server = await servePages();
    closing.push(() => server.close());
    await fill(service);
    const trials = [...TRIALS, ...(await importCookbook(service))];
    const browser = await startBrowser(options.browser);
    closing.push(() => browser.close());
    const world = { service, context: browser.context, pages: `http://127.0.0.1:${server.address().port}` };
    const queue = runs(trials).filter(({ name }) => options.only.split(',').some((one) => name.includes(one)));
    const count = queue.length;
    await Promise.all(Array.from({ length: Number(options.lanes) }, () => lane(world, queue, failures)));
    console.log(failures.length ? `${failures.length} of ${count} failed: ${failures.join(' ')}` : `all ${count} are as they should be`);
  } finally {
    for (const close of closing.reverse()) await close();
  }
  process.exitCode = failures.length ? 1 : 0;
}

await main();
