// The calls below a signing link. The link's token is in the page's own address and in nothing else.
import type { MadePasskey, NewPasskey } from '../base/passkeys';

export type State =
  | 'open'
  | 'waiting_turn'
  | 'signed'
  | 'declined'
  | 'revoked'
  | 'expired'
  | 'completed'
  | 'overtaken'
  | 'quote_voided'
  | 'quote_superseded'
  | 'quote_expired'
  | 'case_is_closed';

export interface Factor {
  kind: string;
  done: boolean;
  channel?: 'email' | 'phone';
  address?: string;
  resend_at?: string | null;
  expires_at?: string | null;
  sent_at?: string | null;
  attempts_left?: number;
}

export interface Session {
  state: State;
  request_id: string;
  expires_at: string;
  message: string;
  viewed_at: string | null;
  signed_at: string | null;
  declined_at: string | null;
  signer: { name: string; organisation: string; own_role: string; role: string; role_en: string; language: string };
  sender: { name: string; organisation: string };
  // One of the two: what is to be signed.
  quote?: {
    number: string;
    issue_date: string;
    valid_until: string;
    currency: string;
    payable: string;
    seller: string;
    buyer: string;
  };
  confirmation?: {
    id: string;
    title: string;
    case_title: string;
    shown: string;
    version: number;
    version_label?: string;
    made_at: string;
    seller: string;
    customer: string;
  };
  document: { sha256: string; size: number; revision: number };
  consent: { id: string; sha256: string; texts?: { 'zh-CN': string; en: string } };
  factors: Factor[];
  methods: string[];
  field: { width: number; height: number };
  others: { role: string; role_en: string; state: string }[];
  result: {
    document: { sha256: string; size: number; revision: number };
    completed: boolean; // the document is the newest, with the signatures of all
    entry_index: number;
    code_url: string;
  } | null;
}

// What the document is called, and the files that hold it.
export const nameOf = (session: Session) => session.quote?.number ?? session.confirmation?.title ?? '';
export const stemOf = (session: Session) => session.quote?.number ?? `confirmation-${session.confirmation?.id ?? ''}`;
export const sellerOf = (session: Session) => session.quote?.seller ?? session.confirmation?.seller ?? '';

export interface Challenge {
  challenge: string;
  site_id: string;
  credential_id: string;
}

export interface Problem {
  status: number; // 0: no answer came
  code: string;
  detail: string;
  attempts_left?: number;
  factor?: string;
}
export type Answer<Value> = { value: Value } | { problem: Problem };

const ANSWER_MS_MAX = 60_000;

const base = () => location.pathname.replace(/\/+$/, '');
export const address = (call: string) => `${base()}/${call}`;

const problemOf = async (reply: Response): Promise<Problem> => {
  const found: Partial<Problem> = await reply.json().catch(() => ({}));
  return { detail: '', ...found, code: found.code ?? 'no_answer', status: reply.status };
};

async function ask(call: string, init: RequestInit): Promise<Answer<Response>> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), ANSWER_MS_MAX);
  try {
    const reply = await fetch(address(call), {
      cache: 'no-store',
      credentials: 'same-origin',
      signal: ended.signal,
      ...init,
    });
    return reply.ok ? { value: reply } : { problem: await problemOf(reply) };
  } catch {
    return { problem: { status: 0, code: 'no_answer', detail: '' } };
  } finally {
    clearTimeout(timer);
  }
}

async function json<Value>(call: string, init: RequestInit): Promise<Answer<Value>> {
  const reply = await ask(call, init);
  if ('problem' in reply) return reply;
  try {
    return { value: (await reply.value.json()) as Value };
  } catch {
    return { problem: { status: 0, code: 'no_answer', detail: '' } };
  }
}

const post = <Value = Session>(call: string, body: unknown, headers: Record<string, string> = {}) =>
  json<Value>(call, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });

export const readSession = () => json<Session>('session', {});
export const sayViewed = (sha256: string) => post('viewed', { document_sha256: sha256 });
export const sendCode = () => post('code', {});
export const checkCode = (code: string) => post('code/check', { code });
export const newPasskey = () => post<NewPasskey>('passkey/new', {});
export const registerPasskey = (made: MadePasskey) => post('passkey', made);
export const signingChallenge = (body: unknown) => post<Challenge>('passkey/challenge', body);
export const decline = (reason: string) => post('decline', { reason });
export const sign = (body: unknown, key: string) => post('sign', body, { 'Idempotency-Key': key });

// A copy that was signed elsewhere.
export const handIn = (file: Blob, consent: { id: string; sha256: string; locale: string; accepted: boolean }) => {
  const query = new URLSearchParams({
    consent_id: consent.id,
    consent_sha256: consent.sha256,
    locale: consent.locale,
    accepted: String(consent.accepted),
  });
  return json<Session>(`signed-copy?${query}`, {
    method: 'POST',
    body: file,
    headers: { 'Content-Type': 'application/pdf' },
  });
};

export async function readDocument(): Promise<Answer<ArrayBuffer>> {
  const reply = await ask('document', {});
  if ('problem' in reply) return reply;
  try {
    return { value: await reply.value.arrayBuffer() };
  } catch {
    return { problem: { status: 0, code: 'no_answer', detail: '' } };
  }
}

// Hexadecimal; null in a browser that cannot, as on a page that came without TLS.
export async function sha256(bytes: ArrayBuffer): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

// A key for one attempt to sign; the same for each repetition of it.
export function attemptKey(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
