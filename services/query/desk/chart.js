/** A small line chart, drawn once; the table beside it has the very figures. */

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 190, 60, 26, 12];
const MOST_LABELS = 10;

function svg(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

/**
 * A chart with its name and its legend. `lines` are {name, kind, values}, the values (null: unknown) one for each of
 * `labels`; `write(value)` writes a value of the axis. The axis begins at 0 and ends at `most`, or above the highest value.
 */
export function chart(name, labels, lines, write, most = 0) {
  const highest = Math.max(most, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))) || 1;
  const x = (index) => LEFT + ((index + 0.5) / Math.max(1, labels.length)) * (WIDTH - LEFT);
  const y = (value) => HEIGHT - BOTTOM - (value / highest) * (HEIGHT - BOTTOM - TOP);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name });
  picture.append(...axis(highest, y, write), ...times(labels, x), ...lines.map((one) => path(one, x, y)));
  picture.append(...lines.flatMap((one) => lonely(one, x, y)));
  const figure = document.createElement("figure");
  figure.className = "chart";
  figure.append(picture, legend(name, lines));
  return figure;
}

const axis = (highest, y, write) =>
  [0, highest / 2, highest].flatMap((value) => [
    svg("path", { class: "grid", d: `M${LEFT} ${y(value).toFixed(1)}H${WIDTH}` }),
    svg("text", { x: LEFT - 8, y: (y(value) + 4).toFixed(1), "text-anchor": "end" }, write(value)),
  ]);

function times(labels, x) {
  const every = Math.ceil(labels.length / MOST_LABELS);
  return labels.flatMap((label, index) =>
    index % every ? [] : [svg("text", { x: x(index).toFixed(1), y: HEIGHT - 6, "text-anchor": "middle" }, label)],
  );
}

function path({ kind, values }, x, y) {
  const steps = values.map((value, index) => {
    if (value === null) return "";
    const follows = index > 0 && values[index - 1] !== null;
    return `${follows ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return svg("path", { class: `line ${kind}`, d: steps.join("") });
}

/** A value with unknown neighbours makes no line: it is a dot. */
const lonely = ({ kind, values }, x, y) =>
  values.flatMap((value, index) => {
    const alone = value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
    return alone ? [svg("circle", { class: `dot ${kind}`, cx: x(index).toFixed(1), cy: y(value).toFixed(1), r: 3 })] : [];
  });

function legend(name, lines) {
  const caption = document.createElement("figcaption");
  const title = Object.assign(document.createElement("strong"), { textContent: name });
  const entries = lines.map(({ name: words, kind }) => Object.assign(document.createElement("span"), { textContent: words, className: `key ${kind}` }));
  caption.append(title, ...entries);
  return caption;
}
