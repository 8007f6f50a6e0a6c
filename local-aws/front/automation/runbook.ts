import { mistakesIn, type ParameterDefinitions } from './parameters';
import { referencesIn } from './references';
import { Refusal } from './refusal';

/** The content of an Automation document. */
export interface Runbook {
  readonly schemaVersion: string;
  readonly description?: string;
  readonly assumeRole?: string;
  readonly parameters?: ParameterDefinitions;
  readonly mainSteps: readonly Step[];
  /** `step.output` */
  readonly outputs?: readonly string[];
}

export interface Step {
  readonly name: string;
  readonly action: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly nextStep?: string;
  readonly isEnd?: boolean;
  /** `Abort`, `Continue` or `step:name` */
  readonly onFailure?: string;
  readonly onCancel?: string;
  readonly maxAttempts?: number;
  readonly timeoutSeconds?: number;
}

const RUNBOOK_FIELDS = ['schemaVersion', 'description', 'assumeRole', 'parameters', 'variables', 'mainSteps', 'outputs', 'files'];
const STEP_FIELDS = [
  'name', 'action', 'inputs', 'description', 'nextStep', 'isEnd', 'isCritical', 'onFailure', 'onCancel', 'maxAttempts', 'timeoutSeconds', 'outputs',
];
const SYSTEM_VARIABLES = ['global:ACCOUNT_ID', 'global:DATE', 'global:DATE_TIME', 'global:REGION', 'automation:EXECUTION_ID'];

/** Actions that run here, with the inputs that they take and the outputs that they have. */
const ACTIONS: Readonly<Record<string, Readonly<Record<'required' | 'optional' | 'outputs', readonly string[]>>>> = {
  'aws:executeStateMachine': {
    required: ['stateMachineArn'],
    optional: ['input', 'name'],
    outputs: ['executionArn', 'input', 'name', 'output', 'startDate', 'stateMachineArn', 'status', 'stopDate'],
  },
};

/** Throws what Systems Manager says to a document that it does not take. */
export function readRunbook(content: string): Runbook {
  const runbook = parse(content);
  const found = [...mistakes(runbook)];
  if (found.length > 0) {
    throw new Refusal('InvalidDocumentContent', `Document content is not valid: ${found.join('; ')}`);
  }
  return runbook;
}

function parse(content: string): Runbook {
  try {
    return JSON.parse(content) as Runbook;
  } catch (error) {
    throw new Refusal('InvalidDocumentContent', `JSON not well-formed: ${(error as Error).message}`);
  }
}

function* mistakes(runbook: Runbook): Generator<string> {
  yield* unknownFields('the document', runbook, RUNBOOK_FIELDS);
  if (runbook.schemaVersion !== '0.3') {
    yield `schemaVersion is ${JSON.stringify(runbook.schemaVersion)}, and an Automation document has "0.3"`;
  }
  for (const [name, definition] of Object.entries(runbook.parameters ?? {})) {
    yield* mistakesIn(name, definition);
  }
  if (!Array.isArray(runbook.mainSteps) || runbook.mainSteps.length === 0) {
    yield 'mainSteps has no step';
    return;
  }
  const steps = new Set<string>();
  const known = [...Object.keys(runbook.parameters ?? {}), ...SYSTEM_VARIABLES];
  yield* unresolved('assumeRole', runbook.assumeRole, known);
  for (const step of runbook.mainSteps) {
    yield* mistakesInStep(step, known, runbook.mainSteps.map(({ name }) => name));
    if (steps.has(step.name)) {
      yield `two steps have the name ${step.name}`;
    }
    steps.add(step.name);
    known.push(...outputsOf(step));
  }
  yield* unresolved('outputs', (runbook.outputs ?? []).map((output) => `{{ ${output} }}`), known);
}

function* mistakesInStep(step: Step, known: readonly string[], steps: readonly string[]): Generator<string> {
  const action = ACTIONS[step.action];
  yield* unknownFields(`step ${step.name}`, step, STEP_FIELDS);
  if (!/^[a-zA-Z0-9_]{1,128}$/.test(step.name ?? '')) {
    yield `the name of step ${step.name} has other characters than letters, digits and underscores`;
  }
  for (const target of targetsOf(step).filter((name) => !steps.includes(name))) {
    yield `step ${step.name} leads to ${target}, which is no step`;
  }
  if (!action) {
    yield `step ${step.name} has the action ${step.action}, which does not exist or does not run in the local AWS`;
    return;
  }
  for (const input of action.required.filter((name) => step.inputs?.[name] === undefined)) {
    yield `step ${step.name} lacks the input ${input}`;
  }
  yield* unknownFields(`inputs of step ${step.name}`, step.inputs ?? {}, [...action.required, ...action.optional]);
  yield* unresolved(`step ${step.name}`, step.inputs, known);
}

function targetsOf({ nextStep, onFailure, onCancel }: Step) {
  return [nextStep, ...[onFailure, onCancel].map((target) => /^step:(.*)$/.exec(target ?? '')?.[1])].filter((name) => name !== undefined);
}

function outputsOf({ name, action }: Step) {
  return (ACTIONS[action]?.outputs ?? []).map((output) => `${name}.${output}`);
}

function* unknownFields(where: string, value: object, fields: readonly string[]) {
  for (const field of Object.keys(value).filter((key) => !fields.includes(key))) {
    yield `${where} has the unknown field ${field}`;
  }
}

function* unresolved(where: string, value: unknown, known: readonly string[]) {
  for (const name of referencesIn(value).filter((reference) => !known.includes(reference))) {
    yield `${where} refers to ${name}, which is neither a parameter nor an output of an earlier step`;
  }
}
