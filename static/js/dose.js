// Says what a dose comes to while it is typed. The server works it out again and is the one that counts.

const box = document.querySelector("[data-dose]");
const TOLERANCE = 0.05;

function number(name) {
  const value = Number(document.getElementById(name).value.trim().replace(",", "."));
  return value > 0 ? value : 0;
}

function shown(value, digits) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits }).format(value);
}

function say() {
  const [weight, mg, perKg] = ["weight_kg", "dose_mg", "dose_mg_per_kg"].map(number);
  const words = box.dataset;
  if (!weight || (!mg && !perKg)) return "";
  if (!perKg) return words.mgPerKg.replace("{number}", shown(mg / weight, 3));
  if (!mg) return words.mg.replace("{number}", shown(perKg * weight, 2));
  return Math.abs(perKg * weight - mg) > TOLERANCE * mg ? words.differs.replace("{number}", shown(perKg * weight, 2)) : "";
}

if (box) {
  const output = box.querySelector("output");
  const tell = () => { output.textContent = say(); };
  box.addEventListener("input", tell);
  tell();
}
