import { defineSuite, type Suite } from './define-suite.ts';
export const executorContainerFaultsSuite: Suite = defineSuite(
  'executor container faults',
  () => {},
);
