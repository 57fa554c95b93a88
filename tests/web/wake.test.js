/** The screen stays on for as long as it is wanted, and no longer. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { WakeLock } from "../../web/js/wake.js";

/** Locks that are given when `give` is called, and what became of them. */
function screen() {
  const locks = [];
  const waiting = [];
  const request = () =>
    new Promise((resolve) => {
      const lock = { released: false, release: async () => (lock.released = true) };
      waiting.push(() => resolve(lock));
      locks.push(lock);
    });
  globalThis.document = { hidden: false };
  Object.defineProperty(globalThis, "navigator", { value: { wakeLock: { request } }, configurable: true });
  return { locks, give: () => waiting.splice(0).forEach((each) => each()) };
}

test("two wishes before the first is granted ask once", async () => {
  const { locks, give } = screen();
  const wake = new WakeLock();
  const both = [wake.keep(true), wake.refresh()];
  give();
  await Promise.all(both);
  assert.equal(locks.length, 1);
  await wake.keep(false);
  assert.ok(locks[0].released);
});

test("what is granted after it was wanted is given back", async () => {
  const { locks, give } = screen();
  const wake = new WakeLock();
  const first = wake.keep(true);
  const second = wake.keep(false);
  give();
  await Promise.all([first, second]);
  assert.ok(locks[0].released);
});

test("one that the system took is asked for anew", async () => {
  const { locks, give } = screen();
  const wake = new WakeLock();
  const first = wake.keep(true);
  give();
  await first;
  locks[0].released = true;
  const second = wake.refresh();
  give();
  await second;
  assert.equal(locks.length, 2);
});
