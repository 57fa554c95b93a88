/** Puts the operator's page together: asks the server every moment, and shows what it says. */

import { Choices, safely } from "../js/storage.js";
import { Chart } from "./chart.js";
import { Door } from "./door.js";
import { element, write } from "./elements.js";
import { showModels, showTiles, showTroubles } from "./lists.js";
import { People } from "./people.js";
import { PLOTS, STAGES, stagePlot } from "./plots.js";
import { Samples } from "./samples.js";
import { duration, say, speak } from "./words.js";

const ASK_EVERY_MS = 2000;
/** Statuses of a server that wants a token: none, a wrong one, none possible, too many wrong. */
const SHUT = new Set([401, 403, 429]);
const SPANS = [120, 300, 900];

const find = (id) => document.getElementById(id);
const door = new Door(safely(() => sessionStorage));
const samples = new Samples();
const charts = [];
const stages = new Map();
let people = null;
let span = 300;
let heard = null;
let timer;

const choices = new Choices(safely(() => localStorage));
const language = await speak(choices.read().language, navigator.language);
document.documentElement.lang = language;
translate();
door.takeFrom(location, history);
people = new People(find("people"), (session) => door.picture(session));
for (const plot of PLOTS) addChart(plot, find("server-plots"));
for (const each of SPANS) find("spans").append(spanChoice(each));
find("door").addEventListener("submit", (event) => {
  event.preventDefault();
  door.remember(find("token").value.trim());
  find("token").value = "";
  look({ typed: true });
});
document.addEventListener("visibilitychange", () => look());
document.body.classList.add("ready");
look();

/** Asks once, and then again after a while. */
async function look({ typed = false } = {}) {
  clearTimeout(timer);
  if (document.hidden) return write(find("standing"), say("standing.hidden"));
  try {
    const state = await door.state(samples.newest);
    // What was asked for by a clock that has begun anew is not all there is.
    if (!samples.take(state)) samples.take(await door.state(0));
    heard = performance.now();
    show(state);
  } catch (error) {
    if (SHUT.has(error.status)) return shut(error, typed);
    stale();
  }
  timer = setTimeout(look, ASK_EVERY_MS);
}

function show(state) {
  find("door").hidden = true;
  find("figures").hidden = false;
  document.body.dataset.standing = "live";
  write(find("standing"), say("standing.live"));
  const time = duration(state.seconds);
  write(find("version"), say("version", { version: state.version, time }));
  showTiles(find("tiles"), state, samples);
  showModels(find("models"), state.models);
  showTroubles(find("troubles"), state);
  find("nobody").hidden = state.sessions.length > 0;
  people.show(state.sessions);
  showCharts();
}

function showCharts() {
  for (const stage of STAGES) {
    if (stages.has(stage) || !samples.knows(stage)) continue;
    stages.set(stage, addChart(stagePlot(stage), find("stage-plots")));
    const order = STAGES.filter((each) => stages.has(each)).map((each) => stages.get(each).root);
    find("stage-plots").replaceChildren(...order);
  }
  find("unmeasured").hidden = stages.size > 0;
  for (const chart of charts) chart.show(samples, span);
}

/** The server is away, for a moment or longer: what was known stays, and says how old it is. */
function stale() {
  document.body.dataset.standing = "away";
  const time = duration(heard === null ? 0 : (performance.now() - heard) / 1000);
  write(find("standing"), say("standing.away", { time }));
}

/** @param {import("./door.js").Refused} error */
function shut({ status, message }, typed) {
  find("figures").hidden = true;
  find("door").hidden = false;
  const locked = status === 403;
  find("entry").hidden = locked;
  write(find("door-title"), say(locked ? "door.locked" : "door.title"));
  const why = status === 401 && typed ? say("door.wrong") : status === 401 ? "" : message;
  write(find("refusal"), why);
  write(find("door-words"), locked ? "" : say("door.words"));
  if (!locked) find("token").focus();
}

function addChart(plot, root) {
  const chart = new Chart(plot);
  charts.push(chart);
  root.append(chart.root);
  return chart;
}

function spanChoice(each) {
  const input = element("input", { type: "radio", name: "span", value: each, checked: each === span });
  input.addEventListener("change", () => {
    span = each;
    showCharts();
  });
  return element("label", {}, input, element("span", {}, say(`span.${each}`)));
}

function translate() {
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-say]")) write(node, say(node.dataset.say));
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
  }
}
