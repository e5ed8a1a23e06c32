// What clients and the server say to each other, what they state for the judge, and what can be set.
import { positiveDuration } from "faultline";
import { z } from "zod";

export type LockMessage =
  /** A client asks for the lock; `ask` tells its questions apart. */
  | { readonly type: "acquire"; readonly ask: number }
  /** It has the lock for one lease; a later grant has a higher token. */
  | { readonly type: "grant"; readonly ask: number; readonly token: number }
  /** It is done before the lease ends. */
  | { readonly type: "release"; readonly token: number };

/** Statements about the run: the judge knows nothing else. */
export type LockFact =
  | { readonly fact: "asked"; readonly ask: number }
  | { readonly fact: "granted"; readonly client: string; readonly token: number }
  | { readonly fact: "used"; readonly token: number }
  | { readonly fact: "lapsed"; readonly token: number }
  | { readonly fact: "released"; readonly token: number };

export const settings = z.strictObject({
  lease: z
    .strictObject({
      duration: positiveDuration.prefault("1s").describe("How long a grant is good for, by the server's clock."),
      countsFrom: z
        .enum(["asked", "received"])
        .default("asked")
        .describe("When a client begins to count its lease: received is the bug, since a grant takes time to arrive."),
    })
    .prefault({}),
  retry: positiveDuration.prefault("300ms").describe("A client that got no answer asks again after this long."),
});

export const workload = z.strictObject({
  think: positiveDuration.prefault("500ms").describe("A client wants the lock again after this long, up to twice."),
  useEvery: positiveDuration.prefault("50ms").describe("Time between two uses of the lock."),
  uses: z.int().min(1).max(1000).default(15).describe("Uses before the lock is given back."),
});

export type LockSettings = z.infer<typeof settings>;
export type LockWorkload = z.infer<typeof workload>;
