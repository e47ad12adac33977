/** The small line of a card: its service level over the last minutes, above and below the target. */

const LEAST_SPAN = 60_000;
const GAP = 15_000;
const [WIDTH, HEIGHT, MARGIN] = [100, 30, 2];

/** SVG paths of samples {at: milliseconds, value: ratio or null}, oldest first, in a box of 100 by 30. */
export function trend(samples, target) {
  const last = samples.at(-1).at;
  const span = Math.max(LEAST_SPAN, last - samples[0].at);
  const lowest = Math.min(0.5, target - 0.1, ...samples.map(({ value }) => value ?? 1));
  const x = (at) => WIDTH - ((last - at) / span) * WIDTH;
  const y = (value) => HEIGHT - MARGIN - ((value - lowest) / (1 - lowest)) * (HEIGHT - 2 * MARGIN);
  const runs = unbroken(samples).map((run) => run.map(({ at, value }) => [x(at), y(value)]));
  return {
    goal: `M0 ${text(y(target))}H${WIDTH}`,
    line: runs.map(curve).join(""),
    area: runs.map((run) => `${curve(run)}V${HEIGHT}H${text(run[0][0])}Z`).join(""),
  };
}

/** Samples split where the figure was unknown or nobody looked. */
function unbroken(samples) {
  const runs = [[]];
  let before = null;
  for (const sample of samples) {
    if (sample.value === null || (before && sample.at - before.at > GAP)) runs.push([]);
    if (sample.value !== null) runs.at(-1).push(sample);
    before = sample;
  }
  return runs.filter((run) => run.length > 1);
}

/** A line through the middles between points: smooth, and never beyond what was measured. */
function curve(points) {
  const middle = ([x1, y1], [x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2];
  const bends = points.slice(1, -1).map((point, i) => `Q${pair(point)} ${pair(middle(point, points[i + 2]))}`);
  return `M${pair(points[0])}${bends.join("")}L${pair(points.at(-1))}`;
}

const text = (number) => number.toFixed(2);
const pair = ([x, y]) => `${text(x)} ${text(y)}`;
