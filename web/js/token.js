/** The pairing token: it comes in the address's fragment, which no server or log ever sees. */

const KEY = "openeyes.token";

/**
 * Takes the token out of the address, so that it is neither shown nor bookmarked, and keeps it for
 * this tab.
 * @returns {string | null}
 */
export function takeToken(location, history, storage) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return storage.getItem(KEY);
  storage.setItem(KEY, token);
  history.replaceState(null, "", location.pathname + location.search);
  return token;
}
