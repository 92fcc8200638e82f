// The copy of a plan that is kept on this phone: kept after a clear yes, replaced by a newer one, removed when told to.
// Loaded only where a copy is kept, or about to be.

const CACHE = "my-plan";
const PAGE = "/my-plan";
const WORKER = "/my-plan.js";
const STANDING = "/my-plan/standing";
const VERSION = "X-Plan-Version";
const COPY = "X-Plan-Copy";
const canKeep = "caches" in globalThis && "serviceWorker" in navigator;

const held = async () => (canKeep ? caches.match(PAGE, { cacheName: CACHE, ignoreVary: true }) : undefined);

async function put(copy) {
  const html = await copy.clone().text();
  const parts = new DOMParser().parseFromString(html, "text/html");
  const files = [...parts.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], img[src]")];
  const addresses = [...new Set(files.map((file) => file.getAttribute("href") ?? file.getAttribute("src")))];
  const cache = await caches.open(CACHE);
  await cache.addAll(addresses);
  await cache.put(PAGE, copy);
  // The older copy goes last: there is no moment without one.
  const wanted = new Set([PAGE, ...addresses].map((address) => new URL(address, location.href).href));
  const stale = (await cache.keys()).filter((kept) => !wanted.has(kept.url));
  await Promise.all(stale.map((kept) => cache.delete(kept)));
}

async function remove() {
  if (!canKeep) return;
  await caches.delete(CACHE);
  const registration = await navigator.serviceWorker.getRegistration(PAGE);
  await registration?.unregister();
}

async function ask() {
  const copy = await held();
  const headers = { [VERSION]: copy?.headers.get(VERSION) ?? "" };
  const answer = await fetch(STANDING, { headers, cache: "no-store" });
  // With it "Leave quickly" also ends a sign-in that is younger than the copy.
  const field = document.querySelector("[data-kept-page] [name=csrf_token]");
  if (field) field.value = answer.headers.get("X-CSRFToken") ?? "";
  return { copy, ...(answer.ok ? await answer.json() : { keep: true, newer: false }) };
}

// What this phone is to do is asked of the server; without a connection everything stays as it is.
async function contact() {
  const { copy, keep, newer } = await ask();
  if (!keep) {
    await remove();
    if (copy) await ask();
    return { gone: Boolean(copy) };
  }
  if (!newer) return {};
  const fresh = await fetch(copy.headers.get(COPY), { redirect: "manual", cache: "no-store" });
  if (!fresh.ok || !fresh.headers.get(VERSION)) return { old: true };
  await put(fresh);
  await ask();
  return { replaced: true };
}

// Signing out leaves the copy and clears everything else; a bedside's entries that still wait are no patient's.
async function sweep() {
  if (document.cookie.includes("interval-unsent=")) return;
  localStorage.clear();
  sessionStorage.clear();
  const [databases, names] = await Promise.all([indexedDB.databases?.() ?? [], caches.keys()]);
  for (const { name } of databases) indexedDB.deleteDatabase(name);
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

async function keep(form) {
  const worker = await navigator.serviceWorker.register(WORKER, { scope: PAGE });
  const copy = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { [VERSION]: "none" }, redirect: "manual" });
  if (!copy.headers.get(VERSION)) {
    await worker.unregister();
    return false;
  }
  try {
    await put(copy);
  } catch (error) {
    await remove();
    await ask();
    throw error;
  }
  return true;
}

function offer(marked) {
  const form = marked.closest("form");
  const said = form.querySelector("[data-failed]");
  if (!canKeep) {
    said.hidden = false;
    form.querySelector("[type=submit]").disabled = true;
    return;
  }
  form.addEventListener("submit", async (event) => {
    if (!form.elements.yes.checked) return;
    event.preventDefault();
    event.stopPropagation();
    try {
      if (!(await keep(form))) return HTMLFormElement.prototype.submit.call(form);
      location.assign(marked.dataset.done);
    } catch {
      said.hidden = false;
      said.scrollIntoView({ block: "center" });
    }
  });
}

function readHere() {
  const show = (name) => {
    document.querySelectorAll("[data-said]").forEach((one) => { one.hidden = one.dataset.said !== name; });
  };
  const emptied = () => {
    for (const part of document.querySelectorAll("[data-plan]")) part.replaceChildren();
    show("removed");
  };
  document.querySelector("[data-remove]").addEventListener("click", async () => {
    await remove();
    emptied();
    if (navigator.onLine) ask().catch(() => {});
  });
  // A connection that has only just come back may still refuse: asked again, ever more seldom, until it answers.
  const look = async (wait = 1000) => {
    if (!navigator.onLine) return;
    try {
      const { gone, old, replaced } = await contact();
      if (gone) emptied();
      if (old) show("old");
      if (replaced) location.reload();
    } catch {
      setTimeout(look, wait, Math.min(2 * wait, 60_000));
    }
  };
  addEventListener("online", () => { look(); });
  return look();
}

async function begin() {
  const offered = document.querySelector("[data-keep-plan]");
  if (offered) return offer(offered);
  if (document.querySelector("[data-kept-page]")) return readHere();
  if (document.querySelector("[data-sweep]")) await sweep();
  const { gone } = await contact();
  if (!gone) return undefined;
  document.querySelectorAll("[data-this-phone]").forEach((one) => one.remove());
  return document.querySelectorAll("[data-gone]").forEach((one) => { one.hidden = false; });
}

begin().catch(() => {});
