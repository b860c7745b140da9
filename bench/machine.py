"""The machine on which a run was made."""

import os
import platform
import re
import subprocess

import processes

PEERS = ("libev-dev", "libevent-dev", "libuv1-dev", "libasio-dev",
         "python3-twisted")


def first_line(*command):
    try:
        output = subprocess.run(command, check=False, text=True,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL).stdout
    except OSError:
        return ""
    return output.partition("\n")[0]


def processor():
    with open("/proc/cpuinfo") as cpuinfo:
        found = re.search(r"^model name\s*: (.*)$", cpuinfo.read(),
                          re.MULTILINE)
    return found[1] if found else platform.machine()


def cache(build):
    """The settings of a build, as CMake keeps them."""
    text = (build / "CMakeCache.txt").read_text()
    return dict(re.findall(r"^(\w+):\w+=(.*)$", text, re.MULTILINE))


def versions():
    for package in PEERS:
        if found := first_line("dpkg-query", "-W", "-f",
                               "${Package} ${Version}\\n", package):
            yield found


def load():
    return ", ".join(f"{load:.2f}" for load in os.getloadavg())


def settings(build, load_before):
    """A dictionary by name, in the order of printing."""
    built = cache(build)
    flags = " ".join((built.get("CMAKE_CXX_FLAGS", ""),
                      built.get("CMAKE_CXX_FLAGS_RELEASE", ""))).strip()
    return {
        "Processor": f"{processor()}, {len(processes.PROCESSORS)} of them",
        "Servers, clients": f"on processor {processes.SERVER}, "
                            f"on processor {processes.CLIENT}",
        "Kernel": platform.release(),
        "Compiler": first_line(built["CMAKE_CXX_COMPILER"], "--version"),
        "Flags": f"`{flags}`",
        "Peers": ", ".join(versions()) or "none",
        "Load average before": load_before,
        "Load average after": load(),
    }


def print_settings(build, load_before):
    print("### The machine\n\n| | |\n| --- | --- |")
    for name, value in settings(build, load_before).items():
        print(f"| {name} | {value} |")
    print(flush=True)
