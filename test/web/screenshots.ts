// `npm run screenshots`: the pictures of the README, taken of pages that were made just now.
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { faultline } from "../cli/command.ts";
import { launchBrowser } from "./browser.ts";
import { opened } from "./opened.ts";

interface Picture {
  readonly name: string;
  /** Of the commands below. */
  readonly of: "violation" | "sweep";
  readonly width: number;
  readonly height: number;
  readonly colorScheme: "light" | "dark";
  /** What is scrolled to; absent: the beginning of the page. */
  readonly at?: string;
}

const commands = {
  violation: ["replay", "scenarios/regressions/mesh-fm-001-network-timeout-source-decides-unfenced-a1.failure.yaml"],
  sweep: ["sweep", "scenarios/studies/transfer-deadline.yaml"],
} as const;

const pictures: readonly Picture[] = [
  { name: "report-verdict", of: "violation", width: 1280, height: 800, colorScheme: "light" },
  { name: "report-diagram", of: "violation", width: 1280, height: 1000, colorScheme: "light", at: ".part-diagram" },
  { name: "report-diagram-dark", of: "violation", width: 1280, height: 1000, colorScheme: "dark", at: ".part-diagram" },
  { name: "report-narrow", of: "violation", width: 400, height: 800, colorScheme: "light", at: ".part-diagram" },
  { name: "report-sweep", of: "sweep", width: 1280, height: 900, colorScheme: "light" },
];

const folder = mkdtempSync(join(tmpdir(), "faultline-screenshots-"));
const output = "reports/screenshots";
mkdirSync(output, { recursive: true });
try {
  for (const [name, words] of Object.entries(commands)) await faultline([...words, "--report", join(folder, name)]);
  const browser = await launchBrowser();
  for (const { name, of, width, height, at, colorScheme } of pictures) {
    const options = { viewport: { width, height }, colorScheme, reducedMotion: "reduce" } as const;
    const { page } = await opened(browser, join(folder, of, "index.html"), options);
    await settled(page, at);
    const path = join(output, `${name}.png`);
    await page.screenshot({ path });
    process.stdout.write(`wrote ${path}, ${statSync(path).size} bytes\n`);
    await page.close();
  }
  await browser.close();
} finally {
  rmSync(folder, { recursive: true });
}

/** Once what is large has been drawn in full. */
async function settled(page: Page, at: string | undefined): Promise<void> {
  if (at !== undefined) await page.evaluate(`document.querySelector("${at}").scrollIntoView({ block: "start" })`);
  await page.waitForTimeout(500);
}
