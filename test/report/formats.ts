// Holds a text against the schema of its format, and says what is wrong with it.
import { readFileSync } from "node:fs";

import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { default as addFormats } from "ajv-formats";
import { validateXML } from "xmllint-wasm";

const schemaFile = (name: string): string => readFileSync(new URL(`schemas/${name}`, import.meta.url), "utf8");

export async function junitMistakes(text: string): Promise<readonly string[]> {
  const { errors } = await validateXML({
    xml: { fileName: "junit.xml", contents: text },
    schema: { fileName: "junit.xsd", contents: schemaFile("junit.xsd") },
  });
  return errors.map(({ message }) => message);
}

/** @returns what is wrong with a value by a JSON Schema of today, one line each. */
export const mistakesBy = (schema: object): ((value: unknown) => readonly string[]) =>
  mistakesOf(new Ajv2020({ strict: false, allErrors: true }), schema);

function mistakesOf(ajv: Ajv | Ajv2020, schema: object): (value: unknown) => readonly string[] {
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (value) =>
    validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Draft 4 says `id` where later drafts say `$id`; of all else that differs between them, this schema uses nothing. */
function sarifSchema(): object {
  const {
    $schema: _draft,
    id: _id,
    ...schema
  } = JSON.parse(schemaFile("sarif-2.1.0.json")) as {
    $schema: string;
    id: string;
  };
  return schema;
}

export const sarifMistakes: (value: unknown) => readonly string[] = mistakesOf(
  // Its patterns are of the older syntax of regular expressions.
  new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }),
  sarifSchema(),
);

/** A workflow command: "::error file=a,line=1,title=b::message", where "%", line breaks, ":" and "," are escaped. */
const annotation =
  /^::(?:error|warning|notice) (?:(?:file|title)=(?:[^%:,\r\n]|%25|%0D|%0A|%3A|%2C)+,?|line=[1-9]\d*,?)+::(?:[^%\r\n]|%25|%0D|%0A)*$/;

export const isAnnotation = (line: string): boolean => annotation.test(line);
