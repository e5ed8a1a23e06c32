// Named networks and named mixtures of random faults: valid in themselves, and mild where they say so.

import { describe, expect, test } from "vitest";
import { Streams } from "../../src/kernel/streams.ts";
import type { FaultKind } from "../../src/world/fault.ts";
import { drawLatency } from "../../src/world/latency.ts";
import { LossChain } from "../../src/world/loss.ts";
import { faultProfiles, linkProfiles, planDefaults } from "../../src/world/profiles.ts";

const second = 1_000_000;

/** Mean delay in microseconds, and messages lost among 100 000. */
function measured(profile: string): { readonly meanUs: number; readonly lost: number } {
  const link = { ...planDefaults.link, ...linkProfiles.get(profile) };
  const streams = new Streams(1);
  const latency = streams.named("latency", profile);
  const loss = streams.named("loss", profile);
  const chain = new LossChain(link.loss);
  let sumUs = 0;
  let lost = 0;
  for (let message = 0; message < 100_000; message++) {
    sumUs += drawLatency(link.latency, latency);
    if (chain.lost(loss)) lost++;
  }
  return { meanUs: sumUs / 100_000, lost };
}

describe("networks", () => {
  test("are the seven that the design names, from near to far and from good to bad", () => {
    const names = [...linkProfiles.keys()];
    expect(names).toEqual(["loopback", "datacentre", "region", "inter-region", "home-wifi", "mobile", "congested"]);
    const measures = new Map(names.map((name) => [name, measured(name)]));
    const meanUs = (name: string): number => measures.get(name)?.meanUs ?? -1;
    const lost = (name: string): number => measures.get(name)?.lost ?? -1;
    expect(meanUs("loopback")).toBeLessThan(meanUs("datacentre"));
    expect(meanUs("datacentre")).toBeLessThan(500);
    expect(meanUs("region")).toBeLessThan(2_500);
    expect(meanUs("inter-region")).toBeGreaterThan(30_000);
    expect(meanUs("home-wifi")).toBeLessThan(meanUs("mobile"));
    expect(lost("datacentre")).toBeLessThan(10);
    expect(lost("home-wifi")).toBeLessThan(lost("mobile"));
    expect(lost("mobile")).toBeLessThan(lost("congested"));
    expect(lost("congested")).toBeLessThan(6_000);
  });

  test("by default lose nothing and keep true time", () => {
    expect(planDefaults.link.loss).toEqual({ type: "none" });
    expect(planDefaults.clock).toEqual({ offsetUs: 0, driftPpm: 0 });
  });
});

describe("mixtures of faults", () => {
  const kindsOf = (profile: string): ReadonlySet<FaultKind> =>
    new Set((faultProfiles.get(profile)?.([], 60 * second) ?? []).map(({ action }) => action.kind));

  test("calm has none, storm all that rough has and more", () => {
    expect(kindsOf("calm").size).toBe(0);
    expect([...kindsOf("rough")].filter((kind) => !kindsOf("storm").has(kind))).toEqual([]);
    expect(kindsOf("storm").size).toBeGreaterThan(kindsOf("rough").size);
  });

  test("hold nothing that takes back what a disk has confirmed", () => {
    const harmful: readonly FaultKind[] = ["lostSync", "bitRot", "misdirectedWrite", "wipe", "lose"];
    for (const profile of faultProfiles.keys())
      expect(harmful.filter((kind) => kindsOf(profile).has(kind))).toEqual([]);
  });

  test("name their faults uniquely, also when one profile is used for several roles", () => {
    const storm = faultProfiles.get("storm");
    const ids = [
      ...(storm?.([], 1) ?? []),
      ...(storm?.(["server"], 1) ?? []),
      ...(storm?.(["server", "disk"], 1) ?? []),
    ];
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length);
  });

  test("strike until the time given", () => {
    const timings = [...faultProfiles.values()]
      .flatMap((profile) => profile([], 7 * second))
      .map(({ timing }) => timing);
    expect(timings.length).toBeGreaterThan(30);
    expect(timings.every((timing) => timing.type === "random" && timing.untilUs === 7 * second)).toBe(true);
  });
});
