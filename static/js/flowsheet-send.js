// Sends what waits, in order, until the server says that it is kept; only then is each entry erased from the device.
// standing: "sent", "waiting", "sending", "offline", "signed-out", "somebody-else", "not-on-team", "failing", "stuck".

const AGAIN = [2000, 5000, 10000, 20000, 30000];
const PATIENCE = 15000;
const AT_ONCE = 50;
// With these one entry may be what the portal cannot take; with any other the portal itself does not answer.
const CHOKED = [400, 413, 500];

export const isWaiting = (entry) => !entry.problems && !entry.unreadable;

// Returns {sync, standing}; `tell(standing, {kept, refused})` is called after each try.
export function sender({ queue, user, token, tell }) {
  let csrf = token;
  let standing = "waiting";
  let running = null;
  let asked = false;
  let tries = 0;
  let timer = 0;
  let most = AT_ONCE;

  function ask(address, options = {}) {
    const signal = AbortSignal.timeout(PATIENCE);
    return fetch(address, { signal, cache: "no-store", redirect: "manual", ...options });
  }

  // The session may be another one by now; nothing is ever sent in the name of somebody else.
  async function whoIsSignedIn(path) {
    const answer = await ask(path);
    if (answer.type === "opaqueredirect" || answer.status === 401) return "signed-out";
    if (answer.status === 404) return "not-on-team";
    if (!answer.ok) return "failing";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.querySelector("[data-user]")?.dataset.user !== user) return "somebody-else";
    const fresh = page.querySelector("[name=csrf_token]")?.value;
    if (!fresh) return "failing";
    if (fresh === csrf) return "stuck";
    csrf = fresh;
    return "";
  }

  async function post(path, entries, mayRenew = true) {
    const sent = entries.map(({ id, kind, place, occurred_at, queued, fields }) => ({ id, kind, sequence: place, occurred_at, queued, fields }));
    const body = JSON.stringify({ device: queue.device, now: new Date().toISOString(), entries: sent });
    const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf };
    const answer = await ask(`${path}/entries`, { method: "POST", headers, body });
    if (answer.ok) return answer.json();
    if (answer.status === 400 && mayRenew) {
      const trouble = await whoIsSignedIn(path);
      if (!trouble) return post(path, entries, false);
      if (trouble !== "stuck") return { trouble };
    }
    if (CHOKED.includes(answer.status)) return choked(answer, entries);
    return { trouble: { 401: "signed-out", 404: "not-on-team" }[answer.status] ?? "failing" };
  }

  // What the portal says of a whole batch it says of each entry, once each is sent by itself.
  async function choked(answer, entries) {
    const said = await answer.json().catch(() => null);
    if (!said?.problem || entries.length > 1) return { trouble: "stuck" };
    return { kept: [], refused: [{ id: entries[0].id, problems: [{ field: "", text: said.problem }] }] };
  }

  async function settle(entries, answer) {
    const kept = new Set(answer.kept ?? []);
    const refused = new Map((answer.refused ?? []).map((one) => [one.id, one.problems]));
    for (const entry of entries) {
      if (kept.has(entry.id)) await queue.erase(entry.place);
      else if (refused.has(entry.id)) await queue.change({ ...entry, problems: refused.get(entry.id) });
      else if (!entry.queued) await queue.change({ ...entry, queued: true });
    }
    return { kept: entries.filter((one) => kept.has(one.id)), refused: entries.filter((one) => refused.has(one.id)) };
  }

  // Where one patient's page is closed to this person, what waits for another patient is sent all the same.
  async function sendOnce() {
    const barred = new Set();
    const stuck = new Set();
    for (;;) {
      const waiting = (await queue.list()).filter((one) => isWaiting(one) && !barred.has(one.path) && !stuck.has(one.id));
      if (!waiting.length) return finish(stuck.size ? "stuck" : barred.size ? "not-on-team" : "sent");
      const { path } = waiting[0];
      const batch = waiting.filter((one) => one.path === path).slice(0, most);
      const answer = await post(path, batch).catch(unanswered);
      const settled = await settle(batch, answer);
      if (answer.trouble === "stuck") {
        if (batch.length === 1) stuck.add(batch[0].id);
        most = 1;
        continue;
      }
      if (answer.trouble === "not-on-team") barred.add(path);
      if (barred.has(path)) continue;
      if (answer.trouble) return finish(answer.trouble);
      tell("sending", { ...settled, state: answer.state });
      if (!settled.kept.length && !settled.refused.length) return finish("failing");
    }
  }

  // Too many at once for a slow network is too many again next time.
  function unanswered(error) {
    if (error.name === "TimeoutError") most = 1;
    return { trouble: "offline" };
  }

  function finish(found) {
    standing = found;
    clearTimeout(timer);
    tries = found === "sent" ? 0 : tries + 1;
    if (found === "sent") most = AT_ONCE;
    if (["offline", "failing", "stuck"].includes(found)) timer = setTimeout(sync, AGAIN[Math.min(tries, AGAIN.length) - 1]);
    tell(found, { kept: [], refused: [] });
  }

  function sync() {
    if (running) {
      asked = true;
      return running;
    }
    // Two tabs of one device take turns, or one entry would be sent by both.
    const turn = navigator.locks ? navigator.locks.request("interval-bedside", sendOnce) : sendOnce();
    running = Promise.resolve(turn).catch(() => finish("failing")).then(() => {
      running = null;
      if (asked) {
        asked = false;
        return sync();
      }
      return undefined;
    });
    return running;
  }

  addEventListener("online", sync);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sync(); });
  return { sync, standing: () => standing };
}
