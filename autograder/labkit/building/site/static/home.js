// "Download for Jupyter": the lab's folder, put together here from what the pages use.

import { fetched } from "./fetched.js";
import { keepFile, readZip, writeZip } from "./zip.js";

const note = document.getElementById("note");

async function download({ lab, zip, pictures }) {
  note.textContent = "The zip is being put together …";
  const files = {};
  for (const [path, data] of Object.entries(await readZip(await fetched(zip)))) files[`${lab}/${path}`] = data;
  for (const [path, address] of Object.entries(JSON.parse(pictures)))
    files[`${lab}/${path}`] = new Uint8Array(await fetched(address.replace("../", "")));
  keepFile(`${lab}.zip`, writeZip(files));
  note.textContent = `${lab}.zip is downloaded: unpack it and read its README.md.`;
}

for (const button of document.querySelectorAll(".jupyter"))
  button.addEventListener("click", () =>
    download(button.dataset).catch((error) => {
      note.textContent = `The zip could not be fetched (${error.message}): are you online? Try again.`;
    }),
  );
