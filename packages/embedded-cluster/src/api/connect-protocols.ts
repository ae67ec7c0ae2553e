import type { IncomingMessage } from 'node:http';
import { badRequest, failure } from '../store/status.ts';
import { channelProtocols } from './exec-channels.ts';
import { portForwardProtocol } from './spdy/port-forward.ts';

/** Subresources of a pod that become a connection. */
export type ConnectKind = 'exec' | 'attach' | 'portforward';

/** What client and server have agreed to speak. */
export interface Agreement {
  readonly transport: 'websocket' | 'spdy';
  readonly protocol: string;
}

/** Whether a subresource is one that becomes a connection. */
export const isConnectKind = (subresource: string): subresource is ConnectKind =>
  subresource === 'exec' || subresource === 'attach' || subresource === 'portforward';

const spdy = 'SPDY/3.1';

/** Best first. Streams of ports are SPDY in any case; a WebSocket carries them as a tunnel. */
const supported: Readonly<
  Record<Agreement['transport'], Readonly<Record<ConnectKind, readonly string[]>>>
> = {
  websocket: {
    exec: channelProtocols,
    attach: channelProtocols,
    portforward: [`${spdy}+${portForwardProtocol}`],
  },
  spdy: {
    exec: ['v4.channel.k8s.io'],
    attach: ['v4.channel.k8s.io'],
    portforward: [portForwardProtocol],
  },
};

const listed = (header: string | readonly string[] | undefined): readonly string[] =>
  (typeof header === 'string' ? header : (header ?? []).join(','))
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/**
 * The best protocol that both sides speak.
 * @throws ApiStatusError BadRequest, or Forbidden over SPDY, when there is none
 */
export function agreeOnProtocol(request: IncomingMessage, kind: ConnectKind): Agreement {
  const asked = request.headers.upgrade?.toLowerCase() ?? '';
  const transport =
    asked === 'websocket' ? 'websocket' : asked === spdy.toLowerCase() ? 'spdy' : undefined;
  if (transport === undefined)
    throw badRequest(
      `unable to upgrade: this server speaks WebSocket and ${spdy}, not ${request.headers.upgrade ?? ''}`,
    );
  const offered = listed(
    request.headers[
      transport === 'websocket' ? 'sec-websocket-protocol' : 'x-stream-protocol-version'
    ],
  );
  const known = supported[transport][kind];
  const protocol = known.find((item) => offered.includes(item));
  if (protocol !== undefined) return { transport, protocol };
  const why = `unable to negotiate protocol: client supports [${offered.join(' ')}], server supports [${known.join(' ')}]`;
  throw transport === 'websocket'
    ? badRequest(why)
    : failure(403, 'Forbidden', `unable to upgrade: ${why}`);
}

/** Things are started before the switch, so what would make the switch fail is looked at first. */
export function checkHandshake(request: IncomingMessage): void {
  const { 'sec-websocket-key': key = '', 'sec-websocket-version': version } = request.headers;
  if (!/^[+/0-9A-Za-z]{22}==$/u.test(key) || version !== '13')
    throw badRequest('Bad Request: malformed WebSocket handshake');
}

/** The answer by which a connection turns into SPDY. */
export const spdySwitch = (protocol: string): string =>
  [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    `Upgrade: ${spdy}`,
    `X-Stream-Protocol-Version: ${protocol}`,
    '',
    '',
  ].join('\r\n');
