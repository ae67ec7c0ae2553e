import { createdObjectsSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

createdObjectsSuite(startEmbeddedHandle);
