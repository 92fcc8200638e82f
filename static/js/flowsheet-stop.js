// The crimson banner for what this device has measured itself: which limit, and whether anybody has been told yet.

const filled = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, value), text);

// Returns show(stop, standing); `words.reasons[side][sign]` is a sentence with {value} and {limit}.
export function stopBanner({ banner, words }) {
  const measured = banner.querySelector("[data-measured]");
  const told = banner.querySelector("[data-told]");

  function reasons({ reasons: found, signs }) {
    return signs ? [signs] : found.map(({ side, sign, value, limit }) => filled(words.reasons[side][sign], { value, limit }));
  }

  function write(place, lines) {
    if (place.textContent === lines.join("")) return;
    place.replaceChildren(...lines.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  }

  let shown = "";

  return function show(stop, standing) {
    const isOurs = Boolean(stop && !stop.told);
    if (isOurs) {
      write(measured, reasons(stop));
      const isOff = !navigator.onLine || !["sending", "waiting", "sent"].includes(standing);
      write(told, [stop.refused ? words.notTaken : stop.sentAt ? filled(words.toldAt, { time: stop.sentAt }) : isOff ? words.notTold : words.telling]);
      told.classList.toggle("stop-not-told", Boolean(stop.refused) || (isOff && !stop.sentAt));
    }
    banner.hidden = !isOurs;
    const before = shown;
    shown = isOurs ? stop.id : "";
    // A new stop must be seen, wherever on the page the reading was typed.
    if (shown && shown !== before) {
      banner.focus({ preventScroll: true });
      banner.scrollIntoView({ block: "start" });
    }
  };
}
