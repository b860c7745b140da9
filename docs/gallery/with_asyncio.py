"""Gets all poems at once, with asyncio:  with_asyncio.py PORT..."""
import asyncio
import sys


async def get_poem(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    poem = await reader.read()
    writer.close()
    return len(poem)


async def main():
    sizes = await asyncio.gather(*map(get_poem, sys.argv[1:]))
    print(f"Got {len(sizes)} poems, {sum(sizes)} bytes.")


asyncio.run(main())
