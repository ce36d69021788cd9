"""Checks the keys of `examples/questions/` on the machine: solves each paper from the printed text and tables alone.

Usage: check_machine.py PAGEWALK [SEEDS]
"""

import re
import sys
from fractions import Fraction
from pathlib import Path

from solving import FOLDER, check, entry, whole


def page_table(paper):
    """PPN by VPN; None for a page that is not present."""
    rows = [group for row in paper.given("page_table") for group in row]
    return {int(row["vpn"], 16): int(row["ppn"], 16) if row["v"] == "1" else None for row in rows}


def lines(paper, title):
    """The valid lines of a TLB or cache, by set and tag."""
    found = {}
    for first, *ways in paper.given(title):
        for way in ways:
            if way["v"] == "1":
                found[int(next(iter(first.values())), 16), int(way["tag"], 16)] = way
    return found


def yes(condition):
    return "Y" if condition else "N"


def replay(pages, frames, policy):
    """The hits and the frames after each reference, with frames that are empty at first."""
    held, loaded, used, steps = [None] * frames, {}, {}, []
    for now, page in enumerate(pages):
        hit = page in held
        if not hit:
            time = used if policy in ("lru", "mru") else loaded
            order = sorted((place for place in held if place is not None), key=lambda place: time[place])
            victim = None if None in held else order[-1 if policy == "mru" else 0]
            held[held.index(victim)] = page
            loaded[page] = now
        used[page] = now
        steps.append((hit, list(held)))
    return steps


def faults(steps):
    return sum(not hit for hit, held in steps)


def address_translation_1(paper):
    va = paper.numbers("at virtual address $")
    vpn, vpo = divmod(va, 256)
    ppn = page_table(paper)[vpn]
    return [vpn, vpo, ppn, ppn * 256 + vpo]


def address_translation_2(paper):
    tlb, pages = lines(paper, "tlb"), page_table(paper)
    for va in paper.hexes("virtual address"):
        vpn, vpo = divmod(va, 256)
        tag, index = divmod(vpn, 4)
        hit = (index, tag) in tlb
        ppn = int(tlb[index, tag]["ppn"], 16) if hit else pages[vpn]
        yield from [vpn, index, tag, yes(hit), yes(ppn is None)]
        yield from ["-", "-"] if ppn is None else [ppn, ppn * 256 + vpo]


def address_translation_3(paper):
    first, first_pa, second, second_pa = paper.numbers(
        "The virtual address $ translates to the physical address $, and $ translates to $")
    differing = (first ^ first_pa) | (second ^ second_pa)
    size = differing & -differing
    (third, _), (_, fourth_pa) = paper.cells()
    ours = [int(third, 16), int(fourth_pa, 16)]
    assert ours[0] // size == first // size and ours[1] // size == second_pa // size
    return [size, first // size, second_pa // size, first_pa // size * size + ours[0] % size,
            second // size * size + ours[1] % size]


def page_tables_1(paper):
    width, page, entry_size = paper.numbers("has #-bit virtual addresses and pages of # KB.* an entry of # bytes")
    va = paper.numbers("VPN of the virtual address $")
    offset = (page * 1024).bit_length() - 1
    return [offset, width - offset, va >> offset, 2 ** (width - offset) * entry_size // 1024]


def page_tables_2(paper):
    vas = [int(row[0], 16) for row in paper.cells()]
    for va in vas:
        yield from [va // 4096 // 1024, va // 4096 % 1024]
    tables = 1 + len({va // 4096 // 1024 for va in vas})
    yield from [tables, tables * 1024 * 4 // 1024]


def page_tables_3(paper):
    width, page, entry_size = paper.numbers("#-bit virtual addresses, pages of # KB, and page-table entries of # bytes")
    pages = paper.numbers("uses # pages")
    entries = page * 1024 // entry_size
    offset, index = (page * 1024).bit_length() - 1, entries.bit_length() - 1
    levels = -(-(width - offset) // index)
    tables = -(-pages // entries)
    return [index, levels, width - offset - (levels - 1) * index, offset + levels * index,
            tables, tables * page, tables * entries - pages]


def tlb_1(paper):
    tlb, found = lines(paper, "tlb"), []
    for va in paper.hexes("looks up the virtual address"):
        vpn, vpo = divmod(va, 256)
        tag, index = divmod(vpn, 4)
        hit = tlb.get((index, tag))
        yield from [vpn, index, tag, yes(hit)]
        found += [int(hit["ppn"], 16) * 256 + vpo] if hit else []
    yield from found


def tlb_2(paper):
    pages = page_table(paper)
    vpns = [int(row[0], 16) // 1024 for row in paper.cells()]
    steps = replay(vpns, 4, "lru")
    for vpn, (hit, held) in list(zip(vpns, steps))[1:]:
        yield from [vpn, "hit" if hit else "miss"]
    for vpn in steps[-1][1]:
        yield from [f"{vpn:02X}", f"{pages[vpn]:X}"]


def tlb_3(paper):
    tlb = lines(paper, "tlb")
    pa = paper.numbers("accesses physical address $")
    (index, tag), = [at for at, way in tlb.items() if int(way["ppn"], 16) == pa // 256]
    yield (tag * 4 + index) * 256 + pa % 256
    oldest, wanted = paper.numbers("entry with tag $ from TLB set #")
    first, left, right = next(row for row in paper.given("tlb") if int(row[0]["set"], 16) == wanted)
    assert int(left["tag"], 16) == oldest and left["v"] == right["v"] == "1"
    held = [oldest, int(right["tag"], 16)]
    yield lambda key: all(int(va, 16) // 256 % 4 == wanted and int(va, 16) // 1024 not in held for va in key["answers"])
    pages = paper.numbers("each of # consecutive pages")
    sets = [replay([vpn for vpn in range(pages) if vpn % 4 == at] * 2, 2, "lru") for at in range(4)]
    yield sum(faults(steps[len(steps) // 2:]) for steps in sets)
    yield faults(replay(list(range(pages)) * 2, 8, "lru"))


def cache_1(paper):
    size, ways, block, width = paper.numbers(
        "holds # bytes. The number of lines in each set is #, and each block has # bytes. Physical addresses have # bits")
    pa = paper.numbers("at physical address $")
    sets = size // ways // block
    offset_bits, index_bits = block.bit_length() - 1, sets.bit_length() - 1
    return [sets, offset_bits, index_bits, width - offset_bits - index_bits,
            pa % block, pa // block % sets, pa // block // sets]


def cache_2(paper):
    cache = lines(paper, "cache")
    for pa in paper.hexes("reads physical address"):
        offset, index, tag = pa % 4, pa // 4 % 8, pa // 32
        hit = cache.get((index, tag))
        yield from [offset, index, tag, yes(hit), int(hit[f"b{offset}"], 16) if hit else "-"]


def cache_3(paper):
    rows = [(int(address, 16), result) for address, result in paper.cells()]
    # Every geometry whose simulation agrees with the seven known results; there must be only one.
    agreeing = []
    for block, size in [(2 ** b, 2 ** s) for b in range(0, 16) for s in range(b, 20)]:
        lines_of, results = {}, []
        for address, _ in rows:
            number, line = address // block, address // block % (size // block)
            results.append("hit" if lines_of.get(line) == number else "miss")
            lines_of[line] = number
        if all(known in (None, result) for (_, known), result in zip(rows, results)):
            agreeing.append((block, size, results))
    (block, size, results), = agreeing
    return [block, size, size // block, rows[0][0] // size] + results[7:]


def core_i7_walk_1(paper):
    cr3, va = paper.numbers("CR3 contains $.* reads the byte at virtual address $")
    digits = [va // 4096 // 512 ** level % 512 for level in (3, 2, 1, 0)]
    return digits + [va % 4096, cr3 + 8 * digits[0]]


def core_i7_walk_2(paper):
    memory = {}
    for first, row in paper.given("memory"):
        memory |= {int(first["pa"], 16) + int(at[1:]): entry(byte) for at, byte in row.items()}
    table, va = paper.numbers("CR3 contains $.* reads the byte at virtual address $")
    for level in (3, 2, 1, 0):
        address = table + 8 * (va // 4096 // 512 ** level % 512)
        value = sum(memory[address + at] << 8 * at for at in range(8))
        assert value & 1
        table = value & 0xF_FFFF_FFFF_F000
        yield from [address, value]
    yield from [table // 4096, table + va % 4096]


def core_i7_walk_3(paper):
    *entries, pa = paper.numbers("level-1 entry at physical address $, the level-2 entry at $, the level-3 entry at $, and"
                                 " the level-4 entry at $. The byte is at physical address $")
    va = pa % 4096 + sum(address % 4096 // 8 * 512 ** (3 - at) * 4096 for at, address in enumerate(entries))
    second = va + paper.numbers("virtual address that is $ higher")
    digits = [[address // 4096 // 512 ** level % 512 for level in (3, 2, 1, 0)] for address in (va, second)]
    different = next(at for at in range(4) if digits[0][at] != digits[1][at])
    first = entries[different] // 4096 * 4096 + 8 * digits[1][different]
    # The walks share a table if all indexes above it are equal, so they also share the entry above it.
    return [entries[0] // 4096 * 4096, entries[2] // 4096, pa // 4096, va, different, first]


def effective_access_time_1(paper):
    tlb, memory, percent = paper.numbers("lookup takes # ns, and a memory access takes # ns.* # % of all accesses hit")
    hit, miss = tlb + memory, tlb + memory + memory
    return [hit, miss, whole(Fraction(percent * hit + (100 - percent) * miss, 100))]


def effective_access_time_2(paper):
    tlb, memory, levels, percent = paper.numbers(
        "lookup takes # ns, and a memory access takes # ns.* with # levels.* # % of all accesses hit")
    one_in, disk, dirty = paper.numbers("one in # accesses.* from the disk in # ms. For # % of the faults")
    average = Fraction(percent * (tlb + memory) + (100 - percent) * (tlb + levels * memory + memory), 100)
    service = Fraction((100 - dirty) * disk + dirty * 2 * disk, 100)
    return [whole(average), whole(service), whole(average + service * 1_000_000 / one_in)]


def effective_access_time_3(paper):
    tlb, memory, levels = paper.numbers("lookup takes # ns, and a memory access takes # ns.* with # levels and reads")
    goal = paper.numbers("effective access time should be # ns")
    # goal = tlb + memory + (1 - hit ratio) * levels * memory
    yield whole(100 - 100 * (Fraction(goal) - tlb - memory) / (levels * memory))
    access, fault, percent = paper.numbers("an access takes # ns .* takes another # ms. .* by at most # %")
    # fault / n = percent of the access
    yield whole(Fraction(fault * 1_000_000) / (Fraction(percent, 100) * access))
    old, new, fewer = paper.numbers("hit ratio is # %. .* TLB, # % of .* has # levels")
    larger_tlb = tlb + memory + Fraction(100 - new, 100) * levels * memory
    larger_pages = tlb + memory + Fraction(100 - old, 100) * fewer * memory
    yield from [whole(larger_tlb), whole(larger_pages)]
    equal = "neither, because both give the same time"
    yield equal if larger_tlb == larger_pages else "the larger TLB" if larger_tlb < larger_pages else "larger pages"


def page_replacement_1(paper):
    rows = {int(row[0]): [int(cell) for cell in row[1:5]] for row in paper.cells()}
    classes = {page: 2 * r + m for page, (_, _, r, m) in rows.items()}
    by_loading = sorted(rows, key=lambda page: rows[page][0])
    yield from (classes[page] for page in rows)
    yield by_loading[0]
    yield min(rows, key=lambda page: rows[page][1])
    lowest = min(classes.values())
    yield next(page for page in by_loading if classes[page] == lowest)
    yield next(page for page in by_loading if rows[page][2] == 0)


def page_replacement_2(paper):
    for policy in ("fifo", "lru"):
        steps = replay(paper.grid_pages(), 3, policy)
        for hit, held in steps:
            yield from ["1" if hit else "0"] + ["-" if page is None else str(page) for page in held]
        yield faults(steps)


def page_replacement_3(paper):
    listed = re.findall(r"references the pages (.*?) in this order", paper.text)[0]
    pages = [int(page) for page in re.findall(r"\d+", listed)]
    logs = dict(re.findall(r"Simulator ([XYZ]): ([hm]+)", paper.text))
    ends = {}
    for policy in ("fifo", "lru", "mru"):
        steps = replay(pages, 3, policy)
        ends["".join("h" if hit else "m" for hit, held in steps)] = policy.upper()
    assert len(ends) == 3 and set(ends) == set(logs.values())
    yield from [ends[logs["X"]], ends[logs["Y"]]]
    lru, fifo = replay(pages, 3, "lru")[-1][1], replay(pages, 3, "fifo")[-1][1]
    yield lambda key: key["all"] and {int(page) for page in key["answers"]} == set(lru) - set(fifo)
    resident = set(replay(pages, 4, "lru")[-1][1])
    yield lambda key: {int(page) for page in key.strip("[]").split(",")} == resident


def main():
    pagewalk, seeds = sys.argv[1], int((sys.argv + ["20"])[2]) if len(sys.argv) > 2 else 20
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else FOLDER
    topics = ["address-translation", "page-tables", "tlb", "cache", "core-i7-walk", "effective-access-time", "page-replacement"]
    failed = False
    for name in [f"{topic}-{level}" for topic in topics for level in (1, 2, 3)]:
        solve = globals()[name.replace("-", "_")]
        try:
            differences = check(pagewalk, folder / f"{name}.pw", solve, seeds)
        except (AssertionError, KeyError, ValueError) as problem:
            differences = [f"cannot solve the paper: {problem!r}"]
        print(f"{name}.pw: " + ("; ".join(differences[:3]) or f"{seeds} keys are correct"))
        failed |= bool(differences)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
