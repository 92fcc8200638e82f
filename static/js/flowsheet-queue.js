// What waits on this device, in the order in which it was entered: ids in the clear, everything else sealed.
// Kept under one key for each person; whoever else uses the device can count what waits, and nothing more.

const DATABASE = "interval-bedside";
// Tells the server only that something waits here, and how much of it is whose; so signing out can warn and erases nothing.
const COOKIE = "interval-unsent";
const YEAR = 31536000;

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(work) {
  return new Promise((resolve, reject) => {
    work.oncomplete = () => resolve();
    work.onabort = work.onerror = () => reject(work.error);
  });
}

function connect() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys", { keyPath: "user" });
    const entries = request.result.createObjectStore("entries", { keyPath: "place", autoIncrement: true });
    entries.createIndex("user", "user");
    entries.createIndex("id", "id", { unique: true });
  };
  return asked(request);
}

export async function isThere() {
  if (!globalThis.indexedDB?.databases) return Boolean(globalThis.indexedDB);
  return (await indexedDB.databases()).some((one) => one.name === DATABASE);
}

// Returns the queue of one person; `sealing` is what flowsheet-seal.js gives.
export async function openQueue(user, sealing) {
  const database = await connect();
  database.onversionchange = () => database.close();
  const reading = (store) => database.transaction(store).objectStore(store);
  const own = await keyOf();

  function write(store, act) {
    const work = database.transaction(store, "readwrite", { durability: "strict" });
    const request = act(work.objectStore(store));
    return done(work).then(() => request?.result);
  }

  async function noted(writing) {
    const result = await writing;
    await note().catch(() => null);
    return result;
  }

  // Also each time the queue is opened: a browser may forget the mark sooner than what it stands for.
  async function note() {
    const waiting = {};
    for (const row of await asked(reading("entries").getAll())) waiting[row.user] = (waiting[row.user] ?? 0) + 1;
    const said = Object.entries(waiting).map(([who, count]) => `${who}:${count}`).join("|");
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${COOKIE}=${said}; Path=/; SameSite=Lax; Max-Age=${said ? YEAR : 0}${secure}`;
  }

  async function keyOf() {
    const kept = await asked(reading("keys").get(user));
    if (kept) return kept;
    const fresh = { user, key: await sealing.newKey(), device: crypto.randomUUID() };
    // Another tab may have been quicker: the first key stays.
    await write("keys", (keys) => keys.add(fresh)).catch(() => null);
    return asked(reading("keys").get(user));
  }

  async function closed(entry) {
    const { place, id, infusion, ...said } = entry;
    const row = { user, infusion, id, ...(await sealing.seal(own.key, { user, infusion, id }, said)) };
    return place === undefined ? row : { ...row, place };
  }

  async function opened(row) {
    const { place, id, infusion } = row;
    try {
      return { place, id, infusion, ...(await sealing.open(own.key, row, row)) };
    } catch {
      return { place, id, infusion, unreadable: true };
    }
  }

  await note();
  return {
    device: own.device,
    async add(entry) {
      const row = await closed(entry);
      return noted(write("entries", (entries) => entries.add(row)));
    },
    async change(entry) {
      const row = await closed(entry);
      return write("entries", (entries) => entries.put(row));
    },
    erase: (place) => noted(write("entries", (entries) => entries.delete(place))),
    async list() {
      const rows = await asked(reading("entries").index("user").getAll(user));
      return Promise.all(rows.sort((a, b) => a.place - b.place).map(opened));
    },
    async countOthers() {
      const [all, mine] = await Promise.all([asked(reading("entries").count()), asked(reading("entries").index("user").count(user))]);
      return all - mine;
    },
  };
}
