// Seals what waits on this device: AES-GCM under a key that the browser will not give out, bound to person, infusion and id.

const NAME = "AES-GCM";
const IV_BYTES = 12;
const text = new TextEncoder();

export function isPossible() {
  return Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle && globalThis.indexedDB);
}

export function newKey() {
  return crypto.subtle.generateKey({ name: NAME, length: 256 }, false, ["encrypt", "decrypt"]);
}

function bound({ user, infusion, id }) {
  return text.encode(JSON.stringify([user, infusion, id]));
}

export async function seal(key, about, said) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const how = { name: NAME, iv, additionalData: bound(about) };
  return { iv, sealed: await crypto.subtle.encrypt(how, key, text.encode(JSON.stringify(said))) };
}

export async function open(key, about, { iv, sealed }) {
  const how = { name: NAME, iv, additionalData: bound(about) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, sealed)));
}
