// Conversations with a Raft group, by section of the paper (STYLE §8). UPDATE=1 rewrites them; commit a changed answer
// only if you can say why.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { converse } from "./conversation.ts";

const folder = "test/protocols/raft/golden";
const update = process.env["UPDATE"] === "1";

describe("conversations with a Raft group", () => {
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()) {
    const path = `${folder}/${file}`;
    const text = readFileSync(path, "utf8");
    const title = text.split("\n")[0]?.replace(/^# /, "") ?? file;
    test(`${file}: ${title}`, () => {
      const now = converse(text);
      if (update) writeFileSync(path, now);
      expect(now).toBe(update ? now : text);
    });
  }
});
