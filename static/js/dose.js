// Says what a dose comes to while it is typed. The server works it out again and is the one that counts.

const box = document.querySelector("[data-dose]");
const TOLERANCE = 0.05;
const FIELDS = ["weight_kg", "dose_mg", "dose_mg_per_kg", "dose_mg_per_kg_h", "minutes"];

function number(name) {
  const value = Number(document.getElementById(name).value.trim().replace(",", "."));
  return value > 0 ? value : 0;
}

function shown(value, digits) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits }).format(value);
}

function put(words, value, digits) {
  return words.replace("{number}", shown(value, digits));
}

function differ(first, second) {
  return first && second && Math.abs(second - first) > TOLERANCE * first * (1 + 1e-9);
}

function clash(words, { weight, mg, perKg, overTime }) {
  if (differ(mg, perKg * weight)) return put(words.differs, perKg * weight, 2);
  if (differ(mg, overTime * weight)) return words.rateDiffers.replace("{number}", put(words.mg, overTime * weight, 2));
  if (differ(perKg, overTime)) return words.rateDiffers.replace("{number}", put(words.mgPerKg, overTime, 3));
  return "";
}

function say() {
  const [weight, mg, perKg, rate, minutes] = FIELDS.map(number);
  const words = box.dataset;
  const overTime = rate * minutes / 60;
  const odd = clash(words, { weight, mg, perKg, overTime });
  if (odd) return odd;
  const whole = perKg || (mg && weight ? mg / weight : overTime);
  const found = [];
  if (!mg && whole && weight) found.push(put(words.mg, whole * weight, 2));
  if (!perKg && whole) found.push(put(words.mgPerKg, whole, 3));
  if (!rate && whole && minutes) found.push(put(words.rate, whole / minutes * 60, 4));
  return found.length ? words.is.replace("{numbers}", new Intl.ListFormat(document.documentElement.lang).format(found)) : "";
}

if (box) {
  const output = box.querySelector("output");
  const tell = () => { output.textContent = say(); };
  box.closest("form").addEventListener("input", tell);
  tell();
}
