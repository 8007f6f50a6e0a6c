/**
 * An AWS organization that lives in one process: STS, IAM and Organizations on the wire, with the answers, the errors and the order of checks of AWS.
 *
 * What is known is recorded from AWS or taken from its API reference and models; what nobody has published is a switch (`UnknownSwitches`).
 */
export * from './accounts';
export { actionOf } from './call';
export type { Call, Input, RecordedCall, Service } from './call';
export { signatureOf } from './callers';
export type { Credentials } from './callers';
export { AwsError } from './errors';
export { FakeOrganization } from './fake-organization';
export * from './faults';
export type { FakeResource, ResourceInit } from './locked-resources';
export { FEATURES } from './organization';
export type { Feature, OrganizationOptions, OrganizationalUnit } from './organization';
export { FULL_AWS_ACCESS, OrganizationPolicies, RESOURCE_CONTROL_POLICY, SERVICE_CONTROL_POLICY } from './policies';
export type { OrganizationPolicy, PolicyQuotas } from './policies';
export { readRequest, serve, writeAnswer } from './server';
export type { ServedOrganization } from './server';
export { isRoot, rootDenial, serviceControlLevels } from './service-control-policies';
export { UnknownSwitches } from './switches';
export { rootSessionDenial } from './task-policies';
export { now, Timeline } from './timeline';
export type { View } from './timeline';
