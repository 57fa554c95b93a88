/** Puts the page together: the parts know nothing of each other, this knows them all. */

import { Api } from "./api.js";
import { App } from "./app.js";
import { listCameras } from "./camera.js";
import { Connection } from "./connection.js";
import { Controls } from "./controls.js";
import { inspection } from "./inspection.js";
import { rowsOf, showRows } from "./panel.js";
import { asProblem, missingAbility } from "./problems.js";
import { Stage } from "./stage.js";
import { Status } from "./status.js";
import { Choices, safely } from "./storage.js";
import { say, translate } from "./strings.js";
import { takeToken } from "./token.js";
import { WakeLock } from "./wake.js";

const PANEL_EVERY_MS = 500;
const STREAMING = new Set(["opening", "connecting", "live", "reconnecting", "waiting"]);

const element = (id) => document.getElementById(id);
const choices = new Choices(safely(() => localStorage));
const token = takeToken(
  location,
  history,
  safely(() => sessionStorage),
);
const api = new Api(document.baseURI, token, (...request) => fetch(...request));
const wake = new WakeLock();
const status = new Status({
  pill: element("status"),
  words: element("state"),
  count: element("count"),
  card: element("card"),
  title: element("card-title"),
  help: element("card-help"),
  note: element("note"),
});

let stats = null;
let overlays = ["client", "burn-in", "off"];
let view = choices.read().view ?? "client";

const stage = new Stage(
  {
    root: element("stage"),
    preview: element("preview"),
    returned: element("returned"),
    canvas: element("overlay"),
    chrome: [element("status"), element("bar")],
  },
  () => connection.session?.heartbeat.least ?? 0,
);
const iceServers = [];
const connection = new Connection(api, iceServers, {
  standing: (standing) => app.stand(standing),
  tracks: (message) => message.type === "tracks" && stage.take(message),
  event: (message) => heed(message),
  ready: () => connection.send({ type: "set", overlay: view }),
  returned: (stream) => stage.setReturned(stream),
});
const app = new App({ api, stage, connection, choices, show });
const controls = new Controls({
  source: (kind, choice) => app.look({ kind, choice }),
  file: (file) => app.look({ kind: "file", file }),
  flip: () => app.flip(),
  toggle: () => (STREAMING.has(app.state) ? app.stop() : app.retry()),
  retry: () => (connection.running ? connection.retryNow() : begin(() => app.retry())),
  view: setView,
  panel: (open) => {
    choices.remember({ panel: open });
    controls.showPanel(open);
  },
  dismiss: () => status.dismiss(),
  choosing: showSources,
});

/** Shows how things stand. */
function show({ state, problem, source, wish }, { retryIn } = {}) {
  status.show(state === "opening" ? `opening.${wish.kind}` : state, { problem, retryIn });
  controls.showRunning(source !== null || state === "opening", STREAMING.has(state));
  if (state === "live") showSources();
  else stats = null;
  wake.keep(STREAMING.has(state));
}

async function showSources() {
  controls.showSources(await listCameras(), app.source);
}

function setView(wanted) {
  view = overlays.includes(wanted) ? wanted : overlays[0];
  choices.remember({ view });
  stage.setView(view);
  controls.showView(view, overlays);
  connection.send({ type: "set", overlay: view });
}

/** Takes a message of the channel `events`; those of other versions are passed over. */
function heed(message) {
  if (message.type === "stats") stats = message;
  else if (message.type === "problem") status.note(String(message.detail ?? message.code ?? ""));
}

function showFigures() {
  if (element("panel").hidden) return;
  showRows(
    element("rows"),
    rowsOf({
      roundTrip: connection.session?.heartbeat.latest ?? null,
      age: stage.age,
      objects: stage.objects,
      shown: stage.rate.value,
      stats,
    }),
  );
}

/** Learns what the server offers, then goes on. */
async function begin(next) {
  try {
    const config = await api.config();
    iceServers.splice(0, Infinity, ...(config.ice_servers ?? []));
    overlays = config.features?.overlays ?? overlays;
    app.limit(config.limits);
    element("footnote").textContent = say("app.footnote", config);
    setView(view);
  } catch (error) {
    app.refuse(asProblem(error));
    return;
  }
  await next();
}

/** Without a tap, for kiosks and tests: `?source=sample&autostart=1`. */
async function autostart() {
  const query = new URLSearchParams(location.search);
  const kind = query.get("source") === "sample" ? "sample" : "camera";
  if (query.get("autostart") === "1") await app.look({ kind });
  else if (missingAbility(window, "camera")) status.explain(missingAbility(window, "camera"));
}

function comeBack() {
  if (document.hidden) return;
  connection.retryNow();
  wake.refresh();
  if (app.source) stage.preview.play().catch(() => {});
}

translate(document);
controls.showPanel(choices.read().panel ?? false);
stage.setView(view);
controls.showView(view, overlays);
show(app);
document.addEventListener("visibilitychange", comeBack);
window.addEventListener("online", comeBack);
window.addEventListener("pagehide", () => app.stop());
// A code that is scanned into this very tab changes the fragment alone, and loads nothing.
window.addEventListener("hashchange", () => location.reload());
navigator.mediaDevices?.addEventListener?.("devicechange", showSources);
setInterval(showFigures, PANEL_EVERY_MS);
window.openEyes = inspection({ app, stage, connection, stats: () => stats });
document.body.classList.add("ready");
begin(autostart);
