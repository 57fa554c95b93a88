/**
 * The page's small inspection API, `window.openEyes`: read-only, for tests and for the curious.
 *
 * - `drawn()` — the boxes as last drawn: `{ at, frame, boxes }`. `at` is local ms
 *   (`performance.now()`); `frame` is null without boxes, else `{ seq, pts, captured, how, shown,
 *   media }`: the frame that the boxes were found in, the local time of its capture and how that is
 *   known (`captured` or `estimated`), the capture time of the frame on the screen, and its place
 *   in a recording in seconds (null for a camera); each box `{ id, label, score, box, alpha,
 *   dashed }` with `box` as `[left, top, width, height]` in fractions of the source picture.
 * - `state()` — one word: idle, opening, connecting, live, reconnecting, waiting, failed.
 * - `problem()` — the code of what is wrong, or null.
 * - `session()` — the id of the session, or null.
 * - `roundTrip()` — newest round trip to the server in ms, or null.
 * - `stats()` — the server's last `stats` message, or null.
 */

/**
 * @param {object} parts
 * @param {import("./app.js").App} parts.app
 * @param {import("./stage.js").Stage} parts.stage
 * @param {import("./connection.js").Connection} parts.connection
 * @param {() => Record<string, any> | null} parts.stats
 */
export function inspection({ app, stage, connection, stats }) {
  return Object.freeze({
    drawn: () => structuredClone(stage.drawn),
    state: () => app.state,
    problem: () => app.problem?.code ?? null,
    session: () => connection.session?.id ?? null,
    roundTrip: () => connection.session?.heartbeat.latest ?? null,
    stats: () => structuredClone(stats()),
  });
}
