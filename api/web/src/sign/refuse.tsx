// Declining, with a reason that the sender reads.
import { useState } from 'preact/hooks';
import { Button, Dialog, TextField } from '../base/components';
import { Both, words } from '../base/language';
import { decline, type Problem, type Session } from './calls';
import { wordsOf } from './texts';

const REASON_LENGTH_MAX = 500;

export function Refuse(props: {
  onSession: (session: Session) => void;
  onStale: (problem: Problem) => void;
  onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async () => {
    setBusy(true);
    const answer = await decline(reason.trim());
    setBusy(false);
    if ('value' in answer) return props.onSession(answer.value);
    if (answer.problem.status === 409) return props.onStale(answer.problem);
    setProblem(answer.problem);
  };
  return (
    <Dialog title={words('谢绝签署', 'Decline to sign')} onClose={props.onClose}>
      <p>
        <Both
          text={words(
            '发送人会看到您的原因。谢绝后此链接不能再签署。',
            'The sender reads your reason. This link cannot sign afterwards.',
          )}
        />
      </p>
      <TextField
        label={words('原因', 'Reason')}
        lines
        value={reason}
        lengthMax={REASON_LENGTH_MAX}
        wrong={problem ? wordsOf(problem) : undefined}
        onInput={setReason}
      />
      <div class="row spread">
        <Button kind="quiet" text={words('返回', 'Back')} onPress={props.onClose} />
        <Button
          kind="danger"
          text={words('谢绝签署', 'Decline')}
          busy={busy}
          disabled={reason.trim().length < 2}
          onPress={() => void submit()}
        />
      </div>
    </Dialog>
  );
}
