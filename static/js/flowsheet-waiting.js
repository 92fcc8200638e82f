// Draws what waits on this device above the log, in plain words, and the line that says how sending stands.

function element(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text ?? "" });
}

const filled = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, value), text);

// Returns draw(entries, standing, others); `act` has `correct(entry)`, `asNote(entry)`, `discard(entry)` and `isStop(entry)`: of a stop somebody must hear.
export function waitingList({ list, line, words, zone, here, act }) {
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: zone });

  function button(label, press) {
    const made = element("button", "button button-quiet", label);
    made.type = "button";
    made.addEventListener("click", press);
    return made;
  }

  // Its key is gone, so nobody can send it; it goes only after being asked twice.
  function lost(entry) {
    const row = element("li", "entry entry-refused");
    const head = element("p", "entry-head");
    head.append(element("b", "", words.unreadable), " ", element("span", "tag tag-danger", words.lost));
    const actions = element("p", "actions-inline");
    const sure = button(words.discardForGood, () => act.discard(entry));
    actions.append(button(words.discard, () => { actions.replaceChildren(sure); sure.focus(); }));
    row.append(head, actions);
    return row;
  }

  function item(entry) {
    if (entry.unreadable) return lost(entry);
    const row = element("li", entry.problems ? "entry entry-refused" : "entry entry-waiting");
    const head = element("p", "entry-head");
    head.append(element("b", "", entry.title));
    head.append(" ", element("span", "soft", entry.fields.time?.[0] || clock.format(new Date(entry.occurred_at))));
    head.append(" ", element("span", `tag ${entry.problems ? "tag-danger" : "tag-attention"}`, entry.problems ? words.refused : words.waits));
    row.append(head);
    const said = (entry.said ?? []).map(([label, value]) => `${label}: ${value}`).join(" · ");
    if (said) row.append(element("p", "entry-said", said));
    for (const one of entry.problems ?? []) row.append(element("p", "error", one.text));
    if (entry.problems && entry.infusion === here) {
      const actions = element("p", "actions-inline");
      actions.append(button(words.correct, () => act.correct(entry)));
      if (entry.kind !== "note" && !act.isStop(entry)) actions.append(button(words.asNote, () => act.asNote(entry)));
      row.append(actions);
    }
    return row;
  }

  function sentence(entries, standing, others) {
    const refused = entries.filter((one) => one.problems).length;
    const count = entries.filter((one) => !one.problems && !one.unreadable).length;
    const unread = entries.filter((one) => one.unreadable).length;
    const said = [];
    if (count === 1) said.push(words.oneWaits);
    else if (count) said.push(filled(words.manyWait, { count }));
    else if (!refused && !unread) said.push(words.allSent);
    if (count && words.standing[standing]) said.push(words.standing[standing]);
    if (refused) said.push(refused === 1 ? words.oneRefused : filled(words.manyRefused, { count: refused }));
    if (unread) said.push(unread === 1 ? words.oneLost : filled(words.manyLost, { count: unread }));
    if (others) said.push(others === 1 ? words.oneOther : filled(words.manyOthers, { count: others }));
    return said.join(" ");
  }

  return function draw(entries, standing, others) {
    const shown = entries.filter((one) => one.infusion === here || one.problems || one.unreadable);
    list.replaceChildren(...shown.toReversed().map(item));
    list.parentElement.hidden = !shown.length;
    const said = sentence(entries, navigator.onLine ? standing : "offline", others);
    if (line.lastElementChild.textContent !== said) line.lastElementChild.textContent = said;
    line.dataset.standing = entries.length ? "waiting" : "sent";
  };
}
