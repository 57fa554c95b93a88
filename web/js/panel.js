/** The figures: what takes how long. */

import { known, say } from "./strings.js";

/** A server with more stages or reasons than this shows the first ones. */
const MOST_ROWS = 8;

/**
 * The rows of the panel: `roundTrip` in ms, `late` as the Stage tells it, `shown` frames a second,
 * the server's last `stats`; `voice`, ms from the end of the last spoken question to the first word
 * of its answer; null for what is not known. Pure.
 * @returns {[name: string, value: string][]}
 */
export function rowsOf({ roundTrip, late, objects, shown, stats, voice = null }) {
  return [
    ...lateRows(late),
    [say("panel.roundtrip"), milliseconds(roundTrip)],
    ...(Number.isFinite(voice) ? [[say("panel.voice"), milliseconds(voice)]] : []),
    [say("panel.objects"), String(objects)],
    [say("panel.shown"), rate(shown)],
    ...(stats ? serverRows(stats) : []),
  ];
}

/** Each view has its own; with boxes nowhere, nothing comes back. */
function lateRows({ view, glass, boxes, detected }) {
  if (view === "burn-in") return [[say("panel.glass"), figure(glass)]];
  if (view === "off") return [];
  return [
    [say("panel.boxes"), figure(boxes)],
    [say("panel.detected"), figure(detected)],
  ];
}

/** What is not known is not guessed, and what rests on an estimate says so. */
function figure(value) {
  if (!value) return say("unit.notknown");
  return value.estimated ? say("unit.about", { value: spread(value) }) : spread(value);
}

function serverRows({ stages, rates, drops, detector, degradation }) {
  return [
    [say("panel.detections"), rate(rates?.detect)],
    [say("panel.returned"), rate(rates?.out)],
    ...some(stages).map(([stage, value]) => [nameOf(stage), spread(value)]),
    ...some(drops)
      .filter(([, count]) => count > 0)
      .map(([stage, count]) => [say("panel.dropped", { stage: plain(stage) }), String(count)]),
    ...(degradation > 0
      ? [[say("panel.degradation"), say("unit.step", { value: degradation })]]
      : []),
    ...(detector ? [[say("panel.detector"), String(detector)]] : []),
  ];
}

/** Puts rows into a description list, touching only what changed. */
export function showRows(list, rows) {
  while (list.children.length > rows.length) list.lastElementChild.remove();
  rows.forEach(([name, value], index) => {
    const row = list.children[index] ?? list.appendChild(newRow());
    setText(row.children[0], name);
    setText(row.children[1], value);
  });
}

function newRow() {
  const row = document.createElement("div");
  row.append(document.createElement("dt"), document.createElement("dd"));
  return row;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function some(record) {
  return Object.entries(record ?? {}).slice(0, MOST_ROWS);
}

function nameOf(stage) {
  const key = `panel.stage.${stage}`;
  return known(key) ? say(key) : say("panel.stage", { stage: plain(stage) });
}

function plain(name) {
  return name.replaceAll("_", " ");
}

function milliseconds(value) {
  return Number.isFinite(value)
    ? say("unit.ms", { value: Math.round(value) })
    : say("unit.unknown");
}

function rate(value) {
  return Number.isFinite(value)
    ? say("unit.fps", { value: value.toFixed(value < 10 ? 1 : 0) })
    : say("unit.unknown");
}

function spread(value) {
  if (!Number.isFinite(value?.p50) || !Number.isFinite(value?.p95)) return say("unit.unknown");
  return say("unit.spread", { p50: Math.round(value.p50), p95: Math.round(value.p95) });
}
