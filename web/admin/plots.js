/** Which plots there are, and what of a sample goes into each. Pure. */

/**
 * @typedef {{name: string, of: (sample: Record<string, any>) => number | undefined}} Line `name` is
 *   the key of its words
 * @typedef {{id: string, unit: string, lines: Line[], stepped?: boolean, most?: number}} Plot
 */

/** In the order in which a frame goes through them. */
export const STAGES = ["decode", "look", "server", "encode", "detect", "detect_age", "pose", "read"];

/** Median and 95th percentile. */
function pair(of) {
  return [
    { name: "p50", of: (sample) => of(sample)?.[0] },
    { name: "p95", of: (sample) => of(sample)?.[1] },
  ];
}

function others(drops) {
  const rest = Object.entries(drops).filter(([place]) => place !== "detect" && place !== "out");
  return rest.reduce((sum, [, count]) => sum + count, 0);
}

/** @returns {Plot} of a stage's latency */
export function stagePlot(stage) {
  return { id: `stage.${stage}`, unit: "ms", lines: pair(({ stages }) => stages[stage]) };
}

/** @type {Plot[]} of the whole server */
export const PLOTS = [
  {
    id: "rates",
    unit: "fps",
    lines: ["in", "out", "detect"].map((place) => ({
      name: `rate.${place}`,
      of: ({ rates }) => rates[place] ?? 0,
    })),
  },
  { id: "lag", unit: "ms", lines: pair(({ lag }) => lag) },
  {
    id: "drops",
    unit: "per-second",
    lines: [
      { name: "drop.detect", of: ({ drops }) => drops.detect ?? 0 },
      { name: "drop.out", of: ({ drops }) => drops.out ?? 0 },
      { name: "drop.others", of: ({ drops }) => others(drops) },
    ],
  },
  {
    id: "memory",
    unit: "mb",
    lines: [
      { name: "memory.here", of: ({ memory }) => memory[0] || undefined },
      { name: "memory.apart", of: ({ memory }) => memory[1] || undefined },
    ],
  },
  {
    id: "sessions",
    unit: "",
    stepped: true,
    lines: [{ name: "sessions", of: ({ sessions }) => sessions }],
  },
  {
    id: "degradation",
    unit: "",
    stepped: true,
    lines: [{ name: "degradation", of: ({ degradation }) => degradation }],
  },
];
