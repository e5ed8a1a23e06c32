// PHOLD on ns-3's event loop: bare Simulator::Schedule of a function, no network model.
#include <ns3/core-module.h>

#include <string>
#include <vector>

#include "bench.hpp"

namespace {

bench::Generator *generator;
bench::Meter *meter;
std::vector<uint32_t> arrivals;

ns3::Time delay() { return ns3::NanoSeconds(static_cast<int64_t>((0.1 + generator->exponential()) * 1e9)); }

void arrive(uint32_t process) {
  arrivals[process]++;
  if (meter->count()) {
    ns3::Simulator::Stop();
    return;
  }
  const ns3::Time after = delay();
  ns3::Simulator::Schedule(after, &arrive, generator->below(static_cast<uint32_t>(arrivals.size())));
}

}  // namespace

int main(int argc, char **argv) {
  const auto arguments = bench::argumentsOf(argc, argv);
  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId("ns3::" + std::string(arguments.variant) + "Scheduler");
  ns3::Simulator::SetScheduler(scheduler);

  bench::Generator ownGenerator(arguments.seed);
  generator = &ownGenerator;
  arrivals.resize(static_cast<size_t>(arguments.nodes));
  for (uint32_t process = 0; process < arrivals.size(); process++) ns3::Simulator::Schedule(delay(), &arrive, process);

  bench::Meter ownMeter(arguments);
  meter = &ownMeter;
  ns3::Simulator::Run();
  meter->report();
  bench::leave();
}
