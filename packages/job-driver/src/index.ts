export { driverCommand, stageShells, type DriverOptions } from './driver-command.ts';
export { sessionCommand, type SessionStart } from './session-command.ts';
export { connectDriver, type ConnectOptions } from './connect-driver.ts';
export type {
  DriverSession,
  ResumePoint,
  SessionPosition,
  StageRequest,
} from './driver-session.ts';
export type { ExitRecord } from './control-line.ts';
export type { LogSink } from './log-router.ts';
export type { OpenStage } from './stage-board.ts';
export type { PackedFiles } from './transfers.ts';
export { packSources, type SourceFile } from './pack-sources.ts';
export { unpackArtifacts, type UnpackedArtifacts } from './unpack-artifacts.ts';
