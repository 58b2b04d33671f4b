// Python takes longest: it starts before the rest of the page has come.

import { Python } from "./python.js";

const here = (address, base = location.href) => new URL(address, base).href;
const all = (addresses) => Object.fromEntries(Object.entries(addresses).map(([name, to]) => [name, here(`../${to}`)]));
const needs = JSON.parse(document.getElementById("needs").textContent);

export const python = new Python({
  address: here(document.documentElement.dataset.python),
  zip: here(`../${needs.zip}`),
  code: here("./browser.py", import.meta.url),
  recorded: all(needs.recorded),
  pictures: all(needs.pictures),
});
