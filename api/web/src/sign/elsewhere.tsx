// For who has a certificate of their own: take the document away, sign it with one's own program, bring it back.
import { useId } from 'preact/hooks';
import { LinkButton, Notice } from '../base/components';
import { Both, words } from '../base/language';
import { address, stemOf, type Session } from './calls';
import { roleOf } from './texts';

const BYTES_MAX = 64 * 1024 * 1024; // what the server takes

const tooLarge = words('文件超过 64 MB，不能上传。', 'The file has more than 64 MB: it cannot be taken.');

export function Elsewhere(props: { session: Session; file: Blob | null; onFile: (file: Blob | null) => void }) {
  const { session, file } = props;
  // Read at once: whoever signs again over the same file hands in what they chose last.
  const choose = async (chosen: File | undefined) => {
    if (!chosen || chosen.size > BYTES_MAX) return props.onFile(chosen ?? null);
    try {
      props.onFile(new Blob([await chosen.arrayBuffer()]));
    } catch {
      props.onFile(null);
    }
  };
  const id = useId();
  const role = roleOf(session.signer);
  return (
    <div class="stack">
      <ol class="ways">
        <li>
          <Both
            text={words('下载本文件，不要打印或另存为新文件。', 'Download this file; do not print or convert it.')}
          />
        </li>
        <li>
          <Both
            text={words(
              `用您自己的证书（U 盾、Acrobat 等）签署其中的“${role.zh}”签名域，只签这一处。`,
              `Sign its field “${role.en}” with your own certificate (token, Acrobat), and that field alone.`,
            )}
          />
        </li>
        <li>
          <Both text={words('在此选择已签署的文件，然后提交。', 'Choose the signed file here, and hand it in.')} />
        </li>
      </ol>
      <LinkButton
        text={words('下载待签文件', 'Download the document')}
        href={address('document')}
        download={`${stemOf(session)}.pdf`}
      />
      <div class="field">
        <label for={id}>
          <Both text={words('已签署的文件', 'The signed file')} />
        </label>
        <input
          id={id}
          type="file"
          accept="application/pdf,.pdf"
          onClick={(event) => {
            event.currentTarget.value = ''; // or the same name again would be no change
            props.onFile(null);
          }}
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
      </div>
      {file && file.size > BYTES_MAX && <Notice tone="warn" text={tooLarge} />}
    </div>
  );
}

export const canBeTaken = (file: Blob | null): file is Blob => file !== null && file.size > 0 && file.size <= BYTES_MAX;
