export type { StartCluster, Suite } from './define-suite.ts';
export { executorSuite } from './executor-suite.ts';
export { executorFaultsSuite } from './executor-faults-suite.ts';
export { executorLimitsSuite } from './executor-limits-suite.ts';
export { executorTroublesSuite } from './executor-troubles-suite.ts';
export { executorPluginsSuite } from './executor-plugins-suite.ts';
export { gitlabAccessSuite } from './gitlab-access-suite.ts';
export { gitlabJobsSuite } from './gitlab-jobs-suite.ts';
export { createdObjectsSuite } from './recorded/created-objects-suite.ts';
