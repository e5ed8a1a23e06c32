// What every C++ peer shares: arguments, a cheap seeded generator, and one line of JSON at the end.
//
// The generator is as cheap as Faultline's own, and handed to every peer in place of its slower one: what is compared is
// the engine, not the dice.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sys/resource.h>

namespace bench {

struct Arguments {
  int64_t nodes;
  int64_t warmupEvents;
  int64_t timedEvents;
  uint64_t seed;
  const char *variant;  // the scheduler, where a peer has several; otherwise empty
};

inline Arguments argumentsOf(int argc, char **argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: %s <nodes> <warm-up events> <timed events> <seed> [variant]\n", argv[0]);
    std::exit(2);
  }
  return {std::atoll(argv[1]), std::atoll(argv[2]), std::atoll(argv[3]),
          static_cast<uint64_t>(std::atoll(argv[4])), argc > 5 ? argv[5] : ""};
}

// The generator of the simulator under test (sfc32, and the same table for exponentials), step for step.
class Generator {
 public:
  explicit Generator(uint64_t seed)
      : a_(static_cast<uint32_t>(seed)), b_(static_cast<uint32_t>(seed >> 32)), c_(0x9e3779b9), count_(1) {
    for (int cell = 0; cell <= cells; cell++) table_[cell] = -std::log(1 - cell / (2.0 * cells));
    for (int round = 0; round < 15; round++) word();
  }

  uint32_t word() {
    const uint32_t result = a_ + b_ + count_++;
    a_ = b_ ^ (b_ >> 9);
    b_ = c_ + (c_ << 3);
    c_ = ((c_ << 21) | (c_ >> 11)) + result;
    return result;
  }

  // Uniform in 0 .. bound - 1.
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>((static_cast<uint64_t>(word()) * bound) >> 32); }

  // Exponential with mean 1.
  double exponential() {
    const uint32_t even = word();
    const int halvings = even == 0 ? 32 : __builtin_clz(even);
    const auto bits = static_cast<uint32_t>(static_cast<uint64_t>(even) << (halvings + 1));
    const double *cell = &table_[bits >> (32 - cellBits)];
    const double within = (bits & ((1u << (32 - cellBits)) - 1)) * (1.0 / (1u << (32 - cellBits)));
    return halvings * 0.69314718055994531 + cell[0] + (cell[1] - cell[0]) * within;
  }

 private:
  static constexpr int cellBits = 9, cells = 1 << cellBits;
  uint32_t a_, b_, c_, count_;
  double table_[cells + 1];
};

// Where there is /proc: elsewhere's figure includes what the harness held when it started this process.
inline long long peakRssBytes() {
  long long kilobytes = 0;
  if (std::FILE *status = std::fopen("/proc/self/status", "r")) {
    for (char line[256]; kilobytes == 0 && std::fgets(line, sizeof line, status);) {
      std::sscanf(line, "VmHWM: %lld kB", &kilobytes);
    }
    std::fclose(status);
  }
  if (kilobytes == 0) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    kilobytes = usage.ru_maxrss;
  }
  return kilobytes * 1024;
}

// Seconds that this process has computed: what else runs on the machine counts as little as can be.
inline double cpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Counts events; the clock runs from the last event of the warm-up to the last timed one.
class Meter {
 public:
  explicit Meter(const Arguments &arguments)
      : left_(arguments.warmupEvents), warming_(arguments.warmupEvents > 0), timed_(arguments.timedEvents) {
    if (!warming_) begin();
  }

  // True once the timed part is over: the program then stops.
  bool count() {
    if (--left_ > 0) return false;
    return turn();
  }

  void report() const {
    std::printf("{\"events\":%lld,\"seconds\":%.9f,\"peakRssBytes\":%lld}\n", static_cast<long long>(timed_), seconds_,
                peakRssBytes());
  }

 private:
  void begin() {
    left_ = timed_;
    warming_ = false;
    begunAt_ = cpuSeconds();
  }

  bool turn() {
    if (warming_) {
      begin();
      return false;
    }
    if (left_ == 0) seconds_ = cpuSeconds() - begunAt_;
    return true;
  }

  int64_t left_;
  bool warming_;
  int64_t timed_;
  double seconds_ = 0;
  double begunAt_ = 0;
};

// Leaves at once: freeing a million events or actors one by one is not what is measured.
[[noreturn]] inline void leave() {
  std::fflush(stdout);
  std::_Exit(0);
}

}  // namespace bench
