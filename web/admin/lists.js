/** What the operator's page tells in words: the few figures at its top, models, problems. */

import { element, write } from "./elements.js";
import { duration, figure, say } from "./words.js";

/** Problems shown; the server keeps more. */
const MOST_TROUBLES = 30;

/** Sessions, lag, memory and the detector's step, each in one figure. */
export function showTiles(root, state, samples) {
  const newest = (of) => samples.line(of).at(-1)?.value ?? null;
  const [here, apart] = [newest(({ memory }) => memory[0]), newest(({ memory }) => memory[1])];
  const { sessions, limit, opened } = state;
  showTile(root, 0, {
    name: say("tile.sessions"),
    value: say("tile.sessions.value", { now: sessions.length, limit }),
    note: say("tile.sessions.note", { opened }),
  });
  showTile(root, 1, {
    name: say("tile.lag"),
    value: figure(newest(({ lag }) => lag[1]), "ms"),
    note: say("tile.lag.note"),
  });
  showTile(root, 2, {
    name: say("tile.memory"),
    value: here ? figure(here + apart, "mb") : say("unknown"),
    note: here ? say("tile.memory.note", { apart: figure(apart, "mb") }) : "",
  });
  showTile(root, 3, { name: say("tile.step"), ...stepWords(state) });
}

/** @returns {{value: string, note: string}} at which of its inputs the detector works */
function stepWords({ degradation, rungs }) {
  const value = rungs[degradation] ?? say("tile.step.best");
  if (rungs.length < 2) return { value, note: rungs.length ? say("tile.step.one") : "" };
  if (degradation === 0) return { value, note: say("tile.step.best") };
  return { value, note: say("tile.step.lower", { step: degradation }) };
}

function showTile(root, index, { name, value, note }) {
  const tile =
    root.children[index] ??
    root.appendChild(element("div", {}, element("dt"), element("dd"), element("dd")));
  const [term, first, second] = tile.children;
  write(term, name);
  write(first, value);
  write(second, note);
}

/** @param {{role: string, name: string, runs: string}[]} models */
export function showModels(root, models) {
  for (const [index, { role, name, runs }] of models.entries()) {
    const row =
      root.children[index] ??
      root.appendChild(element("div", {}, element("dt"), element("dd"), element("dd")));
    const [term, first, second] = row.children;
    write(term, say(`model.${role}`));
    write(first, name || say("model.none"));
    write(second, name ? runs || say("model.apart") : "");
  }
}

/** @param {{now: number, troubles: Record<string, any>[]}} state */
export function showTroubles(root, { now, troubles }) {
  const shown = troubles.slice(0, MOST_TROUBLES);
  if (shown.length === 0) {
    root.replaceChildren(element("li", { class: "none" }, say("trouble.none")));
    return;
  }
  // Nothing is rebuilt that a person may be reading or selecting.
  const told = shown.map(({ at, text, times }) => `${at} ${times} ${text}`).join("\n");
  if (root.dataset.told !== told) root.replaceChildren(...shown.map(troubleItem));
  root.dataset.told = told;
  for (const [index, { at }] of shown.entries()) {
    write(root.children[index].querySelector(".ago"), ago(now - at));
  }
}

function troubleItem({ level, text, times }) {
  const head = element("p", {}, element("b", { "data-level": level }, say(`trouble.${level}`)));
  if (times > 1) head.append(element("span", {}, say("trouble.times", { times })));
  head.append(element("span", { class: "ago" }));
  return element("li", {}, head, element("p", { class: "text" }, text));
}

function ago(seconds) {
  return say("time.ago", { time: duration(seconds) });
}
