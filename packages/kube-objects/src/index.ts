export { dnsLabelErrors, dnsSubdomainErrors, isDnsLabel, isDnsSubdomain } from './dns-names.ts';
export type { FieldSpec, FieldType } from './field-spec.ts';
export {
  checkSelectableFields,
  matchesFields,
  parseFieldSelector,
  type FieldRequirement,
  type FieldSelector,
} from './field-selector.ts';
export {
  formatLabelSelector,
  labelSelectorOf,
  matchesLabels,
  type LabelRequirement,
  type LabelSelector,
  type LabelSelectorObject,
} from './label-selector.ts';
export { labelKeyErrors, labelValueErrors } from './labels.ts';
export { parseLabelSelector } from './parse-label-selector.ts';
export { childPointer, formatPointer, isWithin, parsePointer } from './pointer.ts';
export { addQuantities, compareQuantities, quantityValue } from './quantity-arithmetic.ts';
export { canonicalQuantity, formatQuantity } from './quantity-text.ts';
export { parseQuantity } from './parse-quantity.ts';
export { quantityOf, type Quantity, type QuantityFormat } from './quantity.ts';
export { collectionPathOf, pathOf } from './resource-paths.ts';
export { apiVersionOf, resourceOf, resourceTypes, type ResourceName } from './resource-types.ts';
export { applyJsonPatch } from './json-patch.ts';
export { applyMergePatch } from './merge-patch.ts';
export { applyStrategicMergePatch } from './strategic-merge-patch.ts';
export { elementOf, fieldAt, fieldOf, fieldsOf, isObjectType } from './object-types.ts';
export { compileGlob, matchesGlob, type Glob } from './glob.ts';
export { compilePattern, type Pattern } from './compile-pattern.ts';
export { decodeObject, type DecodedObject } from './decode-object.ts';
export {
  gitlabGeneratedName,
  gitlabLabelValue,
  gitlabNameBase,
  gitlabShortToken,
  gitlabUniqueName,
} from './gitlab-names.ts';
export { parseImageReference, type ImageReference } from './image-reference.ts';
export { woodpeckerDnsName, woodpeckerHostname, woodpeckerLabelValue } from './woodpecker-names.ts';
