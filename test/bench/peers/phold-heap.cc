// PHOLD on std::priority_queue under the total order (time, sequence): what a C++ program gets from its library.
#include <queue>
#include <vector>

#include "bench.hpp"

namespace {

struct Event {
  int64_t atUs;
  uint64_t sequence;
  uint32_t process;
};

struct Later {
  bool operator()(const Event &left, const Event &right) const {
    return left.atUs != right.atUs ? left.atUs > right.atUs : left.sequence > right.sequence;
  }
};

}  // namespace

int main(int argc, char **argv) {
  const auto arguments = bench::argumentsOf(argc, argv);
  const auto processes = static_cast<uint32_t>(arguments.nodes);
  bench::Generator generator(arguments.seed);
  std::priority_queue<Event, std::vector<Event>, Later> queue;
  uint64_t sequence = 0;
  const auto delayUs = [&] { return 100'000 + static_cast<int64_t>(generator.exponential() * 1e6 + 0.5); };
  for (uint32_t process = 0; process < processes; process++) queue.push({delayUs(), sequence++, process});

  std::vector<uint32_t> arrivals(processes);
  bench::Meter meter(arguments);
  for (;;) {
    const Event event = queue.top();
    queue.pop();
    arrivals[event.process]++;
    if (meter.count()) break;
    const int64_t atUs = event.atUs + delayUs();
    queue.push({atUs, sequence++, generator.below(processes)});
  }
  meter.report();
}
