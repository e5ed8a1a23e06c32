// Conversations with the mesh.
import { holdConversations } from "../../conversations.ts";
import { converse } from "./conversation.ts";

holdConversations("conversations with the mesh", "test/golden/mesh", converse);
