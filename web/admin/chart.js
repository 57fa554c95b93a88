/** One plot on the page: lines, scales, what they say now, and the same as a table. */

import { element, shape, write } from "./elements.js";
import {
  highest,
  linePath,
  nearest,
  place,
  shownSpan,
  summary,
  tableRows,
  thin,
  timeTicks,
  valueTicks,
} from "./plot.js";
import { duration, figure, say, short } from "./words.js";

const HEIGHT = 132;
const MARGIN = { left: 38, right: 10, top: 8, bottom: 20 };
const TABLE_ROWS = 10;

let charts = 0;

export class Chart {
  #plot;
  #parts;
  #shown = null;
  #width = 0;
  #draw;

  /** @param {Plot} plot */
  constructor(plot) {
    this.#plot = plot;
    this.#parts = build(plot, `plot-${(charts += 1)}`);
    this.#draw = () => this.#paint();
    const { picture, toggle } = this.#parts;
    toggle.addEventListener("click", () => this.#toggle());
    picture.addEventListener("pointermove", (event) => this.#point(event));
    picture.addEventListener("pointerleave", () => this.#forgetPoint());
    new ResizeObserver(([{ contentRect }]) => this.#resize(contentRect.width)).observe(picture);
  }

  get root() {
    return this.#parts.root;
  }

  /** @param {Samples} samples @param {number} wanted seconds to show */
  show(samples, wanted) {
    const span = shownSpan(wanted, samples.sampled);
    const lines = this.#plot.lines.map(({ of }) => samples.line(of));
    const window = { from: samples.now - span, to: samples.now };
    const ticks = valueTicks(highest(lines, window), this.#plot.stepped);
    window.top = ticks.at(-1);
    this.#shown = { lines, window, ticks, span, interval: samples.interval };
    this.#tell();
    this.#paint();
    if (!this.#parts.table.hidden) this.#fillTable();
  }

  #resize(width) {
    if (Math.abs(width - this.#width) < 1) return;
    this.#width = width;
    requestAnimationFrame(this.#draw);
  }

  get #area() {
    const width = Math.max(1, this.#width - MARGIN.left - MARGIN.right);
    const height = HEIGHT - MARGIN.top - MARGIN.bottom;
    return { left: MARGIN.left, top: MARGIN.top, width, height };
  }

  #paint() {
    if (!this.#shown || this.#width === 0) return;
    const { picture, grid, curves } = this.#parts;
    picture.setAttribute("viewBox", `0 0 ${Math.round(this.#width)} ${HEIGHT}`);
    grid.replaceChildren(...this.#valueGrid(), ...this.#timeGrid());
    const { lines, window, interval } = this.#shown;
    const how = { interval, stepped: this.#plot.stepped };
    const area = this.#area;
    for (const [index, points] of lines.entries()) {
      const few = thin(points, window, Math.round(area.width));
      curves[index].setAttribute("d", linePath(few, area, window, how));
    }
  }

  #valueGrid() {
    const area = this.#area;
    const { window, ticks } = this.#shown;
    return ticks.flatMap((value) => {
      const y = Math.round(place({ at: 0, value }, area, window)[1]) + 0.5;
      const line = shape("path", { class: "rule", d: `M${area.left} ${y}h${area.width}` });
      const label = { class: "tick", x: area.left - 6, y: y + 3.5, "text-anchor": "end" };
      return [line, shape("text", label, short(value))];
    });
  }

  #timeGrid() {
    const area = this.#area;
    const { window, span } = this.#shown;
    return timeTicks(span).map((back) => {
      const [x] = place({ at: window.to - back, value: 0 }, area, window);
      const anchor = back === 0 ? "end" : back === span ? "start" : "middle";
      const words = back === 0 ? say("plot.now") : say("plot.back", { time: duration(back) });
      return shape("text", { class: "tick", x, y: HEIGHT - 4, "text-anchor": anchor }, words);
    });
  }

  /** What the lines say, in words: beside them, and for who does not see them. */
  #tell() {
    const { lines, window, span } = this.#shown;
    const unit = this.#plot.unit;
    const said = lines.map((points, index) => {
      const found = summary(points, window);
      write(this.#parts.values[index], found ? figure(found.now, unit) : "–");
      const name = say(`line.${this.#plot.lines[index].name}`);
      if (!found) return `${name}: ${say("plot.none")}`;
      const [now, low, high] = [found.now, found.low, found.high].map((each) => figure(each, unit));
      return say("plot.summary", { name, now, low, high });
    });
    const title = say(`plot.${this.#plot.id}`);
    const words = { title, span: duration(span), lines: said.join("; ") };
    this.#parts.picture.setAttribute("aria-label", say("plot.label", words));
  }

  #point(event) {
    if (!this.#shown) return;
    const area = this.#area;
    const { lines, window } = this.#shown;
    const { left } = this.#parts.picture.getBoundingClientRect();
    const share = (event.clientX - left - area.left) / area.width;
    const at = window.from + Math.min(1, Math.max(0, share)) * (window.to - window.from);
    const found = lines.map((points) => nearest(points, at));
    const first = found.find(Boolean);
    if (!first) return;
    const [x] = place(first, area, window);
    this.#parts.hair.setAttribute("d", `M${Math.round(x) + 0.5} ${area.top}v${area.height}`);
    for (const [index, point] of found.entries()) {
      write(this.#parts.values[index], point ? figure(point.value, this.#plot.unit) : "–");
    }
    const time = duration(window.to - first.at);
    write(this.#parts.when, first.at >= window.to - 1 ? "" : say("plot.at", { time }));
  }

  #forgetPoint() {
    this.#parts.hair.setAttribute("d", "");
    write(this.#parts.when, "");
    if (this.#shown) this.#tell();
  }

  #toggle() {
    const { table, frame, toggle } = this.#parts;
    table.hidden = !table.hidden;
    frame.hidden = !table.hidden;
    toggle.setAttribute("aria-expanded", String(!table.hidden));
    write(toggle, say(table.hidden ? "plot.table" : "plot.picture"));
    if (!table.hidden && this.#shown) this.#fillTable();
  }

  #fillTable() {
    const { lines, window } = this.#shown;
    const rows = tableRows(lines, window, TABLE_ROWS).map(({ back, values }) => {
      const when = back === 0 ? say("plot.now") : say("plot.back", { time: duration(back) });
      const cells = values.map((value) =>
        element("td", {}, value === null ? "–" : figure(value, this.#plot.unit)),
      );
      return element("tr", {}, element("th", { scope: "row" }, when), ...cells);
    });
    this.#parts.rows.replaceChildren(...rows);
  }
}

function build(plot, id) {
  const title = say(`plot.${plot.id}`);
  const names = plot.lines.map(({ name }) => say(`line.${name}`));
  const curves = plot.lines.map((line, index) => shape("path", { class: classOf(line, index) }));
  const values = plot.lines.map(() => element("b"));
  const grid = shape("g");
  const hair = shape("path", { class: "hair" });
  const picture = shape("svg", { role: "img", height: HEIGHT }, grid, hair, ...curves);
  const frame = element("div", { class: "frame" }, picture);
  const rows = element("tbody");
  const table = element("div", { class: "table", hidden: true, id: `${id}-table` }, tableOf(title, names, rows));
  const toggle = element(
    "button",
    { type: "button", "aria-expanded": "false", "aria-controls": `${id}-table` },
    say("plot.table"),
  );
  const when = element("span", { class: "when" });
  const legend = element("p", { class: "legend", "aria-hidden": "true" });
  legend.append(...plot.lines.map((line, index) => key(line, index, values[index])), when);
  const heading = element("h3", { id }, title);
  toggle.setAttribute("aria-describedby", id);
  const top = element("header", {}, heading, toggle);
  const root = element("section", { class: "chart", "aria-labelledby": id, "data-plot": plot.id });
  root.append(top, legend, frame, table);
  return { root, picture, frame, grid, hair, curves, values, when, table, rows, toggle };
}

function tableOf(title, names, rows) {
  const heads = [say("plot.table.when"), ...names].map((name) => element("th", { scope: "col" }, name));
  const caption = element("caption", {}, say("plot.table.caption", { title }));
  return element("table", {}, caption, element("thead", {}, element("tr", {}, ...heads)), rows);
}

function classOf({ name }, index) {
  return `curve c${index} ${name.replaceAll(".", "-")}`;
}

function key(line, index, value) {
  const swatch = shape("svg", { class: "swatch", viewBox: "0 0 18 8", "aria-hidden": "true" });
  swatch.append(shape("path", { class: classOf(line, index), d: "M1 4h16" }));
  return element("span", { class: "key" }, swatch, `${say(`line.${line.name}`)} `, value);
}
