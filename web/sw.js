/**
 * Keeps the page's shell, and nothing else, so that it opens without a network and says what is
 * missing. The network comes first: what is kept is only for when it does not answer.
 */

const KEPT = "shell";
/** The page has fewer files; what was of an older version goes. */
const MOST_KEPT = 160;
/** How long a network that does not answer is waited for, ms. */
const PATIENCE = 4000;

/** Pages that are open at once, of which is known where they came from. */
const MOST_CLIENTS = 16;

const root = new URL("./", location.href);
/** The clients whose document was not the network's. */
const fromKept = new Set();

/**
 * The address under which a request's answer is kept, null if it is none of the shell's.
 * It has no fragment, which holds the pairing token, and no query.
 */
function shellAddress({ method, url, mode }) {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== root.origin || !pathname.startsWith(root.pathname)) return null;
  const path = pathname.slice(root.pathname.length);
  if (mode === "navigate" && path === "") return root.href;
  return path.startsWith("web/") && !path.startsWith("web/admin/") ? origin + pathname : null;
}

/**
 * A document that the network does not give at once comes from what is kept, and then so do all its
 * parts: the network's may be those of another version.
 */
async function answer(event, address) {
  const { request, clientId } = event;
  if (fromKept.has(clientId)) return kept(address, () => fetch(request));
  const network = fetch(request);
  network.catch(() => {}); // heard below, or no longer wanted
  const isDocument = request.mode === "navigate";
  try {
    const response = await (isDocument ? Promise.race([network, giveUp()]) : network);
    if (response.ok && response.type === "basic") {
      // A full disk is no reason not to answer.
      event.waitUntil(keep(address, response.clone()).catch(() => {}));
    }
    return response;
  } catch {
    if (isDocument) remember(event.resultingClientId);
    return kept(address, () => network);
  }
}

/** What is not kept is worth any wait: a part of the page that is loaded when it is first wanted. */
async function kept(address, otherwise) {
  const shell = await caches.open(KEPT);
  return (await shell.match(address)) ?? otherwise();
}

function remember(client) {
  fromKept.add(client);
  if (fromKept.size > MOST_CLIENTS) fromKept.delete(fromKept.values().next().value);
}

/** A request for a document cannot be given a signal. */
function giveUp() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new TypeError("the server does not answer")), PATIENCE);
  });
}

async function keep(address, response) {
  const shell = await caches.open(KEPT);
  await shell.delete(address);
  await shell.put(address, response);
  // They lie in the order in which they came: what is asked for no more is at the head.
  const [...kept] = await shell.keys();
  for (const old of kept.slice(0, Math.max(0, kept.length - MOST_KEPT))) await shell.delete(old);
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const address = shellAddress(event.request);
  if (address) event.respondWith(answer(event, address));
});
