// What a reader who follows one name is told, and what of others is not.
import { expect, test } from "vitest";

import { type ReplayLine, replayLines } from "../../src/report/replay-lines.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { TraceEvent } from "../../src/trace/trace-event.ts";
import { storyNamed } from "../laws/stories.ts";

const events: TraceEvent[] = [];
const { verdict } = simulate(storyNamed("mesh/walk", ["until=8s", "heal=2s"]), {
  seed: 1,
  tracer: { trace: (event) => void events.push(event) },
});

const following = (follow: string): readonly ReplayLine[] =>
  replayLines(events, verdict, systemNamed("mesh"), { fromUs: 0, untilUs: Infinity, nodes: [], follow });

test("whoever follows player-1 hears of player-1, its sessions and transfers, and of no player-14", () => {
  const lines = following("player-1");
  const texts = lines.map(({ node, peer = "", text }) => `${node} ${peer} ${text}`);
  expect(texts.filter((text) => !/player-1(?!\d)/u.test(text))).toEqual([]);
  expect(texts.filter((text) => /player-1\/1/u.test(text)).length).toBeGreaterThan(3);
  expect(following("").filter(({ text }) => text.includes("player-14")).length).toBeGreaterThan(0);
  // Every line that names it is there: what it does, what it is sent, and what others say of it.
  const all = following("").map(({ node, peer = "", text }) => `${node} ${peer} ${text}`);
  expect(all.filter((text) => /player-1(?!\d)/u.test(text))).toEqual(texts);
});

test("a text of several words, and one that begins or ends with a sign", () => {
  const begun =
    following("")
      .find(({ text }) => text.startsWith("begins transfer "))
      ?.text.split(":")[0] ?? "";
  expect(begun).toMatch(/^begins transfer player-\d+\/1$/);
  expect(following(begun).length).toBe(1);
  expect(following("=player-3").length).toBeGreaterThan(0);
  expect(following("layer-3")).toEqual([]);
});
