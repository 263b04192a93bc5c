// The service, on a free port, with a fresh data directory of its own.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export class Service {
  static async start(program) {
    const service = new Service();
    service.data = mkdtempSync(join(tmpdir(), 'triptych-viewers-'));
    service.base = `http://127.0.0.1:${await freePort()}`;
    const foreign = (name) => /^(TRIPTYCH_|AWS_|DATABASE_URL)/.test(name);
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign(name)));
    Object.assign(environment, {
      TRIPTYCH_DATA: service.data,
      TRIPTYCH_LISTEN: service.base.slice('http://'.length),
      TRIPTYCH_DEMO: 'false',
      TRIPTYCH_LOG: 'error',
    });
    service.process = spawn(resolve(program), { env: environment, cwd: service.data, stdio: ['ignore', 'pipe', 'inherit'] });
    service.gone = new Promise((resolve) => service.process.on('close', resolve));
    service.key = await keyFrom(service.process.stdout);
    await service.ready();
    return service;
  }

  async ready() {
    for (let turn = 0; turn < 600; turn++) {
      const answer = await fetch(`${this.base}/health/ready`).catch(() => null);
      if (answer?.ok) return;
      if (this.process.exitCode !== null) break;
      await sleep(100);
    }
    throw new Error('the service does not start');
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.gone;
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Sends JSON, or bytes; answers with JSON. Anything but success is an error. */
  async send(method, path, body) {
    const raw = body instanceof Uint8Array;
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.key}`, 'Content-Type': raw ? 'application/octet-stream' : 'application/json' },
      body: raw ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return JSON.parse(text);
  }

  async json(path) {
    return (await fetch(`${this.base}${path}`)).json();
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The key for writing stands alone on an indented line of what the first start says. */
async function keyFrom(output) {
  const lines = createInterface({ input: output });
  for await (const line of lines) {
    if (line.startsWith('    ')) {
      output.resume();
      return line.trim();
    }
  }
  throw new Error('the service shows no key');
}
