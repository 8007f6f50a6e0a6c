// The quick start in Go, with the settings that its template in test/examples/snapshots has.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	rootaccess "github.com/cdk-root-access/cdk-root-access-go/cdkrootaccess"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("CentralizedRootAccess"), &awscdk.StackProps{
		Description: jsii.String("Centralized root access: no member account keeps a root credential"),
	})
	features := rootaccess.NewOrgRootAccessFeatures(stack, jsii.String("RootAccess"), nil)
	rootaccess.NewRootAccessDelegation(stack, jsii.String("Delegation222222222222"), &rootaccess.RootAccessDelegationProps{
		AccountId:     jsii.String("222222222222"),
		Features:      features,
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
	purge := rootaccess.NewRootCredentialsPurge(stack, jsii.String("Purge"), &rootaccess.RootCredentialsPurgeProps{
		Features:       features,
		Accounts:       rootaccess.AccountSelection_Organization(&rootaccess.AccountSelectionOptions{Exclude: jsii.Strings("333333333333")}),
		JoinedAccounts: rootaccess.JoinedAccounts_PURGE,
	})
	for name, value := range map[string]*string{
		"Mode":    jsii.String("purge: root credentials are deleted"),
		"Summary": purge.DeploymentSummary(),
		"Report":  purge.DeploymentReport(),
		"Reports": purge.ReportsBucket().BucketName(),
		"Sweep":   purge.StateMachine().StateMachineArn(),
	} {
		awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value})
	}
	app.Synth(nil)
}
