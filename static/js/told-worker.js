// Shows what the portal pushes to this browser, and opens the portal when it is tapped. It keeps nothing and serves nothing.

const HOME = "/";

addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  // The same message may come twice after trouble: the second takes the place of the first.
  event.waitUntil(registration.showNotification(said.title ?? "", { body: said.body ?? "", tag: said.tag ?? "told" }));
});

async function open() {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  // A page on which somebody may be typing is not led away.
  return pages.length ? pages[0].focus() : clients.openWindow(HOME);
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});
