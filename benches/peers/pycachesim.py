"""One level of 32 KB, 8 ways, blocks of 64 bytes, LRU, by pycachesim: `pycachesim.py TRACE` (lackey's text)."""

import sys

from cachesim import Cache, CacheSimulator, MainMemory

memory = MainMemory()
level = Cache("L1", 64, 8, 64, "LRU")
memory.load_to(level)
memory.store_from(level)
simulator = CacheSimulator(level, memory)
with open(sys.argv[1]) as trace:
    for line in trace:
        op = line[1]
        if line[0] != " " or op not in "LSM":
            continue
        address, _, size = line[3:].partition(",")
        address, size = int(address, 16), int(size)
        if op != "S":
            simulator.load(address, length=size)
        if op != "L":
            simulator.store(address, length=size)
print("hits:%d misses:%d" % (level.backend.HIT_count, level.backend.MISS_count))
