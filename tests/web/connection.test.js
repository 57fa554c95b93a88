import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_ATTEMPTS } from "../../web/js/backoff.js";
import { Connection } from "../../web/js/connection.js";
import { Problem } from "../../web/js/problems.js";

/** A session whose opening and end the test decides. */
class ScriptedSession {
  closed = false;
  tracks = [];
  proved = 0;

  constructor(track, resume) {
    this.tracks.push(track);
    this.shown = resume;
    this.resume = resume;
    this.opening = new Promise((resolve, reject) =>
      Object.assign(this, { succeed: resolve, fail: reject }),
    );
    this.ended = new Promise((resolve) => Object.assign(this, { lose: resolve }));
  }

  open() {
    return this.opening;
  }

  async replaceTrack(track) {
    if (this.closed) throw new Error("closed");
    this.tracks.push(track);
  }

  prove() {
    this.proved += 1;
  }

  close({ forGood }) {
    this.closed = true;
    this.forGood = forGood;
  }
}

function scene(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sessions = [];
  const told = [];
  const standing = ({ state, problem }) => told.push(problem ? `${state}: ${problem.code}` : state);
  const connection = new Connection({}, [], { standing }, (_api, _ice, track, _on, resume) => {
    sessions.push(new ScriptedSession(track, resume));
    return sessions.at(-1);
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    connection,
    sessions,
    told,
    settle,
    pass: async (ms) => {
      await settle();
      t.mock.timers.tick(ms);
      await settle();
    },
  };
}

test("it connects, and is live", async (t) => {
  const { connection, sessions, told, settle } = scene(t);
  connection.start("camera");
  sessions[0].succeed();
  await settle();
  assert.deepEqual(told, ["idle", "connecting", "live"]);
  assert.equal(connection.running, true);
});

test("what is lost is opened anew", async (t) => {
  const { connection, sessions, told, settle, pass } = scene(t);
  connection.start("camera");
  sessions[0].succeed();
  await settle();
  sessions[0].lose(new Problem("lost"));
  await pass(500);
  sessions[1].succeed();
  await settle();
  assert.deepEqual(told.slice(3), ["reconnecting: lost", "reconnecting", "live"]);
  assert.deepEqual(
    sessions.map((session) => session.closed),
    [true, false],
  );
});

test("a full server is asked again when it said, however often", async (t) => {
  const { connection, sessions, told, pass } = scene(t);
  connection.start("camera");
  for (let turn = 0; turn < 3 * MOST_ATTEMPTS; turn += 1) {
    sessions[turn].fail(new Problem("full", { retryAfter: 7 }));
    await pass(6999);
    assert.equal(sessions.length, turn + 1);
    await pass(1);
    assert.equal(sessions.length, turn + 2);
  }
  assert.ok(told.includes("waiting: full"));
  assert.equal(connection.running, true);
});

test("what will not pass is not tried again", async (t) => {
  const { connection, sessions, told, pass } = scene(t);
  connection.start("camera");
  sessions[0].fail(new Problem("token"));
  await pass(600_000);
  assert.equal(sessions.length, 1);
  assert.deepEqual([told.at(-1), connection.running], ["failed: token", false]);
});

test("after too many failures the person is asked", async (t) => {
  const { connection, sessions, told, pass } = scene(t);
  connection.start("camera");
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    sessions[attempt].fail(new Problem("gone"));
    await pass(15_000);
  }
  assert.equal(sessions.length, MOST_ATTEMPTS);
  assert.deepEqual([told.at(-1), connection.running], ["failed: gone", false]);
});

test("a wait can be cut short", async (t) => {
  const { connection, sessions, settle } = scene(t);
  connection.start("camera");
  sessions[0].fail(new Problem("full", { retryAfter: 100 }));
  await settle();
  connection.retryNow();
  await settle();
  assert.equal(sessions.length, 2);
});

test("stop ends session and attempts", async (t) => {
  const { connection, sessions, told, pass } = scene(t);
  connection.start("camera");
  sessions[0].fail(new Problem("gone"));
  await pass(0);
  connection.stop();
  await pass(600_000);
  assert.equal(sessions.length, 1);
  assert.deepEqual([told.at(-1), connection.session, connection.running], ["idle", null, false]);
});

test("another track goes to the session at hand and to those to come", async (t) => {
  const { connection, sessions, settle, pass } = scene(t);
  connection.start("rear");
  sessions[0].succeed();
  await settle();
  await connection.replaceTrack("front");
  sessions[0].lose(new Problem("lost"));
  await pass(500);
  assert.deepEqual(
    sessions.map((session) => session.tracks),
    [["rear", "front"], ["front"]],
  );
});

test("a dying session that cannot take a track does no harm", async (t) => {
  const { connection, sessions, pass } = scene(t);
  connection.start("rear");
  sessions[0].fail(new Problem("gone"));
  await pass(0);
  await connection.replaceTrack("front");
  await pass(500);
  assert.deepEqual(sessions[1].tracks, ["front"]);
});

/** Live with a session whose token is `token`. */
async function live({ connection, sessions, settle }, token) {
  connection.start("camera");
  sessions[0].resume = token;
  sessions[0].succeed();
  await settle();
}

test("a session that was lost is gone on with, and not ended at the server", async (t) => {
  const all = scene(t);
  await live(all, "token-1");
  all.sessions[0].lose(new Problem("lost"));
  await all.pass(250);
  assert.equal(all.sessions[0].forGood, false);
  assert.deepEqual(
    all.sessions.map(({ shown }) => shown),
    ["", "token-1"],
  );
  all.sessions[1].fail(new Problem("gone"));
  await all.pass(500);
  assert.equal(all.sessions[2].shown, "token-1", "an attempt that fails does not forget it");
});

test("who stops ends the session for good, and begins with another", async (t) => {
  const all = scene(t);
  await live(all, "token-1");
  all.connection.stop();
  all.sessions[0].lose(new Problem("lost"));
  await all.pass(0);
  assert.equal(all.sessions[0].forGood, true);
  all.connection.start("camera");
  assert.equal(all.sessions[1].shown, "");
});

test("another network has a live session proved, and an attempt made at once", async (t) => {
  const all = scene(t);
  await live(all, "token-1");
  all.connection.networkChanged();
  assert.equal(all.sessions[0].proved, 1);
  all.sessions[0].lose(new Problem("lost"));
  await all.pass(0);
  assert.equal(all.sessions.length, 1);
  all.connection.networkChanged();
  await all.settle();
  assert.equal(all.sessions.length, 2);
  assert.equal(all.sessions[1].proved, 0, "one that is being opened proves itself");
});

test("without a network it says so, and goes on trying for as long as it takes", async (t) => {
  const all = scene(t);
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const offline = { value: { onLine: false }, configurable: true };
  Object.defineProperty(globalThis, "navigator", offline);
  t.after(() => {
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else delete globalThis.navigator;
  });
  all.connection.start("camera");
  for (let attempt = 0; attempt < 2 * MOST_ATTEMPTS; attempt += 1) {
    all.sessions[attempt].fail(new Problem("gone"));
    await all.pass(15_000);
  }
  assert.equal(all.connection.running, true);
  assert.ok(all.told.includes("reconnecting: offline"));
});
