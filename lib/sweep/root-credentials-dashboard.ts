import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { RootCredentialsSweep } from './root-credentials-sweep';
import { aText, checkShape, having, listOf, Shape } from '../private/shape';

/** Properties of RootCredentialsDashboard. */
export interface RootCredentialsDashboardProps {
  /** The audits and purges to show, 1 to 20, one below the other. */
  readonly sweeps: RootCredentialsSweep[];

  /**
   * Name of the dashboard.
   *
   * @default - CloudFormation makes one
   */
  readonly dashboardName?: string;
}

const PROPS: Shape<RootCredentialsDashboardProps> = {
  needed: { sweeps: listOf(having('metricAccountsSwept', 'a RootCredentialsAudit or a RootCredentialsPurge')) },
  optional: { dashboardName: aText },
};

/** A sweep may be weekly: its last numbers should be on the screen, and its history in the graph. */
const SHOWN = Duration.days(30);
const WIDTH = 24;

/**
 * A CloudWatch dashboard of audits and purges: what their last sweeps found, the history, their alarms, and sweeps that
 * ended without a report.
 *
 * It adds one dashboard (3 USD a month after the first three of an account) and no permissions.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
 *
 * @example
 * const purge = new RootCredentialsPurge(this, 'Purge', { alarms: {} });
 * new RootCredentialsDashboard(this, 'Dashboard', { sweeps: [purge] });
 */
export class RootCredentialsDashboard extends Construct {
  /** The dashboard, for widgets of your own. */
  public readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: RootCredentialsDashboardProps) {
    super(scope, id);
    checkShape(PROPS, props);
    const { sweeps, dashboardName } = props;
    if (sweeps.length < 1 || sweeps.length > 20) {
      throw new Error(`sweeps must name 1 to 20 audits and purges, got ${sweeps.length}`);
    }
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { dashboardName, defaultInterval: SHOWN });
    sweeps.forEach((sweep) => this.dashboard.addWidgets(...rowsOf(sweep)));
  }
}

function rowsOf(sweep: RootCredentialsSweep): cloudwatch.IWidget[] {
  const { reportsBucket, reportsPrefix, stateMachine } = sweep;
  const heading = `# ${sweep.node.path}\n\nThe latest report: \`s3://${reportsBucket.bucketName}/${reportsPrefix}latest/report.html\`. The sweep: \`${stateMachine.stateMachineArn}\``;
  return [
    new cloudwatch.TextWidget({ markdown: heading, width: WIDTH, height: 2 }),
    ...sweep.alarms.length > 0 ? [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: sweep.alarms, width: WIDTH, height: 2 })] : [],
    new cloudwatch.SingleValueWidget({
      title: 'Latest numbers',
      metrics: [
        sweep.metricAccountsSwept({ label: 'accounts' }),
        sweep.metricAccountsClean({ label: 'clean', color: cloudwatch.Color.GREEN }),
        sweep.metricAccountsFailed({ label: 'failed', color: cloudwatch.Color.RED }),
        sweep.metricCredentialsFound({ label: 'credentials found', color: cloudwatch.Color.ORANGE }),
        sweep.metricCredentialsDeleted({ label: 'deleted', color: cloudwatch.Color.BLUE }),
        sweep.metricCredentialsKept({ label: 'kept', color: cloudwatch.Color.BROWN }),
      ],
      width: WIDTH,
      height: 4,
    }),
    graph('Accounts', sweep.metricAccountsSwept(), sweep.metricAccountsClean({ color: cloudwatch.Color.GREEN }), sweep.metricAccountsFailed({ color: cloudwatch.Color.RED })),
    graph('Credentials', sweep.metricCredentialsFound({ color: cloudwatch.Color.ORANGE }), sweep.metricCredentialsDeleted({ color: cloudwatch.Color.BLUE }), sweep.metricCredentialsKept()),
    graph('Sweeps', sweep.metricSweepsFinished({ color: cloudwatch.Color.GREEN }), sweep.metricSweepsIncomplete({ color: cloudwatch.Color.RED }),
      stateMachine.metricAborted({ label: 'stopped' }), stateMachine.metricTimedOut({ label: 'timed out' })),
  ];
}

const graph = (title: string, ...left: cloudwatch.IMetric[]) => (
  new cloudwatch.GraphWidget({ title, left, width: WIDTH / 3, height: 6, leftYAxis: { min: 0, showUnits: false }, period: Duration.hours(1) }));
