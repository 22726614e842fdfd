export async function findTeam(base, typed) {
  const compact = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
  const postcode = `${compact.slice(0, -3)} ${compact.slice(-3)}`;
  const response = await fetch(`${base}api/v1/sectors/${postcode.slice(0, -2).replace(" ", "-")}`);
  if (!response.ok) throw new Error((await response.json()).code);
  const { postcodes, teams, alternatives } = await response.json();
  const row = postcodes.find(([each]) => each === postcode);
  if (!row) throw new Error("postcode_unknown");
  const ids = [row[2], ...(alternatives[postcode] ?? [])].filter((id) => id !== null);
  // Near a boundary there are several: show them all.
  return { teams: ids.map((id) => ({ id, name: teams[id] })), nearBoundary: row[3] };
}
