// What the signing page says when something ends or goes wrong.
import { words, type Language, type Words } from '../base/language';
import type { Problem, Session, State } from './calls';

interface Ending {
  tone: 'good' | 'warn' | 'bad';
  mark: string;
  title: Words;
  text: Words;
}

const endings: Partial<Record<State, Ending>> = {
  waiting_turn: {
    tone: 'warn',
    mark: '…',
    title: words('还没有轮到您', 'Not your turn yet'),
    text: words(
      '前面的签署人签署后，会通知您。您可以先阅读文件。',
      'You are told when those before you have signed. You may read the document meanwhile.',
    ),
  },
  declined: {
    tone: 'warn',
    mark: '✕',
    title: words('已谢绝', 'Declined'),
    text: words(
      '这份文件已被谢绝签署。如需更改，请联系发送人。',
      'Signing was declined. Ask the sender if that should change.',
    ),
  },
  revoked: {
    tone: 'warn',
    mark: '✕',
    title: words('签署邀请已撤回', 'The invitation was withdrawn'),
    text: words('发送人撤回了签署邀请，现在不能签署。', 'The sender withdrew the invitation: it cannot be signed now.'),
  },
  expired: {
    tone: 'warn',
    mark: '!',
    title: words('签署邀请已过期', 'The invitation has ended'),
    text: words(
      '签署期限已过。如仍要签署，请联系发送人重新邀请。',
      'The time to sign has passed. Ask the sender for a new invitation.',
    ),
  },
  completed: {
    tone: 'good',
    mark: '✓',
    title: words('已全部签署', 'All have signed'),
    text: words('这份文件已由所有签署人签署。', 'All signers have signed this document.'),
  },
  overtaken: {
    tone: 'warn',
    mark: '!',
    title: words('签署已结束', 'Signing has ended'),
    text: words('这份文件的状态已改变，现在不能签署。', 'The document changed its status: it cannot be signed now.'),
  },
  quote_voided: {
    tone: 'bad',
    mark: '✕',
    title: words('报价单已作废', 'The quotation was voided'),
    text: words(
      '签发方已作废这份报价单，请勿使用，也不能签署。',
      'The issuer voided it. Do not rely on it; it cannot be signed.',
    ),
  },
  quote_superseded: {
    tone: 'warn',
    mark: '!',
    title: words('已有新的报价单', 'A newer quotation replaces it'),
    text: words('新的报价单取代了这一份，请签署新的。', 'Sign the newer one; this one cannot be signed any more.'),
  },
  quote_expired: {
    tone: 'warn',
    mark: '!',
    title: words('报价单已过有效期', 'The quotation has expired'),
    text: words('有效期已过，不能签署。请联系发送人。', 'Its period of validity has passed. Ask the sender.'),
  },
};

const caseClosed: Ending = {
  tone: 'warn',
  mark: '!',
  title: words('案卷已结束', 'The case was closed'),
  text: words(
    '发送人已结束该案卷，现在不能签署。请联系发送人。',
    'The sender closed it: nothing is signed in it any more.',
  ),
};

const ended: Ending = {
  tone: 'warn',
  mark: '!',
  title: words('现在不能签署', 'It cannot be signed now'),
  text: words('请联系发送人。', 'Ask the sender.'),
};

export const endingOf = (state: State): Ending => (state === 'case_is_closed' ? caseClosed : (endings[state] ?? ended));

const problems: Record<string, Words> = {
  no_answer: words(
    '连不上服务器。请检查网络后重试；已完成的步骤不会丢失。',
    'The server cannot be reached. Check the network and try again; what is done is not lost.',
  ),
  document_changed: words(
    '文件刚刚有了新的修订（例如另一位签署人已签署）。请重新阅读后再签署。',
    'The document has a new revision (another signer may have signed). Read it again before you sign.',
  ),
  delivery_failed: words('验证码没有发出去，请稍后重试。', 'The code could not be sent. Try again in a moment.'),
  code_too_soon: words('一分钟内只能发送一次验证码，请稍候。', 'A code can be sent once a minute. Wait a moment.'),
  code_expired: words('验证码已过期，请重新发送。', 'The code has expired. Have a new one sent.'),
  code_attempts_spent: words(
    '尝试次数已用完。请重新发送验证码；若不能发送，请明天再试或联系发送人。',
    'No attempts are left. Have a new code sent; if that is refused, try tomorrow or ask the sender.',
  ),
  codes_busy: words('现在请求太多，请稍后重试。', 'Too many requests now. Try again in a moment.'),
  factor_missing: words(
    '身份验证已失效（例如换了浏览器），请重新验证。',
    'Your proof of identity has ended (as in another browser). Prove it again.',
  ),
  passkey_not_made: words(
    '没有创建通行密钥。请重试，或换一台设备。',
    'No passkey was made. Try again, or use another device.',
  ),
  passkey_not_used: words(
    '没有用通行密钥确认，尚未签署。请在创建通行密钥的设备上重试。',
    'It was not confirmed with the passkey, and nothing is signed. Try again on the device that has the passkey.',
  ),
  passkey_invalid: words(
    '通行密钥的回答无效，尚未签署。请重试。',
    'The answer of the passkey does not hold, and nothing is signed. Try again.',
  ),
  passkey_known: words(
    '此地址已有通行密钥。请用创建它的设备，或联系发送人。',
    'A passkey of this address is known. Use the device that has it, or ask the sender.',
  ),
  not_viewed: words('请先把文件阅读到最后一页。', 'Read the document to its end first.'),
  consent_missing: words('请先同意签署说明。', 'Accept the consent text first.'),
  strokes_invalid: words('签名无法识别，请清除后重新书写。', 'The drawing could not be read. Clear it and draw again.'),
  bad_typed_name: words('请输入 1 至 40 个字的姓名。', 'A name has 1 to 40 characters.'),
  bad_reason: words('请用 2 至 500 个字说明原因。', 'Give a reason of 2 to 500 characters.'),
  not_this_document: words(
    '这不是本文件的签署件。请下载本文件并直接签署它，不要打印、转换或压缩。',
    'This is no signed copy of the document. Download it and sign that file; do not print, convert or compress it.',
  ),
  nothing_added: words('文件里还没有签名。', 'Nothing is signed in that file yet.'),
  no_signature: words('文件里没有找到签名。', 'No signature was found in that file.'),
  field_differs: words(
    '签在了别的签名域。请重新下载，只签属于您的签名域。',
    'Another field was signed. Download it again, and sign the field that is yours alone.',
  ),
  change_not_allowed: words(
    '除签名外，文件还有别的改动，因此不能接收。请重新下载，只做签署。',
    'The file was changed beside being signed, so it cannot be taken. Download it again, and sign it only.',
  ),
  proof_inside: words(
    '签署的是带账本证明的副本。请签署在此下载的文件。',
    'A copy with the proof of the ledger in it was signed. Sign the file that you download here.',
  ),
  file_too_large: words('文件超过 64 MB，不能接收。', 'The file has more than 64 MB: it cannot be taken.'),
  signing_unavailable: words(
    '服务器现在不能写入签名。请稍后重试，或联系发送人。',
    'Signatures cannot be written now. Try again later, or ask the sender.',
  ),
  rate_limited: words('操作太频繁，请稍后再试。', 'Too many tries. Wait a moment.'),
};

const unexpected = words('没有成功，请稍后重试。', 'That did not work. Try again in a moment.');

export function wordsOf(problem: Problem): Words {
  if (problem.code === 'code_wrong') {
    const left = problem.attempts_left ?? 0;
    return words(`验证码不对，还可以输入 ${left} 次。`, `That is not the code; ${left} attempts are left.`);
  }
  return problems[problem.code] ?? (problem.status === 429 ? problems.rate_limited! : unexpected);
}

// What is not in the table is told as the server said it.
export const detailOf = (problem: Problem): string | undefined =>
  problem.code === 'code_wrong' || problems[problem.code] ? undefined : `${problem.code}: ${problem.detail}`;

// The session is another than the page believed.
export const isStale = (problem: Problem): boolean =>
  (problem.status === 409 && problem.code !== 'nothing_added') ||
  problem.code === 'erased' ||
  problem.code === 'factor_missing' ||
  problem.code === 'not_viewed' ||
  problem.code === 'code_expired';

export const roleOf = (row: { role: string; role_en: string }): Words => words(row.role, row.role_en);

// Of the page, in the language that is shown and then the other.
export function titleOf(session: Session | null, language: Language): string {
  const title = session?.confirmation
    ? words('签署试用确认书', 'Sign a trial confirmation')
    : words('签署报价单', 'Sign a quotation');
  return language === 'en' ? `${title.en} · ${title.zh}` : `${title.zh} · ${title.en}`;
}

// "CNY 1,234.50": as the server said it, with separators between thousands.
export function money(quote: NonNullable<Session['quote']>): string {
  const [whole = '', rest] = quote.payable.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${quote.currency} ${grouped}${rest === undefined ? '' : `.${rest}`}`;
}

export function dateTime(text: string | null, language: string): string {
  if (!text) return '';
  return new Date(text).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}
