// The fixed program that runs before and after every job: nothing in it ever changes, so what changes is the machine.

import { cpuSeconds, report } from "./meter.ts";
import { median } from "./harness/statistics.ts";

const WORDS = 1 << 20;
const SLICES = 7;
const STEPS_PER_SLICE = 1_000_000;

const words = new Int32Array(WORDS);
let word = 1;
slice();
const seconds = Array.from({ length: SLICES }, slice);
// The median slice: a program that bursts in for a moment is not the machine's speed.
report({ events: STEPS_PER_SLICE, seconds: median(seconds), word });

/** Integer steps and scattered reads and writes over 4 MB, about what a simulator does. Returns CPU seconds. */
function slice(): number {
  const begunAt = cpuSeconds();
  for (let step = 0; step < STEPS_PER_SLICE; step++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
    const at = word >>> 12;
    words[at] = (words[at] ^ word) + 1;
  }
  return cpuSeconds() - begunAt;
}
