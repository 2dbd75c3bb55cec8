// On a phone a lineage is a list: each technique that others build on, and below it what uses or outperforms it. So are
// institutions that work together: each, and below it those that are drawn no larger.
if (innerWidth <= 800) view = {
  start() {
    box.className = "outline";
    box.setAttribute("role", "group");
    const out = new Map(IDS.map((id) => [id, []]));
    const size = new Map(DATA.drawn.nodes.map((node) => [node.id, node.size]));
    const swaps = ({from, to}, at) => EDGES[at].relation === "together" && (size.get(to) - size.get(from) || NODES[to].n - NODES[from].n) > 0;
    this.ends = LINES.map((line, at) => swaps(line, at) ? [line.to, line.from] : [line.from, line.to]);
    this.ends.forEach(([from], at) => out.get(from).push(at));
    this.parts = IDS.filter((id) => out.get(id).length).sort((a, b) => out.get(b).length - out.get(a).length).map((id) => {
      const part = add(box, "section");
      const head = this.chip(add(part, "h2"), id);
      const chips = [];
      for (const relation of new Set(out.get(id).map((at) => EDGES[at].relation))) {
        const row = add(part, "p");
        const name = document.querySelector(`#legend [data-line="${relation}"] span`)?.textContent;
        if (name) add(row, "span", name, "hint");
        for (const at of out.get(id)) if (EDGES[at].relation === relation) chips.push([this.chip(row, this.ends[at][1]), at]);
      }
      return {id, part, head, chips};
    });
    this.paint();
  },
  chip(parent, id) {
    const made = addLink(parent, NODES[id].name, () => choose(id));
    made.className = "chip";
    return made;
  },
  whole() { box.scrollIntoView(); },
  focus() { panel.scrollIntoView(); },
  paint() {
    const out = lit();
    const dress = (button, id, is_lit) => {
      button.style.background = NODES[id].colours[colourBy];
      button.classList.toggle("faint", !is_lit);
    };
    for (const {id, part, head, chips} of this.parts) {
      dress(head, id, !out || out.has(id));
      for (const [button, at] of chips) button.hidden = !seesEdge(at), dress(button, this.ends[at][1], litEdge(at));
      part.hidden = chips.every(([button]) => button.hidden);
    }
  },
};
