// Conversations with a Raft group, by section of the paper.
import { holdConversations } from "../../conversations.ts";
import { converse } from "./conversation.ts";

holdConversations("conversations with a Raft group", "test/golden/raft", converse);
