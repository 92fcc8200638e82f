// The bedside without a network: every entry goes onto the device first, sealed, and from there to the clinic.

const data = JSON.parse(document.getElementById("flowsheet-data").textContent);
const { words, judging } = data;
const TICK = 10000;
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: data.zone });

async function load() {
  const names = Object.keys(data.modules);
  const parts = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await import(data.modules[name])])));
  if (!parts.seal.isPossible()) throw new Error("nothing can be kept here");
  return { parts, queue: await parts.queue.openQueue(data.user, parts.seal) };
}

async function begin({ parts, queue }) {
  const how = { judge: parts.judge.judge, zone: data.zone, ...judging };
  const line = document.querySelector("[data-queue-line]");
  const showStop = parts.stop.stopBanner({ banner: document.querySelector("[data-stop-here]"), words });
  const correcting = new WeakMap();
  const busy = new WeakSet();
  // Sent and kept, but not yet in what the server last told this page.
  let kept = [];
  let waiting = [];
  let stand = parts.now.known(part("standing"));

  const send = parts.send.sender({ queue, user: data.user, token: data.csrf, tell });
  const ask = parts.poll.poll({ address: `${data.path}/entries`, changed: () => { kept = []; redraw(); } });
  const list = document.querySelector("[data-waiting]");
  const arrange = () => parts.panels.arrange(stand, { ranges: judging.ranges, isCorrected: (form) => correcting.has(form) });
  const draw = parts.waiting.waitingList({ list, line, words, zone: data.zone, here: data.infusion, act: { correct, asNote, discard, isStop } });

  async function redraw() {
    waiting = await queue.list();
    const others = await queue.countOthers();
    const here = waiting.filter((one) => one.infusion === data.infusion && !kept.some((sent) => sent.id === one.id));
    stand = parts.now.standing(parts.now.known(part("standing")), [...kept, ...here], how);
    const sent = stand.stop && kept.find((one) => one.id === stand.stop.id);
    if (sent) stand.stop.sentAt = sent.sentAt;
    draw(waiting, send.standing(), others);
    showStop(stand.stop, send.standing());
    parts.panels.closeEnded([...kept, ...here]);
    arrange();
    tick();
  }

  function tell(standing, { kept: settled, refused }) {
    const sentAt = clock.format(new Date());
    kept.push(...settled.filter((one) => one.infusion === data.infusion).map((one) => ({ ...one, sentAt })));
    if (settled.length || refused.length) ask();
    refused.filter((one) => one.infusion === data.infusion && !one.queued).slice(0, 1).forEach(bringBack);
    redraw();
  }

  function tick() {
    const due = document.querySelector("[data-due-words]");
    due.textContent = parts.now.untilDue(stand.due, Date.now(), words);
    due.classList.toggle("due-late", stand.due !== null && stand.due <= Date.now());
    if (stand.last) document.querySelector("[data-last]").textContent = stand.last;
    document.querySelector("[data-phase-words]").textContent = words.phases[stand.phase];
    document.querySelector("[data-since]").textContent = parts.now.since(stand.started, stand.ended ?? Date.now(), words) || "–";
  }

  async function keep(form) {
    const stopIsOpen = Boolean(stand.stop) && navigator.onLine;
    const problems = parts.check.wrong(form, { problems: parts.judge.problems, ranges: judging.ranges, together: judging.together, words, stopIsOpen });
    parts.entry.complain(form, problems);
    if (problems.length || busy.has(form)) return;
    busy.add(form);
    const before = correcting.get(form);
    const entry = parts.entry.read(form, { infusion: data.infusion, path: data.path });
    const isKept = await (before ? queue.change({ ...entry, place: before.place, occurred_at: before.occurred_at, queued: before.queued }) : queue.add(entry)).then(() => true, () => false);
    busy.delete(form);
    if (!isKept) return sendItself(form, entry);
    correcting.delete(form);
    parts.entry.begin(form);
    await redraw();
    const panel = form.closest("details.panel");
    panel?.removeAttribute("open");
    // The browser lets go of a button that is no longer there only when it draws again.
    const holder = document.activeElement;
    if (panel && (holder === document.body || panel.contains(holder))) panel.querySelector("summary").focus({ preventScroll: true });
    return send.sync();
  }

  // Where the device has no room the form goes as it would without scripts, if there is a connection.
  function sendItself(form, entry) {
    if (!navigator.onLine) return parts.entry.complain(form, [{ field: "", text: words.notKept }]);
    form.elements.id.value = entry.id;
    form.elements.occurred_at.value = entry.occurred_at;
    return form.submit();
  }

  function bringBack(entry) {
    const form = parts.panels.formOf(entry);
    if (form && ![...form.elements].some((one) => one === document.activeElement)) correct(entry);
  }

  function correct(entry) {
    const form = parts.panels.formOf(entry);
    if (!form) return;
    correcting.set(form, entry);
    form.closest("[data-others]")?.setAttribute("open", "");
    form.closest("details.panel")?.setAttribute("open", "");
    parts.entry.refill(form, entry);
  }

  function isStop(entry) {
    return parts.now.standing(parts.now.known(part("standing")), [entry], how).stop?.id === entry.id;
  }

  async function asNote(entry) {
    const lines = [entry.title, ...entry.said.map(([label, value]) => `${label}: ${value}`), ...entry.problems.map((one) => one.text)];
    const { problems, ...same } = entry;
    await queue.change({ ...same, id: crypto.randomUUID(), kind: "note", title: words.note, fields: { text: [lines.join("\n")] }, said: [["", lines[0]]] });
    await redraw();
    send.sync();
  }

  async function discard(entry) {
    await queue.erase(entry.place);
    await redraw();
  }

  parts.guard.stayHere({ hint: document.querySelector("[data-stay]"), isUnsent: () => waiting.some(parts.send.isWaiting) });
  document.addEventListener("submit", (event) => {
    if (!event.target.dataset.entry) return;
    event.preventDefault();
    keep(event.target);
  }, true);
  document.addEventListener("toggle", (event) => { if (event.target.open === false) arrange(); }, true);
  for (const change of ["online", "offline"]) addEventListener(change, redraw);
  setInterval(tick, TICK);
  await redraw();
  send.sync();
  // What the page before this one sent while this one was drawn is on neither the page nor the device.
  ask();
}

// Then every form is sent by itself, as without scripts.
function keepNothing() {
  document.querySelector("[data-queue-line]").lastElementChild.textContent = words.keepsNothing;
}

load().then(begin, keepNothing);
