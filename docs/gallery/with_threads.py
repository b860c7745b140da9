"""Gets all poems at once, with a pool of two threads:  with_threads.py PORT..."""
import socket
import sys
from concurrent.futures import ThreadPoolExecutor


def get_poem(port):
    size = 0
    with socket.create_connection(("127.0.0.1", port)) as sock:
        while chunk := sock.recv(4096):
            size += len(chunk)
    return size


with ThreadPoolExecutor(max_workers=2) as pool:
    sizes = list(pool.map(get_poem, sys.argv[1:]))
print(f"Got {len(sizes)} poems, {sum(sizes)} bytes.")
