"""Loops of Python, beside the loops of `benches/script.rs`: `loops.py KIND ROUNDS`. The simulators for `simple` and `core-i7` are
plain: they translate an address with LRU TLBs and a page table, find the block in LRU caches, and count the misses."""

import sys
from collections import OrderedDict


class Sets:
    """A TLB or cache with LRU."""

    def __init__(self, sets, ways):
        self.sets = [OrderedDict() for _ in range(sets)]
        self.count, self.ways, self.misses = sets, ways, 0

    def find(self, number):
        lines = self.sets[number % self.count]
        if number in lines:
            lines.move_to_end(number)
            return lines[number]
        self.misses += 1
        return None

    def fill(self, number, content):
        lines = self.sets[number % self.count]
        if len(lines) == self.ways:
            lines.popitem(last=False)
        lines[number] = content


class Machine:
    """TLBs and caches, beginning with the first level, on a flat page table."""

    def __init__(self, page, block, tlbs, caches, table):
        self.page, self.block, self.table = page, block, table
        self.tlbs = [Sets(sets, ways) for sets, ways in tlbs]
        self.caches = [Sets(sets, ways) for sets, ways in caches]

    def access(self, va):
        vpn, offset = divmod(va, self.page)
        missed = []
        for tlb in self.tlbs:
            ppn = tlb.find(vpn)
            if ppn is not None:
                break
            missed.append(tlb)
        else:
            ppn = self.table[vpn]
        for tlb in missed:
            tlb.fill(vpn, ppn)
        block = (ppn * self.page + offset) // self.block
        missed = []
        for cache in self.caches:
            if cache.find(block) is not None:
                break
            missed.append(cache)
        for cache in missed:
            cache.fill(block, True)


def simple():
    return Machine(64, 4, [(4, 4)], [(16, 1)], {3: 15, 4: 16, 5: 17})


def core_i7():
    return Machine(4096, 64, [(16, 4), (128, 4)], [(64, 8), (512, 8), (8192, 16)], {3: 15, 4: 16, 5: 17})


def let(rounds):
    for i in range(rounds):
        x = i * 3 + 1


def condition(rounds):
    for i in range(rounds):
        if i % 7 == 3:
            x = i


def call(rounds):
    def f(a):
        x = a

    for i in range(rounds):
        f(i)


def reads(machine, mask, rounds):
    for i in range(rounds):
        machine.access(3 * machine.page + i % mask)


KINDS = {
    "let": let,
    "if": condition,
    "call": call,
    "simple": lambda rounds: reads(simple(), 64, rounds),
    "core-i7": lambda rounds: reads(core_i7(), 4096, rounds),
}
KINDS[sys.argv[1]](int(sys.argv[2]))
