#!/usr/bin/env python3
"""Checks the keys of the ready questions about the kernel: check_kernel.py PAGEWALK [SEEDS]

Solves each paper from its printed text alone, with a naive model of the kernel, and compares the answers with the key."""

import json
import pathlib
import re
import subprocess
import sys

QUESTIONS = pathlib.Path(__file__).resolve().parents[3] / "examples" / "questions"
PAGE = 4096


class Paper:
    """The elements of one question in printing order: prose, maps, and items to answer."""

    def __init__(self, pagewalk, path, seed, *options):
        command = [pagewalk, "exam", str(path), "--seed", str(seed), "--format", "json", *options]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if run.returncode:
            sys.exit(f"{path.name}, seed {seed}: {run.stderr}")
        question, = json.loads(run.stdout)["questions"]
        self.elements = list(flatten(question["body"]))
        self.assumptions = " ".join(question["assumptions"])
        given = ["".join(g["text"] for g in e["given"]) for e in self.elements if e["kind"] == "given"]
        self.maps = [areas for areas in map(read_maps, given) if areas]
        prose = [e.get("text") or "".join(g["text"] for g in e.get("given", [])) for e in self.elements]
        labels = [e.get("label") or e.get("prompt", "") for e in self.elements]
        self.text = re.sub(r"\s+", " ", " ".join(f"{a} {b}" for a, b in zip(prose, labels)))

    def numbers(self, pattern):
        """The groups of a pattern in the text, each a number."""
        found = re.search(pattern, self.text)
        assert found, f"{pattern} is not in: {self.text}"
        return [int(group, 0) for group in found.groups()]

    def table(self):
        """The printed cells of the only table, row by row, with None for a blank."""
        rows, = [e["rows"] for e in self.elements if e["kind"] == "cells"]
        return [[None if isinstance(cell, dict) else cell for cell in row] for row in rows]

    def accesses(self, memory, default="P"):
        """The answers to the accesses among the items, which the memory performs."""
        answers = []
        for item in self.elements:
            if item["kind"] == "facts":
                result = memory.step(item["prompt"], default)
                answers += [result[blank["label"]] for blank in item["blanks"]]
        return answers


def flatten(body):
    for element in body:
        if element["kind"] == "part":
            yield from flatten(element["body"])
        else:
            yield element


def read_maps(text):
    """Lines of /proc/PID/maps as (first page, end page, permissions, file)."""
    line = r"^\s*([0-9a-f]+)-([0-9a-f]+) (....) ([0-9a-f]+) \S+ \d+ *(\S*)$"
    rows = re.findall(line, text, re.M)
    return [(int(a, 16) // PAGE, int(b, 16) // PAGE, p, "" if "[" in name else name) for a, b, p, _, name in rows]


def key_of(paper):
    """The answers of a key in order: numbers, words, and the sets of correct options."""
    for element in paper.elements:
        if element["kind"] == "choice":
            yield {text for text, correct in zip(element["options"], element["key"]) if correct}
        cells = [cell for row in element.get("rows", []) for cell in row if isinstance(cell, dict)]
        for blank in cells + element.get("blanks", []) + ([element["blank"]] if "blank" in element else []):
            yield int(blank["key"], 0) if blank["radix"] and blank["key"] != "-" else blank["key"]


class Memory:
    """Areas, page tables, and frames. Frames have numbers, and the lowest free one is allocated."""

    def __init__(self, zero_page=False, cached=False):
        self.areas, self.pages, self.refs = {}, {}, {}
        self.zero_page, self.cached, self.files = zero_page, cached, {}

    def new_frame(self):
        frame = next(n for n in range(len(self.refs) + 1) if n not in self.refs)
        self.refs[frame] = 1
        return frame

    def access(self, who, page, kind):
        """Returns fault, signal, copied, frame, minor, and major, with the labels of a paper."""
        area = next((a for a in self.areas[who] if a[0] <= page < a[1]), None)
        if area is None:
            return result("segmentation", signal="SIGSEGV")
        allowed = {"read": area[2][:3] != "---", "write": "w" in area[2], "fetch": "x" in area[2]}
        if not allowed[kind]:
            return result("protection", signal="SIGSEGV")
        if (who, page) in self.pages:
            frame, writable, anonymous = self.pages[who, page]
            if kind != "write" or writable:
                return result("none")
            if anonymous and self.refs[frame] == 1:
                self.pages[who, page] = frame, True, True
                return result("copy-on-write", minor=1)
            if anonymous:
                self.refs[frame] -= 1
            return self.copy(who, page, "copy-on-write")
        if not area[3]:
            if self.zero_page and kind != "write":
                self.pages[who, page] = None, False, False
                return result("demand-zero", minor=1)
            self.pages[who, page] = self.new_frame(), True, True
            return result("demand-zero", minor=1, frame=self.pages[who, page][0])
        part = area[3], page - area[0], area[2]
        major = not self.cached and part not in self.files
        if part not in self.files:
            self.files[part] = self.new_frame()
        if kind == "write":
            return self.copy(who, page, "file", major)
        self.pages[who, page] = self.files[part], False, False
        return result("file", minor=int(not major), major=int(major), frame=self.files[part])

    def copy(self, who, page, fault, major=False):
        frame = self.new_frame()
        self.pages[who, page] = frame, True, True
        return result(fault, minor=int(not major), major=int(major), frame=frame, copied="yes")

    def store(self, who, pages):
        """Stores to pages and returns the number of faults and the number of copies."""
        results = [self.access(who, page, "write") for page in pages]
        return sum(r["Page fault?"] != "none" for r in results), sum(r["Page copied?"] == "yes" for r in results)

    def fork(self, parent, child):
        self.areas[child] = list(self.areas[parent])
        for (who, page), (frame, _, anonymous) in list(self.pages.items()):
            if who == parent:
                self.refs[frame] += 1
                self.pages[parent, page] = self.pages[child, page] = frame, False, anonymous

    def drop(self, who, pages=None):
        """Unmaps pages of a process, or all of them."""
        for owner, page in list(self.pages):
            if owner == who and (pages is None or page in pages):
                frame, _, anonymous = self.pages.pop((owner, page))
                if anonymous:
                    self.refs[frame] -= 1
                    if self.refs[frame] == 0:
                        del self.refs[frame]

    def step(self, prompt, default):
        kind = next(kind for kind in ("read", "write", "fetch") if kind in prompt.split(" at ")[0])
        who = re.search(r"Process (\w+)", prompt)
        address = int(re.search(r"virtual address (0x\w+)", prompt)[1], 16)
        return self.access(who[1] if who else default, address // PAGE, kind)


def result(fault, signal="none", copied="no", frame="-", minor=0, major=0):
    return {"Page fault?": fault, "Signal": signal, "Page copied?": copied, "Frame newly mapped": frame,
            "Minor faults": minor, "Major faults": major}


def anonymous(pages, *processes, stored=True):
    """A memory in which each process has its own private anonymous area at page 0."""
    memory = Memory()
    for who in processes:
        memory.areas[who] = [(0, pages, "rw-p", "")]
        if stored:
            memory.store(who, range(pages))
    return memory


def runs(pages):
    """The areas of a map from pages to permissions: first page, end page, permissions."""
    areas = []
    for page in sorted(pages):
        if areas and areas[-1][1] == page and areas[-1][2] == pages[page]:
            areas[-1][1] = page + 1
        else:
            areas.append([page, page + 1, pages[page]])
    return areas


def pages_of(maps):
    return {page: perms for first, end, perms, _ in maps for page in range(first, end)}


def linux_areas_1(paper):
    maps, = paper.maps
    tables = [e["rows"] for e in paper.elements if e["kind"] == "cells"]
    answers = [end - first for first, end, _, _ in maps[:3]]
    for row in tables[1]:
        page = int(row[0], 0) // PAGE
        inside = [name for name, area in zip(("text", "data", "heap", "stack"), maps) if area[0] <= page < area[1]]
        answers.append(inside[0] if inside else "none")
    return answers + [maps[2][0] - maps[1][1]]


def linux_areas_2(paper):
    pages = pages_of(paper.maps[0])
    base = min(pages)
    start, length = paper.numbers(r"munmap\(p \+ (\d+), (\d+)\)")
    for page in range(start // PAGE, (start + length) // PAGE):
        del pages[base + page]
    start, length = paper.numbers(r"mprotect\(p \+ (\d+), (\d+),")
    perms = "rw-p" if "PROT_WRITE" in paper.text else "r--p"
    for page in range(start // PAGE, (start + length) // PAGE):
        assert pages[base + page] != perms
        pages[base + page] = perms
    return [x for first, end, perms in runs(pages) for x in (first * PAGE, end * PAGE, perms)]


def linux_areas_3(paper):
    before, after = map(pages_of, paper.maps)
    removed = [page for page in before if page not in after]
    changed = [page for page in after if after[page] != before[page]]
    for pages in (removed, changed):
        assert max(pages) - min(pages) + 1 == len(pages)
    answers = []
    for pages in (removed, changed):
        answers += [(len(pages) - 1) * PAGE + 1, len(pages) * PAGE]
    restored = {page: before[page] for page in after}
    return answers + [len(changed) * PAGE, len(after), {str(len(runs(restored)))}]


def page_faults_1(paper):
    memory = Memory()
    memory.areas["P"] = paper.maps[0]
    return paper.accesses(memory)


def page_faults_2(paper):
    memory = Memory(zero_page="shared zero page" in paper.assumptions)
    memory.areas["P"] = paper.maps[0]
    return paper.accesses(memory)


def page_faults_3(paper):
    size, = paper.numbers(r"maps (\d+) bytes")
    answers = [len({i // PAGE for i in range(0, size, int(row[0]))}) for row in paper.table()]
    limit, = paper.numbers(r"at most (\d+) page faults")
    step = PAGE
    while len({i // PAGE for i in range(0, size, step)}) > limit:
        step += PAGE
    record, faults = paper.numbers(r"record of (\d+) bytes.* causes (\d+) page faults")
    counts = [n for n in range(1, faults * PAGE // record + 2) if (n - 1) * record // PAGE + 1 == faults]
    return answers + [step, counts[0], counts[-1]]


def memory_mapping_1(paper):
    length, offset = paper.numbers(r"mmap\(NULL, (\d+), PROT_READ, MAP_PRIVATE, fd, (\d+)\)")
    places = [int(n) for n in re.findall(r"that p\[(\d+)\] reads", paper.text)]
    return [-(-length // PAGE)] + [offset + place for place in places]


def file_views(stores, flags):
    """What each process reads after stores (process, place, letter), and the file."""
    file, copies = list("abcdefgh"), {}
    for who, place, letter in stores:
        if flags[who] == "shared":
            file[place] = letter
        else:
            copies.setdefault(who, list(file))[place] = letter
    return {who: "".join(copies.get(who, file)) for who in flags}, "".join(file)


def stores_in(text):
    return [(who, int(place), letter) for who, place, letter in re.findall(r"(\w): \w\[(\d)\] = '(\w)'", text)]


def memory_mapping_2(paper):
    views, _ = file_views(stores_in(paper.text), {"A": "shared", "B": "private"})
    return [views["A"], views["B"]]


def memory_mapping_3(paper):
    first, second = paper.text.split("three more letters")
    seen = dict(re.findall(r"(\w) reads (\w{8})", first))
    words = ("private", "shared")
    every = [dict(zip("ABC", (words[n & 1], words[n >> 1 & 1], words[n >> 2]))) for n in range(1, 8)]
    flags, = [flags for flags in every if file_views(stores_in(first), flags)[0] == seen]
    views, file = file_views(stores_in(first) + stores_in(second), flags)
    # One frame for the page of the file, and a copy for each private mapping.
    frames = 1 + list(flags.values()).count("private")
    return list(flags.values()) + [frames, file, views["B"]]


def copy_on_write_1(paper):
    size, = paper.numbers(r"file has (\d+) bytes")
    memory = Memory(cached=True)
    for who in "AB":
        memory.areas[who] = [(0, size // PAGE, "rw-p", "object")]
        for page in range(size // PAGE):
            memory.access(who, page, "read")
    frames, copied = [len(memory.refs)], 0
    first, last = paper.numbers(r"first (\d+) pages.* last (\d+) pages")
    for who, stores in ("A", range(first)), ("B", range(size // PAGE - last, size // PAGE)):
        copied += memory.store(who, stores)[1]
        frames.append(len(memory.refs))
    return frames + [copied * PAGE]


def copy_on_write_2(paper):
    memory = Memory(cached=True)
    page, = paper.numbers(r"first byte of page (\d+)")
    for who, address in zip("AB", paper.numbers(r"A at (0x\w+) and B at (0x\w+)\.")):
        memory.areas[who] = [(address // PAGE, address // PAGE + 16, "rw-p", "object")]
        memory.access(who, address // PAGE + page, "read")
    return paper.accesses(memory)


def copy_on_write_3(paper):
    pages, child, parent, frames = paper.numbers(
        r"has (\d+) pages.* C stores to (\d+) different.* P stores to (\d+) different.* use (\d+) frames")
    fits = []
    for both in range(min(child, parent) + 1):
        memory = anonymous(pages, "P")
        memory.fork("P", "C")
        memory.store("C", range(child))
        faults, copies = memory.store("P", range(child - both, child - both + parent))
        if len(memory.refs) == frames:
            shared = sum(count == 2 for count in memory.refs.values())
            memory.drop("C")
            fits.append([both, faults - copies, shared, frames - len(memory.refs), memory.store("P", range(pages))[0]])
    answers, = fits
    return answers


def fork_1(paper):
    s, q, child, shared, parent = paper.numbers(
        r"\*s = (\d+); \*q = (\d+);.*\*q \+= (\d+);.*\*s \+= (\d+);.*wait\(NULL\); \*q \+= (\d+);")
    return [q + child, s + shared, q + parent]


def fork_2(paper):
    pages, address = paper.numbers(r"has (\d+) pages .* memory at (0x\w+)\.")
    memory = Memory()
    memory.areas["P"] = [(address // PAGE, address // PAGE + pages, "rw-p", "")]
    memory.store("P", range(address // PAGE, address // PAGE + pages))
    memory.fork("P", "C")
    return paper.accesses(memory)


def fork_3(paper):
    pages, child, grandchild = paper.numbers(r"has (\d+) pages.* first (\d+) pages.* first (\d+) pages")
    memory = anonymous(pages, "P")
    memory.fork("P", "C")
    memory.store("C", range(child))
    frames = [len(memory.refs)]
    memory.fork("C", "D")
    memory.store("D", range(grandchild))
    frames.append(len(memory.refs))
    copies = memory.store("P", range(pages))[1]
    frames.append(len(memory.refs))
    memory.drop("C")
    frames.append(len(memory.refs))
    return frames + [copies, memory.store("D", range(pages))[0]]


def execve_1(paper):
    answers = []
    for _, start, size, *_ in paper.table():
        pages = -(-int(size, 0) // PAGE)
        answers += [int(start, 0) + pages * PAGE, pages]
    return answers + [{".text", ".data"}]


def execve_2(paper):
    memory = Memory()
    memory.areas["P"] = paper.maps[1]
    return paper.accesses(memory)


def execve_3(paper):
    pages, child, parent, text, bss = paper.numbers(
        r"has (\d+) pages.* first (\d+) of.* first (\d+) of.* from (\d+) pages of .text, and stores to (\d+) pages")
    memory = anonymous(pages, "P")
    memory.fork("P", "C")
    memory.store("C", range(child))
    frames = [len(memory.refs)]
    copies = memory.store("P", range(parent))[1]
    frames.append(len(memory.refs))
    memory.drop("C")
    memory.areas["C"] = [(0, text, "r-xp", "prog"), (1000, 1000 + bss, "rw-p", "")]
    for page in range(text):
        memory.access("C", page, "fetch")
    memory.store("C", range(1000, 1000 + bss))
    frames.append(len(memory.refs))
    return frames + [copies, memory.store("P", range(pages))[0]]


def dynamic_memory_1(paper):
    end, first = paper.numbers(r"break is (0x\w+)\. The process calls sbrk\((\d+)\)")
    end, answers = end + first, []
    for item in paper.elements:
        if item["kind"] == "facts":
            answers.append(end)
            end += int(re.search(r"sbrk\((-?\d+)\)", item["prompt"])[1])
    return answers


def dynamic_memory_2(paper):
    start, length, filled, less = paper.numbers(
        r"break is (0x\w+)\. The process calls sbrk\((\d+)\)\..* first (\d+) pages.* calls sbrk\(-(\d+)\)")
    memory, first = Memory(), start // PAGE
    end = -(-(start + length) // PAGE)
    memory.areas["P"] = [(first, end, "rw-p", "")]
    memory.store("P", range(first, first + filled))
    items = [e for e in paper.elements if e["kind"] == "facts"]
    answers = [end - first]
    for number, item in enumerate(items):
        if number == 3:
            end = -(-(start + length - less) // PAGE)
            memory.areas["P"] = [(first, end, "rw-p", "")]
            memory.drop("P", range(end, 1 << 20))
        access = memory.step(item["prompt"], "P")
        answers += [access["Page fault?"], access["Signal"]]
    return answers + [len(memory.refs)]


def dynamic_memory_3(paper):
    first, second, touched, whole = paper.numbers(r"malloc\((\d+)\).*malloc\((\d+)\).* i < (\d+);.* i < (\d+);")
    area = lambda size: -(-(size + 24) // PAGE)
    resident = [len({(16 + i) // PAGE for i in range(count)}) for count in (touched, whole)]
    assert whole == second
    pages, = paper.numbers(r"area of (\d+) pages")
    sizes = [size for size in range((pages - 2) * PAGE, pages * PAGE) if area(size) == pages]
    return [area(first), resident[0], area(second), sum(resident), sizes[0], sizes[-1]]


def swapped(memory, order, page, store):
    """One access with LRU. The list order has the resident pages, least recently used first."""
    if page in order:
        order.append(order.pop(order.index(page)))
        memory.dirty |= {page} if store else set()
        return ["none", "-", "no"]
    answers = ["swap" if page in memory.swap else "demand-zero", "-", "no"]
    if len(order) == memory.frames:
        victim = order.pop(0)
        written = victim in memory.dirty or victim not in memory.swap
        memory.swap.add(victim)
        memory.dirty.discard(victim)
        answers[1:] = [victim, "yes" if written else "no"]
    order.append(page)
    memory.dirty |= {page} if store else set()
    return answers


def small(frames):
    memory = Memory()
    memory.frames, memory.swap, memory.dirty = frames, set(), set()
    return memory, []


def faults_of(frames, string):
    """Demand-zero faults and major faults of stores to a string of pages."""
    memory, order = small(frames)
    faults = [swapped(memory, order, page, True)[0] for page in string]
    return faults.count("demand-zero"), faults.count("swap")


def swapping_1(paper):
    size, frames = paper.numbers(r"maps (\d+) bytes.* has (\d+) frames")
    memory, order = small(frames)
    first = [swapped(memory, order, page, True)[0] for page in range(size // PAGE)]
    in_swap = len(memory.swap)
    then = [swapped(memory, order, page, False)[0] for page in reversed(range(size // PAGE))]
    return [len(first) - first.count("none"), in_swap, then.count("swap")]


def swapping_2(paper):
    memory, order = small(int(re.search(r"There are (\d+) frames", paper.assumptions)[1]))
    assert "LRU selects a victim" in paper.assumptions, paper.assumptions
    start, = paper.numbers(r"begins at the address (0x\w+)\.")
    for name in re.findall(r"to the (first|second|third|fourth) page", paper.text):
        swapped(memory, order, start // PAGE + ["first", "second", "third", "fourth"].index(name), True)
    answers = []
    for item in paper.elements:
        if item["kind"] == "facts":
            address = int(re.search(r"virtual address (0x\w+)", item["prompt"])[1], 16)
            answers += swapped(memory, order, address // PAGE, "writes" in item["prompt"])
    return answers


def swapping_3(paper):
    pages, passes, major, other, again = paper.numbers(
        r"maps (\d+) pages.* of (\d+) passes.* causes (\d+) major.* had (\d+) frames.* each of (\d+) passes")
    up = list(range(pages))
    zigzag = [page for n in range(passes) for page in (up if n % 2 == 0 else up[::-1])]
    frames, = [count for count in range(1, pages + 1) if faults_of(count, zigzag) == (pages, major)]
    return [frames, faults_of(other, zigzag)[1], faults_of(frames, up * again)[1]]


def same_page_merging_1(paper):
    everywhere, two, *own = paper.numbers(
        r"the same (\d+) pages.* the same (\d+) other pages.* A has (\d+) pages .* B has (\d+), and C has (\d+)\.")
    contents = [("all", n) for n in range(everywhere)] * 3 + [("two", n) for n in range(two)] * 2
    contents += [(who, n) for who, count in zip("ABC", own) for n in range(count)]
    shared = [page for page in contents if page[0] in ("all", "two")]
    return [len(contents), len(set(contents)), len(shared)]


def same_page_merging_2(paper):
    pages, a, b, different = paper.numbers(
        r"A has (\d+) pages .* at (0x\w+), and process B has \d+ at (0x\w+)\. .* except for page (\d+),")
    starts = {"A": a // PAGE, "B": b // PAGE}
    merged = {(who, page) for who in starts for page in range(pages) if page != different}
    answers = []
    for item in paper.elements:
        if item["kind"] == "facts":
            who, verb, address = re.search(r"Process (\w) (\w+) .*address (0x\w+)", item["prompt"]).groups()
            page = who, int(address, 16) // PAGE - starts[who]
            copies = verb == "writes" and page in merged
            merged -= {page} if copies else set()
            answers += ["copy-on-write", "yes"] if copies else ["none", "no"]
    return answers


def same_page_merging_3(paper):
    before, after, stored, frames = paper.numbers(
        r"use (\d+) frames\. .* use (\d+) frames\. .* stores to (\d+) of .* computer with (\d+) frames")
    pages = before // 3
    same, = [n for n in range(pages + 1) if 3 * (pages - n) + n == after]
    fit = max(n for n in range(1, frames) if n * (pages - same) + same <= frames)
    return [pages, same, 3 * (pages - same) + (same - stored) + 3 * stored, fit]


SOLVERS = [linux_areas_1, linux_areas_2, linux_areas_3, page_faults_1, page_faults_2, page_faults_3,
           memory_mapping_1, memory_mapping_2, memory_mapping_3, copy_on_write_1, copy_on_write_2, copy_on_write_3,
           fork_1, fork_2, fork_3, execve_1, execve_2, execve_3,
           dynamic_memory_1, dynamic_memory_2, dynamic_memory_3, swapping_1, swapping_2, swapping_3,
           same_page_merging_1, same_page_merging_2, same_page_merging_3]


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    pagewalk, seeds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 20
    failed = False
    for solve in SOLVERS:
        path = QUESTIONS / (solve.__name__.replace("_", "-") + ".pw")
        wrong, blanks = [], 0
        for seed in range(1, seeds + 1):
            try:
                computed = solve(Paper(pagewalk, path, seed))
            except (AssertionError, ValueError) as unsolved:
                computed = f"no answer, because the paper is not as expected: {unsolved}"
            expected = list(key_of(Paper(pagewalk, path, seed, "--key")))
            blanks += len(expected)
            if computed != expected:
                wrong.append(f"seed {seed}: the key has {expected}, the check computes {computed}")
        print(f"{path.name}: {seeds} versions, {blanks} answers, {len(wrong)} versions differ")
        for line in wrong[:3]:
            print(f"  {line}")
        failed = failed or bool(wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
