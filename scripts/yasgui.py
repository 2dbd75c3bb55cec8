"""Puts the editor of /sparql into kg/web/vendor, from an npm installation of it.

    npm install --ignore-scripts @zazuko/yasgui@4.6.2
    python scripts/yasgui.py node_modules

The minified script and style stay as they are, but for two things: the list of some hundred prefixes of others goes,
since the page gives the graph's own; and no <style> is put into the page, which its policy forbids (the rules stand in
kg/web/static/sparql.css). The licences of all packages that the script bundles (its source map names them) are written
beside it.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "kg" / "web" / "vendor"
_PREFIXES = re.compile(r"madsrdf=`[^`]*`,(?:[\w$]+=`[^`]*`,)+([\w$]+)=\{madsrdf[^{}]*\}")
_STYLE = re.compile(r"(\w+\.appendChild\(document\.createTextNode\(\w+\)\)),\w+\.appendChild\(\w+\)(?=\}\}\)\),)")
_PACKAGE = re.compile(r"node_modules/((?:@[^/]+/)?[^/]+)")
#: Whose package names its licence but carries no text of it.
_MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED
"AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def licence(package: Path) -> str:
    """Name, version and licence of a package, with the text that it carries."""
    told = json.loads((package / "package.json").read_text("utf-8"))
    author = told.get("author", "")
    holder = author.get("name", "") if isinstance(author, dict) else author
    texts = [
        path for path in sorted(package.iterdir()) if path.name.upper() in ("LICENSE", "LICENSE.TXT", "LICENSE.MD")
    ]
    text = texts[0].read_text("utf-8") if texts else f"Copyright {holder}\n\n{_MIT}"
    named = told.get("license", "MIT")
    assert texts or told["license"] == "MIT", told["name"]
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"{told['name']} {told['version']} ({named})\n\n{lines}\n"


def main() -> None:
    """Write script, style and licences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", type=Path, help="the folder node_modules")
    modules = parser.parse_args().modules
    build = modules / "@zazuko" / "yasgui" / "build"
    script, cut = _PREFIXES.subn(r"\1={}", (build / "yasgui.min.js").read_text("utf-8"))
    assert cut == 1, "the list of prefixes is elsewhere now"
    script, cut = _STYLE.subn(r"\1", script)
    assert cut == 1, "the style of resized columns is elsewhere now"
    script = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", script)
    sources = json.loads((build / "yasgui.min.js.map").read_text("utf-8"))["sources"]
    bundled = sorted({found[-1] for source in sources if (found := _PACKAGE.findall(source))})
    named = ["@zazuko/yasgui", *bundled]
    VENDOR.mkdir(exist_ok=True)
    (VENDOR / "yasgui.min.js").write_text(script, encoding="utf-8")
    (VENDOR / "yasgui.min.css").write_text((build / "yasgui.min.css").read_text("utf-8").rstrip() + "\n", "utf-8")
    rule = "\n" + 80 * "-" + "\n\n"
    (VENDOR / "yasgui.LICENSE.txt").write_text(rule.join(licence(modules / name) for name in named), "utf-8")


if __name__ == "__main__":
    main()
