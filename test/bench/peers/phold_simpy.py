"""PHOLD on SimPy: "processes" (a generator per message) or "callbacks" (the bare event loop)."""

import gc
import os
import resource
import sys
from math import log
from random import Random
from time import process_time

import simpy

processes, warmup_events, timed_events, seed = (int(text) for text in sys.argv[1:5])
variant = sys.argv[5]

env = simpy.Environment()
uniform = Random(seed).random
arrivals = [0] * processes
left = warmup_events
begun_at = None
seconds = None


class Done(Exception):
    """Leaves the event loop once the timed part is over."""


def turn():
    """The warm-up or the timed part is over."""
    global left, begun_at, seconds
    if begun_at is None:
        left = timed_events
        begun_at = process_time()
    else:
        seconds = process_time() - begun_at
        raise Done


def arrive(event):
    global left
    arrivals[event._value] += 1
    left -= 1
    if left == 0:
        turn()
    env.timeout(0.1 - log(1.0 - uniform()), int(uniform() * processes)).callbacks.append(arrive)


def message():
    global left
    while True:
        yield env.timeout(0.1 - log(1.0 - uniform()))
        arrivals[int(uniform() * processes)] += 1
        left -= 1
        if left == 0:
            turn()


# Set-up without the cycle collector, and its objects out of the collector's sight: otherwise a million events are
# traversed again and again, and SimPy looks slower than it need be.
gc.disable()
for process in range(processes):
    if variant == "processes":
        env.process(message())
    else:
        env.timeout(0.1 - log(1.0 - uniform()), process).callbacks.append(arrive)
gc.freeze()
gc.enable()
try:
    env.run()
except Done:
    pass

try:
    # Where there is /proc: elsewhere's figure includes what the harness held when it started this process.
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print('{"events":%d,"seconds":%.9f,"peakRssBytes":%d}' % (timed_events, seconds, peak), flush=True)
os._exit(0)  # freeing a million events one by one is not what is measured
