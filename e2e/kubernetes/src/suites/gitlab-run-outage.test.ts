import { gitlabRunOutageSuite } from '@millrace/e2e-suites';
import { startRealHandle } from '../handle/start-real-handle.ts';

gitlabRunOutageSuite(startRealHandle);
