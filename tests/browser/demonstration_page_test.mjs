// A demonstration reported from a phone is held until the customer has signed its confirmation on theirs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DESK, openBrowser, PHONE, Server } from './server.mjs';
import { button, download, draw, INK, overflow, prove, readToTheEnd, visit } from './signer.mjs';

const HELPER = process.env.QUOTARY_EVIDENCE_HELPER ?? 'build/release/tests/quotary_evidence_helper';
const LI = { name: '陈立', organisation: '苏州澄湖新能源科技股份有限公司', email: 'chen.li@chenghu.example' };
const WU = { name: 'Wu Fang', phone: '+8613800138000', language: 'en' };
const POLICY = {
  name: 'demonstration',
  title: { zh: '现场演示', en: 'On-site demonstration' },
  action_types: ['demonstration'],
  gates: ['quote.issue', 'case.close'],
  note: [],
  requirement: [
    { id: 'photo', kind: 'photo', title: { zh: '现场照片', en: 'Photo' }, needs: ['geo', 'captured_at'] },
    { id: 'deck', kind: 'deck', title: { zh: '演示文稿', en: 'Deck' }, needs: ['version_label'] },
    {
      id: 'confirmation',
      kind: 'confirmation',
      title: { zh: '试用确认书', en: 'Confirmation' },
      target: 'deck',
      needs: ['signature'],
      signature_at_least: 'recorded',
    },
  ],
};

let server, browser, files;
before(async () => {
  files = mkdtempSync(join(tmpdir(), 'quotary-demonstration-'));
  execFileSync(HELPER, ['files', files, '1']);
  server = await Server.make();
  await server.start();
  browser = await openBrowser();
  await server.json('POST', '/v1/policies', 'admin', POLICY);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(files, { recursive: true, force: true });
});

// By tus, as a phone sends it: in two pieces. -> the upload's id
async function upload(id, name) {
  const content = readFileSync(join(files, name));
  const tus = { Authorization: `Bearer ${server.people.rep.token}`, 'Tus-Resumable': '1.0.0' };
  const metadata = `filename ${Buffer.from(name).toString('base64')}`;
  const begun = await fetch(`${server.address}/v1/cases/${id}/uploads`, {
    method: 'POST',
    headers: { ...tus, 'Upload-Length': String(content.length), 'Upload-Metadata': metadata },
  });
  assert.equal(begun.status, 201);
  const path = begun.headers.get('location');
  const half = content.length >> 1;
  for (const [from, to] of [
    [0, half],
    [half, content.length],
  ]) {
    const sent = await fetch(server.address + path, {
      method: 'PATCH',
      headers: { ...tus, 'Upload-Offset': String(from), 'Content-Type': 'application/offset+octet-stream' },
      body: content.subarray(from, to),
    });
    assert.equal(sent.status, 204);
  }
  return path.split('/').at(-1);
}

async function report(id, name, about) {
  const body = { upload: await upload(id, name), title: name, ...about };
  return server.json('POST', `/v1/cases/${id}/evidence`, 'rep', body, server.key());
}

async function gate(id) {
  const told = await server.json('GET', `/v1/cases/${id}/gate`, 'rep');
  return [told.stage, Object.fromEntries(told.requirements.map((each) => [each.id, each.state]))];
}

async function demonstrated() {
  const opened = await server.json('POST', '/v1/cases', 'rep', {
    action_type: 'demonstration',
    policy: 'demonstration',
    title: '伺服压装机现场演示',
    customer: { name: '苏州澄湖新能源科技股份有限公司' },
    site: { latitude: '31.299000', longitude: '120.585000', name: '苏州工厂' },
  });
  await report(opened.id, 'photo.jpg', { kind: 'photo', requirement: 'photo' });
  const deck = await report(opened.id, 'deck_v1.pptx', { kind: 'deck', requirement: 'deck', version_label: 'V1' });
  const made = await server.json(
    'POST',
    `/v1/cases/${opened.id}/confirmations`,
    'rep',
    { deck: { item: deck.item, version: 1 }, title: '压装机演示', requirement: 'confirmation' },
    server.key(),
  );
  assert.deepEqual(await gate(opened.id), ['pending', { photo: 'met', deck: 'met', confirmation: 'missing' }]);
  return { id: opened.id, confirmation: made.id };
}

for (const [size, name, signer, words] of [
  [
    PHONE,
    'a phone in Chinese',
    LI,
    {
      title: /^签署试用确认书/,
      sign: /^签署 Sign$/,
      signed: /已签署/,
      document: /下载已签署的文件/,
      not: /报价单/,
    },
  ],
  [
    DESK,
    'a desk in English',
    WU,
    {
      title: /^Sign a trial confirmation/,
      sign: /^Sign/,
      signed: /^Signed/,
      document: /Download the signed document/,
      not: /[Qq]uotation/,
    },
  ],
])
  test(`the customer's signature on ${name} is the last piece`, async () => {
    const { id, confirmation } = await demonstrated();
    const { links } = await server.askAbout(`/v1/confirmations/${confirmation}`, [signer]);
    const page = await visit(server, browser, links[0], size);
    await page.getByText('压装机演示').filter({ visible: true }).first().waitFor();
    assert.match(await page.title(), words.title);
    await page.locator('.sheet').first().waitFor();
    await readToTheEnd(page);
    assert.equal(await overflow(page), 0);
    await prove(page, server);
    assert.doesNotMatch(await page.locator('body').innerText(), words.not);
    await page.getByRole('checkbox').check();
    await page.locator('.pad').scrollIntoViewIfNeeded();
    await draw(page, INK);
    assert.deepEqual((await gate(id))[0], 'pending');
    await button(page, words.sign).click();
    await page.getByRole('heading', { name: words.signed }).waitFor();
    assert.equal(await overflow(page), 0);
    const signed = await download(page, words.document);
    assert.deepEqual(page.faults, []);

    assert.deepEqual(await gate(id), ['complete', { photo: 'met', deck: 'met', confirmation: 'met' }]);
    const { evidence } = await server.json('GET', `/v1/confirmations/${confirmation}`, 'rep');
    const kept = await server.call('GET', `/v1/evidence/${evidence}/versions/1/content`, 'manager');
    assert.ok(Buffer.from(await kept.arrayBuffer()).equals(signed));
    await server.issue(1, { case_id: id });
    const closed = await server.call('POST', `/v1/cases/${id}/close`, 'rep', {});
    assert.equal(closed.status, 200);
  });
