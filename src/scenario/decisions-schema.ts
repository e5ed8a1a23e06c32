// The decisions of a failure, as text a file can hold: each stream's outcomes in order, runs of the same one counted.

import { z } from "zod";

import { compareValues } from "../base/plain-order.ts";
import { codec, refuse } from "./codecs.ts";
import type { Decisions } from "./scenario.ts";

/** More outcomes than a run of ten million events has; a count in a file cannot ask for more. */
const outcomesMax = 30_000_000;

/** One outcome. A file can hold a million of them: a form of all together would be more than an engine can look at. */
const outcomeForm = /^(~|-?\d{1,16})(\*\d{1,8})?$/;
const expected = 'Expected outcomes such as "0*12 7 ~ 3": numbers, ~ for none, and *n for n times.';

const doc = z.record(z.string(), z.string({ error: expected })).meta({
  description: "Outcomes to force, by stream, as a failure file holds them.",
});

export const decisionsSchema = codec<typeof doc, Decisions>(doc, () => true, {
  decode(written, context) {
    let left = outcomesMax;
    const streams: { stream: string; values: (number | null)[] }[] = [];
    for (const [stream, text] of Object.entries(written)) {
      const values = readOutcomes(text, left);
      if (values === undefined || !stream.includes(" ")) {
        return refuse(context, text, expected, { what: `holds no outcomes under "${stream.slice(0, 60)}"` });
      }
      left -= values.length;
      if (values.length > 0) streams.push({ stream, values });
    }
    return streams.sort((a, b) => compareValues(a.stream, b.stream));
  },
  encode: (decisions) => Object.fromEntries(decisions.map(({ stream, values }) => [stream, writeOutcomes(values)])),
});

function readOutcomes(text: string, left: number): (number | null)[] | undefined {
  const values: (number | null)[] = [];
  for (const word of text.split(" ")) {
    if (!outcomeForm.test(word)) return undefined;
    const [outcome = "", times = "1"] = word.split("*");
    const value = outcome === "~" ? null : Number(outcome);
    if (value !== null && !Number.isSafeInteger(value)) return undefined;
    if (values.length + Number(times) > left) return undefined;
    for (let time = Number(times); time > 0; time -= 1) values.push(value);
  }
  while (values.at(-1) === null) values.pop();
  return values;
}

function writeOutcomes(values: readonly (number | null)[]): string {
  const words: string[] = [];
  for (let at = 0; at < values.length;) {
    const value = values[at] ?? null;
    let end = at + 1;
    while (end < values.length && (values[end] ?? null) === value) end += 1;
    words.push(`${value === null ? "~" : String(value)}${end - at > 1 ? `*${end - at}` : ""}`);
    at = end;
  }
  return words.join(" ");
}
