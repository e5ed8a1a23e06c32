// The throttle of admissions: two marks, and a bucket in integer time (MESH-F8-06).
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  openThrottle,
  takeAdmission,
  type Throttle,
  type ThrottleRules,
  untilAdmissionUs,
  watchDepth,
} from "../../../src/systems/mesh/admission.ts";

const rules: ThrottleRules = { throttleAt: 150, resumeAt: 100, admitRate: 100, burst: 1, sharers: 1 };
const SECOND = 1_000_000;

const look = (throttle: Throttle, depth: number, nowUs = 0, isStrained = false) =>
  watchDepth(throttle, { depth, isStrained, nowUs }, rules);

/** When admissions pass, if everybody asks all the time from the moment it throttles. */
function admissions(given: ThrottleRules, lastsUs: number): readonly number[] {
  const throttle = openThrottle();
  watchDepth(throttle, { depth: 1_000, isStrained: false, nowUs: 0 }, { ...given, throttleAt: 1, resumeAt: 0 });
  const passed: number[] = [];
  for (let nowUs = 0; nowUs < lastsUs;) {
    const waitUs = untilAdmissionUs(throttle, nowUs, given);
    nowUs += waitUs;
    if (waitUs > 0) continue;
    takeAdmission(throttle, nowUs, given);
    passed.push(nowUs);
  }
  return passed.filter((atUs) => atUs < lastsUs);
}

describe("two marks", () => {
  test("it throttles above the upper one, until the depth has fallen to the lower one", () => {
    const throttle = openThrottle();
    expect(look(throttle, 150)).toBe("unchanged");
    expect(look(throttle, 151)).toBe("on");
    expect(look(throttle, 101)).toBe("unchanged");
    expect(look(throttle, 100)).toBe("off");
    expect(look(throttle, 150)).toBe("unchanged");
  });

  test("strain throttles at any depth, and its end only below the lower mark", () => {
    const throttle = openThrottle();
    expect(look(throttle, 0, 0, true)).toBe("on");
    expect(look(throttle, 101)).toBe("unchanged");
    expect(look(throttle, 3)).toBe("off");
  });
});

describe("the bucket", () => {
  test("lets a hundred a second pass, each at its distance", () => {
    const passed = admissions(rules, 3 * SECOND);
    expect(passed).toHaveLength(300);
    expect(passed.slice(0, 3)).toEqual([0, 10_000, 20_000]);
  });

  test("is shared by the servers of a cluster", () => {
    expect(admissions({ ...rules, sharers: 4 }, SECOND)).toHaveLength(25);
  });

  test("saves no more up than the burst", () => {
    const saving = { ...rules, burst: 5 };
    const throttle = openThrottle();
    watchDepth(throttle, { depth: 1_000, isStrained: false, nowUs: 0 }, saving);
    let atOnce = 0;
    for (; untilAdmissionUs(throttle, 60 * SECOND, saving) === 0; atOnce++)
      takeAdmission(throttle, 60 * SECOND, saving);
    expect(atOnce).toBe(5);
  });

  test("never lets more pass in any second than the rate and what was saved up", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: 1, max: 7 }), (admitRate, sharers) => {
        const passed = admissions({ ...rules, admitRate, sharers }, 3 * SECOND);
        for (const [first, atUs] of passed.entries()) {
          const within = passed.slice(first).findIndex((laterUs) => laterUs >= atUs + SECOND);
          const count = within < 0 ? passed.length - first : within;
          expect(count * sharers).toBeLessThanOrEqual(admitRate + sharers - 1);
        }
      }),
      { numRuns: 30 },
    );
  });
});
