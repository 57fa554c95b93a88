/**
 * The page's small inspection API, `window.openEyes`: for tests and for the curious.
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
 * - `captions()` — the newest caption, or null; `answers()`, `watches()`, `alerts()` — those that
 *   the page holds. What rests on a sight has its `age` in ms; an answer also whether it is `done`
 *   and the `anchor`, the id of the object that it is shown by, or null.
 * - `ask(text, { object, point })`, `watch(text)` — as if typed; give the id.
 */

/**
 * @param {object} parts
 * @param {import("./app.js").App} parts.app
 * @param {import("./stage.js").Stage} parts.stage
 * @param {import("./connection.js").Connection} parts.connection
 * @param {import("./assistant.js").Assistant} parts.assistant
 * @param {() => Record<string, any> | null} parts.stats
 */
export function inspection({ app, stage, connection, assistant, stats }) {
  return Object.freeze({
    drawn: () => structuredClone(stage.drawn),
    state: () => app.state,
    problem: () => app.problem?.code ?? null,
    session: () => connection.session?.id ?? null,
    roundTrip: () => connection.session?.heartbeat.latest ?? null,
    stats: () => structuredClone(stats()),
    captions: () => structuredClone(assistant.known.caption),
    answers: () => structuredClone(assistant.known.answers),
    watches: () => structuredClone(assistant.known.watches),
    alerts: () => structuredClone(assistant.known.alerts),
    ask: (text, target) => assistant.ask(text, target),
    watch: (text) => assistant.watch(text),
  });
}
