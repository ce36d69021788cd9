#!/usr/bin/env python3
"""Records what Linux answers to memory calls, and what areas they leave: `record.py < linux.txt > again.txt`. What a
recording says came of its lines is left out when it is read, so that it can be recorded again.

Blocks of lines are apart by an empty line; each is done by a process of its own that has `data`, a file of 8 pages of
the bytes 0x40, 0x41 ..., open as rw, ro and wo. A line is a raw system call and its arguments: a page of the room
(`@2`, `@2+5`), so many pages (`p4`), a descriptor, constants or a number. `load` and `store` touch a byte through
write(2) and read(2). Below each line that changes them stand the areas of the room; areas that Linux keeps apart
although they agree in all that is shown are joined.
"""
import ctypes
import errno
import os
import re
import sys
import tempfile

PAGE, BASE, ROOM = 4096, 0x200000000000, 4096
NUMBERS = dict(read=0, write=1, mmap=9, mprotect=10, munmap=11, mremap=25, msync=26, madvise=28, mlock=149, munlock=150)
SHOWN = ("gd", "lo", "sr", "rr", "nr", "mg")
CONSTANTS = {
    name: int(value.replace("_", ""), 0)
    for name, value in re.findall(
        r'^    ([A-Z_]+) (\w+) "', open(os.path.join(os.path.dirname(__file__), "../../memory/constants.rs")).read(), re.M
    )
}
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(name, *args):
    result = libc.syscall(ctypes.c_long(NUMBERS[name]), *[ctypes.c_ulong(arg % 2**64) for arg in args])
    return -ctypes.get_errno() if result == -1 else result


def areas():
    found = []
    for line in open("/proc/self/smaps"):
        words = line.split()
        if not words[0].endswith(":"):
            start, end = (int(at, 16) for at in words[0].split("-"))
            found.append([start, end, words[1], int(words[2], 16), words[4], " ".join(words[5:])])
        elif words[0] == "VmFlags:":
            flags = [flag for flag in SHOWN if flag in words]
            found[-1] += [flags, "mw" in words or "p" in found[-1][2]]
    return [area for area in found if BASE - ROOM * PAGE <= area[0] < BASE + ROOM * PAGE]


def joined(found):
    out = []
    for area in found:
        last = out[-1] if out else None
        follows = last and last[1] == area[0] and (last[4] == "0" or last[3] + last[1] - last[0] == area[3])
        if follows and [last[2], *last[4:]] == [area[2], *area[4:]]:
            last[1] = area[1]
        else:
            out.append(list(area))
    return out


def show(area):
    start, end, perms, offset, inode, name, flags, _ = area
    page = lambda at: "%x" % ((at - BASE) // PAGE) if at >= BASE else "-%x" % ((BASE - at) // PAGE)
    kind = "anon" if inode == "0" else "%s+%x" % ("object" if "zero" in name else "file", offset // PAGE)
    return " ".join(["%s-%s" % (page(start), page(end)), perms, kind, *flags])


def number(word, descriptors):
    word, _, more = word.partition("+")
    more = int(more, 0) if more else 0
    if word in descriptors:
        return descriptors[word]
    if word[0] in "@p":
        return int(word[1:], 16) * PAGE + (BASE if word[0] == "@" else 0) + more
    value = 0
    for part in word.split("|"):
        value |= CONSTANTS[part] if part in CONSTANTS else int(part, 0)
    return value


def perform(line, descriptors, pipe):
    name, *words = line.split()
    args = [number(word, descriptors) for word in words]
    if name == "load":
        result = call("write", pipe[1], args[0], 1)
        return os.read(pipe[0], 1)[0] if result == 1 else result
    if name == "store":
        os.write(pipe[1], bytes([args[1]]))
        result = call("read", pipe[0], args[0], 1)
        return 0 if result == 1 else (os.read(pipe[0], 1), result)[1]
    if name == "filebyte":
        return os.pread(descriptors["rw"], 1, args[0])[0]
    return call(name, *args)


def told(result):
    if result < 0:
        return errno.errorcode[-result].replace("ENOTSUP", "EOPNOTSUPP")
    if BASE <= result < BASE + ROOM * PAGE:
        return "@%x" % ((result - BASE) // PAGE)
    return "elsewhere" if 0x700000000000 <= result < 0x7FFFF8000000 else hex(result)


def record(lines):
    path = os.path.join(tempfile.mkdtemp(), "data")
    with open(path, "wb") as file:
        for page in range(8):
            file.write(bytes([0x40 + page]) * PAGE)
    modes = dict(rw=os.O_RDWR, ro=os.O_RDONLY, wo=os.O_WRONLY)
    descriptors = {name: os.open(path, mode) for name, mode in modes.items()} | {"bad": 999}
    pipe, last = os.pipe(), "nothing"
    for line in lines:
        print(line if line.startswith("#") else "%s => %s" % (line, told(perform(line, descriptors, pipe))))
        now = ", ".join(map(show, joined(areas()))) or "nothing"
        if now != last:
            print("    " + now)
        last = now
    print(flush=True)


for block in sys.stdin.read().strip().split("\n\n"):
    if os.fork() == 0:
        record([line.split(" => ")[0] for line in block.split("\n") if not line.startswith("    ")])
        os._exit(0)
    os.wait()
