// Which key was meant, whatever alphabet the keyboard writes: on a Russian one J gives "о", and / a full stop.
const SIGNS = { "№": "#", Slash: { ".": "/", ",": "?" } };

export function keyOf({ key, code = "" }) {
  if (/^Key[A-Z]$/.test(code) && key.length === 1 && key > "\x7f") return code.at(-1).toLowerCase();
  return SIGNS[code]?.[key] ?? (key.length === 1 ? SIGNS[key] : undefined) ?? key;
}
