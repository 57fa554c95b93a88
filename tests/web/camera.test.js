import assert from "node:assert/strict";
import { test } from "node:test";

import { constraintsFor, otherCamera } from "../../web/js/camera.js";
import { Choices, safely } from "../../web/js/storage.js";

const LIMITS = { max_width: 960, max_height: 540, max_fps: 60 };

test("the rear camera is asked for first, no larger than the server takes", () => {
  assert.deepEqual(constraintsFor({}, LIMITS), {
    width: { ideal: 960 },
    height: { ideal: 540 },
    frameRate: { ideal: 30 },
    facingMode: { ideal: "environment" },
  });
});

test("a chosen camera is asked for by name", () => {
  const wanted = constraintsFor({ deviceId: "abc", facing: "user" }, LIMITS);
  assert.deepEqual(wanted.deviceId, { exact: "abc" });
  assert.equal("facingMode" in wanted, false);
});

test("flip goes to the phone's other side", () => {
  assert.deepEqual(otherCamera({ facing: "user", deviceId: "a" }, []), { facing: "environment" });
  assert.deepEqual(otherCamera({ facing: "environment" }, []), { facing: "user" });
});

test("where cameras do not say which way they face, flip goes round", () => {
  const cameras = [
    { deviceId: "a", label: "" },
    { deviceId: "b", label: "" },
  ];
  assert.deepEqual(otherCamera({ deviceId: "a" }, cameras), { deviceId: "b" });
  assert.deepEqual(otherCamera({ deviceId: "b" }, cameras), { deviceId: "a" });
  assert.deepEqual(otherCamera({}, []), { deviceId: undefined });
});

test("choices are remembered, each by itself", () => {
  const choices = new Choices(
    safely(() => {
      throw new Error("forbidden");
    }),
  );
  choices.remember({ view: "off" });
  choices.remember({ deviceId: "a" });
  assert.deepEqual(choices.read(), { view: "off", deviceId: "a" });
});

test("choices that were spoilt are as none", () => {
  const choices = new Choices({ getItem: () => "{oops", setItem: () => {} });
  assert.deepEqual(choices.read(), {});
});
