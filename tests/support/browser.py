"""A headless Chromium, driven through chromedriver (WebDriver)."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--disable-dev-shm-usage",
]


def missing():
    """Why there can be no browser; None if there can."""
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            return f"there is no {program} (Debian: chromium, chromium-driver)"
    return None


class Browser:
    """One window. Ends with the `with` statement, whatever happens."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if getattr(self, "session", None):
                self._call("DELETE", "")
        except OSError:
            pass
        self.driver.terminate()
        self.driver.wait()
        self.driver.stdout.close()
        self.profile.cleanup()

    def _start(self):
        self.session = None
        for line in self.driver.stdout:
            found = re.search(r"successfully on port (\d+)", line)
            if found:
                break
        else:
            raise OSError("chromedriver does not start")
        self.url = f"http://127.0.0.1:{found[1]}/session"
        self._open = urllib.request.build_opener(
            urllib.request.ProxyHandler({})).open
        answer = self._call("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": shutil.which("chromium"),
                "args": FLAGS + [f"--user-data-dir={self.profile.name}"]},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.session = answer["sessionId"]
        self.url += "/" + self.session

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json"},
            method=method)
        try:
            with self._open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise OSError(json.load(error)["value"]["message"]) from error

    def devtools(self, command, **parameters):
        return self._call("POST", "/goog/cdp/execute",
                          {"cmd": command, "params": parameters})

    def emulate(self, width, height=900, scheme="light", script=True):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        self.devtools("Emulation.setScriptExecutionDisabled", value=not script)

    def open(self, url):
        self._call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """The result of a JavaScript function's body."""
        return self._call("POST", "/execute/sync",
                          {"script": script, "args": list(arguments)})

    def source(self):
        return self._call("GET", "/source")

    def log(self, kind):
        return self._call("POST", "/se/log", {"type": kind})

    def requests(self):
        """The addresses asked for since the last call."""
        events = (json.loads(entry["message"])["message"]
                  for entry in self.log("performance"))
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]

    def point(self, x, y):
        """Moves the mouse there; in pixels of the window."""
        self.devtools("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.devtools("Input.dispatchKeyEvent", type=kind, key=key,
                          code=key)

    def type(self, text):
        """Types it where the focus is."""
        element, = self._call("GET", "/element/active").values()
        self._call("POST", f"/element/{element}/value", {"text": text})

    def wait(self, condition, seconds=10):
        """Until a JavaScript expression is true."""
        end = time.monotonic() + seconds
        while not self.run(f"return Boolean({condition})"):
            if time.monotonic() > end:
                raise AssertionError(f"never true: {condition}")
            time.sleep(.02)

    def picture(self, file, **clip):
        """A PNG of the whole page, or of x, y, width, height of it."""
        more = {"clip": {**clip, "scale": 1}} if clip else {}
        shot = self.devtools("Page.captureScreenshot",
                             captureBeyondViewport=True, **more)
        with open(file, "wb") as png:
            png.write(base64.b64decode(shot["data"]))
