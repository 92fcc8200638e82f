// Adds this browser to the ways somebody is told by: asks the browser, then sends what it answers with our own form.

const form = document.querySelector("form[data-told]");
const WORKER = "/told.js";
const SCOPE = "/told";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
  const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  const known = await registration.pushManager.getSubscription();
  // One that was made under another key reaches nobody.
  await known?.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.told) });
}

if (form && "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const refused = form.querySelector("[data-refused]");
    refused.hidden = true;
    try {
      const { endpoint, keys } = (await subscribe()).toJSON();
      form.elements.endpoint.value = endpoint;
      form.elements.p256dh.value = keys.p256dh;
      form.elements.auth.value = keys.auth;
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      refused.hidden = false;
    }
  }, { capture: true });
}
