import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../web/js/api.js";
import { backoff } from "../../web/js/backoff.js";
import { sdpFragment } from "../../web/js/sdpfrag.js";
import { takeToken } from "../../web/js/token.js";

const OFFER = [
  "v=0",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:secret",
  "a=mid:0",
  "m=application 9 x",
  "a=mid:1",
  "",
].join("\r\n");

test("candidates travel in the form of RFC 8840", () => {
  const candidates = [{ candidate: "candidate:1 1 udp 1 10.0.0.2 5000 typ host", sdpMid: "0" }];
  assert.equal(
    sdpFragment(OFFER, candidates, true),
    [
      "a=ice-ufrag:abcd",
      "a=ice-pwd:secret",
      "m=video 9 UDP/TLS/RTP/SAVPF 96",
      "a=mid:0",
      "a=candidate:1 1 udp 1 10.0.0.2 5000 typ host",
      "a=end-of-candidates",
      "",
    ].join("\r\n"),
  );
});

test("the end alone names the first section", () => {
  assert.match(sdpFragment(OFFER, [], true), /a=mid:0\r\na=end-of-candidates\r\n$/);
});

test("an offer without credentials makes no fragment", () => {
  assert.equal(sdpFragment("v=0\r\n", [], true), null);
});

test("waits grow, have an end, and are spread by chance", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 20].map((attempt) => backoff(attempt, 0)),
    [250, 500, 1000, 2000, 15_000],
  );
  assert.equal(backoff(1, 1), 175);
});

function storage(kept = {}) {
  return {
    kept,
    getItem: (key) => kept[key] ?? null,
    setItem: (key, value) => void (kept[key] = value),
  };
}

test("the token is taken out of the address and kept", () => {
  const shown = [];
  const history = { replaceState: (_state, _title, url) => shown.push(url) };
  const tab = storage();
  const first = takeToken(
    { hash: "#token=a%2Bb", pathname: "/", search: "?source=sample" },
    history,
    tab,
  );
  const second = takeToken({ hash: "", pathname: "/", search: "" }, history, tab);
  assert.deepEqual([first, second, shown], ["a+b", "a+b", ["/?source=sample"]]);
});

test("without a token anywhere there is none", () => {
  assert.equal(takeToken({ hash: "#other=1", pathname: "/", search: "" }, {}, storage()), null);
});

/** A server that answers everything alike and remembers what it was asked. */
function scripted(answer) {
  const asked = [];
  const fetcher = async (url, request) => {
    asked.push({ url: String(url), ...request });
    return answer();
  };
  return { asked, api: new Api("https://phone.test/", "tok", fetcher) };
}

test("a session is opened with the offer and the token", async () => {
  const headers = { Location: "/v1/sessions/s1", ETag: '"e"' };
  const { asked, api } = scripted(() => new Response("answer", { status: 201, headers }));
  const created = await api.createSession("offer", new AbortController().signal);
  assert.deepEqual(created, {
    location: "https://phone.test/v1/sessions/s1",
    etag: '"e"',
    resume: "",
    answer: "answer",
  });
  const [{ url, method, body, headers: sent }] = asked;
  assert.deepEqual(
    [url, method, body],
    ["https://phone.test/v1/sessions?overlay=burn-in", "POST", "offer"],
  );
  assert.deepEqual(sent, { "Content-Type": "application/sdp", Authorization: "Bearer tok" });
});

test("the token of a session goes along in a header, and comes back in one", async () => {
  const headers = { Location: "/v1/sessions/s1", "Openeyes-Resume": "next" };
  const { asked, api } = scripted(() => new Response("answer", { status: 201, headers }));
  const created = await api.createSession("offer", new AbortController().signal, "secret");
  assert.equal(created.resume, "next");
  assert.equal(asked[0].headers["Openeyes-Resume"], "secret");
  assert.doesNotMatch(asked[0].url, /secret/);
});

test("trickle and end go to the session's own address", async () => {
  const { asked, api } = scripted(() => new Response(null, { status: 204 }));
  const session = { location: "https://phone.test/v1/sessions/s1", etag: '"e"', answer: "" };
  await api.trickle(session, "a=mid:0\r\n");
  await api.end(session.location);
  assert.deepEqual(
    asked.map(({ method, url }) => [method, url]),
    [
      ["PATCH", session.location],
      ["DELETE", session.location],
    ],
  );
  assert.equal(asked[0].headers["If-Match"], '"e"');
  assert.equal(asked[1].keepalive, true);
});

test("refusals and silence come out as problems", async () => {
  const full = scripted(
    () => new Response('{"detail":"all taken"}', { status: 503, headers: { "Retry-After": "7" } }),
  );
  await assert.rejects(full.api.config(), { code: "full", detail: "all taken", retryAfter: 7 });
  const bare = scripted(() => new Response("no json", { status: 401 }));
  await assert.rejects(bare.api.config(), { code: "token" });
  const away = scripted(() => {
    throw new TypeError("Failed to fetch");
  });
  await assert.rejects(away.api.config(), { code: "gone" });
  const without = scripted(() => new Response(null, { status: 404 }));
  await assert.rejects(without.api.sample(), { code: "no-sample" });
});
