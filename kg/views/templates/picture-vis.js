// Draws on a canvas: vis-network, as pyvis prepares it.
view = {
  start() {
    this.boxed = DATA.drawn.nodes.some((node) => node.shape === "box");
    this.nodes = new vis.DataSet(DATA.drawn.nodes);
    this.edges = new vis.DataSet(this.boxed ? [] : LINES.map((line, at) => ({...line, id: at})));  // see route()
    this.network = new vis.Network(box, {nodes: this.nodes, edges: this.edges}, DATA.drawn.options);
    this.drawn = new Map(DATA.drawn.nodes.map((node) => [node.id, node]));
    this.ranked = DATA.drawn.nodes.slice().sort((a, b) => (a.shape === "square") - (b.shape === "square") || b.size - a.size || (a.id < b.id ? -1 : 1));
    this.pen = document.createElement("canvas").getContext("2d");
    const relabel = soon(() => this.relabel());
    for (const event of ["zoom", "dragEnd"]) this.network.on(event, () => { this.moved = true; relabel(); });
    // A picture that nobody has moved stays whole. vis-network rescales after this event, so only then is it fitted.
    const resized = () => this.moved ? this.relabel() : this.whole();
    const later = soon(resized, 120);
    if (!this.boxed) this.network.on("resize", () => { queueMicrotask(resized); later(); });
    else addEventListener("resize", later);
    if (!this.boxed) this.network.on("beforeDrawing", (pen) => this.ground_regions(pen));
    if (!this.boxed) this.network.on("afterDrawing", (pen) => this.label(pen));
    else this.network.on("beforeDrawing", (pen) => this.route(pen));
    if (this.boxed) this.network.on("dragging", (event) => { if (event.nodes.length) this.routes = null; });
    this.network.on("click", (event) => {
      const at = this.boxed ? this.lineAt(event.pointer.canvas) : event.edges[0];
      if (event.nodes.length) choose(event.nodes[0]);
      else if (at !== undefined) chooseEdge(at);
      else unchoose();
    });
    this.paint();
    this.whole();
  },
  whole() {
    this.moved = false;
    if (this.boxed) this.readable();
    else this.fit();
    this.relabel();
  },
  // Dots and the labels that are shown fit into the box: a high box is filled by drawing the dots farther apart.
  fit() {
    const width = box.clientWidth, height = box.clientHeight;
    const [xs, ys] = ["x", "y"].map((axis) => DATA.drawn.nodes.map((node) => node[axis]));
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const rim = {left: 24, right: 24, top: DATA.drawn.regions.length ? 56 : 24, bottom: 24};
    const most = {left: 0.15 * width, right: 0.15 * width, top: 72, bottom: 60};
    for (let turn = 0; turn < 3; turn++) {
      const [across, down] = [width - rim.left - rim.right, height - rim.top - rim.bottom].map((room) => Math.max(room, 40));
      const scale = Math.min(across / (right - left || 1), 1.5);
      const stretch = Math.min(Math.max(down / scale / (bottom - top || 1), 0.5), 1.8);
      const least = Math.min(scale, down / (stretch * (bottom - top) || 1));
      this.place((node) => ({x: node.x, y: Math.round(node.y * stretch)}));
      const middle = {x: (left + right) / 2 + (rim.right - rim.left) / 2 / least, y: stretch * (top + bottom) / 2 + (rim.bottom - rim.top) / 2 / least};
      this.network.moveTo({scale: least, position: middle, animation: false});
      if (turn === 2) return;
      // Labels at the rim want room, which they get within bounds.
      for (const {x, y, r, wide, high, spot} of this.spots(false)) {
        const [across, down] = {below: [wide / 2, r + high], above: [wide / 2, r + high], right: [r + wide, high / 2], left: [r + wide, high / 2]}[spot];
        const grow = (side, lack) => { rim[side] = Math.min(Math.max(rim[side], rim[side] + lack + 4), most[side]); };
        if (spot !== "right") grow("left", across - x);
        if (spot !== "left") grow("right", across - (width - x));
        grow("top", (spot === "below" ? r : down) - y);
        grow("bottom", (spot === "above" ? r : down) - (height - y));
      }
    }
  },
  place(where) { this.nodes.update(DATA.drawn.nodes.map((node) => ({id: node.id, ...where(node)}))); },
  // A layered drawing is whole: its columns are as wide as their names, which are wrapped where the box is narrow, and
  // its rows fill the height. One too high to be read so makes the page longer; one too wide opens at its upper left.
  readable() {
    const least = 0.6, rim = 34, gap = 44;
    document.body.classList.remove("long");
    box.style.height = "";
    const width = box.clientWidth, height = box.clientHeight;
    const columns = [...new Set(DATA.drawn.nodes.map(({x}) => x))].sort((a, b) => a - b)
      .map((x) => DATA.drawn.nodes.filter((node) => node.x === x).sort((a, b) => a.y - b.y));
    const ys = DATA.drawn.nodes.map(({y}) => y), top = Math.min(...ys), span = Math.max(...ys) - top;
    const tried = [420, 300, 230, 190, 160, 135, 115, 95].map((most) => {
      const boxes = new Map(DATA.drawn.nodes.map((node) => [node.id, this.boxOf(node, most)]));
      const wides = columns.map((column) => Math.max(...column.map(({id}) => boxes.get(id).wide)));
      const across = wides.reduce((sum, wide) => sum + wide, 0) + gap * (columns.length - 1) + 2 * rim;
      const high = Math.max(...[...boxes.values()].map((one) => one.high));
      let unit = 0;  // pixels a row needs, in those of the layout
      for (const column of columns) column.slice(1).forEach((node, at) => {
        const before = column[at];
        unit = Math.max(unit, ((boxes.get(node.id).high + boxes.get(before.id).high) / 2 + 9) / (node.y - before.y || 1));
      });
      const down = unit * span + high + 2 * rim;
      return {boxes, wides, across, high, unit, by: Math.min(1, width / across), whole: Math.min(1, width / across, height / down)};
    });
    const best = tried.reduce((a, b) => b.whole > a.whole + 0.02 ? b : a);
    const found = best.whole >= least ? best : tried.reduce((a, b) => b.by > a.by + 0.02 ? b : a);
    this.tall = best.whole < least && found.by >= least;
    const scale = best.whole >= least ? best.whole : found.by < least ? 0.85 : found.by;
    const room = best.whole >= least ? (height / scale - 2 * rim - found.high) / (span || 1) : 0;
    const unit = Math.max(found.unit, Math.min(room, 2 * found.unit, 64 / 34));
    const spare = Math.max(0, width / scale - found.across) / Math.max(columns.length - 1, 1);
    const between = gap + Math.min(spare, 110);
    const middles = new Map();
    let end = 0;
    columns.forEach((column, at) => { middles.set(column[0].x, end + found.wides[at] / 2); end += found.wides[at] + between; });
    this.boxes = found.boxes;
    this.columns = columns.map((column, at) => ({x: middles.get(column[0].x), half: found.wides[at] / 2, ids: column.map(({id}) => id), period: DATA.drawn.periods[column[0].x] || "", top: -found.high / 2 - 12}));
    this.place((node) => ({x: middles.get(node.x), y: (node.y - top) * unit, label: found.boxes.get(node.id).text}));
    this.routes = null;
    const high = unit * span + found.high + 2 * rim;
    document.body.classList.toggle("long", this.tall);
    box.style.height = this.tall ? Math.ceil(high * scale) + "px" : "";
    this.network.setOptions({interaction: {zoomView: !this.tall}});  // the wheel scrolls the page
    this.network.setSize("100%", box.clientHeight + "px");
    this.network.redraw();
    const wide = end - between, shown = box.clientHeight / scale;
    const position = {x: found.by < least ? width / scale / 2 - rim : wide / 2, y: Math.min(shown / 2, Math.max(high, shown * 0.6) / 2) - rim - found.high / 2};
    if (high <= shown) position.y = unit * span / 2;
    this.network.moveTo({scale, position, animation: false});
  },
  // A name in lines of at most so many pixels, and the size of the box around it.
  boxOf({label, font}, most) {
    const size = font?.size || 14;
    this.pen.font = size + "px " + DATA.drawn.options.nodes.font.face;
    const text = wrapped(label, most, (part) => this.pen.measureText(part).width);
    const lines = text.split("\n");
    return {text, wide: Math.max(...lines.map((line) => this.pen.measureText(line).width)) + 14, high: lines.length * size + 14};
  },
  // Lines of a layered drawing run between the columns and, where they pass one, between its boxes.
  route(pen) {
    if (!this.columns) return;
    pen.font = "12px " + DATA.drawn.options.nodes.font.face;
    pen.textAlign = "center";
    pen.fillStyle = this.ink;
    for (const {x, period, top} of this.columns) pen.fillText(period, x, top);
    this.routes ||= LINES.map((line) => this.way(line));
    LINES.forEach((line, at) => {
      if (!seesEdge(at)) return;
      const is_lit = litEdge(at);
      pen.globalAlpha = is_lit ? line.faint && !chosen ? 0.14 : 0.8 : 0.06;
      pen.strokeStyle = pen.fillStyle = line.color?.color || (dark.matches ? "#4d5862" : "#b4bec7");
      pen.lineWidth = line.width * Math.max(1, 0.75 / this.network.getScale()) * (chosen && is_lit ? 1.6 : 1);
      const way = this.routes[at];
      pen.beginPath();
      pen.moveTo(...way[0]);
      for (const [from, to] of pairs(way)) pen.bezierCurveTo(...bend(from, to), ...to);
      pen.stroke();
      if (!line.arrows) return;
      const [x, y] = way.at(-1), back = way.at(-1)[0] >= way.at(-2)[0] ? -7 : 7;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + back, y - 3.5);
      pen.lineTo(x + back, y + 3.5);
      pen.fill();
    });
    pen.globalAlpha = 1;
  },
  way({from, to}) {
    const at = (id) => this.columns.findIndex(({ids}) => ids.includes(id));
    const [a, b] = [this.network.getPosition(from), this.network.getPosition(to)];
    const [first, last] = [at(from), at(to)];
    const step = last < first ? -1 : 1;
    const side = (id, way) => way * this.boxes.get(id).wide / 2;
    if (first === last) {  // beside the column
      const x = this.columns[first].x + this.columns[first].half + 16;
      return [[a.x + side(from, 1), a.y], [x, (a.y + b.y) / 2], [b.x + side(to, 1), b.y]];
    }
    const out = [[a.x + side(from, step), a.y]];
    for (let place = first; place !== last + step; place += step) {
      const {x, half, ids} = this.columns[place];
      if (place === first || place === last) {  // a narrow box of a wide column is left, and reached, past its neighbours
        const y = place === first ? a.y : b.y;
        const edge = x - (place === first ? -step : step) * half;
        if (place === first) out.push([edge, y]);
        else out.push([edge, y], [b.x - side(to, step), b.y]);
        continue;
      }
      const wanted = out.at(-1)[1] + (b.y - out.at(-1)[1]) / (Math.abs(last - place) + 1);
      const taken = ids.filter((id) => seen.get(id)).map((id) => {
        const {y} = this.network.getPosition(id), half = this.boxes.get(id).high / 2 + 3;
        return [y - half, y + half];
      });
      const free = [wanted, ...taken.flat()].filter((y) => !taken.some(([top, bottom]) => y > top && y < bottom));
      const y = free.reduce((one, other) => Math.abs(other - wanted) < Math.abs(one - wanted) ? other : one, free[0] ?? wanted);
      out.push([x - step * half, y], [x + step * half, y]);
    }
    return out;
  },
  // The line within a few pixels of a place on the canvas.
  lineAt({x, y}) {
    let best, least = 6 / this.network.getScale();
    (this.routes || []).forEach((way, at) => {
      if (!seesEdge(at)) return;
      for (const [from, to] of pairs(way)) {
        const [x1, y1, x2, y2] = bend(from, to);
        for (let t = 0; t <= 1; t += 0.04) {
          const [p, q, r, s] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
          const far = Math.hypot(p * from[0] + q * x1 + r * x2 + s * to[0] - x, p * from[1] + q * y1 + r * y2 + s * to[1] - y);
          if (far < least) [best, least] = [at, far];
        }
      }
    });
    return best;
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
      this.relabel();
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
    if (!this.boxed) this.edges.update(EDGES.map((edge, at) => {
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
    if (this.boxed) { this.network.redraw(); return; }
    this.edges.update(LINES.map((line, at) => ({id: at, width: line.width * thick})));
    this.labels = this.spots(true);
    this.out = lit();
    if (!this.out) this.named = new Set(this.labels.map(({id}) => id));
    if (DATA.drawn.regions.length) this.edges.update(EDGES.map((edge, at) => ({id: at, hidden: !seesEdge(at) || !this.shows(LINES[at].from) || !this.shows(LINES[at].to)})));
    this.zooms = this.labels.length < IDS.length;
    const grow = this.grown(scale);
    this.nodes.update(IDS.map((id) => ({id, label: " ", size: this.drawn.get(id).size * grow, hidden: !this.shows(id)})));
  },
  grown(scale) { return Math.min(2.4, Math.max(1, 0.5 / scale)); },
  // Which labels have room, and where.
  spots(is_bound) {
    const scale = this.network.getScale(), out = lit(), grow = this.grown(scale);
    const dots = [];
    const most = box.clientWidth < 600 ? 112 : 190;
    for (const {id, size, label, shape} of this.ranked) {
      if (!seen.get(id) || out && !out.has(id)) continue;
      const {x, y} = this.screen(id);
      const font = shape === "square" ? 11 : 12 + Math.min(3, size / 8);
      this.pen.font = font + "px " + DATA.drawn.options.nodes.font.face;
      const text = wrapped(label, most, (part) => this.pen.measureText(part).width);
      const lines = text.split("\n");
      const wide = Math.max(...lines.map((line) => this.pen.measureText(line).width));
      dots.push({id, x, y, r: size * grow * scale, wide, high: font * (0.2 + 1.15 * lines.length) + 3, font, text});
    }
    if (chosen?.node) dots.sort((a, b) => (b.id === chosen.node) - (a.id === chosen.node));
    const room = roomFor(dots, is_bound);
    return dots.filter(({id}) => room.has(id)).map((dot) => ({...dot, spot: room.get(dot.id)}));
  },
  // A region is the ground around its nodes that are shown; its name stands above it.
  regions() {
    const scale = this.network.getScale(), rim = 16;
    return DATA.drawn.regions.map(([group, name, colour]) => {
      const own = IDS.filter((id) => NODES[id].group === group && this.shows(id));
      const corners = own.flatMap((id) => {
        const {x, y} = this.network.getPosition(id), r = this.drawn.get(id).size + rim / scale;
        return [[x - r, y - r], [x + r, y - r], [x - r, y + r], [x + r, y + r]];
      });
      const points = hull(corners), top = Math.min(...points.map(([, y]) => y));
      const upper = points.filter(([, y]) => y < top + rim / scale);
      return {name, colour, points, top, middle: upper.reduce((sum, [x]) => sum + x, 0) / upper.length};
    }).filter(({points}) => points.length > 2);
  },
  ground_regions(pen) {
    const scale = this.network.getScale();
    pen.lineJoin = "round";
    pen.lineWidth = 14 / scale;
    for (const {points, colour} of this.regions()) {
      pen.globalAlpha = dark.matches ? 0.16 : 0.09;
      pen.fillStyle = pen.strokeStyle = colour;
      pen.beginPath();
      points.forEach(([x, y], at) => at ? pen.lineTo(x, y) : pen.moveTo(x, y));
      pen.closePath();
      pen.fill();
      pen.stroke();
    }
    pen.globalAlpha = 1;
  },
  name_regions(pen) {
    const scale = this.network.getScale();
    pen.textAlign = "center";
    pen.textBaseline = "bottom";
    pen.font = "600 " + 15 / scale + "px " + DATA.drawn.options.nodes.font.face;
    pen.lineWidth = 4 / scale;
    for (const {name, colour, top, middle} of this.regions()) {
      pen.strokeStyle = this.ground;
      pen.strokeText(name, middle, top - 5 / scale);
      pen.fillStyle = colour;
      pen.fillText(name, middle, top - 5 / scale);
    }
  },
  // A dot whose name has no room at this scale is not shown on a map with regions.
  shows(id) { return seen.get(id) && (!DATA.drawn.regions.length || !this.named || this.named.has(id) || this.out?.has(id)); },
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
      const lines = text.split("\n");
      lines.forEach((line, at) => pen.strokeText(line, x + across / scale, y + (down + font * 1.15 * (at - (lines.length - 1) / 2)) / scale));
      lines.forEach((line, at) => pen.fillText(line, x + across / scale, y + (down + font * 1.15 * (at - (lines.length - 1) / 2)) / scale));
    }
    this.name_regions(pen);
  },
};
