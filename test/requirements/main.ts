// `npm run requirements`: writes what asks for what, and what shows it, to reports/requirements.md and .json.
import { writeWhole } from "../../src/cli/files.ts";
import { asJson, asMarkdown, tracedRepository } from "./report.ts";

const repository = tracedRepository();
writeWhole("reports/requirements.md", asMarkdown(repository));
writeWhole("reports/requirements.json", asJson(repository));
process.stdout.write("wrote reports/requirements.md and reports/requirements.json\n");
