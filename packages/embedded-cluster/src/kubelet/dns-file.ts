import { readFileSync } from 'node:fs';
import type { Pod } from './pod-types.ts';

/** `resolv.conf` of a pod that asks for one of its own, else undefined: the machine's is used as it is. */
export function dnsFile(pod: Pod): string | undefined {
  const { dnsConfig, dnsPolicy } = pod.spec;
  if (dnsConfig === undefined && dnsPolicy !== 'None') return undefined;
  const own = dnsPolicy === 'None' ? [] : machineLines();
  const values = (keyword: string): readonly string[] =>
    own.flatMap((line) =>
      line.startsWith(`${keyword} `) ? line.slice(keyword.length).trim().split(/\s+/u) : [],
    );
  const options = (dnsConfig?.options ?? []).map(({ name, value }) =>
    value === undefined ? name : `${name}:${value}`,
  );
  const replaced = new Set((dnsConfig?.options ?? []).map(({ name }) => name));
  const searches = [...new Set([...values('search'), ...(dnsConfig?.searches ?? [])])];
  const servers = [...new Set([...values('nameserver'), ...(dnsConfig?.nameservers ?? [])])];
  const allOptions = [
    ...values('options').filter((option) => !replaced.has(option.split(':')[0] ?? '')),
    ...options,
  ];
  return [
    ...(searches.length === 0 ? [] : [`search ${searches.join(' ')}`]),
    ...servers.map((server) => `nameserver ${server}`),
    ...(allOptions.length === 0 ? [] : [`options ${allOptions.join(' ')}`]),
    '',
  ].join('\n');
}

function machineLines(): readonly string[] {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8').split('\n');
  } catch {
    return [];
  }
}
