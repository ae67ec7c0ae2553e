const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** Time since an RFC 3339 instant as kubectl prints it: `5s`, `3m20s`, `2h5m`, `4d3h`, `2y10d`. */
export function age(instant: string, now: number): string {
  const from = Date.parse(instant);
  if (Number.isNaN(from)) return '<unknown>';
  const elapsed = Math.max(0, now - from);
  const whole = (unit: number): number => Math.floor(elapsed / unit);
  const both = (unit: number, name: string, smaller: number, smallerName: string): string => {
    const rest = Math.floor((elapsed % unit) / smaller);
    return rest === 0 ? `${whole(unit)}${name}` : `${whole(unit)}${name}${rest}${smallerName}`;
  };
  if (elapsed < 2 * minute) return `${whole(second)}s`;
  if (elapsed < 10 * minute) return both(minute, 'm', second, 's');
  if (elapsed < 3 * hour) return `${whole(minute)}m`;
  if (elapsed < 8 * hour) return both(hour, 'h', minute, 'm');
  if (elapsed < 2 * day) return `${whole(hour)}h`;
  if (elapsed < 8 * day) return both(day, 'd', hour, 'h');
  if (elapsed < 2 * year) return `${whole(day)}d`;
  return elapsed < 8 * year ? both(year, 'y', day, 'd') : `${whole(year)}y`;
}
