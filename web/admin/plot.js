/** The sums behind the line plots: ticks, thinning, paths, tables. Pure. */

/**
 * @typedef {{at: number, value: number | null}} Point `at` in seconds, of one clock
 * @typedef {{left: number, top: number, width: number, height: number}} Area in CSS pixels
 * @typedef {{from: number, to: number, top: number}} Window seconds shown, and value at the top
 */

/** Where the sampler says nothing for so many of its intervals, the line has a gap. */
const GAP_INTERVALS = 3;
/** Steps between ticks of time, seconds. */
const TIME_STEPS = [10, 15, 30, 60, 120, 300, 600, 1800];
const MOST_TIME_TICKS = 5;
/** A plot of nothing still has a scale. */
const LEAST_TOP = 1;

/** As long as little was sampled, no more time is shown than that: seconds at least, and a step. */
const LEAST_SPAN = 60;
const SPAN_STEP = 15;

/** How much of the time that is wanted to show, when so much was sampled, seconds. */
export function shownSpan(wanted, sampled) {
  const filled = Math.ceil(Math.max(sampled, LEAST_SPAN) / SPAN_STEP) * SPAN_STEP;
  return Math.min(wanted, filled);
}

/**
 * Ticks from 0 up, at round numbers, so that `most` lies at or below the last.
 * @param {boolean} [whole] whether there is nothing between 0 and 1
 * @returns {number[]} ascending, `count` steps at most
 */
export function valueTicks(most, whole = false, count = 3) {
  const wanted = Math.max(Number.isFinite(most) ? most : 0, LEAST_TOP);
  const rough = wanted / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const steady = [1, 2, 5, 10].map((factor) => factor * power);
  const step = Math.max(steady.find((each) => each >= rough * 0.999), whole ? 1 : 0);
  const steps = Math.ceil(wanted / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, index) => tidy(index * step));
}

/** @returns {number[]} seconds before now, 0 first, for a plot of the last `span` seconds */
export function timeTicks(span) {
  const step = TIME_STEPS.find((each) => span / each <= MOST_TIME_TICKS - 1) ?? span;
  const ticks = [];
  for (let back = 0; back <= span; back += step) ticks.push(back);
  return ticks;
}

/** The largest value of all lines within the window, 0 where there is none. */
export function highest(lines, { from, to }) {
  let most = 0;
  for (const points of lines) {
    for (const { at, value } of points) {
      if (value !== null && at >= from && at <= to) most = Math.max(most, value);
    }
  }
  return most;
}

/**
 * Leaves of each column of pixels the lowest and the highest value, so that no peak is lost.
 * @param {Point[]} points ascending in time
 */
export function thin(points, { from, to }, columns) {
  const kept = [];
  const shown = points.filter(({ at }) => at >= from && at <= to);
  const columnOf = ({ at }) => Math.floor(((at - from) / (to - from)) * columns);
  for (let start = 0; start < shown.length; ) {
    let end = start + 1;
    while (end < shown.length && columnOf(shown[end]) === columnOf(shown[start])) end += 1;
    kept.push(...extremes(shown.slice(start, end)));
    start = end;
  }
  return kept;
}

/** A gap is one, whatever lies beside it. */
function extremes(column) {
  const gap = column.find(({ value }) => value === null);
  if (gap) return [gap];
  let [low] = column;
  let [high] = column;
  for (const point of column) {
    if (point.value < low.value) low = point;
    if (point.value > high.value) high = point;
  }
  if (low === high) return [low];
  return low.at < high.at ? [low, high] : [high, low];
}

/** Where a point lies. @returns {[number, number]} x, y */
export function place({ at, value }, area, { from, to, top }) {
  const x = area.left + ((at - from) / (to - from)) * area.width;
  const y = area.top + (1 - Math.min(value, top) / top) * area.height;
  return [x, y];
}

/**
 * The line as the `d` of an SVG path, broken where nothing is known.
 * @param {Point[]} points ascending in time
 * @param {{interval: number, stepped?: boolean}} how `stepped` holds each value until the next
 */
export function linePath(points, area, window, { interval, stepped = false }) {
  let path = "";
  let last = null;
  for (const point of points) {
    if (point.value === null) {
      last = null;
      continue;
    }
    const [x, y] = place(point, area, window).map(round);
    const joined = last !== null && point.at - last <= GAP_INTERVALS * interval;
    if (!joined) path += `M${x} ${y}h0`;
    else if (stepped) path += `H${x}V${y}`;
    else path += `L${x} ${y}`;
    last = point.at;
  }
  return path;
}

/** The known point nearest in time, null if there is none. @param {Point[]} points ascending */
export function nearest(points, at) {
  let best = null;
  for (const point of points) {
    if (point.value === null) continue;
    if (best && Math.abs(point.at - at) > Math.abs(best.at - at)) break;
    best = point;
  }
  return best;
}

/** @returns {{now: number, high: number, low: number} | null} of what is known in the window */
export function summary(points, { from, to }) {
  const values = points
    .filter(({ at, value }) => value !== null && at >= from && at <= to)
    .map(({ value }) => value);
  if (values.length === 0) return null;
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [values[0], values[0]],
  );
  return { now: values.at(-1), high, low };
}

/**
 * The same in figures, the newest first: for each slot the highest value of every line.
 * @returns {{back: number, values: (number | null)[]}[]} `back` in seconds before the window's end
 */
export function tableRows(lines, { from, to }, rows) {
  const slot = (to - from) / rows;
  return Array.from({ length: rows }, (_, index) => {
    const end = to - index * slot;
    const within = ({ at }) => at > end - slot && at <= end;
    const slots = lines.map((points) => summary(points.filter(within), { from, to }));
    return { back: index * slot, values: slots.map((found) => found?.high ?? null) };
  });
}

/** Floats that are sums of steps have tails. */
function tidy(value) {
  return Number(value.toPrecision(12));
}

function round(value) {
  return Math.round(value * 10) / 10;
}
