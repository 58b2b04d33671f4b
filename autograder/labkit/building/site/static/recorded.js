// The recorded outcomes of one question: bytes of recorded.npz, each named by where they lie.

import { fetched } from "./fetched.js";
import { readZip } from "./zip.js";

/** [[position, bytes]] of the part at an address. */
export async function part(address) {
  return Object.entries(await readZip(await fetched(address))).map(([at, bytes]) => [Number(at), bytes]);
}
