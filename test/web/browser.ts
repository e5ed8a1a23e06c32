// The system's Chromium, without a head: what a reader of a report would use, and nothing downloaded for it.
import { existsSync } from "node:fs";

import { type Browser, chromium } from "playwright-core";

const places = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const path = places.find((place) => place !== "" && existsSync(place));
const isOnCi = process.env["CI"] === "true";

const launchFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Whether there is one. Without it tests are skipped loudly, and fail where nobody would hear it. */
export const hasBrowser = path !== undefined || isOnCi;

if (!hasBrowser) {
  process.stderr.write(
    "\nSKIPPED, for want of a browser: tests of report pages. Fix: apt-get install chromium, or set CHROMIUM.\n\n",
  );
}

export async function launchBrowser(): Promise<Browser> {
  if (path === undefined) throw new Error("there is no Chromium: apt-get install chromium, or set CHROMIUM to it");
  return chromium.launch({ executablePath: path, args: launchFlags });
}
