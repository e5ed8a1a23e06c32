// PHOLD on SimGrid: "actors" (one per message, that sleeps for the delay and then picks where it arrives) or "timers"
// (the bare timer heap of its kernel: a million actor stacks would take 18 GB).
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>

#include <string>
#include <vector>

#include "bench.hpp"

namespace sg4 = simgrid::s4u;
using simgrid::kernel::timer::Timer;

namespace {

bench::Generator *generator;
bench::Meter *meter;
std::vector<uint32_t> arrivals;

double delay() { return 0.1 + generator->exponential(); }

void arriveAt(uint32_t process) {
  arrivals[process]++;
  if (meter->count()) {
    meter->report();
    bench::leave();
  }
}

uint32_t anyProcess() { return generator->below(static_cast<uint32_t>(arrivals.size())); }

void sleepForever() {
  for (;;) {
    sg4::this_actor::sleep_for(delay());
    arriveAt(anyProcess());
  }
}

void arriveByTimer(uint32_t process) {
  arriveAt(process);
  const double at = sg4::Engine::get_clock() + delay();
  Timer::set(at, [next = anyProcess()] { arriveByTimer(next); });
}

}  // namespace

int main(int argc, char **argv) {
  const auto arguments = bench::argumentsOf(argc, argv);
  // Small stacks and no guard pages: the system limits the number of memory mappings.
  std::string name = "phold", stack = "--cfg=contexts/stack-size:16", guard = "--cfg=contexts/guard-size:0",
              log = "--log=root.thres:critical";
  char *engineArgv[] = {name.data(), stack.data(), guard.data(), log.data(), nullptr};
  int engineArgc = 4;
  sg4::Engine engine(&engineArgc, engineArgv);
  auto *zone = sg4::create_full_zone("world");
  auto *host = zone->create_host("host", 1e9);
  zone->seal();

  bench::Generator ownGenerator(arguments.seed);
  generator = &ownGenerator;
  bench::Meter ownMeter(arguments);
  meter = &ownMeter;
  arrivals.resize(static_cast<size_t>(arguments.nodes));
  const bool timers = std::string(arguments.variant) == "timers";
  for (uint32_t process = 0; process < arrivals.size(); process++) {
    if (timers) {
      Timer::set(delay(), [process] { arriveByTimer(process); });
    } else {
      sg4::Actor::create("process", host, sleepForever);
    }
  }
  // SimGrid ends when no actor is left, whatever the timers: one that sleeps for good keeps it going.
  if (timers) sg4::Actor::create("keeper", host, [] { sg4::this_actor::sleep_for(1e12); });
  engine.run();
}
