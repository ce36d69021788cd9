"""LRU on a reference string: `lru.py FRAMES FILE REPEATS`. The string is the list of pages in FILE, REPEATS times."""

import sys
from collections import OrderedDict


def faults(frames, string):
    resident = OrderedDict()
    count = 0
    for page in string:
        if page in resident:
            resident.move_to_end(page)
            continue
        count += 1
        if len(resident) == frames:
            resident.popitem(last=False)
        resident[page] = None
    return count


with open(sys.argv[2]) as file:
    print(faults(int(sys.argv[1]), [int(page) for page in file.read().split()] * int(sys.argv[3])))
