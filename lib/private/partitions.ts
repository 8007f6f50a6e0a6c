/**
 * The partitions of AWS, as constructs and handlers know them.
 *
 * @see the tables in AWS's SDK for JavaScript: the partitions of `@aws-sdk/core`, and the endpoint rules of its clients of IAM and Organizations (3.1169)
 */

export interface Partition {
  /** As ARNs begin: `arn:<id>:`. */
  readonly id: string;
  readonly regions: RegExp;
  /** How names of endpoints end, those for IPv4 first. */
  readonly dnsSuffixes: readonly string[];
  /** Where services are that have one endpoint in a partition, such as AWS Organizations, and where they send their events. */
  readonly globalRegion: string;
  /** The Region of IAM's endpoint. */
  readonly iamRegion: string;
}

const AWS: Partition = {
  id: 'aws', regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/, dnsSuffixes: ['amazonaws.com', 'api.aws'], globalRegion: 'us-east-1', iamRegion: 'us-east-1',
};

export const PARTITIONS: readonly Partition[] = [
  AWS,
  { id: 'aws-cn', regions: /^cn-/, dnsSuffixes: ['amazonaws.com.cn', 'api.amazonwebservices.com.cn'], globalRegion: 'cn-northwest-1', iamRegion: 'cn-north-1' },
  { id: 'aws-us-gov', regions: /^us-gov-/, dnsSuffixes: ['amazonaws.com', 'api.aws'], globalRegion: 'us-gov-west-1', iamRegion: 'us-gov-west-1' },
  { id: 'aws-eusc', regions: /^eusc-/, dnsSuffixes: ['amazonaws.eu', 'api.amazonwebservices.eu'], globalRegion: 'eusc-de-east-1', iamRegion: 'eusc-de-east-1' },
  { id: 'aws-iso', regions: /^us-iso-/, dnsSuffixes: ['c2s.ic.gov', 'api.aws.ic.gov'], globalRegion: 'us-iso-east-1', iamRegion: 'us-iso-east-1' },
  { id: 'aws-iso-b', regions: /^us-isob-/, dnsSuffixes: ['sc2s.sgov.gov', 'api.aws.scloud'], globalRegion: 'us-isob-east-1', iamRegion: 'us-isob-east-1' },
  { id: 'aws-iso-e', regions: /^eu-isoe-/, dnsSuffixes: ['cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'], globalRegion: 'eu-isoe-west-1', iamRegion: 'eu-isoe-west-1' },
  { id: 'aws-iso-f', regions: /^us-isof-/, dnsSuffixes: ['csp.hci.ic.gov', 'api.aws.hci.ic.gov'], globalRegion: 'us-isof-south-1', iamRegion: 'us-isof-south-1' },
];

/** The name of a Region, in a regular expression. The longest part before a hyphen is that of `eusc-de-east-1`. */
export const REGION_PATTERN = '[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}';

/** The partition of a Region. A Region that is newer than the table is in `aws`, as the SDKs have it. */
export const partitionOfRegion = (region: string): Partition => PARTITIONS.find(({ regions }) => regions.test(region)) ?? AWS;

/** The name of the partition in an ARN. The table may not have it. */
export const partitionIdOf = (arn: string): string => arn.split(':')[1];

/** The partition that an ARN names. */
export const partitionOfArn = (arn: string): Partition => PARTITIONS.find(({ id }) => id === partitionIdOf(arn)) ?? AWS;

/** The account ID in an ARN: empty where the resource has none. */
export const accountIdOf = (arn: string): string => arn.split(':')[4];
