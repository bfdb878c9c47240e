// A passkey for those of whom one is demanded: made once, on a device of theirs.
import { useState } from 'preact/hooks';
import { Button, Card, Notice } from '../base/components';
import { Both, words } from '../base/language';
import { makePasskey, passkeysWork } from '../base/passkeys';
import { newPasskey, registerPasskey, type Problem, type Session } from './calls';
import { detailOf, wordsOf } from './texts';

export function Enrol(props: { onSession: (session: Session) => void; onStale: (problem: Problem) => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const refuse = (found: Problem) => {
    setBusy(false);
    if (found.status === 409 || found.code === 'factor_missing' || found.code === 'erased') return props.onStale(found);
    setProblem(found);
  };
  const make = async () => {
    setBusy(true);
    setProblem(null);
    const asked = await newPasskey();
    if ('problem' in asked) return refuse(asked.problem);
    const made = await makePasskey(asked.value);
    if (!made) return refuse({ status: 0, code: 'passkey_not_made', detail: '' });
    const answer = await registerPasskey(made);
    if ('problem' in answer) return refuse(answer.problem);
    setBusy(false);
    props.onSession(answer.value);
  };

  return (
    <Card title={words('创建通行密钥', 'Make a passkey')}>
      <p>
        <Both
          text={words(
            '签署时须用您设备上的指纹、面容或锁屏密码确认。密钥留在您的设备上，不会发给我们或发送人。',
            'You confirm your signature by fingerprint, face or the PIN of your device. The key stays on it: neither we nor the sender get it.',
          )}
        />
      </p>
      {problem && <Notice tone="bad" text={wordsOf(problem)} detail={detailOf(problem)} />}
      {passkeysWork() ? (
        <Button kind="main" text={words('创建通行密钥', 'Make a passkey')} busy={busy} onPress={() => void make()} />
      ) : (
        <Notice
          tone="warn"
          text={words(
            '这个浏览器不支持通行密钥。请用手机或电脑的系统浏览器打开此链接。',
            'This browser has no passkeys. Open the link in the own browser of your phone or computer.',
          )}
        />
      )}
    </Card>
  );
}
