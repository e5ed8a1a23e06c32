// Picks one of many nodes by a draw, such that a node added or taken away changes only the picks that it wins or won.

import type { Controls, NodeIndex } from "../controls.ts";

const drawBelow = 0x1_0000_0000;

/** One of the nodes, or none of none. Takes one decision from the fault's own stream. */
export function pickNode(nodes: readonly NodeIndex[], id: string, controls: Controls): readonly NodeIndex[] {
  const drawn = controls.streams.named("fault target", id).below(drawBelow);
  let best: { readonly node: NodeIndex; readonly score: number } | undefined;
  for (const node of nodes) {
    const score = scoreOf(drawn, controls.subjectOf(node));
    // Nodes are in order of declaration: of equal scores the first wins.
    if (best === undefined || score < best.score) best = { node, score };
  }
  return best === undefined ? [] : [best.node];
}

/** An even 32-bit number for a draw and a name (highest-random-weight choice; Thaler and Ravishankar, 1998). */
function scoreOf(drawn: number, subject: string): number {
  let hash = drawn | 0;
  for (let at = 0; at < subject.length; at++) hash = Math.imul(hash ^ subject.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
