import { PutEventsCommand, type EventBridgeClient, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';

/** Sends an event to EventBridge. A refused entry does not fail the call, so it fails here. */
export async function putEvent(eventBridge: EventBridgeClient, entry: PutEventsRequestEntry): Promise<void> {
  const { FailedEntryCount, Entries: [answer] = [] } = await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount || answer?.ErrorCode) {
    throw new Error(`the event bus refused the event: ${answer?.ErrorCode}: ${answer?.ErrorMessage}`);
  }
}
