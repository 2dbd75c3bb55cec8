"""How fast a picture opens in Chromium: `python scripts/bench_draw.py --graph papers.kg --nodes 2000 500`.

Prints for each number of nodes what draws them, the size of the page, the time until it answers a click (navigation to
the first frame after the drawing is ready), and how long frames take while the picture is dragged: by the clock, and
the processor time of all of Chromium, which other programs do not lengthen. WebGL is drawn in software where there is
no graphics card: a card is faster.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from kg.api import Graph
from tests.views.browser import Browser

_FRAMES = 60
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
    if (++step > FRAMES) { send("up", step); done(times.slice(5)); return; }
    send("move", step); requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})""".replace("FRAMES", str(_FRAMES))


def main() -> None:
    """Print a line a picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graph", default="papers.kg")
    parser.add_argument("--selection", default="")
    parser.add_argument("--nodes", type=int, nargs="+", default=[2000, 500])
    given = parser.parse_args()
    with (
        Graph(given.graph, read_only=True) as graph,
        tempfile.TemporaryDirectory() as folder,
        Browser() as browser,
    ):
        for most in given.nodes:
            started = time.process_time()
            file = graph.draw(given.selection, limit=most).save(Path(folder) / f"{most}.html")
            spent = time.process_time() - started
            browser.open(file)
            browser.open(file)  # once the browser is warm
            ready = float(browser.evaluate("document.body.dataset.drawn"))
            before = _processor()
            times = sorted(browser.evaluate(_PAN))
            each = (_processor() - before) / _FRAMES * 1000
            nodes, edges = browser.evaluate("[IDS.length, LINES.length]")
            by = "sigma.js" if browser.evaluate("Boolean(view.sigma)") else "pyvis"
            print(
                f"{by}: {nodes:,} nodes, {edges:,} edges, {file.stat().st_size / 1e6:.1f} MB, made in {spent:.1f} s of "
                f"CPU; answers after {ready / 1000:.2f} s; a frame while dragged takes {times[len(times) // 2]:.0f} ms "
                f"(median), {times[int(len(times) * 0.95)]:.0f} ms (95 %), {each:.0f} ms of CPU"
            )


def _processor() -> float:
    """Seconds of processor time that all that this program started has taken."""
    children: dict[int, list[int]] = {}
    taken: dict[int, float] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        children.setdefault(int(said[1]), []).append(int(process.name))
        taken[int(process.name)] = (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")
    total, waiting = 0.0, list(children.get(os.getpid(), ()))
    while waiting:
        process_id = waiting.pop()
        total += taken[process_id]
        waiting += children.get(process_id, ())
    return total


if __name__ == "__main__":
    main()
