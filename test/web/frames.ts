// `npm run frames`: how smoothly the diagram of a large run moves, in a browser without a graphics processor.
//
// The page is of a real run with more than 100 000 events. It is moved once a frame, as a key would move it. What is told
// is the processor time that a frame takes of the page's main thread, which must stay below a sixtieth of a second, and the
// time from one frame to the next, which depends on what else the machine does.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { CDPSession, Page } from "playwright-core";

import { faultline, filesIn } from "../cli/command.ts";
import { launchBrowser } from "./browser.ts";

const frames = 180;
const budgetMs = 1_000 / 60;

interface Measured {
  /** From one frame to the next, milliseconds, rising. */
  readonly gaps: readonly number[];
}

/** Runs in the page: presses a key once a frame. */
const pressing = (key: string, count: number): string => `new Promise((done) => {
  const stage = document.querySelector(".stage");
  const gaps = [];
  let before = performance.now();
  let left = ${count};
  const frame = (now) => {
    gaps.push(now - before);
    before = now;
    const key = left % 90 < 45 ? ${JSON.stringify(key)} : ${JSON.stringify(key === "ArrowRight" ? "ArrowLeft" : "-")};
    stage.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    left -= 1;
    if (left > 0) requestAnimationFrame(frame);
    else done({ gaps: gaps.slice(2).sort((a, b) => a - b) });
  };
  requestAnimationFrame(frame);
})`;

const at = (values: readonly number[], share: number): number => values[Math.floor((values.length - 1) * share)] ?? NaN;

const processorMs = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
};

async function measure(page: Page, session: CDPSession, name: string, key: string): Promise<void> {
  const before = await processorMs(session);
  const { gaps }: Measured = await page.evaluate(pressing(key, frames));
  const each = ((await processorMs(session)) - before) / frames;
  const within = gaps.filter((gap) => gap <= budgetMs * 1.5).length / gaps.length;
  process.stdout.write(
    `${name.padEnd(40)} ${each.toFixed(1).padStart(5)} ms of processor a frame; ` +
      `a frame each ${at(gaps, 0.5).toFixed(1)} ms, 95 in 100 within ${at(gaps, 0.95).toFixed(1)} ms, ` +
      `${(within * 100).toFixed(0)} % at 60 a second\n`,
  );
}

const folder = mkdtempSync(join(tmpdir(), "faultline-frames-"));
try {
  await faultline(["run", "mesh/baseline", "--set", "until=130s", "--report", folder]);
  const trace = filesIn(folder).find((name) => name.endsWith(".trace.jsonl")) ?? "";
  const lines = readFileSync(join(folder, trace), "utf8").split("\n").length;
  process.stdout.write(`a run of ${lines} events; pages: ${filesIn(folder).join(", ")}\n`);
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`file://${join(folder, "index.html")}`);
  await page.locator(".stage").scrollIntoViewIfNeeded();
  await page.locator(".kinds summary").click();
  await page.getByRole("button", { name: "all", exact: true }).click();
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await measure(page, session, "zooming, every kind of message", "+");
  await page.keyboard.press("0");
  await page.locator(".stage").focus();
  for (const [zooms, words] of [
    [1, "panning, 80 s in view"],
    [4, "panning, 12 s in view"],
    [5, "panning, 1 s in view"],
  ] as const) {
    for (let time = 0; time < zooms; time++) await page.keyboard.press("+");
    await measure(page, session, words, "ArrowRight");
  }
  await browser.close();
} finally {
  rmSync(folder, { recursive: true });
}
