// The ledger of claims by the real command: verdicts, files, mistakes, and the same again.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import { z } from "zod";

import { documentSchemas } from "../../src/cli/document-schemas.ts";
import { mistakesBy } from "../report/formats.ts";
import { faultline, filesIn, inFolder } from "./command.ts";

const small = ["claims", "--only", "CL-M-05,CL-M-07,CL-M-41", "--seeds", "12", "--no-cache"];

const ledger = (text: string) =>
  JSON.parse(text) as {
    readonly claims: readonly { readonly id: string; readonly verdict: string; readonly points: readonly object[] }[];
    readonly meta?: object;
  };

describe("faultline claims", () => {
  test("says what holds and what does not, and what is said has a schema", { timeout: 60_000 }, async () => {
    const { code, stdout } = await faultline([...small, "--workers", "0", "--json"]);
    // A promise of every case takes more than a dozen runs.
    expect(code).toBe(1);
    const { claims } = ledger(stdout);
    expect(claims.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["CL-M-05", "fails"],
      ["CL-M-07", "undecided"],
      ["CL-M-41", "conditional"],
    ]);
    const { claims: schema } = documentSchemas;
    expect(schema).toBeDefined();
    if (schema === undefined) return;
    expect(mistakesBy(z.toJSONSchema(schema, { io: "output" }))(JSON.parse(stdout))).toEqual([]);
  });

  test("writes the same bytes on any number of threads, but for the meta", { timeout: 90_000 }, () =>
    inFolder(async (folder) => {
      const folders = ["none", "two"].map((name) => join(folder, name)) as [string, string];
      const ended = await Promise.all([
        faultline([...small, "--workers", "0", "--report", folders[0]]),
        faultline([...small, "--workers", "2", "--report", folders[1]]),
      ]);
      expect(ended.map(({ code }) => code)).toEqual([1, 1]);
      const names = ["claims.html", "claims.json", "claims.md", "promises.md"];
      expect(folders.map((path) => filesIn(path))).toEqual([names, names]);
      for (const name of ["claims.md", "promises.md"]) {
        expect(readFileSync(join(folders[1], name), "utf8")).toBe(readFileSync(join(folders[0], name), "utf8"));
      }
      const [one, other] = folders.map((path) => ledger(readFileSync(join(path, "claims.json"), "utf8")));
      expect({ ...other, meta: {} }).toEqual({ ...one, meta: {} });
      expect(readFileSync(join(folders[0], "claims.md"), "utf8")).toContain("[CL-M-05](#cl-m-05)");
    }),
  );

  test("keeps what was finished when it is interrupted, and writes nothing", { timeout: 60_000 }, () =>
    inFolder(async (folder) => {
      const path = join(folder, "report");
      const { code, stdout } = await faultline(
        ["claims", "--seeds", "5000", "--workers", "0", "--report", path, "--json", "--cache", join(folder, "kept")],
        { onProgress: (pid) => process.kill(pid, "SIGINT") },
      );
      expect(code).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, wrote: [] });
      expect(filesIn(path)).toEqual([]);
    }),
  );

  test("says that nothing was judged when it is cut short before anything was", { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await faultline(
      ["claims", "--only", "CL-M-05", "--seeds", "50000", "--workers", "0", "--no-cache"],
      { onProgress: (pid) => process.kill(pid, "SIGINT") },
    );
    expect(code).toBe(130);
    expect(stdout).toBe("No claim was judged.\nNot measured: CL-M-05.\n");
    // Nothing was kept that it could go on from.
    expect(stderr).not.toContain("typed again");
  });
});

describe("a mistake", () => {
  test.each([
    ["an unknown claim", ["--only", "CL-M-05,CL-M-99"], "UNKNOWN_CLAIM", 'There is no claim "CL-M-99".'],
    ["no seeds", ["--seeds", "0"], "BAD_NUMBER", "--seeds"],
    ["an unknown system", ["--system", "mish"], "UNKNOWN_SYSTEM", 'did you mean "mesh"?'],
    ["a system without a ledger", ["--system", "raft"], "NO_CLAIMS", "Expected mesh"],
  ])("%s", { timeout: 30_000 }, async (_what, words, code, said) => {
    const ended = await faultline(["claims", ...words]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(code);
    expect(ended.stderr).toContain(said);
    expect(ended.stdout).toBe("");
  });

  test("a folder that is a file, before anything runs", { timeout: 30_000 }, () =>
    inFolder(async (folder) => {
      const path = join(folder, "file");
      writeFileSync(path, "");
      const { code, stderr } = await faultline(["claims", "--only", "CL-M-05", "--report", join(path, "in")]);
      expect(code).toBe(2);
      expect(stderr).toContain("NOT_WRITABLE");
    }),
  );
});
