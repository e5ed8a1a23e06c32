"""Request/response on SimPy's bare event loop: a message is a timeout with a callback, and so is a timer.

SimPy cannot take a timeout back: a timer that was cancelled or re-armed fires all the same and is recognised as stale.
"""

import gc
import os
import resource
import sys
from math import log
from random import Random
from time import process_time

import simpy

SLOTS_PER_NODE = 4
RESEND_US = 20_000
IDLE_US = 50_000
LATENCY_US_MIN = 500
JITTER_US_MEAN = 500
LOSS = 0.02

node_count, warmup_messages, timed_messages, seed = (int(text) for text in sys.argv[1:5])

env = simpy.Environment()
timeout = env.timeout
uniform = Random(seed).random
peers = [[0] * SLOTS_PER_NODE for _ in range(node_count)]
numbers = [[0] * SLOTS_PER_NODE for _ in range(node_count)]
resend_timers = [[0] * SLOTS_PER_NODE for _ in range(node_count)]
idle_timers = [0] * node_count
idled = 0
left = warmup_messages
begun_at = None
seconds = None


class Done(Exception):
    """Leaves the event loop once the timed part is over."""


def turn():
    """The warm-up or the timed part is over."""
    global left, begun_at, seconds
    if begun_at is None:
        left = timed_messages
        begun_at = process_time()
    else:
        seconds = process_time() - begun_at
        raise Done


def send(to, message):
    global left
    left -= 1
    if left == 0:
        turn()
    if uniform() >= LOSS:
        timeout(LATENCY_US_MIN - log(1.0 - uniform()) * JITTER_US_MEAN, (to, message)).callbacks.append(on_received)


def request(node, slot):
    other = int(uniform() * (node_count - 1))
    peers[node][slot] = other if other < node else other + 1
    numbers[node][slot] += 1
    resend(node, slot)


def resend(node, slot):
    resend_timers[node][slot] += 1
    timeout(RESEND_US, (node, slot, resend_timers[node][slot])).callbacks.append(on_resend)
    send(peers[node][slot], (node, slot, numbers[node][slot], False))


def on_received(event):
    node, (sender, slot, number, is_reply) = event._value
    if not is_reply:
        idle_timers[node] += 1
        timeout(IDLE_US, (node, idle_timers[node])).callbacks.append(on_idle)
        send(sender, (node, slot, number, True))
    elif numbers[node][slot] == number:
        resend_timers[node][slot] += 1
        request(node, slot)


def on_resend(event):
    node, slot, armed = event._value
    if resend_timers[node][slot] == armed:
        resend(node, slot)


def on_idle(event):
    global idled
    node, armed = event._value
    if idle_timers[node] == armed:
        idled += 1


for node in range(node_count):
    for slot in range(SLOTS_PER_NODE):
        request(node, slot)
gc.freeze()
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
print('{"events":%d,"seconds":%.9f,"peakRssBytes":%d}' % (timed_messages, seconds, peak), flush=True)
os._exit(0)  # freeing what is left one by one is not what is measured
