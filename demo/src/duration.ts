const UNITS: [name: string, seconds: number][] = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** A span for people, its two largest units: 3725 → "1 hour 2 minutes". `seconds` is whole and not negative. */
export function humanDuration(seconds: number): string {
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  if (first === -1) return "0 seconds";
  let rest = seconds;
  return UNITS.slice(first, first + 2)
    .flatMap(([name, size]) => {
      const count = Math.floor(rest / size);
      rest %= size;
      return count === 0 ? [] : [`${count} ${name}${count === 1 ? "" : "s"}`];
    })
    .join(" ");
}
