// Passkeys, as this browser makes and uses them; what goes to the server is base64url.
export interface NewPasskey {
  challenge: string;
  site: { id: string; name: string };
  user: { id: string; name: string; display_name: string };
  algorithms: number[];
}
export interface MadePasskey {
  client_data: string;
  authenticator_data: string;
}
export interface Assertion extends MadePasskey {
  signature: string;
}

const USE_MS_MAX = 120_000;

export const passkeysWork = () => typeof PublicKeyCredential === 'function' && Boolean(navigator.credentials);

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function textOf(bytes: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return plain.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

// Null: the person did not, or the device cannot. Browsers do not say which.
async function orNull<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch {
    return null;
  }
}

export async function makePasskey(asked: NewPasskey): Promise<MadePasskey | null> {
  const made = await orNull(
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(asked.challenge),
        rp: asked.site,
        user: { id: bytesOf(asked.user.id), name: asked.user.name, displayName: asked.user.display_name },
        pubKeyCredParams: asked.algorithms.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        attestation: 'none',
        timeout: USE_MS_MAX,
      },
    }),
  );
  if (!(made instanceof PublicKeyCredential)) return null;
  const answer = made.response as AuthenticatorAttestationResponse;
  if (!answer.getAuthenticatorData) return null;
  return { client_data: textOf(answer.clientDataJSON), authenticator_data: textOf(answer.getAuthenticatorData()) };
}

export async function usePasskey(challenge: string, site: string, credential: string): Promise<Assertion | null> {
  const used = await orNull(
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(challenge),
        rpId: site,
        allowCredentials: [{ type: 'public-key', id: bytesOf(credential) }],
        userVerification: 'required',
        timeout: USE_MS_MAX,
      },
    }),
  );
  if (!(used instanceof PublicKeyCredential)) return null;
  const answer = used.response as AuthenticatorAssertionResponse;
  return {
    client_data: textOf(answer.clientDataJSON),
    authenticator_data: textOf(answer.authenticatorData),
    signature: textOf(answer.signature),
  };
}
