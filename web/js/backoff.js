/** How long to wait before the next attempt. Pure. */

const FIRST_MS = 250;
const LONGEST_MS = 15_000;
/** Share of a wait that is left to chance, so that many phones do not return in one instant. */
const SPREAD = 0.3;

/** After so many attempts in a row without success the person is asked. */
export const MOST_ATTEMPTS = 10;

/**
 * @param {number} attempt failures in a row so far, from 1
 * @param {number} chance 0…1
 * @returns {number} ms
 */
export function backoff(attempt, chance) {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return full * (1 - SPREAD * chance);
}
