// Conversations with a Raft group, by section of the paper.
import { describe } from "vitest";
import { holdConversations } from "../../conversations.ts";
import { converse } from "./conversation.ts";

describe("conversations with a Raft group", () => {
  holdConversations("test/golden/raft", converse);
});
