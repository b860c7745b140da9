"""poetry-compare --live on a terminal: live_terminal_test.py BUILD"""

import fcntl
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import unittest

build = pathlib.Path(sys.argv[1]).resolve()
root = pathlib.Path(__file__).resolve().parent.parent.parent
# Takes about 2.6 s.
COMMAND = [str(build / "compare/poetry-compare"), "--live", "--variants",
           "async", "--delay", ".04", str(root / "poetry/science.txt"),
           "--num-bytes", "10"]
PATIENCE = 60
ROWS, COLUMNS = 50, 80


class Screen:
    """What a terminal shows after the bytes; it has room for all lines."""

    def __init__(self, look):
        """Calls look(screen) when a progress line with its lanes is whole."""
        self.lines, self.row, self.column = [""], 0, 0
        self.colours, self.pictures, self.look = 0, 0, look

    def feed(self, text):
        """Returns what is not a whole escape sequence yet."""
        while text:
            escape = re.match(r"\x1b\[(\??\d*(?:;\d+)*)([A-Za-z])", text)
            if text[0] == "\x1b" and not escape:
                return text
            if escape:
                self.obey(*escape.groups())
            else:
                self.put(text[0])
            text = text[escape.end() if escape else 1:]
        return ""

    def obey(self, number, command):
        if command == "A":
            self.row -= int(number)
        elif command == "J":
            line = self.lines[self.row][:self.column]
            self.lines[self.row:] = [line]
        elif command == "m":
            self.colours += 1
        else:
            assert number == "?7" and command in "lh", (number, command)
            if command == "h":
                self.pictures += 1
                self.look(self)

    def put(self, char):
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.row += 1
            if self.row == len(self.lines):
                self.lines.append("")
        else:
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = (
                line[:self.column] + char + line[self.column + 1:])
            self.column += 1

    def lane(self):
        """The lane of the only task; empty if there is none."""
        lanes = [line for line in self.lines if line.startswith("   T1 ")]
        return lanes[0].split()[1] if lanes else ""


def start_on_terminal(environment):
    """Returns the pid and the other end of a terminal of its own."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ,
                    struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execve(COMMAND[0], COMMAND,
                  {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8",
                   **environment})
    return pid, terminal


class LiveTest(unittest.TestCase):
    def watch(self, environment, look=lambda screen, terminal: None):
        """Returns the screen and the exit status."""
        pid, terminal = start_on_terminal(environment)
        self.addCleanup(os.close, terminal)
        screen = Screen(lambda screen: look(screen, terminal))
        text, rest = b"", ""
        signal.alarm(PATIENCE)
        while data := read(terminal):
            text += data
            # A character may be cut.
            whole = text.decode(errors="ignore")
            text = text[len(whole.encode()):]
            rest = screen.feed(rest + whole)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        signal.alarm(0)
        return screen, status

    def test_lanes_grow_and_give_way_to_the_timeline(self):
        lanes = []

        def look(screen, _):
            seconds = re.match(r"1/1 async: ([\d.]+) s", screen.lines[1])
            # The axis is longer once the run has taken longer than expected.
            if seconds and float(seconds.group(1)) < 2.5:
                lanes.append(screen.lane())

        screen, status = self.watch({"NO_COLOR": "1"}, look)
        self.assertEqual(status, 0, screen.lines)
        lengths = [len(lane) for lane in lanes]
        self.assertEqual(lengths, sorted(lengths))
        self.assertGreaterEqual(len(set(lengths)), 3, lanes)
        self.assertEqual(screen.colours, 0)
        self.assertEqual(screen.lines[0], "1 variant, about 3 s.")
        self.assertRegex(screen.lines[1], "^1 poem, ")
        self.assertEqual(sum("T1 " in line for line in screen.lines), 1)

    def test_an_interrupt_leaves_the_terminal_clean(self):
        pressed = []

        def look(screen, terminal):
            if screen.lane() and not pressed:
                pressed.append(os.write(terminal, b"\x03"))

        screen, status = self.watch({}, look)
        self.assertTrue(pressed)
        self.assertEqual(status, -signal.SIGINT)
        self.assertGreater(screen.colours, 0)
        self.assertEqual(
            screen.lines,
            ["1 variant, about 3 s.", "poetry-compare: Interrupt", ""])

    def test_a_dumb_terminal_gets_no_lanes(self):
        screen, status = self.watch({"TERM": "dumb"})
        self.assertEqual(status, 0, screen.lines)
        self.assertEqual(screen.pictures, 0)
        self.assertEqual(screen.lines[0], "1 variant, about 3 s.")
        self.assertRegex(screen.lines[1], "^1 poem, ")

    def test_without_a_terminal_it_does_nothing(self):
        results = [subprocess.run(command, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=PATIENCE,
                                  check=True)
                   for command in (COMMAND, COMMAND[:1] + COMMAND[2:])]
        self.assertEqual(results[0].stderr, b"1 variant, about 3 s.\n")
        self.assertEqual(results[0].stderr, results[1].stderr)
        # Times differ, and with them what the lines say.
        for result in results:
            self.assertTrue(result.stdout.startswith(b"1 poem, "))
            self.assertNotIn(b"\x1b", result.stdout)
            self.assertNotIn(b"\r", result.stdout)


def read(terminal):
    """Empty at the end: Linux reports an error there."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
