// Actions on an object that is one content and nothing else: most of them need the content to be something, or put
// something in its place, or both.

import type { Action, Meaning } from "./model.ts";

export interface CellAction {
  readonly says: string;
  /** The content it can happen with; undefined: any. */
  readonly from: string | undefined;
  /** The content it puts there; undefined: it leaves it as it is. */
  readonly to: string | undefined;
}

export function cellAction({ says, from, to }: CellAction): Meaning<string> {
  const action: Action<string> = {
    says,
    next: (content) => (from === undefined || from === content ? (to ?? content) : undefined),
    observes: to === undefined,
    overwrites: from === undefined && to !== undefined,
    needs: from,
    leaves: to,
  };
  return { type: "action", action };
}
