// What a node says of itself that stays true for a while, such as a lease, a term or the authority over a player: for
// diagrams, in which it is a labelled span on the node's lane.

import type { NodeId } from "../base/ids.ts";

export interface SpanMark {
  /** What sort of thing it is, such as "lease": spans of a sort stand in the same rows of a lane. */
  readonly row: string;
  /** Which of them, such as a player. A mark with the row and key of a span that goes on ends it, or goes on with it. */
  readonly key: string;
  /** In a few words, such as "player-1, token 2". Absent: from here on it is no more. */
  readonly label?: string;
  /** Whose lane it is on. Absent: that of the node that said so. */
  readonly lane?: NodeId;
  /** Nobody else should have one of this row and key meanwhile: where two do, the diagram says so. */
  readonly isExclusive?: true;
  /** Whether it is as things should be; absent: neither. */
  readonly tone?: "good" | "bad";
}
