// The way to other pages of the folder.

import type { LinksPart } from "../../report/page.ts";

/** Names of files only: a page leads nowhere else. */
const isName = (href: string): boolean => /^[a-z0-9][a-z0-9.-]*$/.test(href);

export const LinksView = ({ part }: { part: LinksPart }) => (
  <ul class="links">
    {part.links.map(({ href, words, about, tone }) => (
      <li key={href} class={tone === undefined ? "" : `tone-${tone}`}>
        {isName(href) ? <a href={href}>{words}</a> : words} <span class="hint">{about}</span>
      </li>
    ))}
  </ul>
);
