import type { Findings } from './findings.ts';
import type { BackendStep } from './payload.ts';
import { describeNode, type PipelineNode } from './pipeline-node.ts';
import { readList } from './read-values.ts';

const largestPort = 65_535;

/** `5432`, `"53/udp"` */
export function readPorts(
  node: PipelineNode,
  findings: Findings,
): NonNullable<BackendStep['ports']> {
  return (readList(node, findings)?.items ?? []).flatMap((item) => {
    const text = item.kind === 'scalar' ? item.text : '';
    const [digits = '', ...protocol] = text.split('/');
    const number = /^\d+$/u.test(digits) ? Number(digits) : Number.NaN;
    if (number <= largestPort)
      return [{ number, ...(protocol.length === 0 ? {} : { protocol: protocol.join('/') }) }];
    findings.error(
      item,
      `expected a port, found ${describeNode(item)}`,
      'write a number up to 65535, or "53/udp"',
    );
    return [];
  });
}

/** `name:address`; an address of version 6 has colons of its own. */
export function readExtraHosts(
  node: PipelineNode,
  findings: Findings,
): NonNullable<BackendStep['extra_hosts']> {
  return (readList(node, findings)?.items ?? []).flatMap((item) => {
    const text = item.kind === 'scalar' ? item.text : '';
    const colon = text.indexOf(':');
    if (colon >= 0) return [{ name: text.slice(0, colon), ip: text.slice(colon + 1) }];
    findings.error(
      item,
      `expected name:address, found ${describeNode(item)}`,
      'write for example "db.example.org:10.0.0.7"',
    );
    return [];
  });
}
