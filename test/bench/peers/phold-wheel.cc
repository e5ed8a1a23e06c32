// PHOLD on the queue of the simulator under test, written in C++: the same wheel of eight-bit digits, the same chunks,
// slots and sorted bottom (src/kernel/event-queue.ts says why). What is left between the two is the language.
#include <vector>

#include "bench.hpp"

namespace {

constexpr int32_t none = -1;

// The record of an event that waits. `generation` is what would tell an old handle from a new one.
struct Record {
  int32_t generation = 0;
  int32_t kind = 0;
  int64_t atUs = 0;
  int32_t a = 0;
  int32_t b = 0;
  int32_t nextFree = none;
};

struct Entry {
  uint32_t timeLow;
  int32_t slot;
};

class Slots {
 public:
  int32_t add(int64_t atUs, int32_t kind, int32_t a, int32_t b) {
    int32_t slot = firstFree_;
    if (slot == none) {
      slot = static_cast<int32_t>(records_.size());
      records_.emplace_back();
    }
    Record &record = records_[slot];
    firstFree_ = record.nextFree;
    record.atUs = atUs;
    record.kind = kind;
    record.a = a;
    record.b = b;
    return slot;
  }

  const Record &operator[](int32_t slot) const { return records_[slot]; }

  void fire(int32_t slot) {
    records_[slot].generation += 2;
    records_[slot].nextFree = firstFree_;
    firstFree_ = slot;
  }

 private:
  std::vector<Record> records_;
  int32_t firstFree_ = none;
};

constexpr int levels = 7, chunkShift = 5;
constexpr uint32_t chunk = 1u << chunkShift, chunkMask = chunk - 1;

// A position is chunk x 32 + place in the chunk; 0 stands for "no entry".
class Buckets {
 public:
  Entry &at(uint32_t position) { return entries_[position]; }
  uint32_t head(int bucket) const { return heads_[bucket]; }
  uint32_t tail(int bucket) const { return tails_[bucket]; }
  void setHead(int bucket, uint32_t position) { heads_[bucket] = position; }

  void append(int bucket, uint32_t timeLow, int32_t slot) {
    uint32_t tail = tails_[bucket];
    if ((tail & chunkMask) == 0) tail = lengthen(bucket, tail);
    entries_[tail] = {timeLow, slot};
    tails_[bucket] = tail + 1;
  }

  int first() const {
    if (words_ == 0) return none;
    const int word = __builtin_ctzll(words_);
    return (word << 5) + __builtin_ctz(bits_[word]);
  }

  bool isSmall(int bucket) const { return heads_[bucket] >> chunkShift == (tails_[bucket] - 1) >> chunkShift; }

  void detach(int bucket) {
    heads_[bucket] = 0;
    tails_[bucket] = 0;
    bits_[bucket >> 5] &= ~(1u << (bucket & 31));
    if (bits_[bucket >> 5] == 0) words_ &= ~(1ull << (bucket >> 5));
  }

  uint32_t leave(uint32_t position, uint32_t tail) {
    const uint32_t next = position + 1;
    if ((next & chunkMask) != 0 && next != tail) return next;
    const uint32_t left = position >> chunkShift;
    const uint32_t following = next == tail ? 0 : nextChunks_[left] << chunkShift;
    nextChunks_[left] = freeChunk_;
    freeChunk_ = left;
    return following;
  }

 private:
  uint32_t lengthen(int bucket, uint32_t tail) {
    uint32_t taken = freeChunk_;
    if (taken != 0) {
      freeChunk_ = nextChunks_[taken];
    } else {
      taken = static_cast<uint32_t>(nextChunks_.size());
      nextChunks_.push_back(0);
      entries_.resize(entries_.size() + chunk);
    }
    const uint32_t start = taken << chunkShift;
    if (tail != 0) {
      nextChunks_[(tail - 1) >> chunkShift] = taken;
      return start;
    }
    heads_[bucket] = start;
    bits_[bucket >> 5] |= 1u << (bucket & 31);
    words_ |= 1ull << (bucket >> 5);
    return start;
  }

  std::vector<Entry> entries_ = std::vector<Entry>(chunk);
  std::vector<uint32_t> nextChunks_ = std::vector<uint32_t>(1);
  uint32_t heads_[levels << 8] = {};
  uint32_t tails_[levels << 8] = {};
  uint32_t bits_[levels << 3] = {};
  uint64_t words_ = 0;
  uint32_t freeChunk_ = 0;
};

class EventQueue {
 public:
  int64_t timeUs = 0;
  int32_t kind = 0;
  int32_t a = 0;
  int32_t b = 0;

  // Returns the handle: generation and slot.
  int64_t add(int64_t atUs, int32_t eventKind, int32_t eventA, int32_t eventB) {
    const int32_t slot = slots_.add(atUs, eventKind, eventA, eventB);
    place(atUs, slot);
    return (static_cast<int64_t>(slots_[slot].generation) << 24) + slot;
  }

  bool take() {
    for (;;) {
      if (bottomAt_ != bottomEnd_) {
        deliver(bottom_[bottomAt_++].slot);
        return true;
      }
      if (front_ != none) {
        deliver(takeFront());
        return true;
      }
      if (!open()) return false;
    }
  }

 private:
  static constexpr int bottomMax = 2 * chunk;

  void deliver(int32_t slot) {
    const Record &record = slots_[slot];
    timeUs = record.atUs;
    kind = record.kind;
    a = record.a;
    b = record.b;
    slots_.fire(slot);
  }

  void place(int64_t atUs, int32_t slot) {
    const int level = (63 - __builtin_clzll(static_cast<uint64_t>(atUs ^ base_) | 1)) >> 3;
    if (level < bottomLevel_) {
      settle(static_cast<uint32_t>(atUs), slot);
    } else {
      buckets_.append((level << 8) | ((atUs >> (level << 3)) & 255), static_cast<uint32_t>(atUs), slot);
    }
  }

  void settle(uint32_t timeLow, int32_t slot) {
    if (bottomAt_ == bottomEnd_) {
      bottomAt_ = bottomEnd_ = 0;
    } else if (bottomEnd_ == bottomMax) {
      spill();
      place(withLow(timeLow), slot);
      return;
    }
    int at = bottomEnd_;
    for (; at > bottomAt_ && bottom_[at - 1].timeLow > timeLow; at--) bottom_[at] = bottom_[at - 1];
    bottom_[at] = {timeLow, slot};
    bottomEnd_++;
  }

  void spill() {
    bottomLevel_ = 0;
    for (int at = bottomAt_; at < bottomEnd_; at++) place(withLow(bottom_[at].timeLow), bottom_[at].slot);
    bottomAt_ = bottomEnd_ = 0;
  }

  int32_t takeFront() {
    const uint32_t head = buckets_.head(front_);
    const int32_t slot = buckets_.at(head).slot;
    const uint32_t next = buckets_.leave(head, buckets_.tail(front_));
    if (next != 0) {
      buckets_.setHead(front_, next);
    } else {
      buckets_.detach(front_);
      front_ = none;
    }
    return slot;
  }

  bool open() {
    const int bucket = buckets_.first();
    if (bucket == none) return false;
    const int level = bucket >> 8;
    const int64_t above = ~((int64_t{1} << ((level + 1) << 3)) - 1);
    base_ = (base_ & above) | (static_cast<int64_t>(bucket & 255) << (level << 3));
    bottomLevel_ = 0;
    if (level == 0) {
      front_ = bucket;
    } else {
      empty(bucket, level < 4 && buckets_.isSmall(bucket) ? level : 0);
    }
    return true;
  }

  // Into the bottom, sorted, where `bottomLevel` says so; otherwise to the levels below.
  void empty(int bucket, int bottomLevel) {
    const uint32_t tail = buckets_.tail(bucket);
    uint32_t position = buckets_.head(bucket);
    const bool isFar = bucket >> 8 >= 4;
    buckets_.detach(bucket);
    bottomLevel_ = bottomLevel;
    while (position != 0) {
      const Entry entry = buckets_.at(position);
      position = buckets_.leave(position, tail);
      if (bottomLevel > 0) {
        settle(entry.timeLow, entry.slot);
      } else {
        place(isFar ? slots_[entry.slot].atUs : withLow(entry.timeLow), entry.slot);
      }
    }
  }

  int64_t withLow(uint32_t timeLow) const { return (base_ & ~int64_t{0xffffffff}) | timeLow; }

  Slots slots_;
  Buckets buckets_;
  Entry bottom_[bottomMax];
  int bottomAt_ = 0, bottomEnd_ = 0;
  int bottomLevel_ = 0;
  int front_ = none;
  int64_t base_ = 0;
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
