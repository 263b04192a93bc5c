// One document open in one viewer: what a reader sees and does.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Watched } from './browser.js';
import { measure } from './pictures.js';

const PATIENCE = 15_000;

/** Complaints that are the viewers' own, whatever they are given. */
export const TOLERATED = [
  // React's warning to Mirador about a component of Material UI.
  /Accessing element\.ref was removed in React 19/,
  // Universal Viewer takes a data: address for a path of its own.
  /status of 404 .*\/images\/data:image\/gif/,
];

export class View {
  static async open(world, viewer, manifest, settings = {}) {
    const view = new View();
    view.watched = await Watched.open(world.context, world.service.base);
    view.page = view.watched.page;
    view.page.setDefaultTimeout(PATIENCE);
    const query = new URLSearchParams({ manifest, settings: JSON.stringify(settings) });
    await view.page.goto(`${world.pages}/${viewer}.html?${query}`);
    return view;
  }

  /** Waits until `check` no longer throws, and gives what it gave. */
  async until(check) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      try {
        return await check();
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(200);
      }
    }
  }

  /** Where the canvas is, and of which colours it is. */
  async look() {
    const clip = await this.page.locator('.openseadragon-container').first().boundingBox();
    return measure(await this.page.screenshot({ clip }));
  }

  /** These pictures are painted, and no others. */
  async sees(colours) {
    this.seen = await this.until(async () => {
      const seen = await this.look();
      assert.deepEqual(Object.keys(seen).sort(), [...colours].sort(), 'pictures painted');
      return seen;
    });
  }

  /** The one picture lies left of the other, and they do not overlap. */
  isLeft(one, other) {
    const [a, b] = [this.seen[one], this.seen[other]];
    assert.ok(a.x < b.x - 0.1, `${one} lies left of ${other}: ${JSON.stringify(this.seen)}`);
  }

  /** These texts stand in the page. */
  async reads(texts) {
    await this.until(async () => {
      const text = await this.page.evaluate(() => document.body.innerText);
      const missing = texts.filter((one) => !text.toLowerCase().includes(one.toLowerCase()));
      assert.deepEqual(missing, [], 'texts missing');
    });
  }

  /** One of these texts stands in the page. */
  async readsOne(texts) {
    await this.until(async () => {
      const text = await this.page.evaluate(() => document.body.textContent);
      assert.ok(texts.some((one) => text.includes(one)), `none of these texts: ${texts}`);
    });
  }

  async click(selector) {
    await this.page.locator(selector).first().click();
  }

  /** Nothing failed, and nothing was asked of anybody else. */
  isWell() {
    const { watched } = this;
    assert.deepEqual(watched.foreigners, [], 'requests to other hosts');
    assert.deepEqual(watched.refused(), [], 'refused by the service');
    const complaints = watched.errors.filter((error) => !TOLERATED.some((one) => one.test(error)));
    assert.deepEqual(complaints, [], 'errors in the page');
  }

  /** Tiles were asked for. */
  async hasTiles() {
    await this.until(() => assert.ok(this.watched.images().some(({ url }) => /\/\d+,\d+,\d+,\d+\//.test(url)), 'no tile was asked for'));
  }

  async photograph(folder, name) {
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  close() {
    return this.page.close();
  }
}
