// What clients of the replicated store are told (properties.md RF5, RF9).

import type { RaftProperty } from "./raft-view.ts";

/**
 * RF5, by versions: the order of writes is that of the log. Whoever is answered, is answered at a point of that order not
 * before anything that anyone was told before it asked; a version has one value; and a cas is done when the version before
 * its own is the one it expected, and else is not. An operation without an answer may have happened or not: it counts once
 * somebody has seen it. Exercised by each answer about a key with a history.
 */
export const linearizable: RaftProperty = {
  id: "RF5",
  kind: "always",
  claim:
    "every answer agrees with one order of all operations, in which none precedes what was answered before it began",
  source: "properties.md RF5; Raft §8; thesis §6.4",
  rules: {
    "store.answered": (view, { operation, kind, key, done, version }, _at, findings) => {
      const { operation: asked } = view;
      if (asked === null) return;
      if (asked.floor > 0) findings.exercised();
      const writes = kind !== "get" && done;
      if (version < asked.floor || (writes && version === asked.floor)) {
        const because = `${operation} was answered with version ${version} of ${key}, and ${asked.floor} was told before it began`;
        findings.violated(key, because, [asked.floorEvent]);
      }
      if (kind === "cas" && !done && version === asked.expected) {
        findings.violated(key, `${operation} found version ${version} of ${key}, which it expected, and was not done`);
      }
      if (view.clash !== null) findings.violated(key, view.clash.because, view.clash.evidence);
    },
  },
};

/** RF9: a request is executed at one place of the log. Exercised by each execution of one that was executed before. */
export const exactlyOnce: RaftProperty = {
  id: "RF9",
  kind: "always",
  claim: "a request of a client session is executed once",
  source: "properties.md RF9; Raft §8; thesis §6.3",
  rules: {
    "store.executed": (view, { session, sequence, index }, at, findings) => {
      if (!view.met) return;
      findings.exercised();
      const first = view.executed.get(session)?.[sequence];
      if (first === index) return;
      const request = `request ${sequence} of session ${session}`;
      findings.violated(request, `${at.node} executed ${request} at index ${index}, and it was executed at ${first}`);
    },
  },
};
