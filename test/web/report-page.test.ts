// The page of a run, as a reader has it: opened from a file, clicked through, read by keyboard.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { faultline } from "../cli/command.ts";
import { hasBrowser, launchBrowser } from "./browser.ts";

const folder = mkdtempSync(join(tmpdir(), "faultline-page-"));
const unfenced = "scenarios/mesh/fm-001-network-timeout.yaml#source-decides-unfenced";

afterAll(() => rmSync(folder, { recursive: true }));

interface Opened {
  readonly page: Page;
  /** What the page complained of: nothing is to be there. */
  readonly complaints: string[];
}

async function opened(
  browser: Browser,
  file: string,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "log") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) complaints.push(`asks the network for ${request.url()}`);
  });
  await page.goto(`file://${file}`);
  return { page, complaints };
}

describe.skipIf(!hasBrowser)("the page of a violation", () => {
  let browser: Browser;
  let reader: Opened;

  beforeAll(async () => {
    browser = await launchBrowser();
    await faultline(["run", unfenced, "--report", folder]);
  });
  afterAll(async () => browser.close());

  beforeEach(async () => {
    reader = await opened(browser, join(folder, "index.html"));
    return async () => reader.page.close();
  });

  test("says what broke, and opens there", async () => {
    const { page, complaints } = reader;
    expect(await page.locator("h1").textContent()).toMatch(
      /^As the story expects, A7 is broken at 2\.006 s, on server-1/,
    );
    expect(await page.getByTestId("detail").textContent()).toMatch(/server-1 at 2\.005787 s.*A7 is broken/s);
    expect(complaints).toEqual([]);
  });
});
