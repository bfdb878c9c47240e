// Who the signer is: a code that was sent to the address that the sender named.
import { useEffect, useState } from 'preact/hooks';
import { Button, Card, Notice, TextField } from '../base/components';
import { Both, words } from '../base/language';
import { checkCode, sendCode, type Factor, type Problem, type Session } from './calls';
import { detailOf, wordsOf } from './texts';

const DIGITS = 6;

// Whole seconds until then, counting down; 0 when it is past.
function useSecondsUntil(time: string | null | undefined): number {
  const left = () => (time ? Math.max(0, Math.ceil((Date.parse(time) - Date.now()) / 1000)) : 0);
  const [seconds, setSeconds] = useState(left());
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 500);
    return () => clearInterval(timer);
  }, [time]);
  return seconds;
}

const digitsOf = (text: string) =>
  text
    .normalize('NFKC') // full-width digits of Chinese keyboards
    .replace(/\D/g, '')
    .slice(0, DIGITS);

export function Prove(props: {
  factor: Factor;
  onSession: (session: Session) => void;
  onStale: (problem: Problem) => void;
}) {
  const { factor } = props;
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState<'send' | 'check' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const wait = useSecondsUntil(factor.resend_at);
  const sent = Boolean(factor.sent_at);
  const channel = factor.channel === 'phone' ? words('手机', 'phone') : words('邮箱', 'e-mail');

  const take = (answer: { value: Session } | { problem: Problem }) => {
    setBusy(null);
    if ('value' in answer) {
      setProblem(null);
      return props.onSession(answer.value);
    }
    const ended = answer.problem.status === 409 && answer.problem.code !== 'code_attempts_spent';
    if (ended || answer.problem.code === 'erased') return props.onStale(answer.problem);
    setProblem(answer.problem);
    setCode('');
  };
  const send = async () => {
    setBusy('send');
    take(await sendCode());
  };
  const check = async (given: string) => {
    if (given.length !== DIGITS || busy) return;
    setBusy('check');
    take(await checkCode(given));
  };

  return (
    <Card title={words('验证身份', 'Prove who you are')}>
      <p>
        <Both
          text={words(
            `将向您的${channel.zh} ${factor.address ?? ''} 发送 ${DIGITS} 位验证码。`,
            `A code of ${DIGITS} digits is sent to your ${channel.en}, ${factor.address ?? ''}.`,
          )}
        />
      </p>
      {sent && (
        <TextField
          label={words('验证码', 'Code')}
          code
          value={code}
          lengthMax={12}
          wrong={problem ? wordsOf(problem) : undefined}
          onInput={(text) => {
            const digits = digitsOf(text);
            setCode(digits);
            if (digits.length === DIGITS) void check(digits);
          }}
          onEnter={() => void check(code)}
        />
      )}
      {!sent && problem && <Notice tone="bad" text={wordsOf(problem)} detail={detailOf(problem)} />}
      <div class="row">
        {sent && (
          <Button
            kind="main"
            text={words('验证', 'Check')}
            busy={busy === 'check'}
            disabled={code.length !== DIGITS}
            onPress={() => void check(code)}
          />
        )}
        <Button
          {...(sent ? {} : { kind: 'main' as const })}
          text={
            wait > 0
              ? words(`${wait} 秒后可重发`, `Again in ${wait} s`)
              : sent
                ? words('重新发送', 'Send again')
                : words('发送验证码', 'Send the code')
          }
          busy={busy === 'send'}
          disabled={wait > 0}
          onPress={() => void send()}
        />
      </div>
      <p class="second">
        <Both
          text={words(
            '验证码 10 分钟内有效。发送人看不到它，请勿告诉任何人。',
            'It is good for 10 minutes. The sender does not see it; tell it to nobody.',
          )}
        />
      </p>
    </Card>
  );
}
