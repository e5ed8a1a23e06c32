// A page as a reader opens it: from a file, with everything noted that it complains of or asks for.
import { pathToFileURL } from "node:url";

import type { Browser, Page } from "playwright-core";

export interface Opened {
  readonly page: Page;
  /** Nothing is to be there. */
  readonly complaints: string[];
}

export async function opened(
  browser: Browser,
  file: string,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
  page.on("request", (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) complaints.push(`asks the network for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  await page.locator("h1").waitFor();
  return { page, complaints };
}

/** How much wider the page is than the screen, pixels. */
export const overhang = async (page: Page): Promise<number> =>
  page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
