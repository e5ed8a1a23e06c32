// What an operator can type, as the workload writes it, and what is made of it on the wire.

import { z } from "zod";

import { duration } from "../quantities.ts";

/** Orders that go to the coordinator; `forceRollback` goes on to a server, and has messages of its own. */
export const orderVerbs = [
  "drain",
  "resume",
  "addNode",
  "freeze",
  "unfreeze",
  "stopAdmissions",
  "openAdmissions",
] as const;

export type OrderVerb = (typeof orderVerbs)[number];

const server = (about: string) => z.string().describe(about);
const region = (about: string) => z.int().min(0).max(9999).describe(about);
const yes = (about: string) => z.literal(true).describe(about);
const reason = z.string().min(1).max(500).describe("Free text, kept in the record.");

/** Each arm has one key that no other has. */
const typed = <When extends z.ZodRawShape>(when: When) =>
  z.union([
    z.strictObject({ ...when, forceRollback: z.string().describe("Name of the player (MESH-F7-07)."), reason }),
    z.strictObject({ ...when, drain: server("The server that gives its regions and players away."), reason }),
    z.strictObject({ ...when, resume: server("The server that takes part again after a drain."), reason }),
    z.strictObject({ ...when, addNode: server("The spare that gets a region."), reason }),
    z.strictObject({ ...when, freeze: region("The region in which play stands still, from 0 (MESH-IR-01)."), reason }),
    z.strictObject({ ...when, unfreeze: region("The region in which play goes on."), reason }),
    z.strictObject({ ...when, stopAdmissions: yes("Nobody new is let in (MESH-FT-28)."), reason }),
    z.strictObject({ ...when, openAdmissions: yes("Whoever comes is let in."), reason }),
  ]);

export const scripted = typed({ at: duration.describe("When the operator types the command.") });

/** A reaction to an alert (MESH-IR-01..04). */
export const playbookEntry = typed({
  on: z.enum(["P1", "P2", "P3"]).describe("Alerts of this priority: P1 is critical, P2 high, P3 medium (X-ALL-02)."),
  after: duration.describe("From the alert to the command: the people have to come, look, and decide."),
  spread: duration.prefault("0s").describe("Added to it at random, up to this."),
});

export type Scripted = z.infer<typeof scripted>;
export type PlaybookEntry = z.infer<typeof playbookEntry>;

/** A command, whatever made somebody type it. `subject`: a player, a server, the number of a region, or empty. */
export interface Command {
  readonly verb: "forceRollback" | OrderVerb;
  readonly subject: string;
  readonly reason: string;
}

export function commandOf(entry: Scripted | PlaybookEntry): Command {
  const { reason: why } = entry;
  if ("forceRollback" in entry) return { verb: "forceRollback", subject: entry.forceRollback, reason: why };
  if ("drain" in entry) return { verb: "drain", subject: entry.drain, reason: why };
  if ("resume" in entry) return { verb: "resume", subject: entry.resume, reason: why };
  if ("addNode" in entry) return { verb: "addNode", subject: entry.addNode, reason: why };
  if ("freeze" in entry) return { verb: "freeze", subject: String(entry.freeze), reason: why };
  if ("unfreeze" in entry) return { verb: "unfreeze", subject: String(entry.unfreeze), reason: why };
  return { verb: "stopAdmissions" in entry ? "stopAdmissions" : "openAdmissions", subject: "", reason: why };
}
