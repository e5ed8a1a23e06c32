// Pages of every kind of part, and of texts that would like to run: all of it is shown, and none of it does anything.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { pageFiles } from "../../src/report/html.ts";
import type { ReportPage } from "../../src/report/page.ts";
import { hasBrowser, launchBrowser } from "./browser.ts";
import { opened, overhang } from "./opened.ts";

const template = readFileSync("dist/web/report.html", "utf8");
const meta = { rows: [["host", "here"]] } as const;

const hostile = [
  "<script>alert(1)</script>",
  "</script><script>alert(2)</script>",
  "<!-- <script>",
  "<img src=x onerror=alert(3)>",
  "a\u2028b\u2029c",
  "\u202eegnahc \u2066level",
  "FAULTLINE_PAGE FAULTLINE_META <!--FAULTLINE_BESIDE-->",
  "x".repeat(10_000),
  "${alert(4)} $& $' `",
];

/** A text in every place that takes one. */
const pageOf = (text: string): ReportPage => ({
  kind: "sweep",
  title: text,
  verdict: { tone: "unsure", words: text },
  parts: [
    { type: "words", heading: text, about: text, paragraphs: [text] },
    {
      type: "table",
      heading: text,
      columns: [{ title: text }, { title: "n", align: "right" }],
      rows: [{ tone: "bad", cells: [text, "1"] }],
    },
    {
      type: "lines",
      heading: text,
      x: { title: text, unit: "durationUs" },
      y: { title: text, unit: "share" },
      series: [
        {
          name: text,
          points: [
            { x: 1, y: 0.5, low: 0.4, high: 0.6 },
            { x: 2, y: 0.7 },
          ],
        },
      ],
      marks: [{ on: "x", at: 1.5, words: text }],
    },
    {
      type: "heat",
      heading: text,
      columns: { title: text, labels: [text] },
      rows: { title: text, labels: [text] },
      unit: "count",
      better: "low",
      values: [[1_234]],
    },
    {
      type: "scatter",
      heading: text,
      x: { title: text, unit: "count" },
      y: { title: text, unit: "amount" },
      keys: { surely: text, roughly: text },
      points: [
        { x: 2, y: 2, xLow: 1, xHigh: 6, name: text, runs: 7, mark: text, isFront: true, isChosen: true, isSure: true },
        { x: 10, y: 2.1, name: text, runs: 7, mark: text, isFront: false, isChosen: false, isSure: false },
      ],
    },
    { type: "downloads", heading: text, files: [{ name: "a.txt", mediaType: "text/plain", text }] },
    { type: "links", heading: text, links: [{ href: "javascript:alert(5)", words: text, about: text }] },
    { type: "story", heading: text, lines: [{ atUs: 1, event: 1, node: text, text, tone: "bad" }] },
    {
      type: "properties",
      heading: text,
      rows: [{ id: text, claim: text, source: text, status: text, tone: "bad", because: text }],
    },
  ],
});

const write = (folder: string, page: ReportPage): string => {
  for (const { name, text } of pageFiles(template, "page", page, meta)) writeFileSync(join(folder, name), text);
  return join(folder, "page.html");
};

describe.skipIf(!hasBrowser)("any page", () => {
  const folder = mkdtempSync(join(tmpdir(), "faultline-any-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  test.each(hostile.map((text) => [text.slice(0, 40), text] as const))("shows %j as text", async (_, text) => {
    const { page, complaints } = await opened(browser, write(folder, pageOf(text)));
    expect(await page.locator(".part-words h2").textContent()).toBe(text);
    expect(await page.locator(".part-table td").first().textContent()).toBe(text);
    expect(await page.locator("script").count()).toBe(3);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator(".links a").count()).toBe(0);
    expect(await overhang(page)).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("draws sweeps, heat maps and fronts, with their numbers to read", async () => {
    const { page } = await opened(browser, write(folder, pageOf("one")));
    expect(await page.locator(".part-lines .interval").count()).toBe(1);
    expect(await page.locator(".part-lines .marks text").textContent()).toBe("one");
    expect(await page.locator(".heat td").last().textContent()).toBe("1 234");
    expect(await page.locator(".part-scatter .chart .chosen text").textContent()).toBe("one");
    expect(await page.locator(".part-scatter .chart .rough circle").count()).toBe(1);
    // The interval of x reaches from its lower end to its upper one: one below the value, four above it.
    const [left, value, right] = await page.evaluate<readonly number[]>(`(() => {
      const point = document.querySelector(".part-scatter .chart .chosen");
      const line = point.querySelectorAll("line")[1];
      return [line.getAttribute("x1"), point.querySelector("circle").getAttribute("cx"), line.getAttribute("x2")].map(Number);
    })()`);
    expect((right - value) / (value - left)).toBeCloseTo(4, 5);
    await page.locator(".part-lines .numbers summary").click();
    await page.locator(".part-scatter .numbers summary").click();
    expect(await page.locator(".part-scatter .numbers tbody tr").first().locator("td").allTextContents()).toEqual([
      "one",
      "2",
      "2",
      "7",
      "one",
      "recommended",
    ]);
    expect(await page.locator(".part-lines .numbers tbody tr").count()).toBe(2);
    await page.close();
  });

  test("lets no labels of a chart overlap, and breaks no number, on a narrow screen", async () => {
    const { page } = await opened(browser, write(folder, pageOf("recommended")), {
      viewport: { width: 400, height: 800 },
    });
    const marks = await page.locator(".part-scatter .chart .points text").all();
    const [one, other] = await Promise.all(marks.map(async (mark) => mark.boundingBox()));
    const isApart =
      one!.y + one!.height <= other!.y ||
      other!.y + other!.height <= one!.y ||
      one!.x + one!.width <= other!.x ||
      other!.x + other!.width <= one!.x;
    expect(isApart).toBe(true);
    expect(Math.max(one!.x + one!.width, other!.x + other!.width)).toBeLessThanOrEqual(400);
    expect((await page.locator(".heat td").last().boundingBox())!.height).toBeLessThan(40);
    await page.close();
  });

  test("runs nothing but its own script", async () => {
    const { page } = await opened(browser, write(folder, pageOf("one")));
    const ran = await page.evaluate(`new Promise((done) => {
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = true";
      document.body.append(script);
      setTimeout(() => done(globalThis.ran === true), 50);
    })`);
    expect(ran).toBe(false);
    await page.close();
  });
});

test("equal pages are equal bytes, and what differs is in one place", () => {
  const [one] = pageFiles(template, "page", pageOf("x"), meta);
  const [same] = pageFiles(template, "page", pageOf("x"), meta);
  const [other] = pageFiles(template, "page", pageOf("x"), { rows: [["host", "there"]] });
  expect(one).toEqual(same);
  const rest = (text: string | undefined) => text?.replace(/(?<=id="faultline-meta">)[^<]*/, "");
  expect(other?.text).not.toBe(one?.text);
  expect(rest(other?.text)).toBe(rest(one?.text));
});
