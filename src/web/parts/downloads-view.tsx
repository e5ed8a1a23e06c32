// Files that the page carries, and files beside it.

import type { DownloadsPart } from "../../report/page.ts";
import { printCount } from "../../report/words.ts";

export function DownloadsView({ part }: { part: DownloadsPart }) {
  return (
    <ul class="downloads">
      {part.files.map((file) => (
        <li key={file.name}>
          {"text" in file ? (
            <button type="button" onClick={() => save(file)}>
              {file.name}
            </button>
          ) : (
            <a href={file.name} download={file.name}>
              {file.name}
            </a>
          )}{" "}
          <span class="hint">
            {"text" in file
              ? `${printCount(file.text.length)} characters, in this page`
              : `${printCount(file.length)} characters, beside this page`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function save({
  name,
  mediaType,
  text,
}: {
  readonly name: string;
  readonly mediaType: string;
  readonly text: string;
}): void {
  const link = document.createElement("a");
  const url = URL.createObjectURL(new Blob([text], { type: mediaType }));
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
