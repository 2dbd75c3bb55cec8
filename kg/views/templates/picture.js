const dark = matchMedia("(prefers-color-scheme: dark)");
const nodes = new vis.DataSet(GRAPH.nodes);
const edges = new vis.DataSet(GRAPH.edges.map((edge, at) => ({...edge, id: "e" + at})));
const network = new vis.Network(document.getElementById("graph"), {nodes, edges}, GRAPH.options);
const panel = document.getElementById("panel");
const hidden = new Set();

// Text is only ever set as text: what a paper says is never markup here.
function add(parent, tag, text, name) {
  const made = parent.appendChild(document.createElement(tag));
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
}

function addQuotes(quotes) {
  add(panel, "h3", WORDS.quotes);
  if (!quotes.length) add(panel, "p", WORDS.none, "hint");
  for (const said of quotes) {
    const block = add(panel, "blockquote");
    const at = said.sentence.indexOf(said.quote);
    if (at < 0) {
      add(block, "mark", said.quote);
    } else {
      block.append(said.sentence.slice(0, at));
      add(block, "mark", said.quote);
      block.append(said.sentence.slice(at + said.quote.length));
    }
    add(block, "cite", said.entry);
  }
}

function addPapers(names) {
  add(panel, "h3", WORDS.papers + " (" + names.length + ")");
  const list = add(panel, "ul");
  for (const name of names) {
    const item = add(list, "li");
    add(item, "b", name);
    item.append(" " + (TITLES[name] || ""));
  }
}

function showNode(node) {
  panel.replaceChildren();
  add(panel, "p", KINDS[node.kind], "kind").style.borderColor = node.color;
  add(panel, "h2", node.name);
  addPapers(node.papers);
  if (node.kind !== "paper") addQuotes(node.quotes);
  else showLinks(node);
}

function showLinks(node) {
  const list = add(panel, "ul");
  for (const edge of edges.get({filter: (edge) => edge.from === node.id})) {
    const item = add(list, "li", edge.relation + " ");
    const link = add(item, "button", nodes.get(edge.to).name, "link");
    link.type = "button";
    link.onclick = () => choose(edge.to);
  }
}

function showEdge(edge) {
  panel.replaceChildren();
  add(panel, "p", edge.relation, "kind");
  add(panel, "h2", nodes.get(edge.from).name + " → " + nodes.get(edge.to).name);
  add(panel, "p", WORDS.entries + ": " + edge.entries.join(", "), "hint");
  addQuotes(edge.quotes);
}

function choose(id) {
  network.selectNodes([id]);
  network.focus(id, {scale: Math.max(0.9, network.getScale()), animation: false});
  relabel();
  showNode(nodes.get(id));
}

network.on("click", (event) => {
  if (event.nodes.length) showNode(nodes.get(event.nodes[0]));
  else if (event.edges.length) showEdge(edges.get(event.edges[0]));
  else panel.replaceChildren(Object.assign(document.createElement("p"), {className: "hint", textContent: WORDS.hint}));
});

for (const button of document.querySelectorAll("#legend button")) {
  button.onclick = () => {
    const kind = button.dataset.kind;
    hidden[hidden.has(kind) ? "delete" : "add"](kind);
    button.setAttribute("aria-pressed", String(!hidden.has(kind)));
    nodes.update(nodes.get().filter((node) => node.kind === kind).map((node) => ({id: node.id, hidden: hidden.has(kind)})));
    relabel();
  };
}

const names = document.getElementById("names");
for (const node of GRAPH.nodes) add(names, "option").value = node.name;
document.getElementById("search").onsubmit = (event) => {
  event.preventDefault();
  const wanted = event.target.elements.text.value.trim().toLowerCase();
  if (!wanted) return;
  const all = nodes.get().filter((node) => !node.hidden);
  const found = all.find((node) => node.name.toLowerCase() === wanted || node.papers[0] === wanted && node.kind === "paper")
    || all.find((node) => node.name.toLowerCase().includes(wanted));
  if (found) choose(found.id);
  else panel.replaceChildren(Object.assign(document.createElement("p"), {className: "hint", textContent: WORDS.missing}));
};

// Labels keep their size on the screen; where two would overlap, the node that more papers name shows its own.
const pen = document.createElement("canvas").getContext("2d");
const ranked = GRAPH.nodes.map((node) => node).sort((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1));

function relabel() {
  const scale = network.getScale();
  const font = 12 / scale;
  const grow = Math.min(2.2, Math.max(1, 0.45 / scale));
  const places = network.getPositions();
  const seen = ranked.filter((node) => !hidden.has(node.kind));
  const taken = seen.map(({id, size}) => {
    const {x, y} = places[id];
    return {id, size, box: [x - size * grow, y - size * grow, x + size * grow, y + size * grow]};
  });
  pen.font = font + "px sans-serif";
  nodes.update(seen.map((node) => {
    const {x, y} = places[node.id];
    const half = pen.measureText(node.label).width / 2 + 3 / scale;
    const reach = node.size * grow;
    const below = [x - half, y + reach, x + half, y + reach + font * 1.4];
    const above = [x - half, y - reach - font * 1.4, x + half, y - reach];
    const inTheWay = (other) => other.id !== node.id && other.size > 0.7 * node.size;  // hubs may cover small nodes
    const others = taken.filter(inTheWay);
    const box = [below, above].find((one) => !others.some((other) => overlap(one, other.box)));
    if (box) taken.push({id: node.id + " label", size: Infinity, box});
    const vadjust = box === above ? -(2 * reach + font * 1.6) : 0;
    return {id: node.id, label: box ? node.label : " ", size: reach, font: {size: font, vadjust}};
  }));
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

let waiting = 0;
function relabelSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(relabel, 80);
}
network.on("zoom", relabelSoon);
network.on("resize", relabelSoon);
network.on("dragEnd", (event) => { if (event.nodes.length) relabelSoon(); });

function paint() {
  const ink = dark.matches ? "#dfe5ea" : "#20272d";
  const line = dark.matches ? "#5c6873" : "#a3afba";
  network.setOptions({
    nodes: {font: {color: ink, strokeWidth: 3, strokeColor: dark.matches ? "#14181c" : "#ffffff"}},
    edges: {color: {color: line, highlight: "#e0641a", hover: "#e0641a"}},
  });
}
dark.addEventListener("change", paint);
paint();
network.fit({animation: false});
network.moveTo({scale: 0.86 * network.getScale(), animation: false});  // room for the labels at the rim
relabel();
