"""The pages in a real browser: browser_test.py PAGE.html PICTURE.svg
SWEEP.html SWEEP.svg

In light and dark, wide and narrow, with and without JavaScript. Exit status 77:
there is no browser.
"""

import json
import pathlib
import re
import sys
import unittest

from browser import Browser, missing

page, picture, sweep, charts = (pathlib.Path(file).resolve()
                                for file in sys.argv[1:5])
SCREENS = [(width, scheme) for width in (1400, 400)
           for scheme in ("light", "dark")]


def block(name):
    """One of the blocks of JSON in the page."""
    found = re.search(f'id="{name}">\n(.*?)</script>', page.read_text(),
                      re.DOTALL)
    return json.loads(found[1])


def numbers(variant):
    """The cells of a variant that have numbers, as they should read."""
    wall = variant["wall_s"] or 0
    digits = 2 if wall >= .9995 else 3 if wall >= .09995 else 4
    forms = {"wall_s": f"{{:.{digits}f}} s", "vs_reference": "{:.2f}x",
             "worst_unread_s": "{:.3f} s"}
    cells = [form.format(variant[key]) for key, form in forms.items()
             if variant[key] is not None]
    cpu = variant["cpu_s"]
    return cells + ([] if cpu is None else [f"{cpu * 1000:.0f} ms"])


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser().__enter__()
        cls.addClassCleanup(cls.browser.__exit__)

    def open(self, file=page, **emulation):
        self.browser.emulate(**emulation)
        self.browser.open("about:blank")
        self.browser.log("browser")
        self.browser.requests()
        self.browser.open(file.as_uri())

    def run_script(self, script):
        return self.browser.run("return " + script)

    def check_silence(self, file=page):
        self.assertEqual(self.browser.log("browser"), [])
        self.assertEqual([url for url in self.browser.requests()
                          if not url.startswith("data:")], [file.as_uri()])

    def check_contents(self):
        rows = self.run_script(
            "[...document.querySelectorAll('#numbers tbody tr:not(.why)')]"
            ".map(row => [...row.cells].map(cell => cell.innerText))")
        variants = block("summary")["variants"]
        self.assertEqual([row[0] for row in rows],
                         [variant["variant"] for variant in variants])
        for row, variant in zip(rows, variants):
            for number in numbers(variant):
                self.assertIn(number, row)
        self.assertEqual(
            self.run_script("[...document.querySelectorAll('.variant h3')]"
                            ".map(name => name.innerText)"),
            [variant["variant"] for variant in variants if variant["seen"]])

    def lane(self, variant, task):
        """A task's bar in the window: left, top, width, height."""
        self.browser.run(f"document.querySelectorAll('.variant')[{variant}]"
                         ".scrollIntoView({block: 'center'})")
        return self.run_script(
            f"(box => [box.x, box.y, box.width, box.height])(document"
            f".querySelectorAll('.variant')[{variant}]"
            f".querySelectorAll('.lane rect')[{task}]"
            ".getBoundingClientRect())")

    def click(self, label):
        self.browser.run(f"document.querySelector('[aria-label={label}]')"
                         ".click()")

    def tip(self):
        return self.run_script("tip.hidden ? null : tip.innerText")

    def test_is_quiet_and_complete_on_every_screen(self):
        for width, scheme in SCREENS:
            for script in (True, False):
                with self.subTest(width=width, scheme=scheme, script=script):
                    self.open(width=width, scheme=scheme, script=script)
                    self.check_contents()
                    self.check_silence()
                    self.assertEqual(
                        self.run_script("controls.hidden"), not script)
                    self.assertLessEqual(self.run_script(
                        "document.documentElement.scrollWidth"), width)

    def test_follows_the_colour_scheme(self):
        grounds = []
        for scheme in ("light", "dark"):
            self.open(width=1400, scheme=scheme)
            grounds.append(self.run_script(
                "getComputedStyle(document.documentElement).backgroundColor"))
        self.assertEqual(grounds[0], "rgb(255, 255, 255)")
        self.assertNotEqual(grounds[0], grounds[1])

    def test_shows_time_and_size_of_a_read_below_the_pointer(self):
        data = block("lanes")
        for width, scheme in SCREENS:
            with self.subTest(width=width, scheme=scheme):
                self.open(width=width, scheme=scheme)
                x, y, wide, high = self.lane(0, 0)
                self.browser.point(x + 0.3, y + high / 2)
                time, size, _ = data["variants"]["0"][0]["reads"][:3]
                self.assertEqual(self.tip(), "blocking, task 1: read at "
                                 f"{time / 1e5:.3f} s, {size} bytes")
                self.browser.point(x + wide / 2, y + high / 2)
                found = re.search(r"read at ([0-9.]+) s, (\d+) bytes",
                                  self.tip())
                start = time / 1e5
                length = sum(data["variants"]["0"][0]["reads"][3::3]) / 1e5
                self.assertAlmostEqual(float(found[1]), start + length / 2,
                                       delta=0.05)
                self.browser.point(x + wide / 2, y - 300)
                self.assertIsNone(self.tip())
                self.check_silence()

    def test_says_how_many_bytes_lie_in_a_wedge(self):
        self.open(width=1400)
        x, y, wide, high = self.lane(4, 1)
        self.browser.point(x + wide * .9, y + high / 2)
        self.assertRegex(self.tip(), r"broken, task 2: 623 bytes unread at "
                         r"1\.8[0-9]+ s")

    def test_shows_a_read_to_the_keyboard(self):
        self.open(width=1400)
        self.browser.run("document.querySelector('.lane').focus()")
        first = self.tip()
        self.browser.press("ArrowRight")
        second = self.tip()
        self.browser.press("ArrowLeft")
        self.assertIn("bytes", first)
        self.assertNotEqual(first, second)
        self.assertEqual(self.tip(), first)

    def test_the_tab_key_stops_once_in_each_picture(self):
        self.open(width=1400)
        self.assertEqual(
            self.run_script("[...document.querySelectorAll('.variant')].map("
                            "v => v.querySelectorAll('[tabindex=\"0\"]')"
                            ".length).every(n => n === 1)"), True)
        self.browser.run("document.querySelector('.lane').focus()")
        self.assertIn("task 1", self.tip())
        self.browser.press("ArrowDown")
        self.assertIn("task 2", self.tip())
        self.browser.press("ArrowUp")
        self.assertIn("task 1", self.tip())

    def test_zooms_on_the_time_axis(self):
        self.open(width=1400)
        wide = self.lane(0, 0)[2]
        self.click("more")
        self.assertAlmostEqual(self.lane(0, 0)[2], 2 * wide, delta=1)
        self.click("later")
        self.click("earlier")
        # Still the same read at the same end of the bar.
        x, y, _, high = self.lane(0, 0)
        self.browser.point(x + 0.3, y + high / 2)
        time = block("lanes")["variants"]["0"][0]["reads"][0] / 1e5
        self.assertIn(f"read at {time:.3f} s", self.tip())
        self.click("all")
        self.assertAlmostEqual(self.lane(0, 0)[2], wide, delta=1)
        self.check_silence()

    def test_fits_two_or_three_variants_on_a_wall(self):
        for names in (["async", "broken"], ["blocking", "async", "broken"]):
            with self.subTest(names=names):
                self.open(width=1280, height=720)
                self.browser.run(
                    "for (const label of controls.querySelectorAll('label'))"
                    " if (!arguments[0].includes(label.innerText.trim()))"
                    "  label.querySelector('input').click()", names)
                self.click("wall")
                self.assertLessEqual(self.run_script(
                    "document.documentElement.scrollHeight"), 720)
                # Of capital letters and digits, about 13 lines of the screen.
                self.assertGreaterEqual(self.run_script(
                    "document.querySelector('.variant:not([hidden]) .label')"
                    ".getBoundingClientRect().height"), 21)
                x, y, wide, high = self.lane(4, 1)
                self.browser.point(x + wide * .9, y + high / 2)
                self.assertRegex(self.tip(), r"task 2: 623 bytes unread at "
                                 r"1\.8[0-9]+ s")
                self.browser.press("Escape")
                self.assertGreater(self.run_script(
                    "document.documentElement.scrollHeight"), 720)

    def test_hides_a_variant(self):
        self.open(width=1400)
        self.browser.run("controls.querySelector('input').click()")
        self.assertEqual(self.run_script(
            "[...document.querySelectorAll('.variant')].map(v => v.hidden)"
            ".indexOf(true)"), 0)

    def test_the_picture_stands_alone(self):
        for scheme in ("light", "dark"):
            self.open(picture, width=1100, scheme=scheme)
            self.check_silence(picture)
            self.assertGreater(self.run_script(
                "document.querySelectorAll('.reads').length"), 0)

    def overlaps(self):
        """Pairs of texts that overlap in one chart."""
        return self.run_script("""[...document.querySelectorAll("figure svg, svg > g")].flatMap(chart => {
  const boxes = [...chart.querySelectorAll("text")].map(
      text => [text.textContent, text.getBoundingClientRect()]);
  return boxes.flatMap(([a, one], i) => boxes.slice(i + 1).filter(
      ([b, other]) => one.left < other.right && other.left < one.right &&
          one.top + 3 < other.bottom && other.top + 3 < one.bottom)
      .map(([b]) => [a, b]));
})""")

    def test_the_labels_of_a_sweep_do_not_overlap(self):
        for width, scheme in SCREENS:
            with self.subTest(width=width, scheme=scheme):
                self.open(sweep, width=width, scheme=scheme)
                self.check_silence(sweep)
                self.assertEqual(self.overlaps(), [])
                self.assertLessEqual(self.run_script(
                    "document.documentElement.scrollWidth"), width)
        self.open(charts, width=1000)
        self.check_silence(charts)
        self.assertEqual(self.overlaps(), [])
        self.assertGreater(self.run_script(
            "document.querySelectorAll('.line').length"), 10)


if __name__ == "__main__":
    reason = missing()
    if reason:
        print("skipped:", reason)
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
