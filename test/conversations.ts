// Conversations (STYLE §8): blocks of commands, each followed by ---- and everything that happened. What a command means
// is up to whoever holds the conversation.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

import { expect, test } from "vitest";

const update = process.env["UPDATE"] === "1";

/** What commands are performed on: its lines are the answers. */
interface Told {
  readonly lines: readonly string[];
}

/** Performs every block and returns the whole text with the answers as they are now. `stage`: undefined before the first. */
export function converseBy(text: string, perform: (command: string) => void, stage: () => Told | undefined): string {
  const blocks = text.split(/\n{2,}/).filter((block) => block.trim() !== "");
  return `${blocks.map((block) => answerTo(block, perform, stage)).join("\n\n")}\n`;
}

function answerTo(block: string, perform: (command: string) => void, stage: () => Told | undefined): string {
  const lines = block.trimEnd().split("\n");
  const rule = lines.indexOf("----");
  const question = rule < 0 ? lines : lines.slice(0, rule);
  if (question.every((line) => line.startsWith("#"))) return question.join("\n");
  const before = stage();
  const told = before?.lines.length ?? 0;
  const commands = question.filter((line) => !line.startsWith("#")).flatMap((line) => line.split(";"));
  for (const command of commands) perform(command.trim());
  const now = stage();
  return [...question, "----", ...(now?.lines ?? []).slice(now === before ? told : 0)].join("\n");
}

/** A test for each file of a folder. UPDATE=1 rewrites them; commit a changed answer only if you can say why. */
export function holdConversations(folder: string, converse: (text: string) => string): void {
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()) {
    const path = `${folder}/${file}`;
    const text = readFileSync(path, "utf8");
    const about = text.split("\n")[0]?.replace(/^# /, "") ?? file;
    test(`${file}: ${about}`, () => {
      const now = converse(text);
      if (update) writeFileSync(path, now);
      expect(now).toBe(update ? now : text);
    });
  }
}
