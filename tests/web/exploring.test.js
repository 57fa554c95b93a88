/** The way in to freezing, the menu and finding, on a page that is only pretended. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Explore } from "../../web/js/explore.js";
import { Menu } from "../../web/js/explore/menu.js";
import { Still } from "../../web/js/explore/still.js";
import { Talk } from "../../web/js/talk.js";
import { fakePage } from "./fake_page.js";

const IDS = {
  stage: "main",
  freeze: "button",
  seek: "button",
  objects: "section",
  ask: "form",
  question: "input",
  read: "button",
  bar: "nav",
  "watch-mode": "button",
};
/** Turns of the loop in which a key has its effect. */
const PATIENCE = 50;
const settled = () => new Promise((resolve) => setTimeout(resolve, 2));
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const find = (selector) => document.querySelector(selector);

beforeEach(() => {
  fakePage(IDS);
  document.body.classList.toggle("running", true);
  globalThis.ResizeObserver = class {};
});

/** An element in the page, to press a key on. */
function put(parent, name, attributes = {}) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  (find(parent) ?? document.body).append(element);
  return element;
}

test("F alone freezes from the picture and the bar, and from nowhere else", async () => {
  let asked = 0;
  const stage = { hold: async () => void (asked += 1) };
  new Explore({ stage, note: () => {} });
  await import("../../web/js/explore/explorer.js");
  const press = async (element, more = {}) => {
    const before = asked;
    element.fire("keydown", { key: "f", ...more });
    for (let n = 0; n < PATIENCE && asked === before; n += 1) await settled();
    return asked > before;
  };
  assert.ok(await press(document.body));
  assert.ok(await press(put("#bar", "button")));
  assert.ok(!(await press(document.body, { ctrlKey: true })));
  assert.ok(!(await press(put("#objects", "button"))), "a letter on a button");
  assert.ok(!(await press(put("#ask", "input"))));
  const menu = put("body", "div", { id: "menu", role: "menu" });
  assert.ok(!(await press(put("#menu", "button", { role: "menuitem" }))));
  assert.ok(!(await press(document.body)), "a menu is open");
  menu.remove();
  put("body", "dialog", { open: "" });
  assert.ok(!(await press(document.body)), "a sheet is open");
});

test("a picture is held once, however often it is asked for meanwhile", async () => {
  let held = 0;
  const give = [];
  const stage = { hold: () => ((held += 1), new Promise((resolve) => give.push(resolve))) };
  const still = new Still({ stage, note: () => {} });
  still.freeze();
  still.freeze();
  assert.equal(held, 1);
  give[0](null);
  await settled();
  still.freeze();
  assert.equal(held, 2, "afterwards again");
});

function asking() {
  const menu = new Menu();
  globalThis.innerWidth = globalThis.innerHeight = 800;
  menu.open("cup", { x: 10, y: 10 }, [{ name: "Ask", run: () => {} }]);
  menu.ask({ title: "Remember", label: "Name", action: "Remember", run: () => "wrong" });
  return menu;
}

test("the form of the menu can be left by a button", () => {
  find("#freeze").focus();
  asking();
  find("#menu .cancel").fire("click");
  assert.equal(find("#menu"), null);
  assert.equal(document.activeElement, find("#freeze"));
});

test("Tab goes round in the form of the menu, both ways", () => {
  asking();
  const [input, cancel] = [find("#menu input"), find("#menu .cancel")];
  assert.equal(document.activeElement, input);
  assert.ok(input.fire("keydown", { key: "Tab", shiftKey: true }).defaultPrevented);
  assert.equal(document.activeElement, cancel);
  assert.ok(cancel.fire("keydown", { key: "Tab" }).defaultPrevented);
  assert.equal(document.activeElement, input);
  assert.ok(!input.fire("keydown", { key: "Tab" }).defaultPrevented, "between them as ever");
});

test("a button of the list is written when its words change, and only then", () => {
  const scene = { boxes: [{ id: 7, label: "cup" }] };
  const talk = new Talk({ scene }, {});
  talk.offerObjects();
  talk.offerObjects();
  const [button] = find("#objects").children;
  assert.equal(button.writes, 1);
  scene.boxes[0].label = "bowl";
  talk.offerObjects();
  assert.equal(button.writes, 2);
});

test("a refusal reaches the one that asked last, though an earlier one waits no longer", async (context) => {
  // Where it fails a search has begun, which would go on.
  context.after(() => document.body.classList.toggle("running", false));
  put("body", "div", { id: "shelf" });
  const mug = { id: 1, label: "mug", score: 1, unseen: 0, box: [0, 0, 1, 1] };
  const explore = new Explore({
    stage: { live: () => ({ boxes: [mug] }), size: {}, mark: () => {} },
    known: () => ({ labels: [], anything: true }),
    send: () => true,
    note: () => {},
  });
  const problem = { type: "problem", detail: "Too often." };
  assert.ok(!explore.hear(problem), "nobody waits for one");
  find("#seek").fire("click");
  for (let n = 0; n < 500 && !find("#seek-sheet"); n += 1) await settled();
  find("#seek-sheet input").value = "red thing";
  find("#seek-sheet form").fire("submit");
  await later(800);
  find("#seek-sheet .kinds button").fire("click");
  await later(900);
  assert.ok(explore.hear(problem));
  await settled();
  assert.equal(find("#seek-sheet .wrong").textContent, "Too often.");
});
