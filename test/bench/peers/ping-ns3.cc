// Request/response on ns-3's bare event loop: a message is one Simulator::Schedule, a timer is one EventId.
#include <ns3/core-module.h>

#include <string>

#include "ping.hpp"

namespace {

class Loop {
 public:
  Loop(uint32_t nodes, const bench::Arguments &arguments)
      : generator_(arguments.seed), meter_(arguments), workload_(*this, nodes), resends_(nodes), idles_(nodes) {}

  void start(uint32_t nodes) {
    for (uint32_t node = 0; node < nodes; node++) workload_.start(node);
  }

  void send(uint32_t, uint32_t to, const ping::Message &message) {
    if (meter_.count()) ns3::Simulator::Stop();
    if (generator_.below(ping::lossIn) < ping::lossOf) return;
    const auto us = ping::latencyUsMin + static_cast<int64_t>(generator_.exponential() * ping::jitterUsMean);
    ns3::Simulator::Schedule(ns3::MicroSeconds(us), &Loop::deliver, this, to, message);
  }

  void armResend(uint32_t node, uint16_t slot) {
    resends_[node][slot] =
        ns3::Simulator::Schedule(ns3::MicroSeconds(ping::resendUs), &Loop::onResend, this, node, slot);
  }

  void cancelResend(uint32_t node, uint16_t slot) { resends_[node][slot].Cancel(); }

  void armIdle(uint32_t node) {
    idles_[node].Cancel();
    idles_[node] = ns3::Simulator::Schedule(ns3::MicroSeconds(ping::idleUs), &Loop::onIdle, this, node);
  }

  bench::Generator &generator() { return generator_; }
  const bench::Meter &meter() const { return meter_; }

 private:
  void deliver(uint32_t to, ping::Message message) { workload_.received(to, message); }
  void onResend(uint32_t node, uint16_t slot) { workload_.resend(node, slot); }
  void onIdle(uint32_t node) { workload_.idle(node); }

  bench::Generator generator_;
  bench::Meter meter_;
  ping::Workload<Loop> workload_;
  std::vector<std::array<ns3::EventId, ping::slotsPerNode>> resends_;
  std::vector<ns3::EventId> idles_;
};

}  // namespace

int main(int argc, char **argv) {
  const auto arguments = bench::argumentsOf(argc, argv);
  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId("ns3::" + std::string(arguments.variant) + "Scheduler");
  ns3::Simulator::SetScheduler(scheduler);

  const auto nodes = static_cast<uint32_t>(arguments.nodes);
  Loop loop(nodes, arguments);
  loop.start(nodes);
  ns3::Simulator::Run();
  loop.meter().report();
  bench::leave();
}
