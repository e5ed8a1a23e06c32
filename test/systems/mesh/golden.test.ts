// Conversations with the mesh.
import { describe } from "vitest";
import { holdConversations } from "../../conversations.ts";
import { converse } from "./conversation.ts";

describe("conversations with the mesh", () => {
  holdConversations("test/golden/mesh", converse);
});
