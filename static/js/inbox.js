// Says in an open inbox that something came, or changed, since it was drawn. No line of it moves by itself: a tap must
// meet what it was meant for.

const place = document.querySelector("[data-inbox]");

function said(news) {
  const drawn = place.dataset;
  if (news.state === drawn.state) return "";
  if (news.danger > Number(drawn.danger)) return drawn.inDanger;
  const more = news.unread - Number(drawn.unread);
  if (more < 1) return drawn.changed;
  return more === 1 ? drawn.one : drawn.many.replace("{count}", more);
}

place?.addEventListener("news", ({ detail }) => {
  const line = place.firstElementChild;
  const text = said(detail);
  if (line.firstElementChild.textContent !== text) line.firstElementChild.textContent = text;
  line.classList.toggle("notice-danger", text === place.dataset.inDanger);
  line.hidden = !text;
  document.querySelectorAll("[data-count-of]").forEach((count) => { count.textContent = detail.counts[count.dataset.countOf]; });
});
