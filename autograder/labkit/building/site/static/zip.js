// Zip files without a library: a student can take the work away whatever becomes of Python.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const bytesOf = (content) => (typeof content === "string" ? new TextEncoder().encode(content) : content);

// Local and central headers share these fields, two or four bytes each.
function fields(name, data) {
  const now = new Date();
  const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
  const date = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
  return [[2, 20], [2, 0x800], [2, 0], [2, time], [2, date], [4, crc32(data)],
    [4, data.length], [4, data.length], [2, name.length], [2, 0]];
}

function packed(list) {
  const bytes = [];
  for (const [size, value] of list) for (let i = 0; i < size; i++) bytes.push((value >>> (8 * i)) & 255);
  return Uint8Array.from(bytes);
}

/** A zip of {path: text or bytes} as a Blob; its members are stored, not squeezed. */
export function writeZip(files) {
  const parts = [], central = [];
  let offset = 0, size = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = bytesOf(path), data = bytesOf(content), shared = fields(name, data);
    const local = packed([[4, 0x04034b50], ...shared]);
    const entry = packed([[4, 0x02014b50], [2, 0x0314], ...shared, [2, 0], [2, 0], [2, 0], [4, (0o100644 << 16) >>> 0], [4, offset]]);
    parts.push(local, name, data);
    central.push(entry, name);
    offset += local.length + name.length + data.length;
    size += entry.length + name.length;
  }
  const count = Object.keys(files).length;
  const end = packed([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]]);
  return new Blob([...parts, ...central, end], { type: "application/zip" });
}

/** {path: bytes} of a zip; throws where it is none. */
export async function readZip(buffer) {
  const view = new DataView(buffer), bytes = new Uint8Array(buffer);
  let end = buffer.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error("it is no zip file");
  const files = {};
  let at = view.getUint32(end + 16, true);
  for (let i = view.getUint16(end + 10, true); i > 0; i--) {
    const [method, size] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true)];
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const local = view.getUint32(at + 42, true);
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name));
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (!path.endsWith("/")) {
      files[path] = await unpacked(bytes.slice(start, start + size), method);
      if (crc32(files[path]) !== view.getUint32(at + 16, true)) throw new Error(`${path} in it is damaged`);
    }
    at += 46 + name + extra + comment;
  }
  return files;
}

async function unpacked(data, method) {
  if (method === 0) return data;
  if (method !== 8) throw new Error("it is packed in a way that this page cannot read");
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Let the browser keep a file. */
export function keepFile(name, blob) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
