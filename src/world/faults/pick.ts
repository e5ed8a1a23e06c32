// Picks one of many nodes by a draw, such that a node added or taken away changes only the picks that it wins or won.

import type { Controls, NodeIndex } from "../controls.ts";

const drawBelow = 0x1_0000_0000;

/** The nodes in an order drawn anew. Takes one decision from the fault's own stream, however many nodes there are. */
export function shuffleNodes(nodes: readonly NodeIndex[], id: string, controls: Controls): readonly NodeIndex[] {
  const drawn = controls.streams.named("faultTarget", id).below(drawBelow);
  return nodes
    .map((node) => ({ node, score: scoreOf(drawn, controls.subjectOf(node)) }))
    .sort((left, right) => left.score - right.score || left.node - right.node)
    .map(({ node }) => node);
}

/** One of the nodes, or none of none: the first of the shuffled ones. */
export function pickNode(nodes: readonly NodeIndex[], id: string, controls: Controls): readonly NodeIndex[] {
  return shuffleNodes(nodes, id, controls).slice(0, 1);
}

/** An even 32-bit number for a draw and a name (highest-random-weight choice; Thaler and Ravishankar, 1998). */
function scoreOf(drawn: number, subject: string): number {
  let hash = drawn | 0;
  for (let at = 0; at < subject.length; at++) hash = Math.imul(hash ^ subject.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
