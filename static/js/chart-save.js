// Makes a PNG of the chart from the SVG that can be saved, twice as fine, and hands it over. Nothing leaves the browser.

const FINE = 2;

function loaded(address) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = () => reject(new Error("the picture could not be read"));
    picture.src = address;
  });
}

async function png(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`the picture could not be fetched: ${answer.status}`);
  // Drawn from its text: the page may show pictures of its own host and these, and no others.
  const picture = await loaded(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(await answer.text())}`);
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.naturalWidth * FINE, height: picture.naturalHeight * FINE });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture came out"))), "image/png"));
}

function handOver(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

for (const button of document.querySelectorAll("[data-png]")) {
  const { href } = document.querySelector("[data-picture]");
  const status = document.querySelector("[data-png-said]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      handOver(await png(href), button.dataset.png);
      status.className = "hidden";
      status.textContent = "";
    } catch {
      status.className = "";
      status.textContent = status.dataset.failed;
    }
    button.disabled = false;
  });
}
