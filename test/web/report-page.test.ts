// The page of a run, as a reader has it: opened from a file, clicked through, read by keyboard, on any screen.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { loadSystems } from "../../src/cli/plug-in-option.ts";
import { recordedRun } from "../../src/cli/run-recording.ts";
import { loadStories } from "../../src/cli/stories.ts";
import { pageFiles } from "../../src/report/html.ts";
import { faultline, filesIn } from "../cli/command.ts";
import { hasBrowser, launchBrowser } from "./browser.ts";
import { type Opened, opened, overhang } from "./opened.ts";

const unfenced = "scenarios/mesh/fm-001-network-timeout.yaml#source-decides-unfenced";

describe.skipIf(!hasBrowser)("the page of a violation", () => {
  const folder = mkdtempSync(join(tmpdir(), "faultline-page-"));
  const file = join(folder, "index.html");
  let browser: Browser;
  let reader: Opened;

  beforeAll(async () => {
    browser = await launchBrowser();
    await faultline(["run", unfenced, "--report", folder]);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    reader = await opened(browser, file);
    return async () => {
      await reader.page.close();
      if (reader.complaints.length > 0) throw new Error(`the page complains: ${reader.complaints.join("; ")}`);
    };
  });

  const shownWindow = async (): Promise<readonly number[]> => {
    const words = (await reader.page.locator("output.window").textContent()) ?? "";
    return [...words.matchAll(/[\d.]+/g)].map(([number]) => Number(number));
  };
  const detail = async (): Promise<string> => (await reader.page.getByTestId("detail").textContent()) ?? "";

  test("says what broke, opens there, and is below 3 MB", async () => {
    const { page } = reader;
    expect(await page.locator("h1").textContent()).toMatch(/^As the story expects, A\d+ is broken at [\d.]+ s, on /);
    expect(await detail()).toMatch(/ is broken: .*In this step.*Its state, before and after.*What it rests on/s);
    expect(await page.locator(".violation").count()).toBeGreaterThan(0);
    expect(statSync(file).size).toBeLessThan(3_000_000);
  });

  test("jumps from a property to its first violation, which is told with what it rests on", async () => {
    const { page } = reader;
    const row = page.locator(".properties tr", { hasText: "MESH-INV-04" });
    const place = /go to ([\d.]+) s on (\S+)/.exec((await row.locator(".jump").textContent()) ?? "");
    await row.locator(".jump").click();
    expect(await detail()).toContain("MESH-INV-04 is broken:");
    expect(await detail()).toContain(`${place?.[2]} at ${place?.[1]}`);
    const [from = Infinity, to = -Infinity] = await shownWindow();
    expect(Number(place?.[1])).toBeGreaterThan(from);
    expect(Number(place?.[1])).toBeLessThan(to);
    await page.locator(".chain button").first().click();
    expect(await detail()).not.toContain("MESH-INV-04 is broken:");
  });

  test("zooms and pans by buttons, pointer and wheel, and by keyboard", async () => {
    const { page } = reader;
    await page.getByRole("button", { name: "whole run" }).click();
    expect(await shownWindow()).toEqual([0, 32]);
    const stage = page.getByTestId("stage");
    await stage.scrollIntoViewIfNeeded();
    const box = (await stage.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(box.x + box.width / 2, box.y + 200);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -400);
    await page.keyboard.up("Control");
    const [zoomedFrom = 0, zoomedTo = 0] = await shownWindow();
    expect(zoomedTo - zoomedFrom).toBeLessThan(30);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 150, box.y + 200, { steps: 4 });
    await page.mouse.up();
    const [pannedFrom = 0, pannedTo = 0] = await shownWindow();
    expect(pannedFrom).toBeGreaterThan(zoomedFrom);
    expect(pannedTo - pannedFrom).toBeCloseTo(zoomedTo - zoomedFrom, 2);
    await stage.focus();
    await page.keyboard.press("ArrowLeft");
    expect((await shownWindow())[0]).toBeLessThan(pannedFrom);
    await page.keyboard.press("+");
    const [from = 0, to = 0] = await shownWindow();
    expect(to - from).toBeLessThan(pannedTo - pannedFrom);
    await page.keyboard.press("0");
    expect(await shownWindow()).toEqual([0, 32]);
    await page.keyboard.press("v");
    expect(await detail()).toContain(" is broken:");
    await page.keyboard.press("n");
    expect(await detail()).not.toBe("");
    await page.keyboard.press("Escape");
    expect(await detail()).toContain("Choose an arrow");
  });

  test("tells what is under a click: the step, the state around it, and what came of it", async () => {
    const { page } = reader;
    await page.getByRole("button", { name: "whole run" }).click();
    await page.getByTestId("stage").focus();
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.keyboard.press("Escape");
    await page.locator(".story .line", { hasText: "dropped by a fault" }).first().click();
    const told = await detail();
    expect(told).toContain("dropped by a fault");
    const mark = (await page.locator(".chosen-mark circle").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.keyboard.press("Escape");
    expect(await detail()).toContain("Choose an arrow");
    await page.mouse.click(mark.x + mark.width / 2, mark.y + mark.height / 2);
    expect(await detail()).toContain("dropped by a fault");
  });

  test("has a text alternative of what is in the window", async () => {
    const { page } = reader;
    await page.getByTestId("nearby").locator("summary").click();
    const lines = page.getByTestId("nearby").locator("li");
    // Drawn when the browser has told that it is open, which is not at once.
    await expect.poll(() => lines.count()).toBeGreaterThan(20);
    const all = await lines.count();
    await page.getByPlaceholder("a player, a transfer").fill("player-3/1");
    await expect.poll(() => lines.count()).toBeLessThan(all);
    const followed = await lines.allTextContents();
    expect(followed.length).toBeGreaterThan(3);
    expect(followed.filter((line) => !line.includes("player-3/1") && !line.includes("is broken"))).toEqual([]);
  });

  test("tells of messages that were sent before the window and are on their way in it", async () => {
    const { page } = reader;
    await page.getByTestId("nearby").locator("summary").click();
    const crossing = async (): Promise<readonly string[]> => {
      const [fromS = 0] = await shownWindow();
      const lines = await page.getByTestId("nearby").locator("li").allTextContents();
      return lines.filter((line) => Number.parseFloat(line) < fromS - 0.001);
    };
    await expect.poll(async () => (await crossing()).length).toBeGreaterThan(0);
    expect((await crossing()).filter((line) => !line.includes("→"))).toEqual([]);
  });

  test("charts show the time that the diagram shows", async () => {
    const { page } = reader;
    const titles = await page.locator(".time-charts figcaption").allTextContents();
    expect(titles.map((title) => title.split(" ", 1)[0])).toEqual(
      expect.arrayContaining(["Latency", "Transfers", "Retries", "Load"]),
    );
    expect(await page.locator(".plot canvas").count()).toBe(titles.length);
    await page.locator(".plot").first().scrollIntoViewIfNeeded();
    const over = page.locator(".plot .u-over").first();
    const box = (await over.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(box.x + 100, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 30, { steps: 3 });
    const before = await shownWindow();
    await page.mouse.up();
    const after = await shownWindow();
    expect((after[1] ?? 0) - (after[0] ?? 0)).toBeLessThan((before[1] ?? 0) - (before[0] ?? 0));
  });

  test("what can be taken along is what the command wrote", async () => {
    const { page } = reader;
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: /\.yaml$/ }).click(),
    ]);
    const kept = join(folder, "taken.yaml");
    await download.saveAs(kept);
    const again = await faultline(["run", kept, "--json"]);
    const { runs } = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as { runs?: unknown };
    expect(again.code).toBe(0);
    expect(runs).toBeUndefined();
    expect(again.stdout).toContain((await page.locator("main").textContent())?.match(/digest ([0-9a-f]{32})/)?.[1]);
    const beside = await page.locator(".downloads a").allTextContents();
    expect(filesIn(folder)).toEqual(expect.arrayContaining(beside));
  });

  test.each([
    ["light", "rgb(255, 255, 255)"],
    ["dark", "rgb(15, 19, 24)"],
  ] as const)("is %s where the screen is, and fits a telephone", async (colorScheme, ground) => {
    const narrow = await opened(browser, file, { viewport: { width: 400, height: 800 }, colorScheme });
    expect(await overhang(narrow.page)).toBe(0);
    expect(await narrow.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).toBe(ground);
    expect(await narrow.page.locator(".stage canvas").isVisible()).toBe(true);
    await narrow.page.emulateMedia({ media: "print" });
    expect(await narrow.page.locator(".toolbar").isVisible()).toBe(false);
    expect(narrow.complaints).toEqual([]);
    await narrow.page.close();
  });

  test("every control has a name, and everything can be reached by Tab", async () => {
    const { page } = reader;
    const nameless = await page.evaluate<
      readonly string[]
    >(`[...document.querySelectorAll("button, a, input, summary, [tabindex]")]
      .filter((one) => !(one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent.trim()))
      .map((one) => one.outerHTML.slice(0, 100))`);
    expect(nameless).toEqual([]);
    await page.locator(".story button").last().focus();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.closest('.toolbar') !== null")).toBe(true);
    expect(await page.locator("h1").count()).toBe(1);
  });
});

describe.skipIf(!hasBrowser)("the page of a large run", () => {
  test("has its diagram in a file beside it, and says so when that is missing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "faultline-large-"));
    const browser = await launchBrowser();
    try {
      const [story] = loadStories(["scenarios/raft/reads.yaml#base"], {
        systems: loadSystems([]),
        set: [],
        variant: undefined,
      });
      if (story === undefined) throw new Error("the story is there");
      const { page } = recordedRun(story, 1, "", "index");
      const template = readFileSync("dist/web/report.html", "utf8");
      const files = pageFiles(template, "index", page, { rows: [] }, template.length + 50_000);
      expect(files.map(({ name }) => name)).toEqual(["index.html", "index.timeline.js"]);
      for (const { name, text } of files) writeFileSync(join(folder, name), text);
      const whole = await opened(browser, join(folder, "index.html"));
      expect(await whole.page.locator(".stage canvas").isVisible()).toBe(true);
      expect(whole.complaints).toEqual([]);
      rmSync(join(folder, "index.timeline.js"));
      const alone = await opened(browser, join(folder, "index.html"));
      expect(await alone.page.getByRole("alert").textContent()).toContain(
        "index.timeline.js, which is not beside this page",
      );
      expect(await alone.page.locator(".properties").isVisible()).toBe(true);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  });
});
