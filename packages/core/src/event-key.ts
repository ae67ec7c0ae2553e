import type { RunEvent } from './run-events.ts';

/**
 * What an event is called that happens once in the life of a job, however many processes run it: the same event has the
 * same key in all of them. Undefined for what may come again (`unit-waiting`, `trouble`) and for a pod's output, which
 * is told apart by attempt and offset. Pure.
 */
export function eventKey(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'line':
      return `line/${event.index}`;
    case 'unit-creating':
    case 'unit-ready':
    case 'unit-recreating':
      return `${event.type}/${event.unit.id}/${event.attempt}`;
    case 'stage-started':
    case 'stage-finished':
      return `${event.type}/${event.unit.id}/${event.attempt}/${event.stage.name}`;
    case 'output':
      return event.offset === undefined
        ? `said/${event.unit.id}/${event.attempt}/${event.stage?.name ?? ''}/${new TextDecoder().decode(event.bytes)}`
        : undefined;
    case 'unit-finished':
      return `unit-finished/${event.unit.id}`;
    case 'refused':
    case 'finished':
      return event.type;
    case 'unit-waiting':
    case 'trouble':
      return undefined;
  }
}
