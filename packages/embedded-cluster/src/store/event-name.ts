let sequence = 0;
const perMillisecond = 1_000_000;

/** Names an event as recorders do, by object and nanosecond: a list has them in the order in which they came. */
export function eventName(object: string, now: number): string {
  sequence = (sequence + 1) % perMillisecond;
  const time = BigInt(Math.floor(now)) * BigInt(perMillisecond) + BigInt(sequence);
  return `${object}.${time.toString(16)}`;
}
