// What every picture has, whoever draws it: panel, search, filters, legend, and which labels have room.
// `view` draws; see picture-vis.js and picture-sigma.js.
const DATA = JSON.parse(document.getElementById("data").textContent);
const {nodes: NODES, edges: EDGES, papers: PAPERS, sentences: SENTENCES} = DATA.about;
const SAID = DATA.said;
const OF = new Map(PAPERS.flatMap(([entries], at) => entries.split(", ").map((entry) => [entry, at])));
const LINES = DATA.drawn.edges;  // in the order of EDGES
const IDS = Object.keys(NODES);
const NEAR = new Map(IDS.map((id) => [id, []]));
LINES.forEach((line, at) => { NEAR.get(line.from).push(at); if (line.to !== line.from) NEAR.get(line.to).push(at); });
const panel = document.getElementById("panel");
const box = document.getElementById("graph");
const dark = matchMedia("(prefers-color-scheme: dark)");
const hidden = {kind: new Set(), group: new Set(), line: new Set()};
const years = {from: document.getElementById("from"), to: document.getElementById("to")};
let colourBy = DATA.colour === "type" ? 0 : 1;
let chosen = null;  // {node} or {edge}
let view;

function inYears(said) {
  if (!years.from || (!years.from.selectedIndex && years.to.selectedIndex === years.to.options.length - 1)) return true;
  return said.some((year) => year >= years.from.value && year <= years.to.value);
}

function groupOf(node) {
  return document.querySelector(`#legend [data-group="${Number(node.group)}"]`) ? String(node.group) : "-1";
}
const GROUP = new Map(IDS.map((id) => [id, groupOf(NODES[id])]));
const seen = new Map();

function look() {
  for (const id of IDS) {
    const node = NODES[id];
    seen.set(id, !hidden.kind.has(node.kind) && !hidden.group.has(GROUP.get(id)) && inYears(node.years));
  }
}

function seesEdge(at) {
  return seen.get(LINES[at].from) && seen.get(LINES[at].to) && !hidden.line.has(EDGES[at].relation) && inYears(EDGES[at].years);
}

// What stands out: a chosen node with its neighbours, or a chosen edge with its ends; everything when nothing is chosen.
function lit() {
  if (!chosen) return null;
  if (chosen.edge !== undefined) return new Set([LINES[chosen.edge].from, LINES[chosen.edge].to]);
  return new Set([chosen.node, ...NEAR.get(chosen.node).flatMap((at) => [LINES[at].from, LINES[at].to])]);
}

function litEdge(at) {
  if (!chosen) return true;
  return chosen.edge !== undefined ? at === chosen.edge : LINES[at].from === chosen.node || LINES[at].to === chosen.node;
}

// Text is only ever set as text: what a paper says is never markup here.
function add(parent, tag, text, name) {
  const made = parent.appendChild(document.createElement(tag));
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
}

function addLink(parent, text, action) {
  const link = add(parent, "button", text, "link");
  link.type = "button";
  link.onclick = action;
  return link;
}

// A paper as texts call it, with its address where it has one.
function addOut(parent, entries, paper) {
  const [, , , name, link] = paper || [];
  const made = add(parent, link ? "a" : "b", name || entries);
  if (link) made.href = link, made.rel = "noreferrer";
}

function addQuotes(quotes) {
  add(panel, "h3", SAID.quotes);
  if (!quotes.length) add(panel, "p", SAID.no_quote, "hint");
  for (const [place, words] of quotes) {
    const [entry, sentence] = SENTENCES[place];
    const block = add(panel, "blockquote");
    const at = sentence.indexOf(words);
    if (at < 0) {
      add(block, "mark", words);
    } else {
      block.append(sentence.slice(0, at));
      add(block, "mark", words);
      block.append(sentence.slice(at + words.length));
    }
    addOut(add(block, "cite"), entry.split(", ")[0], PAPERS[OF.get(entry)]);
  }
}

function addPapers(about) {
  const heading = add(panel, "h3", fill(SAID.papers, about.n));
  if (about.n > 1) heading.append(" · " + SAID.newest);
  const list = add(panel, "ul");
  for (const place of about.papers) {
    const [entries, title, when, name] = PAPERS[place];
    const item = add(list, "li");
    addOut(item, entries, PAPERS[place]);
    item.append(" " + title + (when ? " (" + when.slice(0, 10) + ")" : ""));
    if (name) add(item, "small", " " + (PAPERS[place][4] ? entries : SAID.entry.replace("{n}", entries)));
  }
  if (about.n > about.papers.length) add(list, "li", fill(SAID.more, about.n - about.papers.length), "hint");
}

const fill = (words, n) => words.replace("{n}", n.toLocaleString("en"));

function addLinks(id) {
  const near = NEAR.get(id).filter(seesEdge).sort((a, b) => EDGES[b].n - EDGES[a].n || a - b);
  if (!near.length) return;
  add(panel, "h3", fill(SAID.links, near.length));
  const list = add(panel, "ul", undefined, "links");
  const say = (at) => {
    const [head, tail] = ends(at);
    const item = add(list, "li");
    const other = head === id ? tail : head;
    if (head !== id) addLink(item, NODES[other].name, () => choose(other)), item.append(" ");
    addLink(item, SAID.relations[EDGES[at].relation], () => chooseEdge(at)).classList.add("soft");
    if (head === id) item.append(" "), addLink(item, NODES[other].name, () => choose(other));
  };
  near.slice(0, 12).forEach(say);
  if (near.length > 12) {
    const more = add(list, "li");
    addLink(more, fill(SAID.more, near.length - 12), () => { more.remove(); near.slice(12).forEach(say); });
  }
}

function ends(at) {
  const {from, to} = LINES[at];
  return EDGES[at].flipped ? [to, from] : [from, to];
}

function heading(id) {
  const node = NODES[id];
  const kind = add(panel, "p", document.querySelector(`#legend [data-kind="${node.kind}"] span`).textContent, "kind");
  kind.style.borderColor = node.colours[0];
  if (node.support) add(panel, "span", fill(SAID.support, node.support), "hint").title = SAID.support_means;
  const name = add(panel, "h2", node.url ? undefined : node.name);
  if (node.url) add(name, "a", node.name).href = node.url;
}

function describe(id) {
  panel.replaceChildren();
  heading(id);
  addPapers(NODES[id]);
  if (NODES[id].kind !== "paper") addQuotes(NODES[id].quotes);
  addLinks(id);
  panel.scrollTop = 0;
}

function choose(id) {
  chosen = {node: id};
  describe(id);
  view.focus(id);
  paint();
}

function chooseEdge(at) {
  chosen = {edge: at};
  const [head, tail] = ends(at);
  panel.replaceChildren();
  add(panel, "p", SAID.relations[EDGES[at].relation], "kind");
  const title = add(panel, "h2");
  addLink(title, NODES[head].name, () => choose(head));
  title.append(EDGES[at].mutual ? " ↔ " : " → ");
  addLink(title, NODES[tail].name, () => choose(tail));
  addQuotes(EDGES[at].quotes);
  addPapers(EDGES[at]);
  panel.scrollTop = 0;
  paint();
}

// The panel opens on the node of most weight, with the whole picture lit.
function opening() {
  chosen = null;
  if (!DATA.about.first) return;
  describe(DATA.about.first);
  const hint = add(panel, "p", SAID.hint, "hint");
  if (view.zooms) hint.append((document.documentElement.lang === "en" ? " " : "") + SAID.zoom);
  panel.insertBefore(hint, panel.firstChild);
}

function unchoose() {
  chosen = null;
  panel.replaceChildren();
  add(panel, "p", SAID.hint, "hint");
  paint();
}

function paint() {
  look();
  view.paint();
}

function matches(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const rank = (id) => {
    const node = NODES[id];
    const name = node.name.toLowerCase();
    if (name === wanted || node.kind === "paper" && PAPERS[node.papers[0]][0].toLowerCase().split(", ").includes(wanted)) return 0;
    return name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : 3;
  };
  const found = IDS.filter((id) => seen.get(id)).map((id, at) => [rank(id), -NODES[id].n, at, id]).filter(([r]) => r < 3);
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).map(([, , , id]) => id);
}

function list(text) {
  const found = matches(text);
  panel.replaceChildren();
  add(panel, "p", found.length ? found.length === 1 ? SAID.found_one : fill(SAID.found, found.length) : SAID.not_found, "hint");
  const out = add(panel, "ul", undefined, "found");
  for (const id of found.slice(0, 50)) {
    const item = add(out, "li");
    item.style.setProperty("--colour", NODES[id].colours[colourBy]);
    addLink(item, NODES[id].name, () => choose(id));
  }
}

// Where two labels would overlap, the node that comes first shows its own. `dots` are {id, x, y, r, wide, high}, in
// pixels, the most important first; gives "below", "above", "right" or "left" for those that have room.
function roomFor(dots, is_bound = true) {
  const small = 3.5;  // pixels of a dot that a label may cover
  const cell = 90;
  const grid = new Map();
  const cells = (b) => {
    const out = [];
    for (let i = Math.floor(b[0] / cell); i <= Math.floor(b[2] / cell); i++)
      for (let j = Math.floor(b[1] / cell); j <= Math.floor(b[3] / cell); j++) out.push(i + "," + j);
    return out;
  };
  const put = (b, id, r) => { for (const key of cells(b)) grid.get(key)?.push([b, id, r]) ?? grid.set(key, [[b, id, r]]); };
  // How much a label would cover: of small dots nothing counts, another label is out of the question.
  const covered = (b, id, r) => {
    const met = new Set(cells(b).flatMap((key) => grid.get(key) || []));
    let sum = 0;
    for (const [o, of, s] of met) {
      if (of === id || s <= Math.min(small, (view.cover || 0.55) * r)) continue;
      const wide = Math.min(b[2], o[2]) - Math.max(b[0], o[0]), high = Math.min(b[3], o[3]) - Math.max(b[1], o[1]);
      if (wide > 0 && high > 0) sum += of ? wide * high : Infinity;
    }
    return sum;
  };
  for (const {id, x, y, r} of dots) put([x - r, y - r, x + r, y + r], id, r);
  const out = new Map();
  const width = box.clientWidth, height = box.clientHeight;
  let first = 12;  // whose labels stand where they cover the least, if they are larger than others
  const least = 1.6 * Math.min(...dots.map(({r}) => r));
  for (const {id, x, y, r, wide, high, text} of dots) {
    if (!text) continue;
    const most = first-- > 0 && r > least ? 0.3 * wide * high : 0;
    const half = wide / 2 + 2;
    const spots = [
      ["below", [x - half, y + r, x + half, y + r + high]],
      ["above", [x - half, y - r - high, x + half, y - r]],
      ["right", [x + r + 2, y - high / 2, x + r + 4 + wide, y + high / 2]],
      ["left", [x - r - 4 - wide, y - high / 2, x - r - 2, y + high / 2]],
    ].filter(([, b]) => !is_bound || (b[0] > 0 && b[2] < width || x < 0 || x > width) && (b[1] > 0 && b[3] < height || y < 0 || y > height));
    const costs = spots.map(([, b]) => covered(b, id, r));
    const cost = Math.min(...costs);
    if (!(cost <= most)) continue;
    const [name, b] = spots[costs.indexOf(cost)];
    put(b, "", Infinity);
    out.set(id, name);
  }
  return out;
}

// A name in lines of at most `most` pixels: words stay whole, but names without spaces are cut where Chinese is.
function wrapped(text, most, width) {
  if (width(text) <= most) return text;
  const lines = [""];
  for (const part of text.match(/[（(][^（）()]*[）)]|[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+\s*|\s+/g)) {
    if (lines.at(-1) && width((lines.at(-1) + part).trimEnd()) > most && !/^[）】」，。、]/.test(part)) lines.push("");
    lines[lines.length - 1] += part;
  }
  return lines.map((line) => line.trim()).join("\n");
}

// Between two columns a line leaves and arrives level.
const bend = ([x1, y1], [x2, y2]) => [(x1 + x2) / 2, y1, (x1 + x2) / 2, y2];
const pairs = (way) => way.slice(1).map((to, at) => [way[at], to]);
// The convex hull of some points (Andrew 1979).
function hull(points) {
  const half = (ordered) => {
    const out = [];
    for (const [x, y] of ordered) {
      while (out.length > 1 && (out.at(-1)[0] - out.at(-2)[0]) * (y - out.at(-2)[1]) <= (out.at(-1)[1] - out.at(-2)[1]) * (x - out.at(-2)[0])) out.pop();
      out.push([x, y]);
    }
    return out.slice(0, -1);
  };
  const ordered = points.slice().sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return [...half(ordered), ...half(ordered.slice().reverse())];
}

function soon(action, wait = 90) {
  let waiting = 0;
  return () => { clearTimeout(waiting); waiting = setTimeout(action, wait); };
}

function toggle(button) {
  const on = button.getAttribute("aria-pressed") === "false";
  button.setAttribute("aria-pressed", String(on));
  for (const name of Object.keys(hidden)) {
    if (button.dataset[name] !== undefined) hidden[name][on ? "delete" : "add"](button.dataset[name]);
  }
  paint();
}

function start() {
  look();
  document.getElementById("legend").open = innerWidth > 800;  // on a phone the picture comes first
  view.start();
  for (const button of document.querySelectorAll("#legend button")) button.onclick = () => toggle(button);
  for (const select of [years.from, years.to]) if (select) select.onchange = paint;
  const colour = document.getElementById("colour");
  if (colour) colour.onchange = () => {
    colourBy = colour.value === "type" ? 0 : 1;
    for (const part of document.querySelectorAll("#legend ul[data-of]")) part.hidden = part.dataset.of !== colour.value;
    paint();
  };
  document.getElementById("whole").onclick = () => { opening(); paint(); view.whole(); };
  const search = document.getElementById("search");
  search.text.oninput = () => search.text.value.trim() ? list(search.text.value) : unchoose();
  search.onsubmit = (event) => {
    event.preventDefault();
    const [first] = matches(search.text.value);
    if (first !== undefined) choose(first);
    else if (search.text.value.trim()) list(search.text.value);
  };
  addEventListener("keydown", (event) => {
    const typing = /^(input|select|textarea)$/i.test(event.target.tagName);
    if (event.key === "/" && !typing) event.preventDefault(), search.text.focus();
    if (event.key === "Escape") unchoose();
  });
  dark.addEventListener("change", paint);
  opening();
  document.body.dataset.ready = "yes";
  requestAnimationFrame(() => requestAnimationFrame((now) => { document.body.dataset.drawn = String(Math.round(now)); }));
}
