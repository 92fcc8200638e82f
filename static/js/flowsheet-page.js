// The bedside without a network: every entry goes onto the device first, sealed, and from there to the clinic.

const data = JSON.parse(document.getElementById("flowsheet-data").textContent);
const { words, judging } = data;
const names = Object.keys(data.modules);
const parts = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await import(data.modules[name])])));
const TICK = 10000;
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: data.zone });

async function begin() {
  const queue = await parts.queue.openQueue(data.user, parts.seal);
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
  const draw = parts.waiting.waitingList({ list, line, words, zone: data.zone, here: data.infusion, act: { correct, asNote } });

  async function redraw() {
    waiting = await queue.list();
    const others = await queue.countOthers();
    const here = waiting.filter((one) => one.infusion === data.infusion && !kept.some((sent) => sent.id === one.id));
    stand = parts.now.standing(parts.now.known(part("standing")), [...kept, ...here], how);
    const sent = stand.stop && kept.find((one) => one.id === stand.stop.id);
    if (sent) stand.stop.sentAt = sent.sentAt;
    draw(waiting, send.standing(), others);
    showStop(stand.stop, send.standing());
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

  // What belongs to this phase stands first; a panel that is open stays where it is until it is closed.
  function arrange() {
    const places = { now: document.querySelector('[data-panels="now"]'), other: document.querySelector('[data-panels="other"]') };
    document.querySelectorAll("[data-in]").forEach((panel) => {
      const place = places[panel.dataset.in.split(" ").includes(stand.phase) ? "now" : "other"];
      if (panel.parentElement === place || panel.open || !Object.values(places).includes(panel.parentElement)) return;
      const after = [...place.children].find((one) => Number(one.dataset.order) > Number(panel.dataset.order));
      place.insertBefore(panel, after ?? null);
    });
    const vitals = document.querySelector("#fill-vitals");
    const isBegun = Object.keys(judging.ranges).some((sign) => vitals.elements[sign].value) || correcting.has(vitals);
    const point = vitals.querySelector(`[name=point][value="${stand.phase === "left" ? "after" : stand.phase}"]`);
    if (!isBegun) point.checked = true;
    const meant = document.querySelector('[data-entry="authorisation"] [name=stop_id]');
    if (meant && stand.stop) meant.value = stand.stop.id;
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
    const problems = parts.check.wrong(form, { problems: parts.judge.problems, ranges: judging.ranges, words, stopIsOpen });
    parts.entry.complain(form, problems);
    if (problems.length || busy.has(form)) return;
    busy.add(form);
    try {
      const before = correcting.get(form);
      const entry = parts.entry.read(form, { infusion: data.infusion, path: data.path });
      if (before) await queue.change({ ...entry, place: before.place, occurred_at: before.occurred_at, queued: before.queued });
      else await queue.add(entry);
      correcting.delete(form);
      parts.entry.begin(form);
      form.closest("details.panel")?.removeAttribute("open");
      await redraw();
      send.sync();
    } catch {
      parts.entry.complain(form, [{ field: "", text: words.notKept }]);
    } finally {
      busy.delete(form);
    }
  }

  function bringBack(entry) {
    const form = document.querySelector(`form[data-entry="${entry.kind}"]`);
    if (form && ![...form.elements].some((one) => one === document.activeElement)) correct(entry);
  }

  function correct(entry) {
    const form = document.querySelector(`form[data-entry="${entry.kind}"]`);
    correcting.set(form, entry);
    form.closest("[data-others]")?.setAttribute("open", "");
    form.closest("details.panel")?.setAttribute("open", "");
    parts.entry.refill(form, entry);
  }

  async function asNote(entry) {
    const lines = [entry.title, ...entry.said.map(([label, value]) => `${label}: ${value}`), ...entry.problems.map((one) => one.text)];
    const { problems, ...same } = entry;
    await queue.change({ ...same, kind: "note", title: words.note, fields: { text: [lines.join("\n")] }, said: [["", lines[0]]] });
    await redraw();
    send.sync();
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
}

if (parts.seal.isPossible()) begin();
