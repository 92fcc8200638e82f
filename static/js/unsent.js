// On every page of the team: says that entries of this person wait on this device, and sends them once it can.

const banner = document.querySelector("[data-unsent]");

async function begin() {
  const parts = await Promise.all([banner.dataset.queue, banner.dataset.seal, banner.dataset.send].map((address) => import(address)));
  const [queue, sealing, sending] = parts;
  if (!sealing.isPossible() || !(await queue.isThere())) return;
  const { user } = banner.dataset;
  const own = await queue.openQueue(user, sealing);
  const token = document.querySelector("[name=csrf_token]")?.value ?? "";
  const send = sending.sender({ queue: own, user, token, tell: show });

  async function show() {
    const waiting = (await own.list()).filter((one) => !one.unreadable);
    const [said, link] = banner.children;
    banner.hidden = !waiting.length;
    said.textContent = waiting.length === 1 ? banner.dataset.one : banner.dataset.many.replace("{count}", waiting.length);
    if (waiting.length) link.href = waiting[0].path;
  }

  await show();
  if (!banner.hidden) send.sync();
}

// The bedside's own page sends by itself.
if (banner && !document.querySelector("[data-bedside]")) begin();
