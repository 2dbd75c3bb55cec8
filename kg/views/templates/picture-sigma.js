// Draws with WebGL: sigma.js, for more nodes than a canvas redraws smoothly.
const SMALL = 0.5;  // sizes are for a canvas that one scrolls over; here the whole is seen at once

view = {
  cover: 0.85,
  start() {
    this.graph = new graphology.MultiDirectedGraph();
    for (const node of DATA.drawn.nodes) {
      this.graph.addNode(node.id, {...node, size: Math.max(2, node.size * SMALL), label: null, text: node.label, forceLabel: true});
    }
    LINES.forEach((line, at) => this.graph.addEdgeWithKey(String(at), line.from, line.to, {size: line.width * 0.55, type: line.arrow ? "arrow" : "line"}));
    this.ranked = DATA.drawn.nodes.slice().sort((a, b) => (NODES[a.id].kind === "paper") - (NODES[b.id].kind === "paper") || b.size - a.size || (a.id < b.id ? -1 : 1)).map(({id}) => id);
    this.pen = document.createElement("canvas").getContext("2d");
    try {
      this.sigma = new Sigma(this.graph, box, {
        allowInvalidContainer: true,
        labelRenderedSizeThreshold: 0,
        labelDensity: 0,
        defaultDrawNodeLabel: (pen, node) => this.label(pen, node),
        defaultDrawNodeHover: (pen, node) => this.hover(pen, node),
        nodeReducer: (id, data) => this.node(id, data),
        edgeReducer: (at, data) => this.edge(Number(at), data),
        minCameraRatio: 0.02,
        maxCameraRatio: 1.6,
        stagePadding: 40,
        zIndex: true,
        // Where WebGL is drawn in software, a shape that is drawn once for each node or line costs ten times a point.
        nodeProgramClasses: {circle: Sigma.rendering.NodePointProgram},
        hideEdgesOnMove: true,
      });
    } catch (error) {
      box.append(Object.assign(document.createElement("p"), {className: "hint", textContent: SAID.no_webgl}));
      this.sigma = null;
      return;
    }
    const moves = () => this.sigma.getMouseCaptor().isMoving || this.sigma.getCamera().isAnimated();
    const relabel = soon(() => {
      if (moves()) { relabel(); return; }
      const before = this.room;
      this.relabel();
      const changed = this.ranked.filter((id) => before.get(id) !== this.room.get(id));
      if (changed.length) this.sigma.refresh({partialGraph: {nodes: changed}, skipIndexation: true});
    });
    this.sigma.getCamera().on("updated", relabel);
    this.sigma.on("resize", relabel);
    this.sigma.on("clickNode", ({node}) => choose(node));
    this.sigma.on("clickStage", ({event}) => {
      const at = this.edgeAt(event.x, event.y);
      if (at === null) unchoose();
      else chooseEdge(at);
    });
    this.paint();
  },
  whole() { this.sigma?.getCamera().setState({x: 0.5, y: 0.5, ratio: 1, angle: 0}); },
  focus(id) {
    if (!this.sigma) return;
    const {x, y} = this.screen(id);
    const far = x < 40 || y < 40 || x > box.clientWidth - 40 || y > box.clientHeight - 40;
    const camera = this.sigma.getCamera();
    if (far || camera.ratio > 0.6) {
      const {x: cx, y: cy} = this.sigma.getNodeDisplayData(id);
      camera.setState({x: cx, y: cy, ratio: Math.min(camera.ratio, 0.35)});
    }
  },
  screen(id) { return this.sigma.graphToViewport(this.graph.getNodeAttributes(id)); },
  paint() {
    if (!this.sigma) return;
    this.lit = lit();
    this.ink = dark.matches ? "#dfe5ea" : "#20272d";
    this.ground = dark.matches ? "#14181c" : "#ffffff";
    this.grey = dark.matches ? "#343d46" : "#dfe5ea";
    this.faint = dark.matches ? "#20262c" : "#eef1f4";
    this.relabel();
    this.sigma.refresh({skipIndexation: true});
  },
  node(id, data) {
    const out = {...data, color: NODES[id].colours[colourBy], hidden: !seen.get(id), label: this.room?.has(id) ? data.text : null, zIndex: 1};
    if (this.lit && !this.lit.has(id)) Object.assign(out, {color: this.dimmed(), zIndex: 0});
    if (id === chosen?.node) Object.assign(out, {highlighted: true, zIndex: 2});
    return out;
  },
  dimmed() { return dark.matches ? "#2a3138" : "#e3e8ec"; },
  edge(at, data) {
    const out = {...data, color: LINES[at].faint ? this.faint : LINES[at].color || this.grey, hidden: !seesEdge(at), zIndex: 0};
    if (chosen && litEdge(at)) Object.assign(out, {color: "#e0641a", size: Math.max(1.4, data.size), zIndex: 2});
    else if (chosen) out.color = this.faint;
    return out;
  },
  relabel() {
    const grown = 1 / Math.sqrt(this.sigma.getCamera().ratio);
    const dots = [];
    for (const id of this.ranked) {
      if (!seen.get(id) || this.lit && !this.lit.has(id)) continue;
      const {x, y} = this.screen(id);
      if (x < -50 || y < -20 || x > box.clientWidth + 50 || y > box.clientHeight + 20) continue;
      const {size, text} = this.graph.getNodeAttributes(id);
      const font = this.fontOf(size);
      this.pen.font = font + "px sans-serif";
      dots.push({id, x, y, r: size * grown, wide: this.pen.measureText(text).width, high: font * 1.3, text});
    }
    if (chosen?.node) dots.sort((a, b) => (b.id === chosen.node) - (a.id === chosen.node));
    this.room = roomFor(dots);
  },
  fontOf(size) { return 11 + Math.min(4, Math.max(0, size - 3) / 2); },
  label(pen, node) {
    if (!node.label) return;
    const font = this.fontOf(node.size / Math.max(1, 1 / Math.sqrt(this.sigma.getCamera().ratio)));
    pen.font = font + "px system-ui, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
    const spot = this.room?.get(node.key) || "right";
    const wide = pen.measureText(node.label).width;
    const x = spot === "right" ? node.x + node.size + 3 : spot === "left" ? node.x - node.size - 3 - wide : node.x - wide / 2;
    const y = spot === "right" || spot === "left" ? node.y + font * 0.36 : spot === "below" ? node.y + node.size + font : node.y - node.size - 3;
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeStyle = this.ground;
    pen.strokeText(node.label, x, y);
    pen.fillStyle = this.ink;
    pen.fillText(node.label, x, y);
  },
  hover(pen, node) {
    pen.beginPath();
    pen.arc(node.x, node.y, node.size + 2.5, 0, 2 * Math.PI);
    pen.lineWidth = 2;
    pen.strokeStyle = this.ink;
    pen.stroke();
    this.label(pen, {...node, label: this.graph.getNodeAttribute(node.key, "text")});
  },
  // The line nearest to a place on the screen, if it is within a few pixels.
  edgeAt(x, y) {
    let best = null, least = 6;
    LINES.forEach((line, at) => {
      if (!seesEdge(at)) return;
      const a = this.screen(line.from), b = this.screen(line.to);
      const dx = b.x - a.x, dy = b.y - a.y;
      const t = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
      const far = Math.hypot(a.x + t * dx - x, a.y + t * dy - y);
      if (far < least) [best, least] = [at, far];
    });
    return best;
  },
};
