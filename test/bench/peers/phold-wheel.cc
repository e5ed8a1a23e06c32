// PHOLD on the queue of the simulator under test, written in C++: the same wheel of eight-bit digits, the same blocks,
// slots and sorted bottom (src/kernel/event-queue.ts says why). What is left between the two is the language, the
// digest, and what only long-lived programs need: dead events, limits, checks.
#include <vector>

#include "bench.hpp"

namespace {

constexpr int32_t none = -1;
constexpr int levels = 7, buckets = levels << 8;

// The memory is cut into blocks of 64 words: first a table, then blocks that are either a chunk or 8 slots.
constexpr int32_t block = 64, blockMask = block - 1;
constexpr int slotShift = 3;
constexpr int32_t state = 0, timeLowWord = 1, timeHighAndKindWord = 2, payloadA = 3, payloadB = 4, nextFree = 5;
constexpr int timeHighBits = 21;
constexpr int32_t timeHighMask = (1 << timeHighBits) - 1;
// A chunk holds 31 entries of two words, and a link to the next chunk of its bucket.
constexpr int32_t link = 62;
constexpr int32_t heads = block, tails = heads + buckets, bits = tails + buckets, bottom = bits + block;
constexpr int32_t bottomMiddle = bottom + block / 2, bottomLimit = bottom + block;

class EventQueue {
 public:
  int64_t timeUs = 0;
  int32_t kind = 0, a = 0, b = 0;

  // Returns the slot.
  int32_t add(int64_t atUs, int32_t eventKind, int32_t eventA, int32_t eventB) {
    if (freeSlot_ == none) makeSlots();
    const int32_t slot = freeSlot_;
    int32_t *record = &memory_[slot << slotShift];
    freeSlot_ = record[nextFree];
    const auto timeLow = static_cast<int32_t>(atUs);
    const auto timeHigh = static_cast<int32_t>(atUs >> 32);
    record[timeLowWord] = timeLow;
    record[timeHighAndKindWord] = timeHigh | (eventKind << timeHighBits);
    record[payloadA] = eventA;
    record[payloadB] = eventB;
    size_++;
    place(timeLow, timeHigh, slot);
    return slot;
  }

  bool take() {
    while (bottomAt_ == bottomEnd_) {
      if (!open()) return false;
    }
    const int32_t slot = memory_[bottomAt_++];
    int32_t *record = &memory_[slot << slotShift];
    timeUs = (static_cast<int64_t>(baseHigh_) << 32) | static_cast<uint32_t>(record[timeLowWord]);
    kind = static_cast<int32_t>(static_cast<uint32_t>(record[timeHighAndKindWord]) >> timeHighBits);
    a = record[payloadA];
    b = record[payloadB];
    size_--;
    record[state] += 2;
    record[nextFree] = freeSlot_;
    freeSlot_ = slot;
    return true;
  }

 private:
  void place(int32_t timeLow, int32_t timeHigh, int32_t slot) {
    if (timeHigh == baseHigh_) {
      const int shift = highestBit(timeLow ^ baseLow_) & 24;
      if (shift < bottomShift_) {
        settle(timeLow, slot);
      } else {
        append((shift << 5) | ((static_cast<uint32_t>(timeLow) >> shift) & 255), timeLow, slot);
      }
    } else {
      const int shift = highestBit(timeHigh ^ baseHigh_) & 24;
      append(((shift + 32) << 5) | ((timeHigh >> shift) & 255), timeLow, slot);
    }
  }

  void append(int32_t bucket, int32_t timeLow, int32_t slot) {
    int32_t tail = memory_[tails + bucket];
    if ((tail & blockMask) == link) tail = lengthen(bucket);
    memory_[tail] = timeLow;
    memory_[tail + 1] = slot;
    memory_[tails + bucket] = tail + 2;
  }

  // Gives a bucket that is empty, or whose last chunk is full, a chunk more; returns where that starts.
  int32_t lengthen(int32_t bucket) {
    const int32_t chunk = takeBlock();
    const int32_t tail = memory_[tails + bucket];
    memory_[tail] = chunk;
    if (tail != link) return chunk;
    memory_[heads + bucket] = chunk;
    memory_[bits + (bucket >> 5)] |= static_cast<int32_t>(1u << (bucket & 31));
    words_ |= 1ull << (bucket >> 5);
    return chunk;
  }

  void detach(int32_t bucket) {
    memory_[tails + bucket] = link;
    memory_[bits + (bucket >> 5)] &= static_cast<int32_t>(~(1u << (bucket & 31)));
    if (memory_[bits + (bucket >> 5)] == 0) words_ &= ~(1ull << (bucket >> 5));
  }

  void settle(int32_t timeLow, int32_t slot) {
    if (bottomAt_ == bottomEnd_) {
      bottomAt_ = bottomEnd_ = bottom;
    } else if (bottomEnd_ == bottomLimit && !moveBottom()) {
      spillBottom();
      place(timeLow, baseHigh_, slot);
      return;
    }
    insert(bottomAt_, bottomEnd_++, timeLow, slot);
  }

  bool moveBottom() {
    if (bottomAt_ < bottomMiddle) return false;
    for (int32_t at = bottomAt_; at < bottomEnd_; at++) memory_[at - bottomAt_ + bottom] = memory_[at];
    bottomEnd_ -= bottomAt_ - bottom;
    bottomAt_ = bottom;
    return true;
  }

  void spillBottom() {
    bottomShift_ = 0;
    for (int32_t at = bottomAt_; at < bottomEnd_; at++) {
      const int32_t slot = memory_[at];
      place(memory_[(slot << slotShift) + timeLowWord], baseHigh_, slot);
    }
    bottomAt_ = bottomEnd_ = bottom;
  }

  bool open() {
    if (words_ == 0 || size_ == 0) return false;
    const int word = __builtin_ctzll(words_);
    const int32_t bucket = (word << 5) + __builtin_ctz(static_cast<uint32_t>(memory_[bits + word]));
    const int shift = (bucket >> 8) << 3;
    const int64_t above = -256 * (int64_t{1} << shift);
    const int64_t base = ((static_cast<int64_t>(baseHigh_) << 32) | static_cast<uint32_t>(baseLow_)) & above;
    const int64_t start = base | (static_cast<int64_t>(bucket & 255) << shift);
    baseLow_ = static_cast<int32_t>(start);
    baseHigh_ = static_cast<int32_t>(start >> 32);
    const int32_t head = memory_[heads + bucket], tail = memory_[tails + bucket];
    const bool isSmall = ((head ^ tail) & ~blockMask) == 0;
    if (shift == 0 || (isSmall && shift <= 24)) {
      serve(bucket, head, tail, shift);
    } else {
      deal(bucket, head, tail);
    }
    return true;
  }

  // Sorts the first chunk of a bucket into the bottom: it is the only one, or all events are of one time.
  void serve(int32_t bucket, int32_t head, int32_t tail, int shift) {
    const int32_t linkAt = (head & ~blockMask) | link;
    const bool isLast = ((head ^ tail) & ~blockMask) == 0;
    const int32_t end = isLast ? tail : linkAt;
    bottomShift_ = shift;
    bottomAt_ = bottomEnd_ = bottom;
    for (int32_t at = head; at < end; at += 2) insert(bottom, bottomEnd_++, memory_[at], memory_[at + 1]);
    if (isLast) {
      detach(bucket);
    } else {
      memory_[heads + bucket] = memory_[linkAt];
    }
    release(head);
  }

  // Deals a large or far bucket out to the levels below it.
  void deal(int32_t bucket, int32_t head, int32_t tail) {
    const bool isFar = bucket >= 4 << 8;
    bottomShift_ = 0;
    detach(bucket);
    for (int32_t at = head; at != 0;) {
      const int32_t timeLow = memory_[at], slot = memory_[at + 1];
      at = leave(at, tail);
      const int32_t timeHigh =
          isFar ? memory_[(slot << slotShift) + timeHighAndKindWord] & timeHighMask : baseHigh_;
      place(timeLow, timeHigh, slot);
    }
  }

  int32_t leave(int32_t at, int32_t tail) {
    const int32_t next = at + 2;
    if ((next & blockMask) != link && next != tail) return next;
    const int32_t following = next == tail ? 0 : memory_[next];
    release(at);
    return following;
  }

  void insert(int32_t first, int32_t end, int32_t timeLow, int32_t slot) {
    int32_t at = end;
    for (; at > first; at--) {
      const int32_t before = memory_[at - 1];
      if (memory_[(before << slotShift) + timeLowWord] <= timeLow) break;
      memory_[at] = before;
    }
    memory_[at] = slot;
  }

  void makeSlots() {
    const int32_t start = takeBlock();
    for (int32_t at = start + block - 8; at >= start; at -= 8) {
      memory_[at + state] = 2;
      memory_[at + nextFree] = freeSlot_;
      freeSlot_ = at >> slotShift;
    }
  }

  int32_t takeBlock() {
    const int32_t free = freeBlock_;
    if (free != 0) {
      freeBlock_ = memory_[free | link];
      return free;
    }
    const auto end = static_cast<int32_t>(memory_.size());
    memory_.resize(memory_.size() + block);
    return end;
  }

  void release(int32_t address) {
    const int32_t freed = address & ~blockMask;
    memory_[freed | link] = freeBlock_;
    freeBlock_ = freed;
  }

  static int highestBit(int32_t word) { return 31 - __builtin_clz(static_cast<uint32_t>(word) | 1); }

  static std::vector<int32_t> firstMemory() {
    std::vector<int32_t> memory(bottomLimit);
    for (int32_t bucket = 0; bucket < buckets; bucket++) memory[tails + bucket] = link;
    return memory;
  }

  std::vector<int32_t> memory_ = firstMemory();
  int32_t freeBlock_ = 0, freeSlot_ = none;
  int32_t size_ = 0;
  int32_t baseLow_ = 0, baseHigh_ = 0;
  int32_t bottomAt_ = bottom, bottomEnd_ = bottom;
  int bottomShift_ = 0;
  uint64_t words_ = 0;
};

}  // namespace

int main(int argc, char **argv) {
  const auto arguments = bench::argumentsOf(argc, argv);
  const auto processes = static_cast<uint32_t>(arguments.nodes);
  bench::Generator generator(arguments.seed);
  EventQueue queue;
  const auto delayUs = [&] { return 100'000 + static_cast<int64_t>(generator.exponential() * 1e6 + 0.5); };
  for (uint32_t process = 0; process < processes; process++) queue.add(delayUs(), 0, static_cast<int32_t>(process), 0);

  std::vector<uint32_t> arrivals(processes);
  bench::Meter meter(arguments);
  while (queue.take()) {
    arrivals[queue.a]++;
    if (meter.count()) break;
    const int64_t atUs = queue.timeUs + delayUs();
    queue.add(atUs, 0, static_cast<int32_t>(generator.below(processes)), 0);
  }
  meter.report();
}
