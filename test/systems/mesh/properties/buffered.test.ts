// MESH-INV-09: what a client had buffered is done, or refused for what it asked.
import { expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import { Story } from "./story.ts";

const actions = ["p1/1/2", "p1/1/3"];

/** p1 is back in play and asks for two actions again. */
function back(): Story {
  const story = new Story().join("p1", "n1", 1).act("p1", "n1", 1);
  for (const action of actions) story.invoke("p1", action);
  return story.say("p1", {
    fact: "player_reconnected",
    player: nodeId("p1"),
    server: nodeId("n1"),
    afterUs: 1000,
    actions,
  });
}

test("both are refused before the first answer arrives: each was answered by somebody who could act", () => {
  const story = back();
  for (const action of actions) story.refuse("p1", "n1", 1, action, "itemGone");
  for (const action of actions) story.answer("p1", action, "failed");
  expect(story.result("MESH-INV-09")).toMatchObject({ status: "held", exercised: 2 });
});

test("one that fails without having been refused was lost", () => {
  const story = back().refuse("p1", "n1", 1, "p1/1/2", "itemGone");
  for (const action of actions) story.answer("p1", action, "failed");
  expect(story.result("MESH-INV-09")).toMatchObject({ status: "violated", violations: 1 });
});
