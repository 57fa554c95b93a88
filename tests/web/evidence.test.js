import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../web/js/api.js";
import { Evidence } from "../../web/js/evidence.js";

/** As much of an element as is needed. */
function holder() {
  const image = { src: "" };
  return { dataset: {}, hidden: true, image, querySelector: () => image };
}

function kept(t) {
  const made = [];
  const revoked = [];
  t.mock.method(URL, "createObjectURL", (blob) => {
    made.push(blob);
    return `blob:${blob}`;
  });
  t.mock.method(URL, "revokeObjectURL", (address) => revoked.push(address));
  return { made, revoked };
}

test("a picture shows once it is there, and is fetched once", async (t) => {
  const { made } = kept(t);
  const evidence = new Evidence(async (path) => path);
  const [one, two] = [holder(), holder()];
  await Promise.all([evidence.show(one, "a"), evidence.show(two, "a")]);
  assert.deepEqual([one.hidden, one.image.src, two.image.src], [false, "blob:a", "blob:a"]);
  assert.deepEqual(made, ["a"]);
});

test("a picture that cannot be had, or is none, shows nothing", async () => {
  const evidence = new Evidence(async () => {
    throw new Error("404");
  });
  const place = holder();
  await evidence.show(place, "a");
  await evidence.show(place, null);
  assert.equal(place.hidden, true);
});

test("another picture that is wanted meanwhile wins", async (t) => {
  kept(t);
  const waiting = new Map();
  const evidence = new Evidence((path) => new Promise((resolve) => waiting.set(path, resolve)));
  const place = holder();
  const shown = [evidence.show(place, "slow"), evidence.show(place, "quick")];
  waiting.get("quick")("quick");
  waiting.get("slow")("slow");
  await Promise.all(shown);
  assert.equal(place.image.src, "blob:quick");
});

test("pictures do not pile up", async (t) => {
  const { made, revoked } = kept(t);
  const evidence = new Evidence(async (path) => path);
  for (let turn = 0; turn < 100; turn += 1) await evidence.show(holder(), `p${turn}`);
  assert.equal(made.length - revoked.length, 64);
  assert.equal(revoked[0], "blob:p0");
});

test("the token goes to the server alone, whatever path it names", async () => {
  const asked = [];
  const api = new Api("https://here:8443/", "secret", async (url, { headers }) => {
    asked.push([url.href, headers.Authorization]);
    return new Response("jpeg");
  });
  const evidence = "v1/sessions/abc/evidence/12.jpg";
  assert.equal(await (await api.picture(evidence)).text(), "jpeg");
  for (const path of ["https://there/v1/a.jpg", "//there/v1/a.jpg", "../x", "web/js/main.js"]) {
    await assert.rejects(api.picture(path), { code: "rejected" });
  }
  assert.deepEqual(asked, [[`https://here:8443/${evidence}`, "Bearer secret"]]);
});

test("the memory is asked for words, or for the newest", async () => {
  const asked = [];
  const api = new Api("https://here/", null, async (url) => {
    asked.push(url.pathname + url.search);
    return Response.json({ memories: [] });
  });
  await api.memories("s1", "red cup & saucer");
  await api.memories("s1", "");
  assert.deepEqual(asked, [
    "/v1/sessions/s1/memory?q=red+cup+%26+saucer&limit=24",
    "/v1/sessions/s1/memory?limit=24",
  ]);
});
