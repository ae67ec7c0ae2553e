export { gitFacts, type GitFacts } from './git-facts.ts';
export { openLocalCluster, type LocalCluster, type LocalClusterOptions } from './local-cluster.ts';
export { ownFolder, sourceFiles, sourcesTar } from './sources.ts';
