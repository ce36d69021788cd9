#!/usr/bin/env python3
"""Checks the keys of exams with random numbers: check_generated.py PAGEWALK [EXAMS]

Each function writes one question and answers it from the definitions of the textbook, without Pagewalk."""

import random
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

from solving import keys, paper, same

DASH = "-"


def yes(condition):
    return "Y" if condition else "N"


def bits(size):
    return size.bit_length() - 1


def row(*groups):
    return f"    | {' | '.join(groups)} |"


def translation(chance):
    """The worksheet of chapter 9: a TLB, a page table, and a direct-mapped cache with physical addresses."""
    virtual, physical, page = chance.choice([14, 15, 16]), chance.choice([12, 13, 14]), 1 << chance.choice([6, 7, 8])
    sets, ways, lines, block = chance.choice([2, 4]), chance.choice([2, 4]), chance.choice([8, 16]), chance.choice([4, 8])
    ppns = (1 << physical) // page
    table = {vpn: chance.randrange(ppns) if chance.random() < 0.7 else None for vpn in range(16)}
    addresses = [chance.randrange(16 * page) for _ in range(3)]

    tlb = {}
    for index in range(sets):
        vpns = [tag * sets + index for tag in chance.sample(range(16 // sets), ways)]
        tlb[index] = [(vpn, table[vpn]) if table[vpn] is not None and chance.random() < 0.4 else None for vpn in vpns]
    tags = (1 << physical) // lines // block
    cache = {line: (chance.randrange(tags), [chance.randrange(256) for _ in range(block)]) for line in range(lines)}
    for address in addresses:
        if table[address // page] is not None and chance.random() < 0.6:
            at = table[address // page] * page + address % page
            cache[at // block % lines] = at // block // lines, [chance.randrange(256) for _ in range(block)]

    text = [f"  machine {{ virtual {virtual} bits, physical {physical} bits, page {page} B,"
            f" tlb {{ sets {sets}, ways {ways} }}, cache {{ sets {lines}, block {block} B, direct-mapped }} }}",
            "  set page_table {", row("vpn ppn v")]
    text += [row(f"{vpn:X} {ppn or 0:X} {int(ppn is not None)}") for vpn, ppn in table.items()]
    text += ["  }", "  set tlb {", row("set", *["tag ppn v"] * ways)]
    for index, entries in tlb.items():
        text.append(row(f"{index}", *(f"{entry[0] // sets:X} {entry[1]:X} 1" if entry else "0 0 0" for entry in entries)))
    text += ["  }", "  set cache {", row("idx", "tag v", " ".join(f"b{byte}" for byte in range(block)))]
    text += [row(f"{line:X}", f"{tag:X} 1", " ".join(f"{byte:02X}" for byte in data)) for line, (tag, data) in cache.items()]
    text += ["  }", '  text "A TLB and a cache with physical addresses."', "  given machine, page_table, tlb, cache"]

    answers = []
    for address in addresses:
        text.append(f"  ask read 0x{address:X} => vpn, tlbi, tlbt, tlb, fault, ppn, pa, co, ci, ct, cache, byte")
        vpn = address // page
        entries = tlb[vpn % sets]
        hit = any(entry and entry[0] == vpn for entry in entries)
        ppn = table[vpn]
        answers += [vpn, vpn % sets, vpn // sets, yes(hit), yes(ppn is None)]
        if ppn is None:
            answers += [DASH] * 7
            continue
        if not hit and None not in entries:
            # The textbook does not say which entry of a full set is the victim.
            return translation(chance)
        if not hit:
            entries[entries.index(None)] = vpn, ppn
        pa = ppn * page + address % page
        line, tag = pa // block % lines, pa // block // lines
        held, data = cache[line]
        answers += [ppn, pa, pa % block, line, tag, yes(held == tag)]
        answers.append(data[pa % block] if held == tag and data else DASH)
        if held != tag:
            cache[line] = tag, None
    return text, answers


def replaced(references, policy, frames):
    """The page in each frame after each reference, and whether the reference hit."""
    held, loaded, used, bit, hand = [None] * frames, [0] * frames, [0] * frames, [False] * frames, 0
    for now, page in enumerate(references):
        hit = page in held
        if hit:
            at = held.index(page)
        elif None in held:
            at = held.index(None)
        elif policy == "fifo":
            at = loaded.index(min(loaded))
        elif policy == "lru":
            at = used.index(min(used))
        elif policy == "optimal":
            rest = references[now:]
            following = [rest.index(other) if other in rest else len(rest) for other in held]
            # Pages without a later use: the first one that was loaded.
            at = min(range(frames), key=lambda frame: (-following[frame], loaded[frame]))
        else:
            while bit[hand]:
                bit[hand] = False
                hand = (hand + 1) % frames
            at = hand
        if not hit:
            held[at], loaded[at] = page, now
            if policy == "clock":
                hand = (at + 1) % frames
        used[at], bit[at] = now, True
        yield hit, list(held)


def replacement(chance):
    policy, frames = chance.choice(["fifo", "lru", "clock", "optimal"]), chance.choice([3, 4])
    references = [chance.randrange(6) for _ in range(12)]
    text = [f'  text "{frames} page frames are empty at first. The policy is {policy}."',
            f"  reference {' '.join(map(str, references))} {{ frames {frames}, replacement {policy} }}",
            f"  ask reference columns hit {' '.join(f'frame{at}' for at in range(frames))}",
            '  ask "Page faults" = last.faults']
    steps = list(replaced(references, policy, frames))
    answers = [cell for hit, held in steps for cell in [int(hit), *(DASH if page is None else page for page in held)]]
    return text, answers + [sum(not hit for hit, _ in steps)]


class Cache:
    """A set-associative cache with LRU."""

    def __init__(self, sets, ways, block):
        self.ways, self.block = ways, block
        self.sets = [[] for _ in range(sets)]
        self.misses = 0

    def access(self, address):
        """The index, the tag, and whether the access hits."""
        number = address // self.block
        index, tag = number % len(self.sets), number // len(self.sets)
        lines = self.sets[index]
        hit = tag in lines
        if hit:
            lines.remove(tag)
        self.misses += not hit
        lines.append(tag)
        del lines[:-self.ways]
        return index, tag, hit


def cache(chance):
    sets, block = chance.choice([2, 4]), chance.choice([8, 16])
    addresses = [4 * chance.randrange(64) for _ in range(10)]
    addresses = [chance.choice(addresses[:3]) if chance.random() < 0.4 else address for address in addresses]
    text = [f"  machine {{ physical 12 bits, cache {{ sets {sets}, ways 2, block {block} B, policy lru }} }}",
            '  text "The cache is empty at first."', "  given machine",
            f"  for a in [{', '.join(map(hex, addresses))}] {{ ask read a => ci, ct, cache }}",
            '  ask "Miss rate in percent" = cache.miss_rate * 100 unit "%"']
    model = Cache(sets, 2, block)
    steps = [model.access(address) for address in addresses]
    return text, [cell for index, tag, hit in steps for cell in (index, tag, yes(hit))] + [10 * model.misses]


def loops(chance):
    size, rows, sets, block = chance.choice([4, 8]), chance.random() < 0.5, chance.choice([2, 4]), chance.choice([8, 16])
    first, second = 0x1000, 0x1000 + 4 * size * size
    text = [f"  machine {{ physical 16 bits, cache {{ sets {sets}, block {block} B, direct-mapped }} }}",
            '  program q """', f"    int a[{size}][{size}], b[{size}][{size}];", "    void f(void) {",
            f"      for (int i = 0; i < {size}; i++)", f"        for (int j = 0; j < {size}; j++)",
            f"          b[i][j] = {'a[i][j]' if rows else 'a[j][i]'};", "    }",
            f'  """ {{ at a {first:#x}, at b {second:#x} }}', "  given machine, program q",
            "  ask replay q call f => reads, writes, cache.misses, cache.hits"]
    model = Cache(sets, 1, block)
    for i in range(size):
        for j in range(size):
            model.access(first + 4 * (i * size + j if rows else j * size + i))
            model.access(second + 4 * (i * size + j))
    return text, [size * size, size * size, model.misses, 2 * size * size - model.misses]


def pages_of_loops(chance):
    size, rows, page = chance.choice([8, 16, 32]), chance.random() < 0.5, chance.choice([64, 128, 256])
    frames, policy = chance.choice([2, 3, 4]), chance.choice(["lru", "fifo"])
    text = ['  program z """', f"    int a[{size}][{size}];", "    void f(void) {",
            f"      for (int i = 0; i < {size}; i++)", f"        for (int j = 0; j < {size}; j++)",
            f"          {'a[i][j]' if rows else 'a[j][i]'} = 0;", "    }", '  """', "  given program z",
            f"  ask reference z call f {{ page {page} B, frames {frames}, replacement {policy} }} => faults"]
    pages = [4 * (i * size + j if rows else j * size + i) // page for i in range(size) for j in range(size)]
    return text, [sum(not hit for hit, _ in replaced(pages, policy, frames))]


# The operations of a process: a letter prints a line, and a pair forks and holds what the parent and the child do first.
FORK = ((), ())
PROGRAMS = [
    ('fork(); fork(); printf("A\\n"); fork(); printf("B\\n");', (FORK, FORK, "A", FORK, "B"), 8),
    ('if (fork() == 0) printf("A\\n"); else printf("B\\n"); printf("C\\n");', ((("B",), ("A",)), "C"), 2),
    ('if (fork() && fork()) printf("A\\n"); fork(); printf("B\\n");', (((((("A",), ()),), ())), FORK, "B"), 6),
    ('printf("A\\n"); if (fork() == 0) { printf("B\\n"); exit(0); } wait(NULL); printf("C\\n");', ("A", "B", "C"), 2),
]


def outputs(processes, known):
    """All orders of the lines that processes print."""
    processes = tuple(sorted((left for left in processes if left), key=repr))
    if processes not in known:
        orders = set() if processes else {()}
        for at, (operation, *rest) in enumerate(processes):
            others = processes[:at] + processes[at + 1:]
            if isinstance(operation, str):
                orders |= {(operation, *order) for order in outputs((*others, tuple(rest)), known)}
            else:
                parent, child = operation
                orders |= outputs((*others, (*parent, *rest), (*child, *rest)), known)
        known[processes] = orders
    return known[processes]


def forks(chance):
    code, operations, processes = chance.choice(PROGRAMS)
    text = ['  program p """', "    int main(void) {", f"      {code}", "      return 0;", "    }", '  """', "  given program p",
            "  ask outputs p => count", "  ask outputs p => lines", "  ask outputs p => processes"]
    orders = outputs((operations,), {})
    return text, [len(orders), len(min(orders)), processes]


def copies(chance):
    """Copy-on-write between a process and its child."""
    pages = chance.choice([2, 3, 4])
    stored = sorted(chance.sample(range(pages), chance.randint(1, pages)))
    text = ["  machine core-i7", "  process P",
            f"  P: let a = mmap(0x100000, {pages} * 4 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)",
            *(f"  P: write a + {page} * 4 KB = 1" for page in stored), "  P: let C = fork()",
            f'  text "P maps {pages} private anonymous pages, stores to {" and ".join(map(str, stored))} of them, and forks C."']
    # The frame of each resident page, and the pages to which a process may store.
    frames = {name: {page: page for page in stored} for name in "PC"}
    writable = {name: set() for name in "PC"}
    answers = []
    for step in range(6):
        name, store, page = chance.choice("PC"), chance.random() < 0.65, chance.randrange(pages)
        address = 0x100000 + 4096 * page
        operation = f"write {address:#x} = {step}" if store else f"read {address:#x}"
        text.append(f"  ask {name}: {operation} => fault, copied")
        mine, other = frames[name], frames["C" if name == "P" else "P"]
        fault, copied = "none", False
        if page not in mine:
            fault = "demand-zero"
            mine[page] = f"frame of step {step}"
            writable[name].add(page)
        elif store and page not in writable[name]:
            fault = "copy-on-write"
            copied = other.get(page) == mine[page]
            if copied:
                mine[page] = f"frame of step {step}"
            writable[name].add(page)
        answers += [fault, "yes" if copied else "no"]
    return text, answers


def time(chance):
    percent, tlb, memory, levels = chance.choice([80, 90, 95, 98]), chance.choice([1, 2, 5]), chance.choice([50, 100, 120]), chance.randint(1, 4)
    text = [f'  text "A TLB lookup takes {tlb} ns and hits in {percent} %. A memory access takes {memory} ns. The page table has {levels} levels."',
            f"  let rate = {percent} / 100",
            f'  ask "Effective access time" = rate * ({tlb} + {memory}) + (1 - rate) * ({tlb} + {levels} * {memory} + {memory}) unit ns']
    return text, [tlb + memory + Fraction(100 - percent, 100) * levels * memory]


def swapping(chance):
    frames, policy = chance.choice([2, 3]), chance.choice(["fifo", "lru"])
    text = ["  machine { virtual 14 bits, physical 12 bits, page 64 B }",
            f"  kernel {{ frames {frames}, swap 16 slots, replacement {policy} }}", "  process Q {",
            row("area", "start", "end", "perms", "backing"), row("heap", "0x1000", "0x1200", "rw-p", "anonymous"), "  }",
            f'  text "There are {frames} page frames, which are all free, and the policy is {policy}."', "  given Q.maps"]
    pages = [chance.randrange(frames + 2) for _ in range(8)]
    answers = []
    for at, (hit, _) in enumerate(replaced(pages, policy, frames)):
        text.append(f"  ask Q: write {0x1000 + 64 * pages[at] + 4 * at:#x} = {at} => fault")
        answers.append("none" if hit else "swap" if pages[at] in pages[:at] else "demand-zero")
    return text, answers


def status(chance):
    before, more, less, waits = chance.randint(1, 8), chance.randint(1, 8), chance.randint(1, 8), chance.random() < 0.5
    text = ['  program e """', "    int main(void) {", f"      int x = {before}, status = 0;",
            f'      if (fork() == 0) {{ x += {more}; printf("%d\\n", x); exit(x); }}',
            *(["      wait(&status);"] if waits else []),
            f'      printf("%d\\n", {"x + WEXITSTATUS(status)" if waits else f"x - {less}"});', "      return 0;", "    }",
            '  """', "  given program e", "  ask outputs e => all", "  ask outputs e => count"]
    child = before + more
    orders = {f"{child} {before + child}"} if waits else {f"{child} {before - less}", f"{before - less} {child}"}
    return text, [lambda key: {order.strip() for order in key.split(",")} == orders, len(orders)]


QUESTIONS = [translation, replacement, cache, loops, pages_of_loops, forks, copies, time, swapping, status]


def differences(pagewalk, file, seed):
    """The blanks of an exam, and those whose keys are not our answers."""
    chance = random.Random(seed)
    script, ours = ['exam { title "Random numbers" }'], []
    for question in QUESTIONS:
        text, answers = question(chance)
        script += [f'question "{question.__name__}" points {len(answers)} {{', *text, "}"]
        ours.append(answers)
    file.write_text("\n".join(script) + "\n")
    blanks, wrong = 0, []
    for question, answers in zip(paper(pagewalk, file, 1, "--key")["questions"], ours, strict=True):
        theirs = list(keys({"questions": [question]}))
        blanks += len(theirs)
        assert len(theirs) == len(answers), f"{question['title']}: {len(theirs)} blanks, {len(answers)} answers"
        for at, (answer, key) in enumerate(zip(answers, theirs), 1):
            if not same(answer, key):
                wrong.append(f"exam {seed}, {question['title']}, blank {at}: the key is {key}, we have {answer}")
    return blanks, wrong


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    exams = int(sys.argv[2]) if len(sys.argv) == 3 else 20
    blanks, wrong = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, exams + 1):
            more, found = differences(sys.argv[1], Path(folder) / "exam.pw", seed)
            blanks += more
            wrong += found
    print(f"{exams} exams with random numbers, {blanks} answers, {len(wrong)} differ")
    for line in wrong[:20]:
        print(f"  {line}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
