// The viewer of one report page.

import "./style.css";
import "uplot/dist/uPlot.min.css";

import { render } from "preact";

import { App } from "./app.tsx";
import { readMeta, readPage } from "./document.ts";
import { followScheme } from "./palette.ts";

const root = document.querySelector("#app");
if (root !== null) {
  followScheme();
  root.textContent = "";
  render(<App page={readPage()} meta={readMeta()} />, root);
}
