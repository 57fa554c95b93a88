/**
 * Keeps the page's shell, and nothing else, so that it opens without a network and says what is
 * missing. The network comes first: what is kept is only for when it does not answer.
 */

const KEPT = "shell";
/** The page has fewer files; the bound is for a server that offers no end of them. */
const MOST_KEPT = 128;
/** How long a network that does not answer is waited for, ms. */
const PATIENCE = 4000;

const root = new URL("./", location.href);

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

async function answer(request, address) {
  const shell = await caches.open(KEPT);
  const network = fetch(request);
  network.catch(() => {}); // heard below, or no longer wanted
  try {
    const response = await Promise.race([network, giveUp()]);
    if (response.ok && response.type === "basic") await keep(shell, address, response.clone());
    return response;
  } catch {
    // What is not kept is worth any wait: a part of the page that is loaded when it is first wanted.
    return (await shell.match(address)) ?? network;
  }
}

/** A request for a document cannot be given a signal. */
function giveUp() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new TypeError("the server does not answer")), PATIENCE);
  });
}

async function keep(shell, address, response) {
  const kept = await shell.keys();
  if (kept.length < MOST_KEPT || kept.some(({ url }) => url === address)) {
    await shell.put(address, response);
  }
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const address = shellAddress(event.request);
  if (address) event.respondWith(answer(event.request, address));
});
