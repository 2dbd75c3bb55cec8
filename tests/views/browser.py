"""Headless Chromium over its debugging pipe: pages from files, with what they asked for and complained of."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """One page at a time; `requests` and `complaints` collect what it loaded and every console error."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._profile = tempfile.mkdtemp(prefix="kg-browser-")
        theirs, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # The browser reads file 3 and writes file 4; both are moved out of the way of each other first.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (theirs, theirs_out)]
        flags = "--headless=new --no-sandbox --disable-gpu --remote-debugging-pipe --no-first-run --hide-scrollbars"
        drawing = "--enable-unsafe-swiftshader"  # WebGL without a graphics card
        quiet = "--disable-background-networking --disable-component-update --disable-sync --disable-default-apps"
        self._process = subprocess.Popen(
            [
                str(chromium()),
                *flags.split(),
                drawing,
                *quiet.split(),
                f"--user-data-dir={self._profile}",
                "about:blank",
            ],
            close_fds=False,
            preexec_fn=lambda: (os.dup2(ends[0], 3), os.dup2(ends[1], 4)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (theirs, theirs_out, *ends):
            os.close(end)
        self._buffer = b""
        self._count = 0
        self._session = ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self._profile, ignore_errors=True)

    def open(self, page: Path, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        self.visit(page.resolve().as_uri(), width, height, dark)

    def visit(self, address: str, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        self.requests.clear()
        self.complaints.clear()
        size: dict[str, Any] = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")
        time.sleep(0.3)  # one or two frames, and messages on their way
        self.evaluate("0")

    def wait(self, condition: str, seconds: float = 60) -> None:
        """Wait until a condition holds on the page, whatever page that is by then."""
        end = time.monotonic() + seconds
        while True:
            with suppress(RuntimeError):  # between two pages
                if self.evaluate(condition):
                    return
            if time.monotonic() > end:
                raise TimeoutError(condition)
            time.sleep(0.05)

    def evaluate(self, script: str) -> Any:
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    def click(self, x: float, y: float) -> None:
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        time.sleep(0.5)  # the drawing waits to tell a click from a double click

    def type(self, text: str, enter: bool = True) -> None:
        """Type into what has the focus."""
        self._call("Input.insertText", text=text)
        if enter:
            self.press("Enter", 13, "\r")
        time.sleep(0.3)

    def press(self, key: str, code: int = 9, text: str = "") -> None:
        """Press and release a key: Tab, or another by its code."""
        for kind in ("keyDown", "keyUp"):
            told: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code}
            self._call("Input.dispatchKeyEvent", type=kind, **told, **({"text": text} if text else {}))

    def screenshot(self, file: Path, whole: bool = False) -> None:
        shot = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            said = self._next()
            if said.get("id") == self._count:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                answer: dict[str, Any] = said["result"]
                return answer
            self._note(said)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            piece = os.read(self._in, 1 << 16)
            if not piece:
                raise RuntimeError("the browser ended")
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\0")
        said: dict[str, Any] = json.loads(line)
        return said

    def _note(self, said: dict[str, Any]) -> None:
        params = said.get("params", {})
        match said.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(params["exceptionDetails"])[:500])
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "assert", "warning"):
                self.complaints.append(json.dumps(params["args"])[:500])
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                if "GL Driver Message" in params["entry"]["text"]:  # of WebGL without a graphics card: slow, not wrong
                    return
                self.complaints.append(params["entry"]["text"])
