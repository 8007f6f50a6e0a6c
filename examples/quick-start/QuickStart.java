import io.github.cdkrootaccess.AccountSelection;
import io.github.cdkrootaccess.AccountSelectionOptions;
import io.github.cdkrootaccess.JoinedAccounts;
import io.github.cdkrootaccess.OrgRootAccessFeatures;
import io.github.cdkrootaccess.RootAccessDelegation;
import io.github.cdkrootaccess.RootCredentialsPurge;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;

public final class QuickStart {
    private static final App APP = new App();

    /** What happens to an account that joins: nothing, unless you choose. An account that is invited may run on its root user's access key. */
    private static final Map<String, JoinedAccounts> JOINED_ACCOUNTS = Map.of("audit", JoinedAccounts.AUDIT, "purge", JoinedAccounts.PURGE);

    public static void main(String[] arguments) {
        String joined = context("joined");
        if (!joined.isEmpty() && !JOINED_ACCOUNTS.containsKey(joined)) {
            throw new IllegalArgumentException("the context 'joined' must be audit or purge, got '" + joined + "'");
        }

        Stack stack = new Stack(APP, "CentralizedRootAccess", StackProps.builder()
            .description("Centralized root access: no member account keeps a root credential")
            .env(Environment.builder().account(System.getenv("CDK_DEFAULT_ACCOUNT")).region(System.getenv("CDK_DEFAULT_REGION")).build())
            .build());

        // the switches of the organization
        OrgRootAccessFeatures features = new OrgRootAccessFeatures(stack, "RootAccess");

        // the account of your security team, if there is one
        for (String accountId : list("delegate")) {
            RootAccessDelegation.Builder.create(stack, "Delegation" + accountId).accountId(accountId).features(features).build();
        }

        // the sweep: a deployment ends when it has ended, and fails when an account could not be cleaned
        RootCredentialsPurge purge = RootCredentialsPurge.Builder.create(stack, "Purge")
            .features(features)
            .accounts(AccountSelection.organization(AccountSelectionOptions.builder().exclude(list("exclude")).build()))
            .dryRun(context("dryRun").equals("true"))
            .joinedAccounts(JOINED_ACCOUNTS.get(joined)) // only in us-east-1: AWS sends the event to no other Region
            .build();

        CfnOutput.Builder.create(stack, "Reports").value("s3://" + purge.getReportsBucket().getBucketName() + "/latest/").build();
        CfnOutput.Builder.create(stack, "Sweep").value(purge.getStateMachine().getStateMachineArn()).build();

        APP.synth();
    }

    private static String context(String name) {
        Object value = APP.getNode().tryGetContext(name);
        return value == null ? "" : value.toString();
    }

    /** A list in the context: {@code cdk deploy -c exclude=333333333333,444444444444}. */
    private static List<String> list(String name) {
        return Arrays.stream(context(name).split(",")).filter(item -> !item.isEmpty()).collect(Collectors.toList());
    }
}
