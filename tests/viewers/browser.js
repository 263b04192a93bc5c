// A viewer in a browser: pages from a server of their own, so that the service is another origin, and everything that goes wrong is kept.

import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

import { chromium } from 'playwright-core';

const HERE = import.meta.dirname;
const FOLDERS = { '/mirador/': 'node_modules/mirador/dist', '/uv/': 'node_modules/universalviewer/dist', '/': 'pages' };
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.png': 'image/png', '.svg': 'image/svg+xml' };

/** Serves the viewers' files. */
export function servePages() {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://127.0.0.1').pathname));
    const prefix = Object.keys(FOLDERS).find((one) => path.startsWith(one));
    const file = join(HERE, FOLDERS[prefix], path.slice(prefix.length));
    if (!existsSync(file) || !extname(file)) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Cache-Control': 'max-age=3600' });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Starts the browser with a profile of its own. No name is looked up, so nothing leaves the machine. */
export async function startBrowser(executablePath) {
  const profile = mkdtempSync(join(tmpdir(), 'triptych-browser-'));
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-quic',
    '--no-first-run',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
  ];
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args, viewport: { width: 1280, height: 800 } });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, close };
}

/** A page of the browser, and all it asked for and complained of since `clear`. */
export class Watched {
  static async open(context, base) {
    const watched = new Watched();
    watched.page = await context.newPage();
    watched.base = base;
    watched.clear();
    watched.page.on('pageerror', (error) => watched.errors.push(`exception: ${error.stack?.slice(0, 400) ?? error}`));
    watched.page.on('console', (message) => message.type() === 'error' && watched.errors.push(`console: ${message.text().slice(0, 400)} ${message.location().url}`));
    watched.page.on('request', (request) => watched.foreign(request.url()));
    watched.page.on('response', (response) => watched.answered(response));
    watched.page.on('requestfailed', (request) => watched.failed(request));
    return watched;
  }

  clear() {
    Object.assign(this, { errors: [], foreigners: [], answers: [] });
  }

  foreign(url) {
    if (/^https?:/.test(url) && new URL(url).hostname !== '127.0.0.1') this.foreigners.push(url);
  }

  answered(response) {
    if (response.url().startsWith(this.base)) this.answers.push({ status: response.status(), url: response.url() });
  }

  failed(request) {
    const reason = request.failure()?.errorText;
    // What a viewer gives up because it needs it no more.
    if (request.url().startsWith(this.base) && reason !== 'net::ERR_ABORTED') this.errors.push(`request failed: ${reason} ${request.url()}`);
  }

  /** Requests for pixels, of the service. */
  images() {
    return this.answers.filter(({ url }) => /\/iiif\/[23]\/.*\.(jpg|png|webp)$/.test(url));
  }

  refused() {
    return this.answers.filter(({ status }) => status >= 400).map(({ status, url }) => `${status} ${url}`);
  }
}
