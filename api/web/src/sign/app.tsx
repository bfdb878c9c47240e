// A signer's way: read the document, prove who they are, sign it or decline.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button, Card, End, Fact, LinkButton, Notice } from '../base/components';
import { Both, inLanguage, LanguageContext, useLanguage, words, type Language, type Words } from '../base/language';
import {
  address,
  nameOf,
  readDocument,
  readSession,
  sayViewed,
  sellerOf,
  sha256,
  stemOf,
  type Problem,
  type Session,
} from './calls';
import { Consign } from './consign';
import { Enrol } from './enrol';
import { Prove } from './prove';
import { Refuse } from './refuse';
import { Sheets } from './sheets';
import { dateTime, detailOf, endingOf, money, roleOf, titleOf, wordsOf } from './texts';

const WAIT_MS = 20_000; // between two looks whether it is their turn

type Step = 'read' | 'prove' | 'sign';

const stepOf = (session: Session): Step => {
  if (!session.viewed_at) return 'read';
  return session.factors.some((factor) => !factor.done) ? 'prove' : 'sign';
};

function Steps({ session }: { session: Session }) {
  const coded = session.factors.some((factor) => factor.kind !== 'link');
  const all: [Step, Words][] = [
    ['read', words('阅读', 'Read')],
    ...(coded ? ([['prove', words('验证身份', 'Identity')]] as [Step, Words][]) : []),
    ['sign', words('签署', 'Sign')],
  ];
  const now = all.findIndex(([step]) => step === stepOf(session));
  return (
    <ol class="steps">
      {all.map(([step, text], at) => (
        <li
          key={step}
          class={at < now ? 'done' : at === now ? 'now' : ''}
          {...(at === now ? { 'aria-current': 'step' as const } : {})}
        >
          {at + 1}. <Both text={text} />
        </li>
      ))}
    </ol>
  );
}

function Offer({ session }: { session: Session }) {
  const language = useLanguage();
  const { quote, confirmation } = session;
  const what = quote ? words('报价单', 'a quotation') : words('试用确认书', 'a trial confirmation');
  return (
    <Card>
      <p>
        <Both
          text={words(
            `${session.sender.organisation}的${session.sender.name}请${session.signer.name}签署${what.zh}。`,
            `${session.sender.name} of ${session.sender.organisation} asks ${session.signer.name} to sign ${what.en}.`,
          )}
        />
      </p>
      {session.message && <blockquote class="notice">{session.message}</blockquote>}
      <dl class="facts">
        {quote && (
          <>
            <Fact name={words('应付总额', 'Payable')} value={money(quote)} amount />
            <Fact name={words('报价编号', 'Quotation No.')} value={quote.number} />
            <Fact name={words('卖方', 'Seller')} value={quote.seller} />
            <Fact name={words('买方', 'Buyer')} value={quote.buyer} />
            <Fact name={words('有效期至', 'Valid until')} value={quote.valid_until} />
          </>
        )}
        {confirmation && (
          <>
            <Fact name={words('名称', 'Title')} value={confirmation.title} />
            <Fact
              name={words('展示内容', 'What was shown')}
              value={`${confirmation.shown} (${confirmation.version_label ?? confirmation.version})`}
            />
            <Fact name={words('我方', 'Seller')} value={confirmation.seller} />
            <Fact name={words('客户', 'Customer')} value={confirmation.customer} />
          </>
        )}
        <Fact name={words('请在此之前签署', 'Sign before')} value={dateTime(session.expires_at, language)} />
        <Fact name={words('您的签字栏', 'Your field')} value={inLanguage(roleOf(session.signer), language)} />
        {session.signer.own_role && <Fact name={words('您的身份', 'Your role')} value={session.signer.own_role} />}
      </dl>
      {session.others.map((other) => (
        <p key={other.role} class="second">
          <Both
            text={
              other.state === 'signed'
                ? words(`${other.role}：已签署`, `${other.role_en}: has signed`)
                : words(`${other.role}：尚未签署`, `${other.role_en}: has not signed`)
            }
          />
        </p>
      ))}
    </Card>
  );
}

interface Reading {
  bytes: ArrayBuffer;
  sha256: string; // that the session names
  checked: boolean; // by this browser
}

function Reader(props: {
  session: Session;
  reading: Reading | null;
  folded: boolean;
  onEnd: () => void;
  onUnfold: () => void;
}) {
  const { session, reading } = props;
  return (
    <div class={`paper ${props.folded ? 'folded' : ''}`}>
      <div class="unfold">
        <Button text={words('再看一遍文件', 'Read it again')} onPress={props.onUnfold} />
      </div>
      <div class="whole stack">
        {reading && <Sheets bytes={reading.bytes} onEnd={props.onEnd} />}
        <p class="second">
          {reading?.checked ? (
            <Both
              text={words(
                '浏览器已核对：显示的正是这份文件',
                'This browser has checked that what is shown is the document',
              )}
            />
          ) : (
            <Both text={words('文件', 'Document')} />
          )}{' '}
          · SHA-256 <span class="hash">{session.document.sha256}</span> ·{' '}
          <a href={address('document')} download={`${stemOf(session)}.pdf`}>
            <Both text={words('下载', 'Download')} />
          </a>
        </p>
      </div>
    </div>
  );
}

const bySigner = words(
  '您的签名已写入文件，并登记在不可篡改的账本中。其他人签署后，会通知您下载全部签署的文件。',
  'Your signature stands in the document and in the ledger. You are told when all have signed, and get the document with all signatures then.',
);
const byAll = words(
  '文件已全部签署，并登记在不可篡改的账本中。请下载并保存已签署的文件和签署证据摘要。',
  'All have signed, and it stands in the ledger. Download the signed document and the evidence, and keep them.',
);

function Signed({ session }: { session: Session }) {
  const language = useLanguage();
  return (
    <End tone="good" mark="✓" title={words('已签署', 'Signed')} text={session.result?.completed ? byAll : bySigner}>
      <LinkButton
        kind="main"
        text={words('下载已签署的文件', 'Download the signed document')}
        href={address('signed')}
        download={`${stemOf(session)}-signed.pdf`}
      />
      <LinkButton
        text={words('下载签署证据摘要', 'Download the evidence')}
        href={address('summary')}
        download={`${stemOf(session)}-evidence.pdf`}
      />
      <dl class="facts">
        <Fact
          name={session.quote ? words('报价编号', 'Quotation No.') : words('名称', 'Title')}
          value={nameOf(session)}
        />
        <Fact name={words('签署时间', 'Signed at')} value={dateTime(session.signed_at, language)} />
        <Fact name={words('账本条目', 'Ledger entry')} value={session.result ? `#${session.result.entry_index}` : ''} />
      </dl>
      {session.result && (
        <>
          <p class="hash">SHA-256 {session.result.document.sha256}</p>
          <p>
            <a href={session.result.code_url} rel="noreferrer">
              <Both
                text={
                  session.quote
                    ? words('随时核验这份报价单', 'Check this quotation at any time')
                    : words('随时核验这份试用确认书', 'Check this confirmation at any time')
                }
              />
            </a>
          </p>
        </>
      )}
    </End>
  );
}

function Closed({ session }: { session: Session }) {
  const ending = endingOf(session.state);
  return (
    <End tone={ending.tone} mark={ending.mark} title={ending.title} text={ending.text}>
      <p class="second">
        {nameOf(session)} · {session.sender.organisation}
      </p>
      {session.state === 'waiting_turn' && (
        <LinkButton text={words('阅读文件', 'Read the document')} href={address('document')} />
      )}
    </End>
  );
}

// The document beside the steps; on a phone above them, folded once it was read.
function Open(props: { session: Session; onSession: (session: Session) => void; onStale: (problem: Problem) => void }) {
  const { session } = props;
  const [reading, setReading] = useState<Reading | null>(null);
  const [ended, setEnded] = useState(false);
  const [unfolded, setUnfolded] = useState(false);
  const [refusing, setRefusing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const side = useRef<HTMLDivElement>(null);
  const step = stepOf(session);
  const shown = useRef(step);

  const load = async () => {
    setProblem(null);
    const answer = await readDocument();
    if ('problem' in answer)
      return answer.problem.status === 409 ? props.onStale(answer.problem) : setProblem(answer.problem);
    const hash = await sha256(answer.value);
    if (hash !== null && hash !== session.document.sha256)
      return props.onStale({ status: 409, code: 'document_changed', detail: '' });
    setReading({ bytes: answer.value, sha256: session.document.sha256, checked: hash !== null });
  };
  useEffect(() => void load(), []);

  // What comes next is brought into view and read out; not at the first look.
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    setUnfolded(false);
    side.current?.focus();
    side.current?.scrollIntoView({ block: 'start' });
  }, [step]);

  const onEnd = useCallback(() => setEnded(true), []);
  const viewed = async () => {
    setBusy(true);
    const answer = await sayViewed(session.document.sha256);
    setBusy(false);
    if ('value' in answer) return props.onSession(answer.value);
    if (answer.problem.status === 409) return props.onStale(answer.problem);
    setProblem(answer.problem);
  };
  // A passkey is made by whoever has proven the rest.
  const open = session.factors.filter((factor) => !factor.done);
  const next = open.find((factor) => factor.kind !== 'passkey') ?? open[0];

  return (
    <>
      <main class="narrow wide desk">
        <div>
          <Steps session={session} />
          {step === 'read' && (
            <div class="phone">
              <Offer session={session} />
            </div>
          )}
          <Reader
            session={session}
            reading={reading}
            folded={step !== 'read' && !unfolded}
            onEnd={onEnd}
            onUnfold={() => setUnfolded(true)}
          />
        </div>
        <div class="side" ref={side} tabIndex={-1}>
          {problem && (
            <div class="stack">
              <Notice tone="bad" text={wordsOf(problem)} detail={detailOf(problem)} />
              {!reading && <Button text={words('重试', 'Try again')} onPress={() => void load()} />}
            </div>
          )}
          {step === 'prove' && next?.kind === 'code' && (
            <Prove factor={next} onSession={props.onSession} onStale={props.onStale} />
          )}
          {step === 'prove' && next?.kind === 'passkey' && (
            <Enrol onSession={props.onSession} onStale={props.onStale} />
          )}
          {step === 'sign' && <Consign session={session} onSession={props.onSession} onStale={props.onStale} />}
          <div class={step === 'read' ? 'wide-only' : ''}>
            <Offer session={session} />
          </div>
        </div>
      </main>
      <div class="foot">
        <div class="narrow wide row spread">
          <Button kind="quiet" text={words('谢绝', 'Decline')} onPress={() => setRefusing(true)} />
          {step === 'read' && (
            <Button
              kind="main"
              text={
                ended
                  ? words('已阅读完毕，下一步', 'I have read it; go on')
                  : words('请阅读到最后一页', 'Read to the end first')
              }
              busy={busy}
              disabled={!ended}
              onPress={() => void viewed()}
            />
          )}
        </div>
      </div>
      {refusing && (
        <Refuse
          onClose={() => setRefusing(false)}
          onSession={(answer) => {
            setRefusing(false);
            props.onSession(answer);
          }}
          onStale={(found) => {
            setRefusing(false);
            props.onStale(found);
          }}
        />
      )}
    </>
  );
}

function Erased() {
  return (
    <End
      tone="warn"
      mark="!"
      title={words('资料已依法删除', 'It was erased')}
      text={words(
        '这份文件及其资料已依法删除，不能再阅读或签署。如有疑问，请联系发送人。',
        'This document and what belongs to it were lawfully erased: it can be neither read nor signed. Ask the sender.',
      )}
    />
  );
}

function Unknown() {
  return (
    <End
      tone="bad"
      mark="?"
      title={words('链接无效', 'This link opens nothing')}
      text={words(
        '链接不完整、已更换或不存在。请使用最近收到的链接，或联系发送人重新发送。',
        'It is incomplete, replaced or unknown. Use the newest link that you received, or ask the sender for another.',
      )}
    />
  );
}

export function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [language, setLanguage] = useState<Language | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null); // without a session
  const [stale, setStale] = useState<Problem | null>(null); // why the session was read again

  const load = async () => {
    const answer = await readSession();
    if ('problem' in answer) {
      if (answer.problem.code === 'erased') setSession(null);
      return setProblem(answer.problem);
    }
    setProblem(null);
    setSession(answer.value);
  };
  useEffect(() => void load(), []);
  useEffect(() => {
    if (session?.state !== 'waiting_turn') return undefined;
    const timer = setInterval(() => void load(), WAIT_MS);
    return () => clearInterval(timer);
  }, [session?.state]);

  const shownIn: Language = language ?? (session?.signer.language === 'en' ? 'en' : 'zh-CN');
  useLayoutEffect(() => {
    document.documentElement.lang = shownIn;
    document.title = titleOf(session, shownIn);
  }, [shownIn, session?.confirmation?.id]);

  const take = (answer: Session) => {
    setStale(null);
    setSession(answer);
  };
  const reread = (found: Problem) => {
    setStale(found);
    void load();
  };

  const body = () => {
    if (problem && !session) {
      if (problem.code === 'signing_link_unknown') return <Unknown />;
      if (problem.code === 'erased') return <Erased />;
      return (
        <Card>
          <Notice tone="bad" text={wordsOf(problem)} detail={detailOf(problem)} />
          <Button kind="main" text={words('重试', 'Try again')} onPress={() => void load()} />
        </Card>
      );
    }
    if (!session)
      return (
        <p>
          <Both text={words('正在打开…', 'Opening…')} />
        </p>
      );
    if (session.state === 'signed') return <Signed session={session} />;
    return <Closed session={session} />;
  };

  return (
    <LanguageContext.Provider value={shownIn}>
      <header class="head">
        <div class="narrow">
          <b>{session ? sellerOf(session) || session.sender.organisation : 'Quotary'}</b>
          <button
            type="button"
            class="button"
            lang={shownIn === 'en' ? 'zh-CN' : 'en'}
            onClick={() => setLanguage(shownIn === 'en' ? 'zh-CN' : 'en')}
          >
            {shownIn === 'en' ? '中文' : 'English'}
          </button>
        </div>
      </header>
      {stale && session?.state === 'open' && (
        <div class="narrow">
          <Notice tone="warn" text={wordsOf(stale)} detail={detailOf(stale)} />
        </div>
      )}
      {session?.state === 'open' ? (
        // Another document is another reading: nothing of the one before is kept.
        <Open key={session.document.sha256} session={session} onSession={take} onStale={reread} />
      ) : (
        <main class="narrow stack">{body()}</main>
      )}
    </LanguageContext.Provider>
  );
}
