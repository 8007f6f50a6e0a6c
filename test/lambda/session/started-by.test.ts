import { startedBy } from '../../../lambda/session/started-by';
import type { RunbookAutomation } from '../../../lib/session/contract';

const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:Unlock';
const JANE = 'arn:aws:sts::111111111111:assumed-role/Operator/jane';
const INPUT = { accountId: '222222222222', reason: 'ticket' };

type Step = NonNullable<RunbookAutomation['steps']>[number];

const automation = (step: Step | Step[], more: Partial<RunbookAutomation> = {}): RunbookAutomation => ({ status: 'InProgress', executedBy: JANE, steps: [step].flat(), ...more });
const step = (inputs: Record<string, string>, StepStatus = 'InProgress'): Step => ({ StepStatus, Inputs: { stateMachineArn: MACHINE, ...inputs } });

describe('the starter of a document', () => {
  test.each<[string, RunbookAutomation]>([
    ['whose step starts this machine with this input', automation(step({ input: JSON.stringify(INPUT) }))],
    ['whose input Systems Manager shows as a JSON text', automation(step({ input: JSON.stringify(JSON.stringify(INPUT)), stateMachineArn: JSON.stringify(MACHINE) }))],
    ['whose step has just ended', automation(step({ input: JSON.stringify(INPUT) }, 'Success'))],
    ['that has other steps before', automation([{ StepStatus: 'Success' }, step({ stateMachineArn: 'another' }), step({ input: JSON.stringify(INPUT) })])],
    ['whose step shows no input', automation(step({}))],
  ])('is the starter of its execution: one %s', (_which, document) => {
    expect(startedBy(document, MACHINE, INPUT)).toBe(JANE);
  });

  test.each<[string, RunbookAutomation]>([
    ['that does not exist', {}],
    ['without steps', automation([])],
    ['that has ended', automation(step({ input: JSON.stringify(INPUT) }), { status: 'Success' })],
    ['that was cancelled', automation(step({ input: JSON.stringify(INPUT) }), { status: 'Cancelled' })],
    ['whose step has not begun', automation(step({ input: JSON.stringify(INPUT) }, 'Pending'))],
    ['whose step starts another machine', automation(step({ input: JSON.stringify(INPUT), stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:Other' }))],
    ['whose step starts nothing', automation({ StepStatus: 'InProgress', Inputs: { input: JSON.stringify(INPUT) } })],
    ['whose step has no inputs', automation({ StepStatus: 'InProgress' })],
    ['whose input is another', automation(step({ input: JSON.stringify({ ...INPUT, accountId: '333333333333' }) }))],
    ['whose input is less', automation(step({ input: '{}' }))],
    ['whose input is no JSON', automation(step({ input: 'accountId' }))],
  ])('is not the starter of a direct start that takes its name: one %s', (_which, document) => {
    expect(startedBy(document, MACHINE, INPUT)).toBeUndefined();
  });
});
