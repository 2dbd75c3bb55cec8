const data = JSON.parse(document.getElementById("data").textContent);
const { index, corpus, strata, scores, labels, venues, least } = data;
const MOST = { apart: 24, one: 8 };
const SIGNS = { up: "▲ ", down: "▼ " };
const state = { share: data.share, apart: !data.compared, lang: document.body.dataset.lang, chosen: [...data.shown], at: null };
const byId = (id) => document.getElementById(id);
const number = (n) => Math.round(n).toLocaleString("en");
const percent = (s) => (s > 0 && s < 0.001 ? (s * 100).toFixed(2) : (s * 100).toFixed(1)) + "%";
const name = (n) => labels[n].names[state.lang] || labels[n].names.en;
const say = (key) => data.words[state.lang][key];
const by_venue = data.over === "venue-year";

function make(tag, attributes = {}, text = "") {
  const svg = ["svg", "path", "line", "circle", "rect", "text", "g"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  return node;
}

/** Wilson's interval of 95 %. */
function wilson(k, n) {
  if (!n) return [NaN, NaN];
  const z = 1.959963984540054, p = k / n, d = 1 + (z * z) / n;
  const middle = (p + (z * z) / (2 * n)) / d;
  const half = (z / d) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [k > 0 ? Math.max(0, middle - half) : 0, k < n ? Math.min(1, middle + half) : 1];
}

/** The points of a label at a venue, or in time. */
function points(label, venue) {
  const out = [];
  index.forEach((period, i) => {
    if (strata[i] !== venue) return;
    const k = labels[label].counts[i], n = corpus[i], [low, high] = wilson(k, n);
    const known = state.share ? n >= least : true;
    const scale = state.share ? 1 : n;
    const y = !known ? NaN : state.share ? k / n : k;
    const end = (v) => (!known ? NaN : n ? v * scale : 0);
    out.push({ i, x: scores[i], partial: data.partial[i], scaling: data.scaling[i], k, n, y, low: end(low), high: end(high) });
  });
  return out;
}

/** Round values up to a highest one. */
function ticks(top) {
  const rough = top / 3, power = 10 ** Math.floor(Math.log10(rough || 1));
  let step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough) || 1;
  if (!state.share) step = Math.max(1, Math.round(step));
  const out = [];
  for (let at = 0; at <= top * 1.0001; at += step) out.push(at);
  return out;
}

function tick(value, all) {
  if (!state.share) return number(value);
  const digits = all.every((t) => Math.abs(t * 100 - Math.round(t * 100)) < 1e-6) ? 0 : all.every((t) => Math.abs(t * 1000 - Math.round(t * 1000)) < 1e-6) ? 1 : 2;
  return (value * 100).toFixed(digits) + "%";
}

/** A chart of some lines ({colour, points, name}); `top` is the highest value of its scale. */
function chart(lines, width, height, top, right, tell) {
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img" });
  const values = ticks(top), box = { left: 8 + 7 * Math.max(...values.map((v) => tick(v, values).length)), top: 8, right: width - right, bottom: height - 20 };
  const xs = [...new Set(lines.flatMap((l) => l.points.map((p) => p.x)))].sort((a, b) => a - b);
  const pad = Math.min(14, (box.right - box.left) / (2 * xs.length));
  const x = (v) => xs.length < 2 ? (box.left + box.right) / 2 : box.left + pad + ((v - xs[0]) / (xs[xs.length - 1] - xs[0])) * (box.right - box.left - 2 * pad);
  const y = (v) => box.bottom - (v / (top || 1)) * (box.bottom - box.top);
  for (const v of values) {
    svg.append(make("line", { class: "grid", x1: box.left, x2: box.right, y1: y(v), y2: y(v) }));
    svg.append(make("text", { x: box.left - 5, y: y(v) + 4, "text-anchor": "end" }, tick(v, values)));
  }
  periods(svg, xs, x, box, lines[0]);
  const discrete = by_venue || data.over === "report" || index.length < 3;
  for (const line of lines) {
    const known = line.points.filter((p) => !Number.isNaN(p.y)), style = `stroke:var(${line.colour})`;
    if (discrete) {
      for (const p of known.filter((p) => !p.partial)) svg.append(make("line", { x1: x(p.x), x2: x(p.x), y1: y(Math.min(p.high, top)), y2: y(p.low), style, "stroke-width": 3, opacity: 0.35 }));
    } else {
      for (const run of runs(line.points)) {
        const up = run.map((p) => `${x(p.x)},${y(Math.min(p.high, top))}`), down = run.map((p) => `${x(p.x)},${y(p.low)}`).reverse();
        svg.append(make("path", { d: `M${[...up, ...down].join("L")}Z`, style: `fill:var(${line.colour})`, opacity: 0.16 }));
      }
    }
    if (data.over !== "report") for (const run of runs(line.points)) svg.append(make("path", { d: `M${run.map((p) => `${x(p.x)},${y(Math.min(p.y, top))}`).join("L")}`, style: style + ";fill:none", "stroke-width": 2, "stroke-linejoin": "round" }));
    for (const p of known.filter((p) => p.partial || known.length <= 24)) {
      const hollow = `fill:none;stroke:var(${line.colour})`;
      if (p.y > top) svg.append(make("path", { d: `M${x(p.x) - 4},${box.top + 7}l4,-7l4,7Z`, style: hollow }));  // above the scale
      else svg.append(make("circle", { cx: x(p.x), cy: y(p.y), r: discrete ? 3.4 : 2.4, style: p.partial ? hollow : `fill:var(${line.colour})` }));
    }
  }
  const cursor = svg.appendChild(make("line", { class: "cursor", y1: box.top, y2: box.bottom, visibility: "hidden" }));
  svg.show = (at) => {
    cursor.setAttribute("visibility", at === null || !xs.includes(at) ? "hidden" : "visible");
    if (at !== null) for (const end of ["x1", "x2"]) cursor.setAttribute(end, x(at));
  };
  const near = (event) => {
    const frame = svg.getBoundingClientRect(), px = ((event.clientX - frame.left) / frame.width) * width;
    return xs.reduce((best, v) => (Math.abs(x(v) - px) < Math.abs(x(best) - px) ? v : best), xs[0]);
  };
  const move = (at, px, py) => { point(at); tip(tell(at), px, py); };
  svg.addEventListener("pointermove", (event) => move(near(event), event.clientX, event.clientY));
  svg.addEventListener("pointerdown", (event) => move(near(event), event.clientX, event.clientY));
  svg.addEventListener("pointerleave", () => { point(null); byId("tip").hidden = true; });
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = xs.indexOf(state.at), at = xs[Math.max(0, Math.min(xs.length - 1, now < 0 ? (step > 0 ? 0 : xs.length - 1) : now + step))];
    const frame = svg.getBoundingClientRect();
    move(at, frame.left + (x(at) / width) * frame.width, frame.top + 20);
  });
  svg.addEventListener("blur", () => { point(null); byId("tip").hidden = true; });
  svg.box = { ...box, y };
  return svg;
}

function periods(svg, xs, x, box, line) {
  const text = (v) => (by_venue ? String(v) : index[line.points.find((p) => p.x === v).i]);
  const wide = Math.max(...xs.map((v) => Math.min(text(v).length, 12))) * 7 + 8;
  const room = Math.max(1, Math.floor((box.right - box.left) / wide)), step = Math.ceil(xs.length / room);
  for (const v of xs.filter((_, i) => i % step === 0)) {
    const said = text(v), over = x(v) + wide / 2 > box.right + 10;
    svg.append(make("text", { x: over ? box.right + 4 : x(v), y: box.bottom + 15, "text-anchor": over ? "end" : "middle" }, said.length > 12 ? said.slice(0, 11) + "…" : said));
  }
}

/** The unbroken runs of points with a value. */
function runs(all) {
  const out = [[]];
  for (const p of all) {
    if (Number.isNaN(p.y) || p.partial) out.push([]);
    else out[out.length - 1].push(p);
  }
  return out.filter((run) => run.length);
}

const charts = [];
function point(at) {
  state.at = at;
  for (const svg of charts) svg.show(at);
}

/** Rows of [colour, name, point] under a heading. */
function tip(told, px, py) {
  const box = byId("tip");
  box.replaceChildren(make("b", {}, told.heading));
  for (const [colour, said, p] of told.rows) {
    const row = make("div"), left = make("span", { style: `color:var(${colour})` }), [low, high] = wilson(p.k, p.n);
    left.append(make("bdi", {}, said.length > 44 ? said.slice(0, 43) + "…" : said));
    const right = make("span", {}, p.n ? `${number(p.k)} / ${number(p.n)} · ${percent(p.k / p.n)} ` : "0 / 0");
    if (p.n) right.append(make("small", {}, `[${percent(low)}, ${percent(high)}]`));
    row.append(left, right);
    box.append(row);
  }
  box.hidden = false;
  const size = box.getBoundingClientRect(), room = document.documentElement.clientWidth;
  box.style.left = Math.max(6, Math.min(px + 14, room - size.width - 6)) + "px";
  box.style.top = (py + 18 + size.height > innerHeight ? Math.max(6, py - size.height - 12) : py + 18) + "px";
}

/** The top of a scale: of whole periods that have half of the papers of a usual one, where there are any. */
const highest = (lines) => {
  const all = lines.flatMap((l) => l.points.filter((p) => !Number.isNaN(p.y)).map((p) => ({ scaling: p.scaling, top: l.points.length <= 24 || by_venue ? p.high : p.y })));
  const sure = all.filter((p) => p.scaling);
  return Math.max(...(sure.length ? sure : all).map((p) => p.top), state.share ? 0.001 : 1) * 1.04;
};

function apart(room) {
  const box = byId("charts");
  box.className = "";
  const gap = room < 560 ? 14 : 26, columns = room < 560 ? 2 : Math.max(2, Math.floor((room + gap) / (264 + gap)));
  const width = (room - (columns - 1) * gap) / columns;
  box.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  box.style.columnGap = gap + "px";
  if (by_venue) byId("charts").append(legend(venues.map((v, i) => [`--c${i % 8}`, v])));
  for (const label of state.chosen.slice(0, MOST.apart)) {
    const one = labels[label], figure = make("figure"), caption = make("figcaption");
    caption.append(make("bdi", { title: name(label) }, name(label)));
    const change = state.share ? one.change : null, way = change ? change.way : "";  // shares are tested, not counts
    const said = change ? `${SIGNS[way] || ""}${percent(change.early)} → ${percent(change.late)} · ` : "";
    const line = make("small", { class: way }, said);
    if (change && change.lately) line.append(make("span", { class: "whole turned" }, say(change.lately)), " · ");
    line.append(make("span", { class: "whole" }, say(one.total === 1 ? "one" : "papers").replace("{n}", number(one.total))));
    caption.append(line);
    figure.append(caption);
    const colour = { up: "--up", down: "--down" }[way] || "--flat";
    const lines = venues.map((v, i) => ({ colour: by_venue ? `--c${i % 8}` : colour, points: points(label, v), name: v || name(label) }));
    const svg = chart(lines, width, room < 560 ? 130 : 150, highest(lines), 6, (at) => told(lines, at, name(label)));
    charts.push(svg);
    figure.append(svg);
    box.append(figure);
  }
}

function told(lines, at, heading) {
  const rows = lines.flatMap((l) => l.points.filter((p) => p.x === at).map((p) => [l.colour, l.name, p]));
  const i = rows[0][2].i, placed = data.placed[i] ? ` · ${say("placed").replace("{n}", number(data.placed[i]))}` : "";
  return { heading: `${heading ? heading + " · " : ""}${by_venue ? at : index[i]}${placed}`, rows };
}

function legend(entries) {
  const box = make("div", { class: "legend" });
  for (const [colour, said] of entries) box.append(make("bdi", { style: `color:var(${colour})` }, said));
  box.style.gridColumn = "1 / -1";
  return box;
}

function together(room) {
  const box = byId("charts"), chosen = state.chosen.slice(0, MOST.one), wide = room > 700;
  box.className = "one";
  const facets = venues.map((venue) => ({ venue, lines: chosen.map((label, i) => ({ colour: `--c${i}`, points: points(label, venue), name: name(label), change: state.share ? labels[label].change : null })) }));
  const top = highest(facets.flatMap((f) => f.lines));
  if (!wide || by_venue) box.append(legend(chosen.map((label, i) => [`--c${i}`, name(label)])));
  const row = make("div", { class: "facets" });
  const width = wide ? (room - 16 * (facets.length - 1)) / facets.length : room;
  for (const { venue, lines } of facets) {
    const figure = make("figure");
    if (venue) figure.append(make("figcaption", {}, venue));
    const right = wide && !by_venue ? 190 : 8;
    const svg = chart(lines, width, wide ? 380 : 240, top, right, (at) => told(lines, at, venue));
    if (right > 8) ends(svg, lines, width - right + 6);
    charts.push(svg);
    figure.append(svg);
    row.append(figure);
  }
  box.append(row);
}

/** The name of each line at its end, and its value in the last whole period, moved apart where they would meet. */
function ends(svg, lines, x) {
  const all = lines.map((line) => ({ line, last: last(line.points.filter((p) => !Number.isNaN(p.y))) })).filter((e) => e.last);
  all.sort((a, b) => b.last.y - a.last.y);
  let place = -20;
  const step = Math.min(30, (svg.box.bottom - svg.box.top) / all.length);
  all.forEach((end, i) => {
    const lowest = svg.box.bottom - step * (all.length - 1 - i);
    place = Math.min(Math.max(svg.box.y(end.last.y), place + step), lowest);
    const style = `fill:var(${end.line.colour})`, said = end.line.name;
    svg.append(make("text", { class: "end", x, y: place, style }, said.length > 25 ? said.slice(0, 24) + "…" : said));
    const change = end.line.change || {}, turned = change.lately ? " " + say(change.lately) : "";
    const value = state.share ? percent(end.last.y) : number(end.last.k), sign = change.way ? ` ${SIGNS[change.way].trim()}` : "";
    svg.append(make("text", { x, y: place + 13, style }, `${value} · ${index[end.last.i]}${sign}${turned}`));
  });
}

/** The last whole period of some points, else the last. */
function last(known) {
  return known.filter((p) => !p.partial).pop() || known[known.length - 1];
}

function strip(room) {
  const box = byId("corpus");
  let at = 0;
  const place = index.map((_, i) => (at += i && strata[i] !== strata[i - 1] ? 1.6 : i ? 1 : 0));
  const each = room / (at + 1), most = Math.max(...corpus, 1), short = by_venue && each < 80;
  const height = short ? 100 : 86, svg = make("svg", { viewBox: `0 0 ${room} ${height}`, height, role: "img" });
  const need = short ? 34 : by_venue ? 74 : Math.min(Math.max(...index.map((p) => p.length)), 14) * 7.5 + 8, every = Math.max(1, Math.ceil(need / each));
  let free = 0;  // where the last name of a venue ends
  index.forEach((period, i) => {
    const x = place[i] * each, high = (corpus[i] / most) * 48, middle = x + each / 2;
    svg.append(make("rect", { class: data.partial[i] ? "part" : "whole", x: x + each * 0.08, y: 64 - high, width: each * 0.84, height: high }));
    if (short && x >= free && (!i || strata[i] !== strata[i - 1])) {
      svg.append(make("text", { x, y: 95 }, strata[i].slice(0, 16)));
      free = x + Math.min(strata[i].length, 16) * 7 + 6;
    }
    if (i % every) return;
    const name = short ? "’" + period.slice(-2) : period.length > 14 ? period.slice(0, 13) + "…" : period;
    const anchor = middle < need / 2 ? "start" : middle > room - need / 2 ? "end" : "middle", x_text = { start: 0, end: room, middle }[anchor];
    svg.append(make("text", { x: x_text, y: 80, "text-anchor": anchor }, name));
    svg.append(make("text", { x: middle < 20 ? 0 : middle > room - 20 ? room : middle, y: 60 - high, "text-anchor": middle < 20 ? "start" : middle > room - 20 ? "end" : "middle" }, number(corpus[i])));
  });
  box.querySelector("svg")?.remove();
  box.append(svg);
}

function chooser() {
  const box = byId("labels"), wanted = byId("find").value.trim().toLowerCase();
  box.replaceChildren();
  const found = labels.map((_, n) => n).filter((n) => !wanted || Object.values(labels[n].names).some((said) => said.toLowerCase().includes(wanted)));
  for (const n of found.slice(0, 200)) {
    const button = make("button", { type: "button", "data-label": n, title: name(n) }, "");
    button.append(make("bdi", {}, name(n)), " ", make("small", {}, number(labels[n].total)));
    box.append(button);
  }
  pressed();
}

/** Shows which labels are chosen and drawn; "mixed": chosen, but beyond those that are drawn. */
function pressed() {
  for (const button of document.querySelectorAll("#labels button")) {
    const at = state.chosen.indexOf(+button.dataset.label), is_drawn = at >= 0 && at < (state.apart ? MOST.apart : MOST.one);
    button.setAttribute("aria-pressed", is_drawn ? "true" : at >= 0 ? "mixed" : "false");
    button.querySelector("i")?.remove();
    if (is_drawn && !state.apart && !by_venue) button.prepend(make("i", { style: `background:var(--c${at})` }));
  }
}

function table() {
  document.querySelectorAll("#figures tbody tr").forEach((row, n) => {
    [...row.cells].slice(2).forEach((cell, i) => {
      const k = labels[n].counts[i];
      cell.textContent = !k ? "·" : state.share ? percent(k / corpus[i]) : number(k);
    });
  });
}

function draw() {
  const box = byId("charts"), room = box.clientWidth;
  charts.length = 0;
  box.replaceChildren();
  if (state.chosen.length) (state.apart ? apart : together)(room);
  strip(room);
  for (const button of document.querySelectorAll("[data-share]")) button.setAttribute("aria-pressed", (button.dataset.share === "1") === state.share);
  for (const button of document.querySelectorAll("[data-apart]")) button.setAttribute("aria-pressed", (button.dataset.apart === "1") === state.apart);
  pressed();
  for (const lang of ["en", "zh"]) document.querySelector(`h1 .${lang}`).textContent = data.headings[lang][+state.share];
  const most = state.apart ? MOST.apart : MOST.one;
  const over = state.chosen.length > most ? [say("max").replace("{n}", most).replace("{chosen}", state.chosen.length)] : [];
  byId("said").textContent = [...over, say(data.discrete ? "bars" : "band"), ...(state.apart ? [say("scales")] : [])].join(say("gap"));
}

function toggle(label) {
  state.chosen = state.chosen.includes(label) ? state.chosen.filter((n) => n !== label) : [...state.chosen, label];
  draw();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.share) { state.share = button.dataset.share === "1"; draw(); table(); }
  else if (button.dataset.apart) { state.apart = button.dataset.apart === "1"; draw(); }
  else if (button.classList.contains("pick")) {
    if (!state.chosen.includes(+button.dataset.label)) state.chosen = [+button.dataset.label, ...state.chosen];
    draw();
    byId("controls").scrollIntoView({ block: "start" });
  } else if (button.dataset.label) toggle(+button.dataset.label);
  else if (button.id === "usual") { state.chosen = [...data.shown]; draw(); }
  else if (button.id === "clear") { state.chosen = []; draw(); }
  else if (button.id === "language") {
    state.lang = document.body.dataset.lang = state.lang === "zh" ? "en" : "zh";
    document.documentElement.lang = state.lang === "zh" ? "zh-Hans" : "en";
    byId("find").placeholder = say("find");
    chooser();
    draw();
  }
});
byId("find").addEventListener("input", chooser);
let width = 0;
new ResizeObserver(() => {
  const now = byId("charts").clientWidth;
  if (Math.abs(now - width) > 1) { width = now; requestAnimationFrame(draw); }
}).observe(byId("charts"));
chooser();
draw();
table();
