import { gitlabRunKillSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabRunKillSuite(startEmbeddedHandle);
