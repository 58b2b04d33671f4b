// "Download for Jupyter": the lab's folder, put together here from what the pages use.

import { fetched } from "./fetched.js";
import { part } from "./recorded.js";
import { keepFile, readZip, writeZip } from "./zip.js";

const note = document.getElementById("note");

async function download({ lab, needs }) {
  const { zip, recorded, pictures } = JSON.parse(needs);
  const here = (address) => fetched(address.replace("../", ""));
  note.textContent = "The zip is being put together …";
  const files = {};
  for (const [path, data] of Object.entries(await readZip(await here(zip)))) files[`${lab}/${path}`] = data;
  for (const address of Object.values(recorded))
    for (const [at, bytes] of await part(address.replace("../", ""))) files[`${lab}/recorded.npz`].set(bytes, at);
  for (const [path, address] of Object.entries(pictures)) files[`${lab}/${path}`] = new Uint8Array(await here(address));
  keepFile(`${lab}.zip`, writeZip(files));
  note.textContent = `${lab}.zip is downloaded: unpack it and read its README.md.`;
}

for (const button of document.querySelectorAll(".jupyter"))
  button.addEventListener("click", () =>
    download(button.dataset).catch((error) => {
      note.textContent = `The zip could not be fetched (${error.message}): are you online? Try again.`;
    }),
  );
