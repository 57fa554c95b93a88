import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Problem,
  asProblem,
  fromAnswer,
  fromMedia,
  inWords,
  missingAbility,
} from "../../web/js/problems.js";
import { known, speak } from "../../web/js/strings.js";

await speak("en");

const named = (name) => Object.assign(new Error("as the browser says"), { name });

test("what the camera refuses has a code of its own", () => {
  const codes = [
    "NotAllowedError",
    "NotFoundError",
    "NotReadableError",
    "OverconstrainedError",
    "OddError",
  ].map((name) => fromMedia(named(name)).code);
  assert.deepEqual(codes, ["permission", "no-camera", "camera-busy", "no-camera", "unknown"]);
});

test("refusals of the server are told apart", () => {
  const body = { detail: "so it is" };
  assert.equal(fromAnswer(401, null, body).code, "token");
  assert.equal(fromAnswer(422, null, body).code, "rejected");
  assert.equal(fromAnswer(502, null, null).code, "gone");
  assert.equal(fromAnswer(415, null, body).detail, "so it is");
  assert.equal(fromAnswer(418, null, null).detail, "HTTP 418");
});

test("a full server says when to come back, within reason", () => {
  assert.deepEqual(
    [fromAnswer(503, "10", null).code, fromAnswer(503, "10", null).retryAfter],
    ["full", 10],
  );
  assert.equal(fromAnswer(503, "soon", null).retryAfter, 5);
  assert.equal(fromAnswer(503, "-3", null).retryAfter, 5);
  assert.equal(fromAnswer(503, "99999", null).retryAfter, 120);
});

test("a 503 without a time to come back does not pass by itself", () => {
  assert.equal(fromAnswer(503, null, { detail: "No detector" }).passing, false);
});

test("only what may pass is tried again", () => {
  const passing = ["ice", "lost", "gone", "full"].every((code) => new Problem(code).passing);
  const lasting = ["token", "permission", "rejected", "unknown"].some(
    (code) => new Problem(code).passing,
  );
  assert.deepEqual([passing, lasting], [true, false]);
});

test("every code has its words, and an unknown one still has some", () => {
  const codes = [
    "permission",
    "no-camera",
    "camera-busy",
    "camera-ended",
    "insecure",
    "unsupported",
    "bad-file",
    "ice",
    "lost",
    "gone",
    "full",
    "token",
    "rejected",
    "no-sample",
    "unknown",
  ];
  for (const code of codes)
    assert.ok(known(`problem.${code}.title`) && known(`problem.${code}.help`), code);
  assert.equal(inWords(new Problem("rejected", { detail: "too wide" })).help, "too wide");
  assert.equal(
    inWords(new Problem("never-heard-of", { detail: "x" })).title,
    inWords(new Problem("unknown")).title,
  );
});

test("anything thrown becomes a problem; a problem stays what it is", () => {
  const problem = new Problem("ice");
  assert.equal(asProblem(problem), problem);
  assert.equal(asProblem(new TypeError("no such thing")).detail, "no such thing");
  assert.equal(asProblem("text").detail, "text");
});

test("what the browser lacks is named", () => {
  const RTCPeerConnection = class {};
  const navigator = { mediaDevices: { getUserMedia: () => {} } };
  assert.equal(missingAbility({}, "sample").code, "unsupported");
  assert.equal(
    missingAbility({ RTCPeerConnection, isSecureContext: false, navigator: {} }, "camera").code,
    "insecure",
  );
  assert.equal(
    missingAbility({ RTCPeerConnection, isSecureContext: true, navigator: {} }, "camera").code,
    "unsupported",
  );
  assert.equal(
    missingAbility({ RTCPeerConnection, isSecureContext: false, navigator: {} }, "sample"),
    null,
  );
  assert.equal(
    missingAbility({ RTCPeerConnection, isSecureContext: true, navigator }, "camera"),
    null,
  );
});
