"""Optimal replacement on a reference string, with a heap of next uses: `optimal.py FRAMES FILE REPEATS`.

The string is the list of pages in FILE, REPEATS times.
"""

import sys
from heapq import heappop, heappush


def faults(frames, string):
    never = len(string)
    following, seen = [never] * len(string), {}
    for time in range(len(string) - 1, -1, -1):
        page = string[time]
        following[time] = seen.get(page, never)
        seen[page] = time
    resident, heap, count = {}, [], 0
    for page, use in zip(string, following):
        if page not in resident:
            count += 1
            if len(resident) == frames:
                # An entry whose page was referenced later is outdated.
                while True:
                    latest, victim = heappop(heap)
                    if resident.get(victim) == -latest:
                        break
                del resident[victim]
        resident[page] = use
        heappush(heap, (-use, page))
    return count


with open(sys.argv[2]) as file:
    print(faults(int(sys.argv[1]), [int(page) for page in file.read().split()] * int(sys.argv[3])))
