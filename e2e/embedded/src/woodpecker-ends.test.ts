import { woodpeckerEndsSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

woodpeckerEndsSuite(startEmbeddedHandle);
