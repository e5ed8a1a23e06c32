// What must happen over a campaign for its verdicts to mean anything (properties.md §1 trap 11). Never fails a run.

import type { Rule } from "../../../check/property.ts";
import type { JudgedFact, MeshView } from "../mesh-view.ts";
import type { MeshProperty, MeshRules, Told } from "./mesh-property.ts";

/** Happens when a fact of that name is stated, and is such a one. */
function happens<Name extends JudgedFact["fact"]>(
  id: string,
  claim: string,
  name: Name,
  such: (fact: Told<Name>, view: MeshView) => boolean = () => true,
): MeshProperty {
  const rule: Rule<MeshView, Told<Name>> = (view, fact, _at, findings) => {
    if (such(fact, view)) findings.happened();
  };
  // One entry, under the name of the fact that its rule takes.
  const rules = { [name]: rule } as unknown as MeshRules;
  return { id, kind: "sometimes", claim, source: "properties.md §1 trap 11", rules };
}

/** Two servers believe at once: then one that acts could have broken A1. */
const beliefsOverlap = happens(
  "SEEN-OVERLAP",
  "two servers believe in their authority over one player at once",
  "authorityTaken",
  (fact, view) => (view.players.get(fact.player)?.beliefs.size ?? 0) > 1,
);

export const coverage: readonly MeshProperty[] = [
  happens("SEEN-COMMIT", "a transfer completes", "transferEnded", ({ outcome }) => outcome === "completed"),
  happens("SEEN-ROLLBACK", "a transfer is rolled back", "transferEnded", ({ outcome }) => outcome === "rolledBack"),
  happens(
    "SEEN-FORCED",
    "a transfer is ended by the watchdog or the operator",
    "transferEnded",
    ({ endedBy }) => endedBy === "watchdog" || endedBy === "operator",
  ),
  happens(
    "SEEN-RETRY",
    "a transfer completes by a retry",
    "transferEnded",
    ({ outcome, attempt }) => outcome === "completed" && attempt > 1,
  ),
  happens(
    "SEEN-ABANDONED",
    "a process ends with a transfer of its own open",
    "nodeCrashed",
    (_fact, view) => view.abandoned.length > 0,
  ),
  happens("SEEN-ATTEMPT-FAILED", "an attempt fails", "attemptFailed"),
  happens("SEEN-LATE", "a late message of a transfer is ignored", "lateMessageIgnored"),
  happens("SEEN-MISMATCH", "a shipped state fails its check", "stateMismatch"),
  happens(
    "SEEN-FENCED",
    "a write is refused for its token",
    "effectRefused",
    ({ because }) => because === "staleToken",
  ),
  happens("SEEN-REPEATED", "a repeated operation is recognised", "effectRepeated"),
  happens("SEEN-UNANSWERED", "a client never learns what became of an action", "actionUnanswered"),
  happens("SEEN-IGNORED", "a client ignores an output of an old owner", "emitIgnored"),
  happens("SEEN-ITEM-MOVED", "an item changes hands", "effectAccepted", (_fact, view) => view.itemsMoved.length > 0),
  happens("SEEN-NOTICE", "a client shows a notice", "noticeShown"),
  beliefsOverlap,
];
