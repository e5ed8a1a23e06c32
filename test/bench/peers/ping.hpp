// The request/response workload for C++ peers: what a node does, whatever carries its messages and timers.
//
// Each node keeps 4 requests outstanding to random peers, resends one after 20 ms without an answer, and re-arms an idle
// timer of 50 ms on every request: about one timer set and one cancelled per message.
#pragma once

#include <array>
#include <vector>

#include "bench.hpp"

namespace ping {

constexpr int slotsPerNode = 4;
constexpr int64_t resendUs = 20'000;
constexpr int64_t idleUs = 50'000;
constexpr int64_t latencyUsMin = 500;
constexpr double jitterUsMean = 500;
constexpr uint32_t lossOf = 2, lossIn = 100;

struct Message {
  uint32_t from;
  uint32_t number;  // of the request within its slot: a late answer to an earlier one is not mistaken for this one's
  uint16_t slot;
  bool reply;
};

struct Slot {
  uint32_t peer = 0;
  uint32_t number = 0;
};

// `Host` offers send(from, to, message), armResend(node, slot), cancelResend(node, slot), armIdle(node), generator().
template <class Host>
class Workload {
 public:
  Workload(Host &host, uint32_t nodes) : host_(host), nodes_(nodes), slots_(nodes) {}

  void start(uint32_t node) {
    for (uint16_t slot = 0; slot < slotsPerNode; slot++) request(node, slot);
  }

  void received(uint32_t node, const Message &message) {
    if (!message.reply) {
      host_.armIdle(node);
      host_.send(node, message.from, {node, message.number, message.slot, true});
    } else if (slots_[node][message.slot].number == message.number) {
      host_.cancelResend(node, message.slot);
      request(node, message.slot);
    }
  }

  void resend(uint32_t node, uint16_t slot) {
    const Slot &request = slots_[node][slot];
    host_.armResend(node, slot);
    host_.send(node, request.peer, {node, request.number, slot, false});
  }

  void idle(uint32_t) { idled_++; }

 private:
  void request(uint32_t node, uint16_t slot) {
    Slot &request = slots_[node][slot];
    const uint32_t other = host_.generator().below(nodes_ - 1);
    request.peer = other < node ? other : other + 1;
    request.number++;
    resend(node, slot);
  }

  Host &host_;
  uint32_t nodes_;
  uint64_t idled_ = 0;
  std::vector<std::array<Slot, slotsPerNode>> slots_;
};

}  // namespace ping
