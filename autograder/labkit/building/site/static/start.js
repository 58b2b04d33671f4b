// Python takes longest: it starts before the editors have come.

import { Python } from "./python.js";

const here = (address, base = location.href) => new URL(address, base).href;

export const data = JSON.parse(document.getElementById("data").textContent);
export const python = new Python({
  address: here(document.documentElement.dataset.python),
  zip: here(data.zip),
  code: here("./browser.py", import.meta.url),
  pictures: Object.fromEntries(Object.entries(data.pictures).map(([path, to]) => [path, here(to)])),
});
