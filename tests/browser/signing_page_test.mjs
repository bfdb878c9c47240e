// Customers sign in a real browser, at the sizes of a phone and of a desk, in both languages.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DESK, eventually, openBrowser, PHONE, Server } from './server.mjs';
import * as customer from './signer.mjs';
import { button, download, draw, INK, overflow, read, readToTheEnd } from './signer.mjs';

const LI = { name: '陈立', organisation: '苏州澄湖新能源科技股份有限公司', email: 'chen.li@chenghu.example' };
const WU = { name: 'Wu Fang', phone: '+8613800138000', language: 'en' };

let server, browser;
before(async () => {
  server = await Server.make();
  await server.start();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const visit = (...given) => customer.visit(server, browser, ...given);
const prove = (page) => customer.prove(page, server);

test('two customers read, prove who they are, sign and download', async () => {
  const number = await server.issue(40);
  const { links } = await server.ask(number, [LI, WU], { order: 'in_order', message: '请审阅后签字。' });
  const phone = await visit(links[0], PHONE);
  assert.equal(await phone.title(), '签署报价单 · Sign a quotation');
  await phone.getByText('请审阅后签字。').filter({ visible: true }).first().waitFor();
  // Nothing goes on before the end was seen.
  await phone.locator('.sheet').first().waitFor();
  assert.ok(await button(phone, /Read to the end first/).isDisabled());
  assert.ok((await phone.locator('.sheet').count()) > 1);
  await readToTheEnd(phone);
  assert.equal(await overflow(phone), 0);
  await prove(phone);
  assert.ok(await button(phone, /^签署 Sign$/).isDisabled());
  await phone.getByRole('checkbox').check();
  assert.ok(await button(phone, /^签署 Sign$/).isDisabled());
  await phone.locator('.pad').scrollIntoViewIfNeeded();
  await draw(phone, INK);
  // A phone that is turned keeps what was drawn.
  await phone.setViewportSize({ width: PHONE.height, height: PHONE.width });
  await phone.setViewportSize(PHONE);
  await button(phone, /^签署 Sign$/).click();
  await phone.getByRole('heading', { name: /已签署/ }).waitFor();
  await phone.getByText('其他人签署后，会通知您').waitFor();
  const first = await download(phone, /下载已签署的文件/);
  assert.deepEqual(phone.faults, []);

  const second = await eventually(
    () => server.messages('invitation').find((each) => each.address === WU.phone),
    'the second invitation',
  );
  const desk = await visit(server.origin + new URL(second.content.link).pathname, DESK);
  await desk.getByText('Buyer 1: has signed').filter({ visible: true }).first().waitFor();
  assert.equal(await desk.title(), 'Sign a quotation · 签署报价单');
  await readToTheEnd(desk);
  await prove(desk);
  await desk.getByText('I confirm that I am the person').waitFor();
  await button(desk, /^Type/).click();
  await desk.getByRole('textbox', { name: /Name/ }).fill('Wu Fang');
  await desk.getByRole('checkbox').check();
  await button(desk, /^Sign/).click();
  await desk.getByRole('heading', { name: /Signed/ }).waitFor();
  const whole = await download(desk, /Download the signed document/);
  assert.deepEqual(desk.faults, []);

  assert.ok(whole.subarray(0, first.length).equals(first));
  const known = await server.json('GET', `/v1/verify/sha256/${sha256(whole)}`);
  assert.deepEqual([known.match, known.status, known.number, known.revision], ['exact', 'accepted', number, 3]);
  const path = join(server.home, 'signed.pdf');
  writeFileSync(path, whole);
  const said = execFileSync('pdfsig', ['-nocert', path], { encoding: 'utf8' });
  assert.equal(said.match(/Signature is Valid\./g)?.length, 3, said);
  // Whoever opens the link again sees what they did.
  const again = await visit(links[0], PHONE);
  await again.getByRole('heading', { name: /已签署/ }).waitFor();
  assert.deepEqual(await again.locator('.hash').textContent(), `SHA-256 ${sha256(whole)}`);
  await again.getByText('文件已全部签署').waitFor();
  assert.ok((await download(again, /下载已签署的文件/)).equals(whole));
});

// The other two of the four: a phone in English, a desk in Chinese.
for (const [size, name, signer, words] of [
  [
    PHONE,
    'a phone in English',
    WU,
    {
      title: 'Sign a quotation · 签署报价单',
      role: /Your role/,
      consent: 'I confirm that I am the person',
      sign: /^Sign/,
      signed: /^Signed/,
      document: /Download the signed document/,
      evidence: /Download the evidence/,
    },
  ],
  [
    DESK,
    'a desk in Chinese',
    LI,
    {
      title: '签署报价单 · Sign a quotation',
      role: /您的身份/,
      consent: '我已在本页阅读',
      sign: /^签署 Sign$/,
      signed: /已签署/,
      document: /下载已签署的文件/,
      evidence: /下载签署证据摘要/,
    },
  ],
])
  test(`a customer reads, proves who they are, signs and downloads on ${name}`, async () => {
    const number = await server.issue(40);
    const { links } = await server.ask(number, [{ ...signer, role: '采购总监 Purchasing' }]);
    const page = await visit(links[0], size);
    await page.getByText(words.role).filter({ visible: true }).first().waitFor();
    await page.getByText('采购总监 Purchasing').filter({ visible: true }).first().waitFor();
    assert.equal(await page.title(), words.title);
    assert.equal(await page.evaluate(() => document.documentElement.lang), signer.language ?? 'zh-CN');
    await page.locator('.sheet').first().waitFor();
    assert.ok(await button(page, /Read to the end first/).isDisabled());
    await readToTheEnd(page);
    assert.equal(await overflow(page), 0);
    await prove(page);
    await page.locator('.consent').getByText(words.consent).first().waitFor();
    assert.equal(await overflow(page), 0);
    await page.getByRole('checkbox').check();
    assert.ok(await button(page, words.sign).isDisabled());
    await page.locator('.pad').scrollIntoViewIfNeeded();
    await draw(page, INK);
    await button(page, words.sign).click();
    await page.getByRole('heading', { name: words.signed }).waitFor();
    assert.equal(await overflow(page), 0);
    const signed = await download(page, words.document);
    const evidence = await download(page, words.evidence);
    assert.deepEqual(page.faults, []);
    const known = await server.json('GET', `/v1/verify/sha256/${sha256(signed)}`);
    assert.deepEqual([known.match, known.status, known.number, known.revision], ['exact', 'accepted', number, 2]);
    const path = join(server.home, 'evidence.pdf');
    writeFileSync(path, evidence);
    const said = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' });
    for (const part of [number, signer.name, '采购总监 Purchasing', '手写 Drawn', 'ALL HAVE SIGNED'])
      assert.ok(said.includes(part), part);
  });

async function withAuthenticator(page, verified = true) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: verified,
      automaticPresenceSimulation: true,
    },
  });
  return { devtools, authenticatorId };
}

// The private objects of that name in an export.
function exportedObjects(name) {
  const folder = join(server.exported(), 'payloads');
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.tar'));
  for (const file of files) execFileSync('tar', ['-xf', join(folder, file), '-C', folder]);
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.includes(name))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

test('a passkey confirms what is signed, and anybody can check that offline', async () => {
  const number = await server.issue();
  const passkeyed = { ...LI, factors: ['passkey'] };
  const { links } = await server.ask(number, [passkeyed]);
  const page = await visit(links[0], PHONE);
  await withAuthenticator(page);
  await readToTheEnd(page);
  await page.getByRole('button', { name: /Send the code/ }).click();
  await eventually(() => server.newestCode(), 'the code');
  await page.getByRole('textbox', { name: /Code/ }).fill(server.newestCode());
  await button(page, /Make a passkey/).click();
  await page.locator('.consent').waitFor();
  await page.getByRole('checkbox').check();
  await page.locator('.pad').scrollIntoViewIfNeeded();
  await draw(page, INK);
  await button(page, /^签署 Sign$/).click();
  await page.getByRole('heading', { name: /已签署/ }).waitFor();
  const signed = await download(page, /下载已签署的文件/);
  assert.deepEqual(page.faults, []);

  const evidence = exportedObjects('evidence').find((each) => each.number === number);
  const { passkey } = evidence.factors.find((factor) => factor.kind === 'passkey');
  const bytes = (text) => Buffer.from(text, 'base64');
  const key = createPublicKey({ key: bytes(passkey.public_key), format: 'der', type: 'spki' });
  const covered = Buffer.concat([
    bytes(passkey.authenticator_data),
    createHash('sha256').update(bytes(passkey.client_data)).digest(),
  ]);
  assert.ok(verify('sha256', covered, key, bytes(passkey.signature)));
  const client = JSON.parse(bytes(passkey.client_data).toString());
  assert.equal(client.challenge, createHash('sha256').update(passkey.statement).digest('base64url'));
  const statement = JSON.parse(passkey.statement);
  assert.equal(statement.document_sha256, evidence.displayed.sha256);
  assert.equal(statement.consent_sha256, evidence.consent.sha256);
  assert.equal(statement.ink_sha256, evidence.strokes_sha256);
  assert.equal(sha256(signed.subarray(0, evidence.displayed.size)), evidence.displayed.sha256);

  // The same address is asked once more: the passkey is known, on the device that has it and no other.
  const again = await server.ask(await server.issue(), [passkeyed]);
  await page.goto(again.links[0]);
  await readToTheEnd(page);
  await prove(page);
  await button(page, /^键入姓名/).click();
  await page.getByRole('checkbox').check();
  const other = await visit(again.links[0], DESK);
  await withAuthenticator(other);
  await prove(other);
  await button(other, /^键入姓名/).click();
  await other.getByRole('checkbox').check();
  await button(other, /^签署 Sign$/).click();
  await other.getByText('没有用通行密钥确认，尚未签署').waitFor();
  await button(page, /^签署 Sign$/).click();
  await page.getByRole('heading', { name: /已签署/ }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('whom the device does not verify makes no passkey', async () => {
  const { links } = await server.ask(await server.issue(), [{ ...WU, language: 'zh-CN', factors: ['passkey'] }]);
  const page = await visit(links[0], DESK);
  await withAuthenticator(page, false);
  await readToTheEnd(page);
  const before = server.messages('code').length;
  await button(page, /Send the code/).click();
  await eventually(() => server.messages('code').length > before, 'the code');
  await page.getByRole('textbox', { name: /Code/ }).fill(server.newestCode());
  await button(page, /Make a passkey/).click();
  await page.getByText('没有创建通行密钥').waitFor();
});

// What the customer's own program does with the file that they downloaded.
function signElsewhere(pdf, field) {
  const files = ['in.pdf', 'out.pdf'].map((name) => join(server.home, name));
  writeFileSync(files[0], pdf);
  const program = `
import sys, elsewhere
authority = elsewhere.Authority()
authority.person("buyer", "/O=苏州澄湖新能源科技股份有限公司/CN=陈立")
with open(sys.argv[1], "rb") as f: pdf = f.read()
with open(sys.argv[2], "wb") as f: f.write(elsewhere.sign(pdf, sys.argv[3], authority, "buyer"))`;
  execFileSync('python3', ['-c', program, ...files, field], {
    env: { ...process.env, PYTHONPATH: fileURLToPath(new URL('../e2e', import.meta.url)) },
  });
  return { name: `signed-${field}.pdf`, mimeType: 'application/pdf', buffer: readFileSync(files[1]) };
}

test('a customer brings a copy that was signed with a certificate of their own', async () => {
  const number = await server.issue();
  const { links } = await server.ask(number, [LI]);
  const page = await visit(links[0], PHONE);
  await readToTheEnd(page);
  await prove(page);
  await page.getByRole('checkbox').check();
  await button(page, /自有证书/).click();
  const hand_in = button(page, /提交已签署的文件/);
  assert.ok(await hand_in.isDisabled());
  assert.equal(await overflow(page), 0);
  const pdf = await download(page, /下载待签文件/);
  const chosen = page.getByLabel(/已签署的文件/);
  await chosen.setInputFiles({ name: 'as-it-was.pdf', mimeType: 'application/pdf', buffer: pdf });
  await hand_in.click();
  await page.getByText('文件里还没有签名').waitFor();
  await chosen.setInputFiles(signElsewhere(pdf, 'Customer2'));
  await hand_in.click();
  await page.getByText('签在了别的签名域').waitFor();
  const copy = signElsewhere(pdf, 'Customer1');
  await chosen.setInputFiles(copy);
  await hand_in.click();
  await page.getByRole('heading', { name: /已签署/ }).waitFor();
  const signed = await download(page, /下载已签署的文件/);
  assert.ok(signed.equals(copy.buffer));
  assert.equal((await server.json('GET', `/v1/quotes/${number}`, 'rep')).status, 'accepted');
  assert.deepEqual(page.faults, []);
});

test('a wrong code says how many attempts are left, and full-width digits are taken', async () => {
  const { links } = await server.ask(await server.issue(), [LI]);
  const page = await visit(links[0], PHONE);
  await readToTheEnd(page);
  const before = server.messages('code').length;
  await button(page, /Send the code/).click();
  await eventually(() => server.messages('code').length > before, 'the code');
  const right = server.newestCode();
  const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
  const field = page.getByRole('textbox', { name: /验证码/ });
  await field.fill(wrong);
  await page.getByText('验证码不对，还可以输入 4 次。').waitFor();
  assert.ok(await button(page, /秒后可重发/).isDisabled());
  await field.fill([...right].map((digit) => String.fromCodePoint(digit.codePointAt(0) - 0x30 + 0xff10)).join(''));
  await page.locator('.consent').waitFor();
  assert.deepEqual(page.faults, []);
});

test('a document that changed meanwhile must be read again', async () => {
  const { links } = await server.ask(await server.issue(), [LI, WU]);
  const slow = await visit(links[0], PHONE);
  await readToTheEnd(slow);
  await prove(slow);
  const quick = await visit(links[1], DESK);
  await readToTheEnd(quick);
  await prove(quick);
  await button(quick, /^Type/).click();
  await quick.getByRole('checkbox').check();
  await button(quick, /^Sign/).click();
  await quick.getByRole('heading', { name: /Signed/ }).waitFor();
  await slow.getByRole('checkbox').check();
  await slow.locator('.pad').scrollIntoViewIfNeeded();
  await draw(slow, INK);
  await button(slow, /^签署 Sign$/).click();
  await slow.getByText('文件刚刚有了新的修订').waitFor();
  await read(slow);
  await slow.locator('.consent').waitFor();
  assert.deepEqual(slow.faults, []);
});

test('declining asks for a reason and ends it', async () => {
  const number = await server.issue();
  const { links } = await server.ask(number, [LI]);
  const page = await visit(links[0], DESK);
  await button(page, /Decline/).click();
  const refuse = page.getByRole('dialog').getByRole('button', { name: /谢绝签署/ });
  assert.ok(await refuse.isDisabled());
  await page.getByRole('dialog').getByRole('textbox').fill('价格过高');
  await refuse.click();
  await page.getByRole('heading', { name: /已谢绝/ }).waitFor();
  assert.equal((await server.json('GET', `/v1/quotes/${number}`, 'rep')).status, 'declined');
  assert.deepEqual(page.faults, []);
});

test('what ended says so in plain words, in the language chosen', async () => {
  const number = await server.issue();
  const { links, request } = await server.ask(number, [LI]);
  const page = await visit(links[0], PHONE);
  await readToTheEnd(page);
  await server.json(
    'POST',
    `/v1/signature-requests/${request.id}/revoke`,
    'rep',
    { reason_text: '联系人有误' },
    server.key(),
  );
  await button(page, /Send the code/).click();
  await page.getByRole('heading', { name: /签署邀请已撤回/ }).waitFor();
  await button(page, 'English').click();
  await page.getByRole('heading', { name: /^The invitation was withdrawn/ }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  const void_request = await server.json(
    'POST',
    `/v1/quotes/${number}/void-requests`,
    'rep',
    { reason_code: 'price_error', reason_text: '单价录入错误，应为 85600 元' },
    server.key(),
  );
  await server.json('POST', `/v1/void-requests/${void_request.id}/approve`, 'manager', {}, server.key());
  await page.reload();
  await page.getByRole('heading', { name: /报价单已作废/ }).waitFor();
  // A newer quote takes the place of one that is open on a customer's screen.
  const old = await server.issue();
  const asked = await server.ask(old, [WU]);
  const late = await visit(asked.links[0], PHONE);
  await readToTheEnd(late);
  await server.issue(1, { revision_of: old });
  await button(late, /Send the code/).click();
  await late.getByRole('heading', { name: /^A newer quotation replaces it/ }).waitFor();
  await late.getByText('Sign the newer one; this one cannot be signed any more.').waitFor();
  await button(late, '中文').click();
  await late.getByRole('heading', { name: /^已有新的报价单/ }).waitFor();
  await late.getByText('新的报价单取代了这一份，请签署新的。').waitFor();
  assert.deepEqual(late.faults, []);
  // What is erased while a customer looks at it is gone from the screen too.
  const gone = await server.issue();
  const erased = await visit((await server.ask(gone, [LI])).links[0], PHONE);
  await readToTheEnd(erased);
  const erasure = await server.json(
    'POST',
    '/v1/erasures',
    'admin',
    { quote: gone, basis: 'person_request', reason_text: '客户书面要求删除其资料', reference: 'DSR-2026-9' },
    server.key(),
  );
  await server.json('POST', `/v1/erasures/${erasure.id}/approve`, 'region_director', {}, server.key());
  await button(erased, /Send the code/).click();
  await erased.getByRole('heading', { name: /资料已依法删除/ }).waitFor();
  assert.equal(await erased.getByText('陈立').count(), 0);
  assert.deepEqual(erased.faults, []);
  const unknown = await visit(`${server.origin}/sign/${'A'.repeat(43)}`, PHONE);
  await unknown.getByRole('heading', { name: /链接无效/ }).waitFor();
  assert.deepEqual([page.faults, unknown.faults], [[], []]);
});

test('a lost connection is said, and nothing is lost by it', async () => {
  const { links } = await server.ask(await server.issue(), [LI]);
  const page = await visit(links[0], PHONE);
  await readToTheEnd(page);
  await page.context().setOffline(true);
  await button(page, /Send the code/).click();
  await page.getByText('连不上服务器').waitFor();
  await page.context().setOffline(false);
  await prove(page);
});

test('the page is the same for every link, and nothing outside may run in it', async () => {
  const { links } = await server.ask(await server.issue(), [LI]);
  const link = links[0].replace(server.origin, server.address);
  const [known, other] = await Promise.all([fetch(link), fetch(`${server.address}/sign/x`)]);
  assert.equal(await known.text(), await other.text());
  const policy = known.headers.get('content-security-policy');
  for (const part of [
    "default-src 'none'",
    "script-src 'self';",
    "style-src 'self';",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ])
    assert.ok(policy.includes(part), policy);
  assert.equal(known.headers.get('cache-control'), 'no-store');
  assert.equal(known.headers.get('referrer-policy'), 'no-referrer');
  const script = (await (await fetch(link)).text()).match(/src="(\/assets\/sign-[0-9a-f]{16}\.js)"/)[1];
  const plain = await fetch(server.address + script, { headers: { 'Accept-Encoding': 'identity' } });
  assert.match(plain.headers.get('cache-control'), /immutable/);
  assert.equal(plain.headers.get('content-encoding'), null);
  const packed = await fetch(server.address + script, { headers: { 'Accept-Encoding': 'br, gzip;q=0.5' } });
  assert.equal(packed.headers.get('content-encoding'), 'gzip');
  assert.notEqual(packed.headers.get('etag'), plain.headers.get('etag'));
  assert.equal(await packed.text(), await plain.text());
  const refused = await fetch(server.address + script, { headers: { 'Accept-Encoding': 'gzip;q=0' } });
  assert.equal(refused.headers.get('content-encoding'), null);
  assert.equal((await fetch(`${server.address}/assets/sign-0000000000000000.js`)).status, 404);
});
