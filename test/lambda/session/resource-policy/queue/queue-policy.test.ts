import { queueReference } from '../../../../../lambda/session/resource-policy/queue/queue-policy';

const MEMBER = '222222222222';
const problemOf = (queue: string, region?: string) => {
  try {
    return queueReference(queue, MEMBER, region);
  } catch (error) {
    expect(error).toMatchObject({ name: 'InputRefused' });
    return /refused: (.*); nothing was changed$/s.exec((error as Error).message)![1];
  }
};

describe('a queue is named', () => {
  test.each<[string, string | undefined, string, string]>([
    ['orders', 'eu-west-1', 'eu-west-1', 'orders'],
    ['orders.fifo', 'eu-west-1', 'eu-west-1', 'orders.fifo'],
    [`arn:aws:sqs:eu-west-1:${MEMBER}:orders`, undefined, 'eu-west-1', 'orders'],
    [`arn:aws:sqs:eu-west-1:${MEMBER}:orders.fifo`, 'eu-west-1', 'eu-west-1', 'orders.fifo'],
    [`arn:aws-cn:sqs:cn-north-1:${MEMBER}:orders`, undefined, 'cn-north-1', 'orders'],
    [`https://sqs.eu-west-1.amazonaws.com/${MEMBER}/orders`, undefined, 'eu-west-1', 'orders'],
    [`https://sqs-fips.us-west-2.amazonaws.com/${MEMBER}/orders`, undefined, 'us-west-2', 'orders'],
    [`https://sqs.eu-west-1.api.aws/${MEMBER}/orders`, undefined, 'eu-west-1', 'orders'],
    [`https://sqs.cn-north-1.amazonaws.com.cn/${MEMBER}/orders`, undefined, 'cn-north-1', 'orders'],
    [`https://eu-west-1.queue.amazonaws.com/${MEMBER}/orders`, undefined, 'eu-west-1', 'orders'],
    [`https://queue.amazonaws.com/${MEMBER}/orders`, undefined, 'us-east-1', 'orders'],
    [`https://queue.amazonaws.com/${MEMBER}/orders`, 'us-east-1', 'us-east-1', 'orders'],
  ])('%s, with Region %s', (queue, given, region, name) => {
    expect(queueReference(queue, MEMBER, given)).toEqual({ accountId: MEMBER, region, name });
  });

  test.each([
    '', 'with space', 'orders.dlq', 'x'.repeat(81), 'orders\n', 'arn:aws:sqs:eu-west-1:2222:orders', `arn:aws:s3:eu-west-1:${MEMBER}:orders`, `x arn:aws:sqs:eu-west-1:${MEMBER}:orders`,
    `arn:aws:sqs:eu-west-1:${MEMBER}:orders:more`, `http://sqs.eu-west-1.amazonaws.com/${MEMBER}/orders`, `https://sqs.eu-west-1.amazonaws.com.evil.example/${MEMBER}/orders`,
    `https://sqs.eu-west-1.evil.example/${MEMBER}/orders`, `https://sqs.eu-west-1.amazonaws.com.cn/${MEMBER}/orders`, `https://evil.example/${MEMBER}/orders`,
    `https://sqs.eu-west-1.amazonaws.com/${MEMBER}/orders?x=y`, `https://sqs.eu-west-1.amazonaws.com/${MEMBER}/a/b`, `https://eu-west-1.queue.evil.example/${MEMBER}/orders`,
    `x https://sqs.eu-west-1.amazonaws.com/${MEMBER}/orders`,
  ])('not by %j', (queue) => {
    expect(problemOf(queue, 'eu-west-1')).toBe(`queue must be the URL, the ARN or the name of an SQS queue, got '${queue}'`);
  });

  test.each([`arn:aws:sqs:eu-west-1:${MEMBER}:orders`, `https://sqs.eu-west-1.amazonaws.com/${MEMBER}/orders`])('with one Region: %s', (queue) => {
    expect(problemOf(queue, 'eu-central-1')).toBe(`queue ${queue} is in eu-west-1, and region is eu-central-1`);
  });

  test('with the first Region where its host names none', () => {
    expect(problemOf(`https://queue.amazonaws.com/${MEMBER}/orders`, 'eu-central-1')).toBe(`queue https://queue.amazonaws.com/${MEMBER}/orders is in us-east-1, and region is eu-central-1`);
  });

  test.each(['arn:aws:sqs:eu-west-1:333333333333:orders', 'https://sqs.eu-west-1.amazonaws.com/333333333333/orders'])('of this account: %s', (queue) => {
    expect(problemOf(queue)).toBe(`queue ${queue} is of account 333333333333, and accountId is ${MEMBER}`);
  });

  test('with a Region, which a name alone has not', () => {
    expect(problemOf('orders')).toBe("region must be given with the name of a queue: 'orders' may be in any");
  });
});
