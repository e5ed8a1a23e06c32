// Request/response on SimGrid: one actor per node that waits on its mailbox until the next of its timers is due.
//
// The network is SimGrid's cheapest, a constant delay (its links draw none), lost messages are not sent, and timers are
// plain deadlines: less work than the other programs do.
#include <simgrid/s4u.hpp>

#include <algorithm>
#include <string>

#include "ping.hpp"

namespace sg4 = simgrid::s4u;

namespace {

constexpr double never = 1e18;
constexpr double second = 1e6;
class Mailboxes {
 public:
  Mailboxes(uint32_t nodes, const bench::Arguments &arguments)
      : generator_(arguments.seed), meter_(arguments), workload_(*this, nodes), deadlines_(nodes) {
    for (uint32_t node = 0; node < nodes; node++) {
      mailboxes_.push_back(sg4::Mailbox::by_name(std::to_string(node)));
      deadlines_[node].fill(never);
    }
  }

  void live(uint32_t node) {
    // Messages travel as soon as they are sent; otherwise one would travel only while it is being waited for.
    mailboxes_[node]->set_receiver(sg4::Actor::self());
    workload_.start(node);
    for (;;) {
      const double now = sg4::Engine::get_clock();
      const double dueAt = *std::min_element(deadlines_[node].begin(), deadlines_[node].end());
      if (dueAt <= now) {
        fire(node, now);
        continue;
      }
      try {
        const auto message = mailboxes_[node]->get_unique<ping::Message>(dueAt == never ? -1 : dueAt - now);
        workload_.received(node, *message);
      } catch (const simgrid::TimeoutException &) {
        fire(node, dueAt);
      }
    }
  }

  void send(uint32_t, uint32_t to, const ping::Message &message) {
    if (meter_.count()) {
      meter_.report();
      bench::leave();
    }
    if (generator_.below(ping::lossIn) < ping::lossOf) return;
    mailboxes_[to]->put_init(new ping::Message(message), 16)->detach();
  }

  void armResend(uint32_t node, uint16_t slot) { arm(node, slot, ping::resendUs); }
  void cancelResend(uint32_t node, uint16_t slot) { deadlines_[node][slot] = never; }
  void armIdle(uint32_t node) { arm(node, ping::slotsPerNode, ping::idleUs); }
  bench::Generator &generator() { return generator_; }

 private:
  void arm(uint32_t node, uint16_t timer, int64_t afterUs) {
    deadlines_[node][timer] = sg4::Engine::get_clock() + static_cast<double>(afterUs) / second;
  }

  void fire(uint32_t node, double now) {
    for (uint16_t timer = 0; timer <= ping::slotsPerNode; timer++) {
      if (deadlines_[node][timer] > now) continue;
      deadlines_[node][timer] = never;
      if (timer == ping::slotsPerNode) {
        workload_.idle(node);
      } else {
        workload_.resend(node, timer);
      }
    }
  }

  bench::Generator generator_;
  bench::Meter meter_;
  ping::Workload<Mailboxes> workload_;
  std::vector<sg4::Mailbox *> mailboxes_;
  std::vector<std::array<double, ping::slotsPerNode + 1>> deadlines_;
};

}  // namespace

int main(int argc, char **argv) {
  const auto arguments = bench::argumentsOf(argc, argv);
  std::string name = "ping", model = "--cfg=network/model:Constant", delay = "--cfg=network/latency-factor:0.001",
              log = "--log=root.thres:critical";
  char *engineArgv[] = {name.data(), model.data(), delay.data(), log.data(), nullptr};
  int engineArgc = 4;
  sg4::Engine engine(&engineArgc, engineArgv);
  const auto nodes = static_cast<uint32_t>(arguments.nodes);
  auto *zone = sg4::create_empty_zone("world");
  std::vector<sg4::Host *> hosts;
  for (uint32_t node = 0; node < nodes; node++) hosts.push_back(zone->create_host("host" + std::to_string(node), 1e9));
  zone->seal();

  Mailboxes mailboxes(nodes, arguments);
  for (uint32_t node = 0; node < nodes; node++) {
    sg4::Actor::create("node", hosts[node], [&mailboxes, node] { mailboxes.live(node); });
  }
  engine.run();
}
