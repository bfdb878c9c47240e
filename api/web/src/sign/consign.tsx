// The last step: the consent text, the signature, and the button that makes it count.
import { useRef, useState } from 'preact/hooks';
import { Button, Card, Notice, TextField, Tick } from '../base/components';
import { Both, useLanguage, words } from '../base/language';
import type { Stroke } from '../base/strokes';
import { usePasskey } from '../base/passkeys';
import { attemptKey, handIn, sign, signingChallenge, type Answer, type Problem, type Session } from './calls';
import { canBeTaken, Elsewhere } from './elsewhere';
import { Pad } from './ink';
import { detailOf, isStale, wordsOf } from './texts';

const NAME_LENGTH_MAX = 40;

const tooMany = words('笔画太多，请清除后写得简单一些。', 'Too many strokes: clear it and write it simpler.');

function ConsentText({ text }: { text: string }) {
  return (
    <div class="consent" tabIndex={0} role="document">
      {text.split('\n\n').map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
    </div>
  );
}

export function Consign(props: {
  session: Session;
  onSession: (session: Session) => void;
  onStale: (problem: Problem) => void;
}) {
  const { session } = props;
  const language = useLanguage();
  const [method, setMethod] = useState<'drawn' | 'typed' | 'certificate'>('drawn');
  const [strokes, setStrokes] = useState<Stroke[] | null>([]);
  const [name, setName] = useState(session.signer.name);
  const [file, setFile] = useState<Blob | null>(null);
  const [accepted, setAccepted] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  // The same for each repetition of the same request, so that a lost answer does not sign twice. A passkey's answer is
  // another each time; then the server's own rule holds: nobody signs twice.
  const attempt = useRef({ text: '', key: '' });
  const passkey = session.factors.some((factor) => factor.kind === 'passkey');

  const drawn = method === 'drawn' && strokes !== null && strokes.length > 0;
  const typed = method === 'typed' && name.trim() !== '';
  const brought = method === 'certificate' && canBeTaken(file);
  const consent = session.consent.texts?.[language];

  const submit = async () => {
    const given = { id: session.consent.id, sha256: session.consent.sha256, locale: language, accepted: true };
    const body = {
      document_sha256: session.document.sha256,
      consent: given,
      method,
      ...(method === 'drawn' ? { strokes } : { typed_name: name.trim() }),
    };
    setBusy(true);
    setProblem(null);
    const answer = await (method === 'certificate' && file ? handIn(file, given) : submitted(body));
    setBusy(false);
    if ('value' in answer) return props.onSession(answer.value);
    if (isStale(answer.problem)) return props.onStale(answer.problem);
    setProblem(answer.problem);
  };
  const submitted = async (body: object): Promise<Answer<Session>> => {
    let whole = body;
    if (passkey) {
      const asked = await signingChallenge(body);
      if ('problem' in asked) return asked;
      const { challenge, site_id, credential_id } = asked.value;
      const assertion = await usePasskey(challenge, site_id, credential_id);
      if (!assertion) return { problem: { status: 0, code: 'passkey_not_used', detail: '' } };
      whole = { ...body, passkey: assertion };
    }
    const text = JSON.stringify(body);
    if (attempt.current.text !== text || passkey) attempt.current = { text, key: attemptKey() };
    return sign(whole, attempt.current.key);
  };

  if (!consent)
    return (
      <Notice
        tone="bad"
        text={words('签署说明无法显示，请联系发送人。', 'The consent text cannot be shown. Ask the sender.')}
      />
    );
  return (
    <>
      <Card title={words('签署说明', 'What you agree to')}>
        <ConsentText text={consent} />
        <Tick text={words('我已阅读并同意', 'I have read this and agree')} checked={accepted} onChange={setAccepted} />
      </Card>
      <Card title={words('您的签名', 'Your signature')}>
        <div class="choice">
          <Button text={words('手写', 'Draw')} pressed={method === 'drawn'} onPress={() => setMethod('drawn')} />
          <Button text={words('键入姓名', 'Type')} pressed={method === 'typed'} onPress={() => setMethod('typed')} />
          {session.methods.includes('certificate') && (
            <Button
              text={words('自有证书', 'Own certificate')}
              pressed={method === 'certificate'}
              onPress={() => setMethod('certificate')}
            />
          )}
        </div>
        {method === 'certificate' && <Elsewhere session={session} file={file} onFile={setFile} />}
        {method === 'drawn' && (
          <Pad key="pad" shape={session.field.width / session.field.height} onDrawn={setStrokes} />
        )}
        {method === 'typed' && (
          <>
            <TextField label={words('姓名', 'Name')} value={name} lengthMax={NAME_LENGTH_MAX} onInput={setName} />
            <div class="typed" aria-hidden="true">
              {name}
            </div>
          </>
        )}
        {strokes === null && <Notice tone="warn" text={tooMany} />}
        {problem && <Notice tone="bad" text={wordsOf(problem)} detail={detailOf(problem)} />}
        <p class="second">
          <Both
            text={words(
              `将签署第 ${session.document.revision} 版文件，SHA-256 前 16 位 ${session.document.sha256.slice(0, 16)}。签署后不能撤回。`,
              `You sign revision ${session.document.revision}, SHA-256 beginning ${session.document.sha256.slice(0, 16)}. It cannot be taken back.`,
            )}
          />
        </p>
        <Button
          kind="main"
          text={method === 'certificate' ? words('提交已签署的文件', 'Hand in the signed file') : words('签署', 'Sign')}
          busy={busy}
          disabled={!accepted || !(drawn || typed || brought)}
          onPress={() => void submit()}
        />
      </Card>
    </>
  );
}
