// The few parts that all pages are made of.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Both, One, type Words } from './language';

type Tone = 'good' | 'warn' | 'bad';

export function Button(props: {
  text: Words;
  kind?: 'main' | 'quiet' | 'danger';
  busy?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  onPress: () => void;
}) {
  const pressed = props.pressed === undefined ? {} : { 'aria-pressed': props.pressed };
  return (
    <button
      type="button"
      class={`button ${props.kind ?? ''}`}
      disabled={props.disabled || props.busy}
      aria-busy={props.busy ?? false}
      onClick={props.onPress}
      {...pressed}
    >
      <Both text={props.text} />
    </button>
  );
}

export function LinkButton(props: { text: Words; href: string; kind?: 'main'; download?: string }) {
  const download = props.download === undefined ? {} : { download: props.download };
  return (
    <a class={`button ${props.kind ?? ''}`} href={props.href} {...download}>
      <Both text={props.text} />
    </a>
  );
}

export function Card({ title, children }: { title?: Words; children: ComponentChildren }) {
  return (
    <section class="card stack">
      {title && (
        <h2>
          <Both text={title} />
        </h2>
      )}
      {children}
    </section>
  );
}

// Said to a screen reader as it appears.
export function Notice({ tone, text, detail }: { tone: Tone; text: Words; detail?: string | undefined }) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <strong>
        <Both text={text} />
      </strong>
      {detail && <p class="second">{detail}</p>}
    </div>
  );
}

export function Fact({ name, value, amount }: { name: Words; value: string; amount?: boolean }) {
  if (!value) return null;
  return (
    <div class={amount ? 'whole' : ''}>
      <dt>
        <Both text={name} />
      </dt>
      <dd class={amount ? 'amount' : ''}>{value}</dd>
    </div>
  );
}

// A whole page's one message.
export function End(props: { tone: Tone; mark: string; title: Words; text: Words; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class={`card end stack ${props.tone}`}>
      <div class="mark" aria-hidden="true">
        {props.mark}
      </div>
      <h1 ref={heading} tabIndex={-1}>
        <Both text={props.title} />
      </h1>
      <p>
        <Both text={props.text} />
      </p>
      {props.children}
    </section>
  );
}

export function Tick(props: { text: Words; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>
        <Both text={props.text} />
      </span>
    </label>
  );
}

export function TextField(props: {
  label: Words;
  value: string;
  wrong?: Words | undefined;
  lines?: boolean;
  code?: boolean;
  lengthMax: number;
  onInput: (value: string) => void;
  onEnter?: () => void;
}) {
  const id = useId();
  const shared = {
    id,
    value: props.value,
    maxLength: props.lengthMax,
    'aria-invalid': props.wrong !== undefined,
    'aria-describedby': `${id}-wrong`,
  };
  return (
    <div class="field">
      <label for={id}>
        <Both text={props.label} />
      </label>
      {props.lines ? (
        <textarea {...shared} onInput={(event) => props.onInput(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          type="text"
          class={props.code ? 'code' : ''}
          autocomplete={props.code ? 'one-time-code' : 'name'}
          inputMode={props.code ? 'numeric' : 'text'}
          onInput={(event) => props.onInput(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.isComposing) props.onEnter?.();
          }}
        />
      )}
      <p id={`${id}-wrong`} class="wrong" aria-live="polite">
        {props.wrong && <One text={props.wrong} />}
      </p>
    </div>
  );
}

// A question over the page; Escape closes it.
export function Dialog(props: { title: Words; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (!shown) return undefined;
    if (shown.showModal) shown.showModal();
    else shown.setAttribute('open', ''); // before Safari 15.4
    return () => shown.close?.();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={props.onClose}>
      <div class="stack">
        <h2 id={id}>
          <Both text={props.title} />
        </h2>
        {props.children}
      </div>
    </dialog>
  );
}
