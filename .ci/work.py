#!/usr/bin/env python3
"""Runs scripts that repeat one statement with expensive operands until a limit ends them. Usage:
`.ci/work.py PAGEWALK [SECONDS]`. Prints the processor time of each script and fails if a script takes longer than SECONDS
(default: 15). Needs Python 3 on Linux or macOS."""
import resource
import subprocess
import sys

PROCESS = "machine core-i7\nprocess P1\n"
READ_WRITE = "PROT_READ | PROT_WRITE"
PRIVATE = "MAP_PRIVATE | MAP_ANONYMOUS"
POPULATE = PRIVATE + " | MAP_POPULATE"
FILE = PROCESS + 'file "f" { size 64 MB }\nlet f = open("f", O_RDWR)\n'
SHARED = FILE + f"let p = mmap(NULL, 64 MB, {READ_WRITE}, MAP_SHARED | MAP_POPULATE, f, 0)\n"


def mapped(size, flags=PRIVATE, before=PROCESS):
    """Returns the declaration of a process with a mapping."""
    return before + f"let p = mmap(NULL, {size}, {READ_WRITE}, {flags}, -1, 0)\n"


def areas(count):
    """Returns the declaration of a process with many areas."""
    return mapped("500 MB") + f"for i in 0..{count} {{ mprotect(p + i * 8192, 4096, PROT_READ) }}\n"


def swapping(policy):
    """Returns the declaration of a process that needs more pages than there are frames."""
    return mapped("64 MB", before=f"machine core-i7\nkernel {{ frames 8000, swap 1000000 slots, replacement {policy} }}\nprocess P1\n")


def wide(policy):
    """Returns a machine with a cache of one set."""
    return f"machine {{ physical 40, cache {{ size 4 MB, fully-associative, block 64, policy {policy} }} }}\n"


LISTS = "let a = [0..1000000]\nlet b = [0..1000000]\n"
ROWS = "| vpn ppn |\n" + "".join(f"| {n:X} {n:X} |\n" for n in range(20000))
ENTRIES = f"machine core-i7\nset page_table {{\n{ROWS}}}\n"
PAGES = mapped("64 MB", POPULATE)
LARGE = mapped("900 MB", POPULATE)

# The declarations of each script, and the statements that it repeats.
SCRIPTS = {
    "empty": ("", ""),
    "let": ("", "let x = i * 3 + 1"),
    "long expression": ("", "let x = " + " + ".join(["i"] * 400)),
    "list": ("", "let x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]"),
    "append": ("let a = []\n", "let a = [a, i % 7]\nif len(a) == 1000000 { let a = [] }"),
    "append in the middle": (LISTS, "let c = [1, a, 2, b]"),
    "compare lists": (LISTS, "expect a == b"),
    "compare in an expression": (LISTS, "let x = a < b"),
    "sum": (LISTS, "let x = sum(a)"),
    "element of": (LISTS, "let x = -1 in a"),
    "choose where": (LISTS, "choose x in 0..1000000 where sum(a) == x"),
    "text": ('let t = ""\n', 'let t = """{t}x"""\nif len(t) == 1000000 { let t = "" }'),
    "expect table": (ENTRIES, f"expect exactly page_table {{\n{ROWS}}}"),
    "set table": (ENTRIES, f"set page_table {{\n{ROWS}}}"),
    "calls": ("def f0(a) { let y = a }\n" + "".join(f"def f{n}(a) {{ f{n - 1}(a) }}\n" for n in range(1, 200)), "f199(i)"),
    "choose": ("", "choose x in 0..1000000 where x == i % 1000000"),
    "choose read": (PAGES, "choose x in 0..1000 where read p + x => vpo 7"),
    "choose fork": (PAGES, "choose x in 0..100 where fork() => returns x"),
    "machine": ("", "machine core-i7"),
    "machine and process": ("", f"machine core-i7\nprocess P1\nlet p = mmap(NULL, 4096, {READ_WRITE}, {PRIVATE}, -1, 0)\nwrite p = 1"),
    "scenario": (PAGES, 'scenario "s" { write p = 1 }'),
    "probe": (PAGES, "probe write p + (i * 4096 % 60000000) = 1"),
    "question": (PAGES, 'question "q" { ask read p => byte }'),
    "fork": (PAGES, "P1: let child = fork()\nchild: exit(0)\nP1: wait(NULL)"),
    "fork with areas": (areas(30000), "P1: let child = fork()\nchild: exit(0)\nP1: wait(NULL)"),
    "copy-on-write": (mapped("1 MB", POPULATE), "P1: let child = fork()\nchild: write p = 1\nchild: exit(0)\nP1: wait(NULL)"),
    "alternating areas": (mapped("4 GB"), "mprotect(p + (i * 2 % 1000000) * 4096, 4096, PROT_READ)"),
    "alternating fixed areas": (PROCESS, f"mmap(0x10000000 + i * 8192, 4096, PROT_READ, {PRIVATE} | MAP_FIXED, -1, 0)"),
    "many areas": (areas(30000), f"let q = mmap(NULL, 4096, PROT_READ, {PRIVATE}, -1, 0)\nmunmap(q, 4096)"),
    "populate": (PROCESS, f"let q = mmap(NULL, 256 MB, {READ_WRITE}, {POPULATE}, -1, 0)\nmunmap(q, 256 MB)"),
    "huge mapping": (PROCESS, f"let q = mmap(NULL, 64 TB, {READ_WRITE}, {PRIVATE}, -1, 0)\nmunmap(q, 64 TB)"),
    "MADV_DONTNEED": (mapped("256 MB", POPULATE), "madvise(p, 256 MB, MADV_DONTNEED)\nwrite p = 1"),
    "mlock": (mapped("256 MB"), "mlock(p, 256 MB)\nmunlock(p, 256 MB)"),
    "mremap": (
        mapped("256 MB", POPULATE),
        "let p = mremap(p, 256 MB, 256 MB, MREMAP_MAYMOVE | MREMAP_FIXED, 0x10000000000 + (i % 2) * 0x100000000)",
    ),
    "malloc": (PROCESS, "malloc(24)"),
    "open": (PROCESS + 'file "f" { size 64 MB }\n', 'let f = open("f", O_RDWR)'),
    "ftruncate": (SHARED, "ftruncate(f, 4096)\nftruncate(f, 64 MB)"),
    "sync": (SHARED, "write p + (i * 4096 % 64000000) = 1\nsync"),
    "pread": (FILE + f"let p = mmap(NULL, 64 MB, {READ_WRITE}, {PRIVATE}, -1, 0)\n", "pread(f, p, 64 MB, 0)"),
    "fault-around": (
        "machine core-i7\nkernel { fault-around 65536 pages, page-cache warm }\n"
        'file "f" { size 1 TB, fill 3 }\nprocess P1\nlet f = open("f", O_RDWR)\n'
        "let p = mmap(NULL, 1 TB, PROT_READ, MAP_SHARED, f, 0)\n",
        "read p + i * 4096 * 65536\nmadvise(p, 1 TB, MADV_DONTNEED)",
    ),
    "ksm scan": (
        mapped("64 MB", POPULATE) + "madvise(p, 64 MB, MADV_MERGEABLE)\nfor i in 0..16000 { write p + i * 4096 = i size 8 }\n",
        "ksm scan",
    ),
    "reclaim": (
        mapped("256 MB", POPULATE, "machine core-i7\nkernel { swap 1000000 slots }\nprocess P1\n"),
        "reclaim 60000 pages\nwrite p = 1",
    ),
    "touch": (mapped("900 MB"), "write p + (i * 4096 % 900000000) = 1"),
    "random reads": (LARGE, "read p + (i * 7919 * 4096 % 900000000)"),
    "straddling reads": (PAGES, "read p + (i * 4096 % 60000000) + 4064 size 64"),
    "long reads": (PAGES, "read p size 1048576"),
    "flush cache": (PAGES, "write p + (i * 64 % 64000000) = 1\nflush cache"),
    "large blocks": (
        "machine { physical 40, cache L1 { size 256 MB, ways 16, block 1 MB }, cache L2 { size 1 GB, ways 16, block 1 MB } }\n",
        "write i * 1048576 = 1",
    ),
    "many cores": ("machine { physical 40, cores 64, cache { size 32 KB, ways 8, block 64 } }\n", "core i % 64\nwrite (i / 64) * 64 = 1"),
    "page table": (LARGE, "let x = P1.page_table.bytes"),
    "output": (PROCESS + 'for i in 0..1000 { write(1, "' + "x" * 52 + '", 52) }\n', "let x = P1.stdout"),
    "reference": ("", "reference [0..1000] { frames 100, replacement lru }"),
    **{f"show {noun}": (PAGES, f"show {noun}") for noun in ["frames", "tables P1", "layout P1", "stats", "geometry"]},
    **{f"swap, {policy}": (swapping(policy), "write p + (i * 4096 % 64000000) = 1") for policy in ["lru", "nru", "random"]},
    **{f"wide set, {policy}": (wide(policy), "read i * 64") for policy in ["lru", "plru", "random"]},
}


def main():
    pagewalk, limit = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 15
    slow = []
    for name, (declared, repeated) in SCRIPTS.items():
        script = f"{declared}for i in 0..100000000 {{\n{repeated}\n}}\n"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([pagewalk, "run", "-"], input=script, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        time = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        code = done.stderr.partition("[")[2].partition("]")[0]
        print(f"{time:6.2f} s  {code:13} {name}", flush=True)
        if time > limit or code not in ("limit-steps", "limit-memory", "limit-size"):
            slow.append(name)
    if slow:
        sys.exit(f"slow, or without a limit: {', '.join(slow)}")


main()
