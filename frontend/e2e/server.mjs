/** The shop under test: the one at SHELFWISE_URL, or the built binary on a free port with a database of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;
const PATIENCE_MS = 180_000;

export async function start() {
  if (process.env.SHELFWISE_URL) {
    return { url: process.env.SHELFWISE_URL.replace(/\/$/, ''), stop: async () => {} };
  }
  const binary = process.env.SHELFWISE_BINARY ?? newest('target/debug/shelfwise', 'target/release/shelfwise');
  const folder = await mkdtemp(join(tmpdir(), 'shelfwise-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(binary, ['serve'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      SHELFWISE__SERVER__LISTEN: `127.0.0.1:${port}`,
      SHELFWISE__DATABASE__URL: `sqlite:${join(folder, 'shop.db')}`,
      SHELFWISE__RECOMMENDATIONS__MODEL_DIR: join(folder, 'models'),
      SHELFWISE__LOG__FILTER: 'warn',
    },
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([
      untilServing(url),
      ended.then((code) => Promise.reject(new Error(`the server ended with ${code}`))),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

function newest(...paths) {
  const found = paths.map((path) => join(ROOT, path)).find((path) => existsSync(path));
  if (!found) throw new Error('no server found: run `cargo build` first or set SHELFWISE_URL');
  return found;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Serving means more than listening: demo accounts exist and every list the tests look at has a model behind it. */
async function untilServing(url) {
  const deadline = Date.now() + PATIENCE_MS;
  const ask = async (query) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()).data;
  };
  while (Date.now() < deadline) {
    try {
      const demo = await fetch(`${url}/demo.json`);
      const data = demo.ok && (await ask('{ strategies { strategy enabled ready } }'));
      if (data && data.strategies.some((entry) => entry.strategy === 'ENSEMBLE' && entry.ready)) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`the shop at ${url} was not ready in ${PATIENCE_MS / 1_000} s`);
}
