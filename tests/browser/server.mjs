// A quotary on a throw-away data folder and a browser before it, for the tests of the pages.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../../api/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const PROGRAM = process.env.QUOTARY_PROGRAM ?? 'build/release/quotary';
const START_MS_MAX = 90_000;
const WAIT_MS_MAX = 90_000;

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The first answer that is not undefined or false.
export async function eventually(ask, what) {
  for (const until = Date.now() + WAIT_MS_MAX; Date.now() < until; await pause(50)) {
    const found = await ask();
    if (found) return found;
  }
  throw new Error(`never came: ${what}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  // Its public URL is its own address by the name localhost: browsers make passkeys for names alone.
  static async make() {
    return new Server(await freePort());
  }

  constructor(port) {
    this.port = port;
    this.origin = `http://localhost:${port}`; // as the browser knows it
    this.address = `http://127.0.0.1:${port}`; // for calls from here: a bare root has no names
    this.home = mkdtempSync(join(tmpdir(), 'quotary-browser-'));
    this.data = join(this.home, 'data');
    this.out = join(this.home, 'out');
    execFileSync(PROGRAM, ['demo', '--data', this.data, '--empty', '--public-url', this.origin], { stdio: 'ignore' });
    this.people = JSON.parse(readFileSync(`${this.data}.keys/demo-credentials.json`, 'utf8'));
    this.keys = 0;
  }

  async start() {
    const options = [
      '--port',
      String(this.port),
      '--metrics-port',
      '0',
      '--index-interval-ms',
      '0',
      '--delivery-folder',
      this.out,
    ];
    this.process = spawn(PROGRAM, ['serve', '--data', this.data, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the server did not start')), START_MS_MAX);
      this.process.stdout.on('data', (chunk) => {
        if (!String(chunk).includes('Listening')) return;
        clearTimeout(timer);
        resolve();
      });
      this.process.on('exit', (status) => reject(new Error(`the server ended with ${status}`)));
    });
  }

  // The ledger as a folder with all payloads read; the server goes on.
  exported() {
    const folder = join(this.home, 'export');
    execFileSync(PROGRAM, ['export', folder, '--data', this.data, '--payloads', 'all'], { stdio: 'ignore' });
    return folder;
  }

  async stop() {
    if (this.process && this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.on('exit', resolve));
      this.process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.home, { recursive: true, force: true });
  }

  async call(method, path, who, body, headers = {}) {
    const init = { method, headers: { ...headers } };
    if (who) init.headers.Authorization = `Bearer ${this.people[who].token}`;
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers['Content-Type'] = 'application/json';
    }
    return fetch(this.address + path, init);
  }

  async json(...given) {
    const reply = await this.call(...given);
    const answer = await reply.json();
    if (!reply.ok) throw new Error(`${given[0]} ${given[1]}: ${reply.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  key() {
    return { 'Idempotency-Key': `test-${++this.keys}` };
  }

  // -> its number
  async issue(lines = 1, more = {}) {
    const day = (offset) => new Date(Date.now() + offset * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);
    const line = {
      item: { name: '伺服压装机' },
      quantity: '4',
      unit: { code: 'C62', name: '台' },
      unit_price: '86500.00',
      tax: { category: 'S', rate: '13' },
    };
    const quote = {
      series: 'SH-QT',
      currency: 'CNY',
      validity: { start: day(0), end: day(30) },
      buyer: { name: '苏州澄湖新能源科技股份有限公司' },
      lines: Array.from({ length: lines }, () => line),
      ...more,
    };
    return (await this.json('POST', '/v1/quotes', 'rep', quote, this.key())).number;
  }

  // -> the request and the signers' links, in their order
  async ask(number, signers, more = {}) {
    return this.askAbout(`/v1/quotes/${number}`, signers, more);
  }

  // The same for what has that path: a quote or a confirmation.
  async askAbout(path, signers, more = {}) {
    const before = this.messages('invitation').length;
    const request = await this.json('POST', `${path}/signature-requests`, 'rep', { signers, ...more }, this.key());
    const count = more.order === 'in_order' ? 1 : signers.length;
    const sent = await eventually(() => {
      const all = this.messages('invitation');
      return all.length >= before + count && all.slice(before);
    }, 'the invitations');
    const linkOf = (signer) => {
      const message = sent.find((each) => each.address === (signer.email ?? signer.phone));
      return message && this.origin + new URL(message.content.link).pathname;
    };
    return { request, links: signers.map(linkOf) };
  }

  // Oldest first.
  messages(kind) {
    let names = [];
    try {
      names = readdirSync(this.out);
    } catch {
      return [];
    }
    return names
      .filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(this.out, name), 'utf8')))
      .sort((a, b) => (a.time < b.time ? -1 : 1));
  }

  newestCode() {
    return this.messages('code').at(-1)?.content.code;
  }
}

export const PHONE = { width: 390, height: 780 };
export const DESK = { width: 1280, height: 860 };

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.QUOTARY_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// A page that fails the test for whatever its own policy refuses, its scripts throw, or it asks of another server.
export async function openPage(browser, origin, size, options = {}) {
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: size === PHONE ? 2 : 1,
    hasTouch: size === PHONE,
    isMobile: size === PHONE,
    acceptDownloads: true,
    ...options,
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`thrown: ${error}`));
  page.on('console', (message) => {
    // The browser's own lines about answers of 4xx are not faults of the page.
    if (message.type() === 'error' && !/the server responded with a status of/.test(message.text()))
      page.faults.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin + '/') && !url.startsWith('data:') && !url.startsWith('blob:'))
      page.faults.push(`asked of another: ${url}`);
  });
  return page;
}
