// Opens what the service publishes in Mirador and Universal Viewer. See README.md.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { servePages, startBrowser } from './browser.js';
import { fill } from './catalogue.js';
import { Service } from './service.js';
import { TRIALS } from './trials.js';
import { View } from './view.js';

const ROOT = join(import.meta.dirname, '../..');
const { values: options } = parseArgs({
  options: {
    program: { type: 'string', default: join(ROOT, 'target/release/triptych') },
    browser: { type: 'string', default: ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync) },
    screenshots: { type: 'string', default: join(ROOT, 'target/viewers') },
    only: { type: 'string', default: '' },
    lanes: { type: 'string', default: '3' },
  },
});

/** Every item in both versions in both viewers. */
function runs() {
  const all = TRIALS.flatMap((trial) => ['mirador', 'uv'].flatMap((viewer) => [3, 2].map((version) => ({ trial, viewer, version }))));
  return all.map((run) => ({ ...run, name: `${run.trial.item}-${run.viewer}-${run.version}` }));
}

async function attempt(world, { trial, viewer, version, name }) {
  const { item, [viewer]: own, ...common } = trial;
  const expected = { ...common, ...own };
  const view = await View.open(world, viewer, trial.url?.(world.service.base, version) ?? `${world.service.base}/manifests/${item}${version === 2 ? '/v2' : ''}`, expected.settings);
  try {
    await expected.before?.(view);
    if (expected.colours) await view.sees(expected.colours);
    if (expected.texts) await view.reads(expected.texts);
    if (!expected.pixelless) await view.hasTiles();
    await expected.then?.(view);
    await view.isWell();
    return null;
  } catch (error) {
    return `${error.message}\n${view.watched.errors.join('\n')}`;
  } finally {
    await view.close(options.screenshots, name);
  }
}

async function lane(world, queue, failures) {
  for (let run = queue.shift(); run; run = queue.shift()) {
    const start = Date.now();
    const failure = await attempt(world, run).catch((error) => `${error.stack}`);
    console.log(`${failure ? 'FAILED' : 'ok    '} ${run.name} (${((Date.now() - start) / 1000).toFixed(1)} s)${failure ? `\n${failure.replace(/^/gm, '    ')}` : ''}`);
    if (failure) failures.push(run.name);
  }
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
    const browser = await startBrowser(options.browser);
    closing.push(() => browser.close());
    const world = { service, context: browser.context, pages: `http://127.0.0.1:${server.address().port}` };
    const queue = runs().filter(({ name }) => name.includes(options.only));
    const count = queue.length;
    await Promise.all(Array.from({ length: Number(options.lanes) }, () => lane(world, queue, failures)));
    console.log(failures.length ? `${failures.length} of ${count} failed: ${failures.join(' ')}` : `all ${count} are well`);
  } finally {
    for (const close of closing.reverse()) await close();
  }
  process.exitCode = failures.length ? 1 : 0;
}

await main();
