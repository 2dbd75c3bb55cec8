// Draws on a canvas: vis-network, as pyvis prepares it.
view = {
  start() {
    this.boxed = DATA.drawn.nodes.some((node) => node.shape === "box");
    this.nodes = new vis.DataSet(DATA.drawn.nodes);
    this.edges = new vis.DataSet(LINES.map((line, at) => ({...line, id: at})));
    this.network = new vis.Network(box, {nodes: this.nodes, edges: this.edges}, DATA.drawn.options);
    this.drawn = new Map(DATA.drawn.nodes.map((node) => [node.id, node]));
    this.ranked = DATA.drawn.nodes.slice().sort((a, b) => (a.shape === "square") - (b.shape === "square") || b.size - a.size || (a.id < b.id ? -1 : 1));
    this.pen = document.createElement("canvas").getContext("2d");
    const relabel = soon(() => this.relabel());
    for (const event of ["zoom", "resize", "dragEnd"]) this.network.on(event, relabel);
    if (!this.boxed) this.network.on("afterDrawing", (pen) => this.label(pen));
    this.network.on("click", (event) => {
      if (event.nodes.length) choose(event.nodes[0]);
      else if (event.edges.length) chooseEdge(event.edges[0]);
      else unchoose();
    });
    if (this.boxed) addEventListener("resize", soon(() => this.whole()));
    this.paint();
    this.whole();
  },
  whole() {
    this.network.fit({animation: false});
    if (!this.boxed) this.network.moveTo({scale: 0.88 * this.network.getScale(), animation: false});  // the rim's labels
    else this.readable();
    this.relabel();
  },
  // A layered drawing is whole across, and the page as long as it is high: nothing that can be read is out of sight.
  // One too wide for that opens at its upper left, large enough to be read.
  readable() {
    const least = 0.55;
    document.body.classList.remove("long");
    box.style.height = "";
    const ends = DATA.drawn.nodes.map(({id, label, font}) => {  // a box that is not drawn yet does not know its width
      this.pen.font = (font?.size || 14) + "px " + DATA.drawn.options.nodes.font.face;
      const half = this.pen.measureText(label).width / 2 + 12, {x, y} = this.network.getPosition(id);
      return {left: x - half, right: x + half, y};
    });
    const left = Math.min(...ends.map((one) => one.left)) - 20, top = Math.min(...ends.map((one) => one.y)) - 36;
    const bottom = Math.max(...ends.map((one) => one.y)) + 36;
    const across = box.clientWidth / (Math.max(...ends.map((one) => one.right)) + 20 - left);
    const scale = across < least ? 0.85 : Math.min(across, 1);
    this.tall = across >= least && (bottom - top) * scale > box.parentNode.clientHeight;
    document.body.classList.toggle("long", this.tall);
    box.style.height = this.tall ? Math.ceil((bottom - top) * scale) + "px" : "";
    this.network.setOptions({interaction: {zoomView: !this.tall}});  // the wheel scrolls the page
    this.network.setSize("100%", box.clientHeight + "px");
    this.network.redraw();
    const position = {x: left + box.clientWidth / 2 / scale, y: top + box.clientHeight / 2 / scale};
    this.network.moveTo({scale, position, animation: false});
  },
  focus(id) {
    const {x, y} = this.screen(id);
    if (this.tall) {
      scrollTo({top: box.offsetTop + y - innerHeight / 2});
      return;
    }
    const far = x < 40 || y < 40 || x > box.clientWidth - 40 || y > box.clientHeight - 40;
    if (far || this.network.getScale() < 0.55) {
      this.network.focus(id, {scale: Math.max(0.8, this.network.getScale()), animation: false});
    }
  },
  screen(id) { return this.network.canvasToDOM(this.network.getPosition(id)); },
  paint() {
    const ink = dark.matches ? "#dfe5ea" : "#20272d";
    const ground = dark.matches ? "#14181c" : "#ffffff";
    const grey = dark.matches ? "#4d5862" : "#b4bec7";
    const out = lit();
    [this.ink, this.ground] = [ink, ground];
    this.network.setOptions({nodes: {font: {color: "#ffffff", strokeWidth: 0}}});
    this.nodes.update(IDS.map((id) => {
      const colour = NODES[id].colours[colourBy];
      const own = {background: colour, border: id === chosen?.node ? ink : ground, highlight: {background: colour, border: ink}, hover: {background: colour, border: ink}};
      const is_lit = !out || out.has(id);
      const font = this.boxed ? {font: {...this.drawn.get(id).font, color: is_lit ? "#ffffff" : "#ffffff50"}} : {};
      return {id, hidden: !seen.get(id), opacity: is_lit ? 1 : 0.15, color: own, ...font};
    }));
    this.edges.update(EDGES.map((edge, at) => {
      const colour = LINES[at].color?.color || grey;
      const strong = chosen && litEdge(at) ? "#e0641a" : colour;
      return {id: at, hidden: !seesEdge(at), color: {color: chosen && litEdge(at) && !LINES[at].color ? strong : colour, opacity: litEdge(at) ? LINES[at].faint && !chosen ? 0.14 : 0.8 : 0.06, hover: "#e0641a", highlight: "#e0641a"}};
    }));
    this.relabel();
  },
  // Labels keep their size on the screen.
  relabel() {
    const scale = this.network.getScale();
    const thick = Math.max(1, 0.75 / scale);
    this.edges.update(LINES.map((line, at) => ({id: at, width: line.width * thick})));
    if (this.boxed) return;
    const out = lit();
    const grow = Math.min(2.4, Math.max(1, 0.5 / scale));
    const dots = [];
    for (const {id, size, label, shape} of this.ranked) {
      if (!seen.get(id) || out && !out.has(id)) continue;
      const {x, y} = this.screen(id);
      const font = shape === "square" ? 11 : 12 + Math.min(3, size / 8);
      this.pen.font = font + "px " + DATA.drawn.options.nodes.font.face;
      dots.push({id, x, y, r: size * grow * scale, wide: this.pen.measureText(label).width, high: font * 1.35 + 3, font, text: label});
    }
    if (chosen?.node) dots.sort((a, b) => (b.id === chosen.node) - (a.id === chosen.node));
    const room = roomFor(dots);
    this.labels = dots.filter(({id}) => room.has(id)).map((dot) => ({...dot, spot: room.get(dot.id)}));
    this.nodes.update(IDS.map((id) => ({id, label: " ", size: this.drawn.get(id).size * grow})));
  },
  // vis-network sets labels under their nodes only.
  label(pen) {
    const scale = this.network.getScale();
    pen.lineJoin = "round";
    pen.textBaseline = "middle";
    pen.strokeStyle = this.ground;
    pen.fillStyle = this.ink;
    pen.lineWidth = 3 / scale;
    for (const {id, r, high, font, text, spot} of this.labels || []) {
      const {x, y} = this.network.getPosition(id);
      const [across, down] = {below: [0, r + high / 2], above: [0, -r - high / 2], right: [r + 3, 0], left: [-r - 3, 0]}[spot];
      pen.font = font / scale + "px " + DATA.drawn.options.nodes.font.face;
      pen.textAlign = {right: "left", left: "right"}[spot] || "center";
      pen.strokeText(text, x + across / scale, y + down / scale);
      pen.fillText(text, x + across / scale, y + down / scale);
    }
  },
};
