/** The bytes at an address; throws where there are none. */
export async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  return answer.arrayBuffer();
}
