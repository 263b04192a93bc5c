#!/usr/bin/env python3
"""A crowd asks for whole pictures while others look at tiles: whether those still get them in time.

Starts target/release/triptych with a data directory of its own, measures how long tiles take for 8 viewers when it is quiet, and again
while 64 connections ask for large images all the time. Fails (exit code 1) when, with the crowd,
  - the 99th percentile of tiles is more than twice what it was,
  - anything is answered with 5xx but 503 with Retry-After, or an answer breaks off,
  - the service takes more memory than it was given.
Wants a machine with nothing else to do. Only the standard library is needed.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MB = 1 << 20
# Memory that the service takes besides what settings bound: itself, its threads, connections, what the allocator holds back.
BESIDES = 160
CACHES = {"TRIPTYCH_INDEX_CACHE_BYTES": 64, "TRIPTYCH_TILE_CACHE_BYTES": 64, "TRIPTYCH_CACHE_BYTES": 64}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="?", help="folder of pyramidal TIFFs; without it pictures are drawn")
    parser.add_argument("--only", default="", help="take files whose names contain this")
    parser.add_argument("--seconds", type=float, default=60, help="how long the crowd stays (60)")
    parser.add_argument("--connections", type=int, default=64, help="connections of the crowd (64)")
    parser.add_argument("--viewers", type=int, default=8, help="viewers of tiles (8)")
    parser.add_argument("--pixel-memory", type=int, default=512, help="memory for pixels in flight, in MB (512)")
    parser.add_argument("--ratio", type=float, default=2.0, help="how much longer the slowest tiles may take (2)")
    parser.add_argument("--program", default=str(ROOT / "target/release/triptych"))
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Service:
    """The service, with data of its own, until the end of the block."""

    def __init__(self, options, data):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        foreign = ("TRIPTYCH_", "AWS_", "DATABASE_URL")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        environment |= {
            "TRIPTYCH_DATA": data,
            "TRIPTYCH_LISTEN": f"127.0.0.1:{self.port}",
            "TRIPTYCH_DEMO": "false",
            "TRIPTYCH_LOG": "error",
            "TRIPTYCH_PIXEL_MEMORY": f"{options.pixel_memory}M",
        }
        environment |= {name: f"{size}M" for name, size in CACHES.items()}
        if options.images:
            environment["TRIPTYCH_STORAGE"] = str(Path(options.images).resolve())
        self.process = subprocess.Popen([options.program], env=environment, cwd=data, stdout=subprocess.PIPE, text=True)
        # The key for writing stands alone on an indented line.
        lines = (line for line in self.process.stdout if line.startswith("    "))
        self.key = next(lines, "").strip()
        threading.Thread(target=lambda: [None for _ in self.process.stdout], daemon=True).start()

    def __enter__(self):
        for _ in range(600):
            try:
                if self.ask("GET", "/health/ready")[0] == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.1)
        self.__exit__()
        sys.exit("the service does not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def upload(self, name, path):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/octet-stream"}
        with open(path, "rb") as file:
            status, body = self.ask("POST", f"/api/v1/images/{name}?public=true", file.read(), headers)
        if status != 201:
            sys.exit(f"upload: {status} {body[:300]}")

    def memory(self):
        """The most that the service itself ever had, in MB; PostgreSQL has processes of its own."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


def draw(path, width, height, seed):
    """A PNG with fine and coarse detail, as photographs have."""
    dice = random.Random(seed)
    noise = bytes(dice.randrange(24) for _ in range(3 * width + 4096))
    packer = zlib.compressobj(1)
    with open(path, "wb") as file:

        def chunk(kind, data):
            file.write(len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big"))

        file.write(b"\x89PNG\r\n\x1a\n")
        chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0]))
        for y in range(height):
            start = dice.randrange(4096)
            lift = bytes(min(255, value + (y * 7 // 11 + seed * 50) % 220) for value in range(24)) + bytes(232)
            chunk(b"IDAT", packer.compress(b"\0" + noise[start : start + 3 * width].translate(lift)))
        chunk(b"IDAT", packer.flush())
        chunk(b"IEND", b"")


def pictures(service, options, data):
    if options.images:
        names = [file.name for file in sorted(Path(options.images).iterdir()) if file.suffix in (".tif", ".tiff") and options.only in file.name]
    else:
        names = [f"crowd-{number}" for number in range(3)]
        for number, name in enumerate(names):
            path = os.path.join(data, "drawn.png")
            draw(path, 6000, 4000, number)
            service.upload(name, path)
            os.remove(path)
    found = {}
    for name in names:
        status, body = service.ask("GET", f"/iiif/3/{name}/info.json")
        if status == 200:
            found[name] = json.loads(body)
    if not found:
        sys.exit("no pictures that the service shows")
    return found


def tile(dice, name, info):
    """Some tile that info.json promises."""
    promise = info["tiles"][0]
    step = promise["width"] * dice.choice(promise["scaleFactors"])
    factor = step // promise["width"]
    x, y = (dice.randrange(-(-info[side] // step)) * step for side in ("width", "height"))
    width, height = min(step, info["width"] - x), min(step, info["height"] - y)
    return f"/iiif/3/{name}/{x},{y},{width},{height}/{-(-width // factor)},{-(-height // factor)}/0/default.jpg"


def large(dice, name, info):
    """Everything at once: as large as it goes, or a size that nobody asked for before."""
    # What is served as full/max may be less than the picture: the widest promised size is within the limits for sure.
    most = max([size["width"] for size in info["sizes"]] + [min(info["width"], 2000)])
    form = dice.choice(["full/max", "full/max", "full/max", f"full/{dice.randrange(most // 2, most)},", f"square/!{most},{most}"])
    return f"/iiif/3/{name}/{form}/0/{dice.choice(['default', 'default', 'color', 'gray'])}.jpg"


def visit(port, choose, shown, seed, end, told):
    """Asks again and again, and tells how it went: status, seconds, whether it was as it should be."""
    dice, connection, buffer = random.Random(seed), None, bytearray(1 << 18)
    while time.monotonic() < end:
        path = choose(dice, *dice.choice(shown))
        began = time.monotonic()
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            connection.request("GET", path)
            answer = connection.getresponse()
            while answer.readinto(buffer):
                pass
            # A length that was announced and did not come is no error to this client.
            whole = not answer.length
            told.append((answer.status, time.monotonic() - began, whole, answer.headers.get("Retry-After") is not None))
            if answer.status == 503:
                time.sleep(0.5)
        except (OSError, http.client.HTTPException) as error:
            told.append((type(error).__name__, time.monotonic() - began, False, False))
            connection = None


def group(port, choose, shown, count, seed, end, niceness, pipe):
    """Visitors in a process of their own."""
    os.nice(niceness)
    told = [[] for _ in range(count)]
    visitors = [threading.Thread(target=visit, args=(port, choose, shown, seed + number, end, told[number])) for number in range(count)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    pipe.send([one for some in told for one in some])


def send(port, choose, shown, count, seed, seconds, niceness=0):
    """Sends visitors, in groups of 16; what they tell comes from the function that comes back."""
    running, end = [], time.monotonic() + seconds
    for start in range(0, count, 16):
        ours, theirs = multiprocessing.Pipe(duplex=False)
        work = (port, choose, shown, min(16, count - start), seed * 1000 + start, end, niceness, theirs)
        process = multiprocessing.Process(target=group, args=work)
        process.start()
        running.append((process, ours))

    def collect():
        told = []
        for process, ours in running:
            told += ours.recv()
            process.join()
        return told

    return collect


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000 if times else float("nan")


def row(name, told, seconds):
    times = [taken for status, taken, whole, _ in told if status == 200 and whole]
    statuses = {}
    for status, *_ in told:
        statuses[status] = statuses.get(status, 0) + 1
    figures = "  ".join(f"{percentile(times, share):9.1f}" for share in (0.5, 0.95, 0.99))
    print(f"{name:<22}{len(told) / seconds:9.1f}  {figures}   {' '.join(f'{status}: {count}' for status, count in sorted(statuses.items(), key=str))}")
    return percentile(times, 0.99)


def wrong(told):
    """Answers that must not be."""
    bad = [one for one in told if not isinstance(one[0], int) or (one[0] >= 500 and not (one[0] == 503 and one[3])) or not one[2]]
    return sorted({str(status) if whole else f"{status}, broken off" for status, _, whole, _ in bad}), len(bad)


def main():
    options = arguments()
    if not os.access(options.program, os.X_OK):
        sys.exit(f"{options.program} is missing; build it first: cargo build --release --locked")
    data = tempfile.mkdtemp(prefix="triptych-crowd-")
    try:
        with Service(options, data) as service:
            return judge(options, service, list(pictures(service, options, data).items()))
    finally:
        shutil.rmtree(data, ignore_errors=True)


def judge(options, service, shown):
    quiet_time = max(5.0, options.seconds / 3)
    # Once around, so that files are open and known.
    send(service.port, tile, shown, options.viewers, options.seed, 2)()
    quiet = send(service.port, tile, shown, options.viewers, options.seed + 1, quiet_time)()
    before = service.memory()
    crowd = send(service.port, large, shown, options.connections, options.seed + 2, options.seconds, niceness=10)
    viewers = send(service.port, tile, shown, options.viewers, options.seed + 3, options.seconds)
    busy, crowded = viewers(), crowd()
    print(f"{len(shown)} pictures, {options.viewers} viewers, {options.connections} in the crowd, {options.seconds:.0f} s\n")
    print(f"{'':<22}{'per second':>9}  {'p50 ms':>9}  {'p95 ms':>9}  {'p99 ms':>9}   answers")
    alone = row("tiles, quiet", quiet, quiet_time)
    together = row("tiles, with the crowd", busy, options.seconds)
    row("the crowd", crowded, options.seconds)
    budget = options.pixel_memory + sum(CACHES.values()) + BESIDES
    print(f"\nmemory: {before:.0f} MB quiet, {service.memory():.0f} MB at most, {budget} MB allowed")
    faults = []
    if not together <= options.ratio * alone:
        faults.append(f"the slowest tiles take {together / alone:.1f} times as long with the crowd; {options.ratio} times are allowed")
    for name, told in (("quiet tiles", quiet), ("tiles", busy), ("the crowd", crowded)):
        kinds, count = wrong(told)
        if count:
            faults.append(f"{name}: {count} answers that must not be: {'; '.join(kinds)}")
    if service.memory() > budget:
        faults.append("more memory than allowed")
    if not any(status == 200 for status, *_ in crowded):
        faults.append("the crowd got nothing")
    for fault in faults:
        print(f"FAULT: {fault}")
    print("" if faults else "all bounds hold")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
