import { gitlabRunOutageSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabRunOutageSuite(startEmbeddedHandle);
