// Explorations from the command line: what is told, how they end, and how they are gone on with.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { explore } from "../../src/cli/explore.ts";
import { documentSchemas } from "../../src/cli/document-schemas.ts";
import { documentOf, output } from "./answers.ts";
import { inFolder } from "./command.ts";

const story = "mesh/transfer";
const small = { from: "transferStarted", timers: ["0", "server=1"] };
const unfenced = {
  ...small,
  timers: ["0", "player=1"],
  set: ["settings.defence.fencing=off", "settings.transfer.policy=version"],
};

describe("explore", () => {
  test("ends with 0 when every state was seen, and says what that means", async () => {
    const answer = await explore(story, small, output);
    expect(answer.exitCode).toBe(0);
    expect(answer.lines.join(" ")).toMatch(/any number is lost.* 1 at each server.*held: every state was seen/);
    expect(answer.document).toMatchObject({ outcome: "held", violation: null, wrote: [] });
    expect(() => documentSchemas["explore"].parse(documentOf("explore", answer))).not.toThrow();
  });

  test("without a defence tells the shortest way, which its own line tells again", async () => {
    const answer = await explore(story, unfenced, output);
    expect(answer.exitCode).toBe(1);
    expect(answer.lines.join("\n")).toMatch(
      / 0 {2}server-1 +→ server-2 +prepare [^→]*is on its\s+way\n(.*\n)* +11 {2}store-1 +MESH-INV-04 IS VIOLATED.*\n(?: {21}.*\n)*\nviolated: MESH-INV-04 .*\nThe shortest way there has 11 steps .*\n {2}faultline explore .*--trail [\d.]+$/,
    );
    expect(answer.lines.filter((line) => line.length > 80 && !line.includes("faultline explore"))).toEqual([]);
    const { violation } = answer.document as {
      readonly violation: { readonly trail: string; readonly story: unknown };
    };
    const again = await explore(story, { ...unfenced, trail: violation.trail }, output);
    expect(again.exitCode).toBe(1);
    for (const told of [answer, again]) {
      expect(() => documentSchemas["explore"].parse(documentOf("explore", told))).not.toThrow();
    }
    expect(again.document["story"]).toEqual(violation.story);
    expect((await explore(story, { ...small, depth: "3" }, output)).document["summary"]).toMatch(
      /^inconclusive: depth limit \(3\)/,
    );
  });

  test("that met its state limit is inconclusive, is kept, and gone on with sees all", () =>
    inFolder(async (folder) => {
      const file = join(folder, "walk.json");
      const cut = await explore(story, { ...small, states: "100", save: file }, output);
      expect([cut.exitCode, cut.document["summary"]]).toEqual([1, "inconclusive: state limit (100)"]);
      expect(existsSync(file)).toBe(true);
      const whole = await explore(story, small, output);
      const resumed = await explore(story, { ...small, resume: file }, output);
      const { states, transitions, depth } = whole.document;
      expect(resumed.document).toMatchObject({ outcome: "held", states, transitions, depth });
      await expect(explore(story, { ...unfenced, resume: file }, output)).rejects.toMatchObject({
        problems: [{ code: "ANOTHER_WALK" }],
      });
      for (const other of [
        { draws: "2" },
        { disks: "instant" },
        { crash: ["server"] },
        { set: ["workload.players.speed=1001"] },
        { reduction: false },
        { plant: ["mesh/no-fencing"] },
      ]) {
        await expect(explore(story, { ...small, ...other, resume: file }, output)).rejects.toMatchObject({
          problems: [{ code: "ANOTHER_WALK" }],
        });
      }
      const kept = readFileSync(file, "utf8");
      writeFileSync(file, kept.replace(/"seen":\[\[/, '"seen":[[[],[],0,[],[]],['));
      await expect(explore(story, { ...small, resume: file }, output)).rejects.toMatchObject({
        problems: [{ code: "NOT_A_WALK", what: expect.stringMatching(/changed/) as string }],
      });
      writeFileSync(file, "{}");
      await expect(explore(story, { ...small, resume: file }, output)).rejects.toMatchObject({
        problems: [{ code: "NOT_A_WALK" }],
      });
    }));

  test.each([
    [{ from: "never" }, "NEVER_STATED"],
    [{ ...small, timers: ["wizard=1"] }, "UNKNOWN_ROLE"],
    [{ ...small, crash: ["wizard"] }, "UNKNOWN_ROLE"],
    [{ ...small, disks: "wet" }, "UNKNOWN_DISKS"],
    [{ ...small, trail: "0.999" }, "LOST_TRAIL"],
  ])("mistakes are told: %j", async (flags, code) => {
    await expect(explore(story, flags, output)).rejects.toMatchObject({ problems: [{ code }] });
  });
});
