"""How fast a picture opens in Chromium: `python scripts/bench_draw.py --graph papers.kg --nodes 2000`.

Prints the size of the page, the time until it answers a click (navigation to the first frame after the drawing is
ready), and how long frames take while the picture is dragged. WebGL is drawn in software where there is no graphics
card: a card is faster.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from kg.api import Graph
from tests.views.browser import Browser

#: Drags the picture to and fro for so many frames, and gives the times between them, in milliseconds.
_PAN = """new Promise((done) => {
  const times = [], {left, top, width, height} = document.getElementById("graph").getBoundingClientRect();
  const canvas = [...document.querySelectorAll("#graph canvas")].at(-1);
  const at = (step) => ({clientX: left + width / 2 + 80 * Math.sin(step / 5), clientY: top + height / 2, bubbles: true,
    buttons: 1, button: 0, pointerId: 1, pointerType: "mouse", isPrimary: true});
  const send = (name, step) => { for (const kind of ["mouse", "pointer"]) {
    const event = kind === "mouse" ? new MouseEvent(kind + name, at(step)) : new PointerEvent(kind + name, at(step));
    (name === "down" ? canvas : document).dispatchEvent(event); } };
  let step = 0, last = performance.now();
  send("down", 0);
  const frame = (now) => {
    times.push(now - last); last = now;
    if (++step > 60) { send("up", step); done(times.slice(5)); return; }
    send("move", step); requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""


def main() -> None:
    """Print a line a renderer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graph", default="papers.kg")
    parser.add_argument("--selection", default="")
    parser.add_argument("--nodes", type=int, default=2000)
    given = parser.parse_args()
    from kg.views.picture import page

    with (
        Graph(given.graph, read_only=True) as graph,
        tempfile.TemporaryDirectory() as folder,
        Browser() as browser,
    ):
        for name, most in (("sigma.js", 0), ("pyvis", 10**6)):
            page._MOST_NODES = page._MOST_EDGES = most
            started = time.process_time()
            file = graph.draw(given.selection, limit=given.nodes).save(Path(folder) / f"{most}.html")
            spent = time.process_time() - started
            browser.open(file)
            browser.open(file)  # once the browser is warm
            ready = float(browser.evaluate("document.body.dataset.drawn"))
            times = sorted(browser.evaluate(_PAN))
            nodes, edges = browser.evaluate("[IDS.length, LINES.length]")
            size = file.stat().st_size / 1e6
            print(
                f"{name}: {nodes:,} nodes, {edges:,} edges, {size:.1f} MB, made in {spent:.1f} s of CPU; "
                f"answers after {ready / 1000:.2f} s; a frame while dragged takes {times[len(times) // 2]:.0f} ms "
                f"(median), {times[int(len(times) * 0.95)]:.0f} ms (95 %)"
            )


if __name__ == "__main__":
    main()
