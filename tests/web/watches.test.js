import assert from "node:assert/strict";
import { test } from "node:test";

import { Alerts, MOST_ALERTS, MOST_WATCHES, Watches } from "../../web/js/watches.js";

const understood = (id, ended = false) => ({ id, rule: "I will tell you when …", ended });
const states = (watches) => watches.list.map(({ state }) => state);

test("a watch is sent, understood, and over", () => {
  const watches = new Watches();
  const { id } = watches.add("tell me when a dog comes");
  assert.deepEqual(states(watches), ["sent"]);
  assert.equal(watches.heed(understood(id)).rule, "I will tell you when …");
  assert.deepEqual(states(watches), ["watching"]);
  watches.heed(understood(id, true));
  assert.deepEqual(states(watches), ["ended"]);
});

test("another session is told of those that are open, under the same ids", () => {
  const watches = new Watches();
  for (const text of ["one", "two", "three"]) watches.add(text);
  watches.heed(understood("watch-1"));
  watches.refuse("watch-2", "I can watch for things that appear or leave.");
  assert.deepEqual(
    watches.open.map(({ id, text }) => [id, text]),
    [
      ["watch-1", "one"],
      ["watch-3", "three"],
    ],
  );
});

test("a watch that was removed stays removed, whatever is still said of it", () => {
  const watches = new Watches();
  watches.add("one");
  assert.equal(watches.remove("watch-1"), true);
  assert.equal(watches.remove("watch-1"), false);
  assert.equal(watches.heed(understood("watch-1", true)), null);
  assert.equal(watches.refuse("watch-1", "?"), null);
  assert.deepEqual(watches.list, []);
});

test("the server need not hear of the removal of what is over", () => {
  const watches = new Watches();
  watches.add("one");
  watches.heed(understood("watch-1", true));
  assert.equal(watches.remove("watch-1"), false);
});

test("a full list takes no more, but what is over gives up its place", () => {
  const watches = new Watches();
  for (let turn = 0; turn < MOST_WATCHES; turn += 1) watches.add(String(turn));
  assert.equal(watches.add("one more"), null);
  watches.heed(understood("watch-4", true));
  assert.equal(watches.add("one more").id, `watch-${MOST_WATCHES + 1}`);
  assert.equal(watches.list.length, MOST_WATCHES);
  assert.ok(!watches.list.some(({ id }) => id === "watch-4"));
});

test("alerts stack up, newest first, and only so many", () => {
  const alerts = new Alerts();
  for (let turn = 1; turn <= MOST_ALERTS + 3; turn += 1) {
    alerts.add({ text: `no. ${turn}`, age: 5, objects: [], evidence: null }, turn * 100);
  }
  assert.equal(alerts.list.length, MOST_ALERTS);
  assert.deepEqual([alerts.list[0].text, alerts.list[0].at], ["no. 8", 795]);
  alerts.dismiss(alerts.list[0].id);
  assert.equal(alerts.list[0].text, "no. 7");
  assert.equal(new Set(alerts.list.map(({ id }) => id)).size, alerts.list.length);
});

test("an alert that is told again after a break is not shown twice", () => {
  const alerts = new Alerts();
  const alert = { told: "alert-1", text: "A dog.", age: 0, objects: [], evidence: null };
  assert.deepEqual([alerts.add(alert, 1), alerts.add(alert, 2)], [true, false]);
  assert.equal(alerts.list.length, 1);
  alerts.begin();
  assert.equal(alerts.add(alert, 3), true, "another session counts anew");
});
