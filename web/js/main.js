/** Puts the page together: the parts know nothing of each other, this knows them all. */

import { Api } from "./api.js";
import { App, LIMITS } from "./app.js";
import { Assistant } from "./assistant.js";
import { listCameras } from "./camera.js";
import { Connection } from "./connection.js";
import { Controls } from "./controls.js";
import { Evidence } from "./evidence.js";
import { Explore } from "./explore.js";
import { inspection } from "./inspection.js";
import { Problem, asProblem, missingAbility } from "./problems.js";
import { Sending } from "./sending.js";
import { Stage } from "./stage.js";
import { Status } from "./status.js";
import { Choices, safely } from "./storage.js";
import { languageFor, say, speak, translate } from "./strings.js";
import { Talk } from "./talk.js";
import { takeToken } from "./token.js";
import { VoiceDoor } from "./voice/door.js";
import { WakeLock } from "./wake.js";

const SHOW_EVERY_MS = 500;
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
  said: element("said"),
});

let stats = null;
/** What the detector knows by name. */
let labels = [];
let greetedBy = "";
let footnote = null;
let sharing = null;
let recording = null;
let lens = null;
let overlays = ["client", "burn-in", "off"];
let view = choices.read().view ?? "client";
let language = languageFor(choices.read().language, navigator.language);

const stage = new Stage(
  {
    root: element("stage"),
    preview: element("preview"),
    returned: element("returned"),
    canvas: element("overlay"),
    chrome: ["status", "bar", "talk"].map(element),
  },
  () => connection.session?.heartbeat.least ?? 0,
  (scene) => assistant.follow(scene),
);
const iceServers = [];
const sending = new Sending(LIMITS, navigator.getBattery?.(), () => status.note(say("sending.sparing")));
const connection = new Connection(api, iceServers, {
  standing: (standing) => {
    app.stand(standing);
    if (standing.state !== "idle" && standing.state !== "failed") return;
    assistant.lost();
    voice.lost();
  },
  tracks: (message) => message.type === "tracks" && stage.take(message),
  event: (message) => heed(message),
  ready: () => {
    const set = { type: "set", overlay: view, captions: captionsWanted(), language };
    connection.send({ ...set, share: sharing?.agreed });
    voice.opened();
  },
  returned: (stream) => stage.setReturned(stream),
  sending: (sender) => sending.use(sender),
  hears: () => Boolean(footnote?.features?.hears),
});
const assistant = new Assistant({
  send: (message) => connection.send(message),
  stage,
  evidence: new Evidence((path) => api.picture(path)),
  recall: (words) => api.memories(connection.session?.id, words),
  note: (text) => status.note(text),
});
const talk = new Talk(stage, assistant);
const voice = new VoiceDoor({
  button: element("speak"),
  opener: element("voice-open"),
  send: (message) => connection.send(message),
  listenTo: (track) => connection.hear(track),
  connected: () => app.state === "live",
  roundTrip: () => connection.session?.heartbeat.latest ?? 0,
  ask: (text) => assistant.ask(text),
  watch: (text) => assistant.watch(text),
  note: (text) => status.note(text),
  speech: (...what) => api.speech(connection.session?.id, ...what),
  choices,
});
const explore = new Explore({
  stage,
  assistant,
  talk,
  choices,
  send: (message) => connection.send(message),
  read: (picture) => readStill(picture),
  note: (text) => status.note(text),
  known: () => ({ labels, anything: footnote?.features?.words === true }),
});
const app = new App({ api, stage, connection, choices, show, keep: keepRecording });
const controls = new Controls({
  source: (kind, choice) => app.look({ kind, choice }),
  file: (file) => app.look({ kind: "file", file }),
  flip: () => app.flip(),
  toggle: () => (STREAMING.has(app.state) ? app.stop() : app.retry()),
  retry: () => (connection.running && app.source ? connection.retryNow() : begin(() => app.retry())),
  view: setView,
  captions: (captions) => {
    choices.remember({ captions });
    connection.send({ type: "set", captions });
  },
  language: setLanguage,
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
  const { kind, track } = app.source ?? {};
  // Only some cameras have what it is for.
  if (!lens && !track?.getCapabilities) return;
  const { Lens } = await import("./lens.js");
  lens ??= new Lens(element("cameras"));
  lens.show(kind === "camera" ? track : null, language);
}

function setView(wanted) {
  view = overlays.includes(wanted) ? wanted : overlays[0];
  choices.remember({ view });
  stage.setView(view);
  controls.showView(view, overlays);
  connection.send({ type: "set", overlay: view });
}

/** Comes with the sheet that it is in, where there is an operator to share with. */
async function offerSharing() {
  const { Sharing } = await import("./sharing.js");
  sharing ??= new Sharing(element("captions").closest("label"), (share) => {
    connection.send({ type: "set", share });
  });
  sharing.show(language);
}

/** Comes with the sheet that it is in, or with the first word of a recording. */
async function offerRecording() {
  const { Recording } = await import("./recording.js");
  recording ??= new Recording({
    sheet: element("view-sheet").querySelector(".sheet"),
    send: (message) => connection.send(message),
    fetch: (path) => api.recording(path),
    note: (text) => status.note(text),
  });
  recording.show(language);
  return recording;
}

/** The session waits for it to come; nobody is listened to meanwhile. */
function keepRecording() {
  const kept = recording?.keep() ?? null;
  if (kept) {
    assistant.lost();
    voice.lost();
  }
  return kept;
}

function captionsWanted() {
  return choices.read().captions ?? true;
}

/** Says everything anew, and has the server speak it too. */
async function setLanguage(wanted) {
  try {
    await speak(wanted);
  } catch {
    // Without a network its words do not come: the page stays as it is.
    controls.showOptions(captionsWanted(), language);
    return status.note(say("explore.failed"));
  }
  language = wanted;
  choices.remember({ language });
  connection.send({ type: "set", language });
  await showLanguage();
}

async function showLanguage() {
  await speak(language);
  sharing?.show(language);
  recording?.show(language);
  document.documentElement.lang = language;
  document.title = say("app.name");
  translate(document);
  voice.translate();
  showFootnote();
  controls.showOptions(captionsWanted(), language);
  show(app);
  assistant.show();
  explore.translate();
}

function showFootnote() {
  if (footnote) element("footnote").textContent = say("app.footnote", footnote);
}

/** Takes a message of the channel `events`; those of other versions are passed over. */
function heed(message) {
  voice.hear(message);
  if (message.type === "stats") {
    stats = message;
    sending.heed(message);
  } else if (message.type === "hello") greeted(message);
  else if (message.type === "recording") offerRecording().then((each) => each.hear(message));
  else if (!assistant.hear(message) && !explore.hear(message) && message.type === "problem") status.note(String(message.detail ?? message.code ?? ""));
}

/** The server goes on with our session where it can; a new one has to be told what is wanted. */
function greeted({ limits, session, resumed, labels: names = [] }) {
  labels = names;
  sending.limit(limits);
  if (!resumed) {
    assistant.opened();
    explore.opened();
  } else explore.resumed();
  recording?.greeted(resumed === true);
  if (!resumed && greetedBy && greetedBy !== session) status.note(say("state.anew"));
  greetedBy = session;
}

async function readStill(picture) {
  const session = connection.session?.id;
  if (!session) throw new Problem("lost");
  return api.read(session, picture);
}

/** All that ages. */
function showAgain() {
  assistant.show();
  voice.tick();
  talk.offerObjects();
  showFigures();
}

async function showFigures() {
  if (element("panel").hidden) return;
  // Only the curious load it.
  const { rowsOf, showRows } = await import("./panel.js");
  showRows(
    element("rows"),
    rowsOf({
      roundTrip: connection.session?.heartbeat.latest ?? null,
      late: stage.late(performance.now()),
      objects: stage.objects,
      voice: voice.latency,
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
    if (config.features?.share) element("view").addEventListener("click", offerSharing);
    app.limit(config.limits);
    sending.limit(config.limits);
    footnote = config;
    voice.offer(config.features);
    showFootnote();
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

await showLanguage();
controls.showPanel(choices.read().panel ?? false);
stage.setView(view);
controls.showView(view, overlays);
document.addEventListener("visibilitychange", comeBack);
element("view").addEventListener("click", offerRecording);
window.addEventListener("online", () => connection.networkChanged());
let way = navigator.connection?.type;
// It tells of every new estimate of the speed, too.
navigator.connection?.addEventListener?.("change", ({ target: { type } }) => {
  if (type !== way) connection.networkChanged();
  way = type;
});
window.addEventListener("pagehide", () => app.stop({ now: true }));
// A code that is scanned into this very tab changes the fragment alone, and loads nothing.
window.addEventListener("hashchange", () => location.reload());
navigator.mediaDevices?.addEventListener?.("devicechange", showSources);
setInterval(showAgain, SHOW_EVERY_MS);
window.openEyes = inspection({ app, stage, connection, assistant, voice, stats: () => stats });
document.body.classList.add("ready");
begin(autostart);
// Without it the page works as well, as long as there is a network.
navigator.serviceWorker?.register("sw.js").catch(() => {});
